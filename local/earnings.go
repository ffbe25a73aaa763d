package local

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Earning is what one account of the home has of one asset in one denomination.
// Claimable is of the account's own shares. Unsettled, Credited and Claimed are of
// the whole asset, whoever holds it, and stand once: in the first row of the asset
// and the denomination. In its other rows they are zero.
type Earning struct {
	// Role works for the asset in this home; empty for an asset that none works for.
	Role      string        `json:"role"`
	Asset     types.AssetID `json:"asset"`
	Kind      types.Kind    `json:"kind"`
	Account   string        `json:"account"` // name in the home: payer, or the role whose owner it is
	Owner     string        `json:"owner"`   // address of the account
	Denom     string        `json:"denom"`
	Unsettled types.Amount  `json:"unsettled"`
	Credited  types.Amount  `json:"credited"`
	Claimable types.Amount  `json:"claimable"`
	Claimed   types.Amount  `json:"claimed"`
}

// line is one denomination of one asset.
type line struct {
	asset types.AssetID
	denom string
}

// Earnings lists what the home's assets have earned, and what each account of the
// home could claim: first the assets that roles work for, each under the role's
// account, then all others that accounts have shares of.
func (c *Client) Earnings(ctx context.Context) ([]Earning, error) {
	accounts, err := c.holdings(ctx, "")
	if err != nil {
		return nil, err
	}
	all, err := c.worked(ctx)
	if err != nil {
		return nil, err
	}
	type held struct {
		account string
		asset   types.AssetID
	}
	shown, whole := map[held]bool{}, map[line]bool{}
	for i, e := range all {
		shown[held{e.Account, e.Asset}], whole[line{e.Asset, e.Denom}] = true, true
		for _, h := range accounts {
			if h.Name == e.Account {
				all[i].Owner, all[i].Claimable = h.Address, h.claimable[line{e.Asset, e.Denom}]
			}
		}
	}
	for _, h := range accounts {
		for _, id := range h.assets {
			if shown[held{h.Name, id}] {
				continue
			}
			rows, err := c.revenue(ctx, id)
			if err != nil {
				return nil, err
			}
			for _, e := range rows {
				l := line{id, e.Denom}
				e.Account, e.Owner, e.Claimable = h.Name, h.Address, h.claimable[l]
				for _, r := range all {
					if r.Asset == id {
						e.Role = r.Role
					}
				}
				if whole[l] {
					e.Credited, e.Claimed = types.Amount{}, types.Amount{}
				}
				whole[l] = true
				all = append(all, e)
			}
		}
	}
	return all, nil
}

// worked lists what the assets have earned that the home's roles work for.
func (c *Client) worked(ctx context.Context) ([]Earning, error) {
	var all []Earning
	for _, name := range roleNames {
		role, ok := c.Running.Roles[name]
		if !ok {
			continue
		}
		var e earned
		if err := c.admin(ctx, http.MethodGet, role.URL+pathEarned, nil, &e); err != nil {
			return nil, err
		}
		rows, err := c.revenue(ctx, role.Asset)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			row.Role, row.Account = name, name
			if row.Denom == types.BaseDenom { // what local tabs are in
				row.Unsettled = e.Unsettled
			}
			all = append(all, row)
		}
	}
	return all, nil
}

// revenue lists what one asset has earned, of nobody in particular.
func (c *Client) revenue(ctx context.Context, id types.AssetID) ([]Earning, error) {
	a, err := c.Ledger.Asset(ctx, id)
	if err != nil {
		return nil, err
	}
	rows, err := c.Ledger.Revenue(ctx, id)
	if err != nil {
		return nil, err
	}
	var all []Earning
	for _, r := range rows {
		all = append(all, Earning{Asset: a.ID, Kind: a.Kind, Denom: r.Denom, Credited: r.Credited, Claimed: r.Claimed})
	}
	return all, nil
}

// Settlement is what a settlement of one asset brought.
type Settlement struct {
	Asset    types.AssetID `json:"asset"`
	Kind     types.Kind    `json:"kind"`
	Lanes    int           `json:"lanes"`
	Denom    string        `json:"denom"`
	Credited types.Amount  `json:"credited"`
}

// Settle has every role of the home bring what it is owed to the chain.
func (c *Client) Settle(ctx context.Context) ([]Settlement, error) {
	rows, err := c.worked(ctx)
	if err != nil {
		return nil, err
	}
	before := map[line]types.Amount{}
	for _, e := range rows {
		before[line{e.Asset, e.Denom}] = e.Credited
	}
	lanes := map[types.AssetID]int{}
	for _, name := range roleNames {
		role, ok := c.Running.Roles[name]
		if !ok {
			continue
		}
		var s settled
		if err := c.admin(ctx, http.MethodPost, role.URL+pathSettle, nil, &s); err != nil {
			return nil, err
		}
		lanes[role.Asset] = s.Lanes
	}
	after, err := c.worked(ctx)
	if err != nil {
		return nil, err
	}
	var all []Settlement
	for _, e := range after {
		if diff, ok := e.Credited.Sub(before[line{e.Asset, e.Denom}]); ok && !diff.IsZero() {
			all = append(all, Settlement{Asset: e.Asset, Kind: e.Kind, Lanes: lanes[e.Asset], Denom: e.Denom, Credited: diff})
		}
	}
	return all, nil
}

// admin asks a role of the home for what only its owner may.
func (c *Client) admin(ctx context.Context, method, url string, body, into any) error {
	res, err := c.adminStream(ctx, method, url, body)
	if err != nil {
		return err
	}
	defer func() { _ = res.Close() }()
	b, err := io.ReadAll(io.LimitReader(res, wire.MaxBody))
	if err != nil {
		return fmt.Errorf("read answer of %s: %w", url, err)
	}
	return json.Unmarshal(b, into)
}

// adminStream is admin for answers that come bit by bit.
func (c *Client) adminStream(ctx context.Context, method, url string, body any) (io.ReadCloser, error) {
	token, err := c.Home.Token("admin")
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, &DownError{What: url, Err: err}
	}
	if res.StatusCode == http.StatusOK {
		return res.Body, nil
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, wire.MaxBody))
	if err != nil {
		return nil, fmt.Errorf("read answer of %s: %w", url, err)
	}
	return nil, wire.ReadError(res.StatusCode, answer)
}
