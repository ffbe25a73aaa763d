package local

import (
	"context"
	"database/sql"
	"slices"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
)

// AgentDB is the home's database of what agents bought and do.
func (c *Client) AgentDB() (*sql.DB, error) {
	if c.agentDB != nil {
		return c.agentDB, nil
	}
	if err := c.openAgentDB(); err != nil {
		return nil, err
	}
	return c.agentDB, nil
}

// left adds up what open lanes of the purse can still promise, by the app that they
// are for. A purse's lanes are of one denomination.
func (a *Agent) left(ctx context.Context) (denom string, by map[types.AssetID]types.Amount, apps []types.AssetID, err error) {
	lanes, err := a.purse.Lanes(ctx, 0)
	if err != nil {
		return "", nil, nil, err
	}
	by = map[types.AssetID]types.Amount{}
	for _, l := range lanes {
		if l.State != types.LaneOpen || denom != "" && l.Denom != denom {
			continue
		}
		denom = l.Denom
		by[l.Gateway], _ = by[l.Gateway].Add(l.Left) // what lanes hold fits
		if !slices.Contains(apps, l.Gateway) {
			apps = append(apps, l.Gateway)
		}
	}
	slices.Sort(apps)
	return denom, by, apps, nil
}

// Balance implements agent.Agent.
func (a *Agent) Balance(ctx context.Context) (agent.Balance, error) {
	denom, by, apps, err := a.left(ctx)
	if err != nil {
		return agent.Balance{}, err
	}
	spent, err := a.purse.Spent(ctx)
	if err != nil {
		return agent.Balance{}, err
	}
	b := agent.Balance{Payer: "the home's tab", Spent: amounts(spent.Ever), Today: amounts(spent.Today)}
	if a.name != "" {
		b.Payer = "purse of agent " + a.name
	}
	var all types.Amount
	for _, app := range apps {
		all, _ = all.Add(by[app])
	}
	if denom != "" {
		left := agent.NewAmount(all, denom)
		b.Left = &left
	}
	b.PerQuestion, b.PerDay = limit(a.limits.PerQuery), limit(a.limits.PerDay)
	return b, nil
}

func amounts(sums []purse.Sum) []agent.Amount {
	out := []agent.Amount{}
	for _, s := range sums {
		out = append(out, agent.NewAmount(s.Amount, s.Denom))
	}
	return out
}

func limit(a types.Amount) *agent.Amount {
	if a.IsZero() {
		return nil
	}
	out := agent.NewAmount(a, types.BaseDenom)
	return &out
}

// Models implements agent.Agent: the apps that the purse has lanes for.
func (a *Agent) Models(ctx context.Context) ([]agent.Model, error) {
	denom, by, apps, err := a.left(ctx)
	if err != nil {
		return nil, err
	}
	usual, usualErr := a.of(ctx, 0)
	out := []agent.Model{}
	for _, id := range apps {
		asset, err := a.client.Ledger.Asset(ctx, id)
		if err != nil {
			return nil, err
		}
		m := agent.Model{App: uint64(id), Usual: usualErr == nil && id == usual.app, Prices: []string{}}
		if at, err := a.of(ctx, id); err == nil {
			m.Name = at.model
		} else {
			m.Name = "does not answer now"
		}
		for _, p := range asset.Prices {
			m.Prices = append(m.Prices, types.Coin{Amount: p.Amount, Denom: p.Denom}.String()+" per "+string(p.Unit))
		}
		left := agent.NewAmount(by[id], denom)
		m.Left = &left
		out = append(out, m)
	}
	return out, nil
}
