package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
)

// AgentPurse is a purse that the home's owner gave an agent: lanes of its own, which
// are the most that it can ever spend, and limits.
type AgentPurse struct {
	Name string `json:"name"`
	// Asset is the agent as an asset of kind agent; zero if it is none.
	Asset types.AssetID `json:"asset,omitempty"`
	// App is what it asks.
	App     types.AssetID `json:"app"`
	Tab     types.TabID   `json:"tab"`
	Limits  purse.Limits  `json:"limits"`
	Created time.Time     `json:"created"`
}

// NewAgent is an agent to be given a purse.
type NewAgent struct {
	Name   string
	Asset  types.AssetID
	App    types.AssetID // zero for the home's own
	Amount types.Amount  // what it can spend in all
	Lanes  int           // how many questions it can have in flight
	Limits purse.Limits
}

// maxAgentLanes bounds the lanes of an agent's purse.
const maxAgentLanes = 16

var agentName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

func agentDB(name string) string                { return "purse-agent-" + name + ".db" }
func agentFile(name string) string              { return "agent-" + name + ".json" }
func agentLaneKey(name string, lane int) string { return fmt.Sprintf("lane-agent-%s-%d", name, lane) }

// Check reports what is wrong with n.
func (n NewAgent) Check() error {
	switch {
	case !agentName.MatchString(n.Name):
		return fmt.Errorf("agent: the name is 1 to 32 of a-z, 0-9 and -, got %q", n.Name)
	case n.Lanes < 1 || n.Lanes > maxAgentLanes:
		return fmt.Errorf("agent: want 1 to %d lanes, got %d", maxAgentLanes, n.Lanes)
	case n.Amount.IsZero():
		return errors.New("agent: say what it can spend in all: --amount 1")
	}
	return nil
}

// CreateAgent gives an agent a purse: it opens a tab, paid by the home's payer, whose
// lanes are the agent's.
func (c *Client) CreateAgent(ctx context.Context, n NewAgent) (AgentPurse, error) {
	a := AgentPurse{Name: n.Name, Asset: n.Asset, App: n.App, Limits: n.Limits, Created: time.Now().UTC().Truncate(time.Second)}
	if err := n.Check(); err != nil {
		return a, err
	}
	if _, err := c.agentPurse(n.Name); err == nil {
		return a, fmt.Errorf("there is an agent %s in this home; see: weal agent list", n.Name)
	}
	payer, err := c.sender()
	if err != nil {
		return a, err
	}
	if a.App == 0 {
		role, err := c.role(RoleGateway)
		if err != nil {
			return a, err
		}
		a.App = role.Asset
	}
	if err := errors.Join(c.isApp(ctx, a.App), c.isAgent(ctx, a.Asset)); err != nil {
		return a, err
	}
	t := ledger.NewTab{Denom: types.BaseDenom, Deposit: n.Amount, FeeReserve: feeReserve}
	for i, part := range parts(n.Amount, n.Lanes) {
		key, err := c.Home.Ed25519(agentLaneKey(n.Name, i))
		if err != nil {
			return a, err
		}
		t.Lanes = append(t.Lanes, ledger.NewLane{Key: pay.PublicKey(key), Cap: part, Gateway: a.App})
	}
	t.Bond = t.Lanes[0].Cap
	if a.Tab, err = payer.OpenTab(ctx, t); err != nil {
		return a, err
	}
	// The lanes are the agent's from here on, whatever fails: the record is first.
	if err := c.putAgent(a); err != nil {
		return a, err
	}
	return a, c.fillAgent(ctx, a, n.Lanes)
}

// fillAgent gives the lanes of a's tab to its purse.
func (c *Client) fillAgent(ctx context.Context, a AgentPurse, lanes int) error {
	p, closeIt, err := openPurseWithin(ctx, c.Home, c.Home.Path(agentDB(a.Name)), c.Ledger, a.Limits)
	if err != nil {
		return err
	}
	for i := range lanes {
		key, err := c.Home.Ed25519(agentLaneKey(a.Name, i))
		if err == nil {
			err = p.AddLane(ctx, types.LaneRef{Tab: a.Tab, Lane: uint32(i)}, key)
		}
		if err != nil {
			return errors.Join(err, closeIt())
		}
	}
	return closeIt()
}

// isAgent returns an error unless an asset is an agent; zero is none.
func (c *Client) isAgent(ctx context.Context, id types.AssetID) error {
	if id == 0 {
		return nil
	}
	a, err := c.Ledger.Asset(ctx, id)
	if err == nil && a.Kind != types.KindAgent {
		err = fmt.Errorf("asset %d is of kind %s, not agent; register one: weal asset register FILE", id, a.Kind)
	}
	return err
}

// SetAgentLimits changes the limits of an agent's purse. A process that spends from it
// knows them when it starts.
func (c *Client) SetAgentLimits(name string, change func(*AgentPurse)) (AgentPurse, error) {
	a, err := c.agentPurse(name)
	if err != nil {
		return a, err
	}
	change(&a)
	return a, c.putAgent(a)
}

// AgentPurses lists the agents that have a purse in the home.
func (c *Client) AgentPurses() ([]AgentPurse, error) {
	files, err := filepath.Glob(c.Home.Path(agentFile("*")))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var all []AgentPurse
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "agent-"), ".json")
		a, err := c.agentPurse(name)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

func (c *Client) agentPurse(name string) (a AgentPurse, err error) {
	if !agentName.MatchString(name) {
		return a, fmt.Errorf("agent: the name is 1 to 32 of a-z, 0-9 and -, got %q", name)
	}
	b, err := os.ReadFile(c.Home.Path(agentFile(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return a, fmt.Errorf("there is no agent %s in this home; give it a purse: weal agent create %s --amount 1", name, name)
	}
	if err == nil {
		err = json.Unmarshal(b, &a)
	}
	if err != nil {
		return a, fmt.Errorf("read agent %s: %w", name, err)
	}
	return a, nil
}

func (c *Client) putAgent(a AgentPurse) error {
	b, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return fmt.Errorf("keep agent %s: %w", a.Name, err)
	}
	path := c.Home.Path(agentFile(a.Name))
	if err := os.WriteFile(path+".new", append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("keep agent %s: %w", a.Name, err)
	}
	return os.Rename(path+".new", path)
}

// openPurseWithin opens a purse of the home with limits for all denominations.
func openPurseWithin(ctx context.Context, h *home.Home, path string, chain purse.Chain, limits purse.Limits) (*purse.Purse, func() error, error) {
	db, err := keep.OpenShared(path)
	if err != nil {
		return nil, nil, fmt.Errorf("open purse: %w", err)
	}
	p, err := purse.Open(ctx, purse.Config{
		DB: db, ChainID: h.ChainID(), Chain: chain, Patience: answerPatience, Limits: map[string]purse.Limits{"": limits},
		HTTP: tracedClient(ctx),
	})
	if err != nil {
		_ = db.Close()
		return nil, nil, err
	}
	return p, func() error { p.Close(); return db.Close() }, nil
}
