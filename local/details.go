package local

import (
	"context"
	"errors"
	"time"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
)

// Status is what runs in a home and how to reach it.
type Status struct {
	Home       string     `json:"home"`
	PID        int        `json:"pid"`
	Started    time.Time  `json:"started"`
	ChainID    string     `json:"chain_id"`
	EVMChainID uint64     `json:"evm_chain_id"`
	Height     int64      `json:"height"`
	Node       string     `json:"node"`
	Ports      home.Ports `json:"ports"`
	APIKey     string     `json:"api_key,omitempty"`
	// Contracts are EVM addresses: asset, collections, contributions, market, council.
	Contracts map[string]string `json:"contracts"`
	Assets    []RoleStatus      `json:"assets"`
	Tab       types.TabID       `json:"tab"`
}

// RoleStatus is one role that runs.
type RoleStatus struct {
	Role  string        `json:"role"`
	ID    types.AssetID `json:"asset"`
	Owner string        `json:"owner"`
	URL   string        `json:"url"`
	// Ready says whether the role can serve now, Problems why not.
	Ready    bool     `json:"ready"`
	Problems []string `json:"problems,omitempty"`
}

// roleNames is the order in which roles are listed.
var roleNames = []string{RoleVault, RoleModel, RoleGateway}

// Status tells what runs.
func (c *Client) Status(ctx context.Context) (Status, error) {
	r := c.Running
	s := Status{
		Home: c.Home.Dir(), PID: r.PID, Started: r.Started, ChainID: c.Home.ChainID(), EVMChainID: types.EVMChainID,
		Node: r.Node, Ports: r.Ports, Contracts: contracts(), Tab: r.Tab,
		Assets: []RoleStatus{},
	}
	var err error
	if s.Height, err = c.Ledger.Height(ctx); err != nil {
		return s, err
	}
	if r.Tab != 0 { // a role that runs alone has no purse to answer keys from
		if s.APIKey, err = c.Home.Token("api"); err != nil {
			return s, err
		}
	}
	for _, name := range roleNames {
		role, ok := r.Roles[name]
		if !ok {
			continue
		}
		a, err := c.Ledger.Asset(ctx, role.Asset)
		if err != nil {
			return s, err
		}
		at := RoleStatus{Role: name, ID: a.ID, Owner: a.Owner, URL: role.URL}
		at.Ready, at.Problems = readyAt(ctx, role.URL)
		s.Assets = append(s.Assets, at)
	}
	return s, nil
}

func contracts() map[string]string {
	return map[string]string{
		"asset": types.AssetContract, "collections": types.CollectionsContract,
		"market": types.MarketContract, "council": types.CouncilContract,
		"contributions": types.ContributionsContract,
	}
}

// AssetDetail is an asset with what it has earned.
type AssetDetail struct {
	types.Asset
	Revenue []ledger.Revenue `json:"revenue"`
}

// AssetDetail returns an asset with its revenue.
func (c *Client) AssetDetail(ctx context.Context, id types.AssetID) (AssetDetail, error) {
	a, err := c.Ledger.Asset(ctx, id)
	if err != nil {
		return AssetDetail{}, err
	}
	revenue, err := c.Ledger.Revenue(ctx, id)
	return AssetDetail{Asset: a, Revenue: revenue}, err
}

// TabDetail is a tab with what the home's purse has promised from its lanes.
type TabDetail struct {
	ledger.Tab
	Lanes []purse.LaneInfo `json:"lanes"`
}

// Tab returns a tab, the home's own if id is zero.
func (c *Client) Tab(ctx context.Context, id types.TabID) (TabDetail, error) {
	if c.Running.Tab == 0 {
		return TabDetail{}, errors.New("there is no payer in this home; tabs are those of a home of weal up")
	}
	if id == 0 {
		id = c.Running.Tab
	}
	t, err := c.Ledger.Tab(ctx, id)
	if err != nil {
		return TabDetail{}, err
	}
	p, err := c.purse(ctx)
	if err != nil {
		return TabDetail{}, err
	}
	lanes, err := p.Lanes(ctx, id)
	return TabDetail{Tab: t, Lanes: lanes}, err
}
