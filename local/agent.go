package local

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/agent/answers"
	"github.com/weal-network/weal/agent/guest"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// payerOwn names the home's own purse where answers are kept.
const payerOwn = "tab"

// Agent spends from a purse of the home: the home's own, or one that its owner gave an
// agent.
type Agent struct {
	client *Client
	purse  *purse.Purse
	kept   *answers.Store
	// name is the agent's that has a purse of its own; empty for the home's purse.
	name   string
	app    types.AssetID // that is asked if none is named; zero for the home's own
	limits purse.Limits

	mu     sync.Mutex
	served map[types.AssetID]served
}

// served is where an app is asked.
type served struct {
	app        types.AssetID
	url, model string
}

var _ agent.Agent = (*Agent)(nil)

// Agent opens the purse of an agent of the home, the home's own if name is empty.
func (c *Client) Agent(ctx context.Context, name string) (*Agent, error) {
	kept, err := c.answers(ctx)
	if err != nil {
		return nil, err
	}
	a := &Agent{client: c, kept: kept, name: name, served: map[types.AssetID]served{}}
	if name == "" {
		if c.Running.Tab == 0 {
			return nil, errors.New("there is no payer in this home; use the home of weal up, or name an agent with a purse: weal agent list")
		}
		a.purse, err = c.purse(ctx)
		return a, err
	}
	record, err := c.agentPurse(name)
	if err != nil {
		return nil, err
	}
	p, closeIt, err := openPurseWithin(ctx, c.Home, c.Home.Path(agentDB(name)), c.Ledger, record.Limits)
	if err != nil {
		return nil, err
	}
	c.closes = append(c.closes, closeIt)
	a.purse, a.app, a.limits = p, record.App, record.Limits
	return a, nil
}

// answers opens what was bought, at first use.
func (c *Client) answers(ctx context.Context) (*answers.Store, error) {
	if c.kept != nil {
		return c.kept, nil
	}
	db, err := c.AgentDB()
	if err != nil {
		return nil, err
	}
	c.kept, err = answers.Open(ctx, db, nil)
	return c.kept, err
}

// Guests are those who pay for themselves at the home's gateway.
func (c *Client) Guests(ctx context.Context) (guest.Config, error) {
	role, err := c.role(RoleGateway)
	if err != nil {
		return guest.Config{}, err
	}
	kept, err := c.answers(ctx)
	if err != nil {
		return guest.Config{}, err
	}
	return guest.Config{URL: role.URL, App: role.Asset, Model: AppName, Root: c.root, Kept: kept}, nil
}

// root is the chain's root of an asset's version.
func (c *Client) root(ctx context.Context, asset types.AssetID, version uint32) (types.Hash, error) {
	v, err := c.Ledger.Version(ctx, asset, version)
	return v.Root, err
}

func (a *Agent) payer() string {
	if a.name == "" {
		return payerOwn
	}
	return "agent:" + a.name
}

// of finds the gateway of an app.
func (a *Agent) of(ctx context.Context, id types.AssetID) (served, error) {
	if id == 0 {
		id = a.app
	}
	a.mu.Lock()
	s, ok := a.served[id]
	a.mu.Unlock()
	if ok {
		return s, nil
	}
	var err error
	if s.app, s.url, s.model, err = a.client.app(ctx, id); err != nil {
		return s, err
	}
	a.mu.Lock()
	a.served[id] = s
	a.mu.Unlock()
	return s, nil
}

// Quote implements agent.Agent.
func (a *Agent) Quote(ctx context.Context, q agent.Question) (out agent.Quote, err error) {
	_, err = a.ask(ctx, q, func(_ context.Context, b purse.Bill) error {
		out = quoteOf(b)
		return errQuoted
	})
	if errors.Is(err, errQuoted) {
		err = nil
	}
	return out, err
}

// Ask implements agent.Agent.
func (a *Agent) Ask(ctx context.Context, q agent.Question) (agent.Answer, error) {
	if err := q.Check(); err != nil {
		return agent.Answer{}, err
	}
	got, err := a.ask(ctx, q, within(q.AtMost))
	return a.keep(ctx, got, err)
}

func (a *Agent) ask(ctx context.Context, q agent.Question, approve func(context.Context, purse.Bill) error) (*purse.Answer, error) {
	at, err := a.of(ctx, q.App)
	if err != nil {
		return nil, err
	}
	body, err := chatBody(at.model, q.Text, q.Filter)
	if err != nil {
		return nil, err
	}
	return ask(ctx, a.purse, purse.Ask{Gateway: at.url, App: at.app, Body: body, OnDelta: q.OnDelta, Approve: approve})
}

// Search implements agent.Agent.
func (a *Agent) Search(ctx context.Context, s agent.Search) (agent.Answer, error) {
	if err := s.Check(); err != nil {
		return agent.Answer{}, err
	}
	at, err := a.of(ctx, s.App)
	if err != nil {
		return agent.Answer{}, err
	}
	got, err := untilQuoted(ctx, func() (*purse.Answer, error) {
		return a.purse.Search(ctx, purse.Search{
			Gateway: at.url, App: at.app, Model: at.model, Question: s.Text, Limit: s.Limit, Filter: s.Filter, Approve: within(s.AtMost),
		})
	})
	return a.keep(ctx, got, err)
}

// within refuses what can cost more than most; zero is no bound.
func within(most types.Amount) func(context.Context, purse.Bill) error {
	return func(_ context.Context, b purse.Bill) error {
		if !most.IsZero() && b.Most.Cmp(most) > 0 {
			return &agent.DearError{Quote: quoteOf(b), AtMost: most}
		}
		return nil
	}
}

func quoteOf(b purse.Bill) agent.Quote {
	firm := agent.NewAmount(b.Firm, b.Denom)
	q := agent.Quote{Most: agent.NewAmount(b.Most, b.Denom), Firm: &firm, Passages: []agent.Offered{}}
	for _, p := range b.Passages {
		q.Passages = append(q.Passages, agent.Offered{
			Asset: uint64(p.Asset), Band: int(p.Band), Bytes: int(p.Bytes), Price: agent.NewAmount(p.Price, b.Denom), Heading: p.Heading, Preview: p.Preview,
		})
	}
	for _, k := range b.Keeping {
		q.Keeping = append(q.Keeping, agent.Keeping{Asset: uint64(k.Asset), Days: k.Days})
	}
	return q
}

// keep keeps what was bought and tells it. What came before an answer was cut was
// paid for, and is told with what cut it.
func (a *Agent) keep(ctx context.Context, got *purse.Answer, err error) (agent.Answer, error) {
	if got == nil {
		return agent.Answer{}, err
	}
	k := agent.Kept{Receipts: got.Receipts}
	out := agent.Answer{
		Text: got.Text, Citations: []agent.Citation{}, Receipts: []string{}, Problems: got.Problems,
		Cost: agent.Cost{Total: agent.NewAmount(got.Total, got.Denom), Paid: []agent.Paid{}},
	}
	if err != nil {
		out.Problems = append(out.Problems, err.Error())
	}
	for _, c := range got.Citations {
		h := agent.Held{
			N: c.N, Asset: c.Asset, Version: c.Version, Root: c.Root,
			Passage: wire.Passage{ID: c.ID, Source: c.Source, Heading: c.Heading, Start: c.Start, End: c.End, Text: c.Text, Proof: c.Path},
		}
		k.Passages = append(k.Passages, h)
		out.Citations = append(out.Citations, agent.Citation{
			N: c.N, Asset: uint64(c.Asset), Version: c.Version, Source: c.Source, Heading: c.Heading, Text: c.Text,
			Link: agent.Link(c.Asset, c.Version, c.Source, c.Start, c.End), Verified: c.Proof, Quoted: c.Quoted,
		})
	}
	for _, i := range got.Items {
		out.Cost.Paid = append(out.Cost.Paid, agent.Paid{Asset: uint64(i.Asset), Kind: i.Kind.String(), Amount: agent.NewAmount(i.Amount, got.Denom)})
	}
	for _, r := range got.Receipts {
		id := r.Hash()
		out.Receipts = append(out.Receipts, id.String())
		if k.App.IsZero() || len(got.Items) > 0 && r.Asset == got.Items[len(got.Items)-1].Asset {
			k.App = id // the app's meter is the last
		}
	}
	if k.App.IsZero() {
		return out, err // nobody gave a receipt: nothing that could be cited
	}
	out.ID = k.App.String()
	k.Answer = out
	return out, a.kept.Put(context.WithoutCancel(ctx), a.payer(), k) // it was paid for
}

// Cite implements agent.Agent.
func (a *Agent) Cite(ctx context.Context, r agent.Reference) (agent.Cited, error) {
	k, err := a.kept.Get(ctx, a.payer(), r.Answer)
	if err != nil {
		return agent.Cited{}, err
	}
	out, err := k.Cite(ctx, r, a.client.root)
	if err != nil {
		return out, err
	}
	proof, err := a.purse.Prove(ctx, k.App.String())
	if err != nil {
		return out, fmt.Errorf("prove the use: %w", err)
	}
	out.Use = proof
	return out, nil
}

// Receipts implements agent.Agent.
func (a *Agent) Receipts(ctx context.Context, limit int) ([]agent.Receipt, error) {
	kept, err := a.purse.Receipts(ctx, purse.Filter{Limit: limit})
	if err != nil {
		return nil, err
	}
	out := []agent.Receipt{}
	for _, k := range kept {
		out = append(out, agent.Receipt{
			ID: k.Hash().String(), Time: time.UnixMilli(k.Time).UTC().Format(time.RFC3339), Asset: uint64(k.Asset), Version: k.Version,
			Lane: k.Lane.String(), Seq: k.Seq, Amount: agent.NewAmount(k.Amount, k.Denom),
		})
	}
	return out, nil
}

// openAgentDB opens the home's database of agents.
func (c *Client) openAgentDB() error {
	db, err := keep.OpenShared(c.Home.Path("agent.db"))
	if err != nil {
		return fmt.Errorf("open agents: %w", err)
	}
	c.agentDB = db
	c.closes = append(c.closes, db.Close)
	return nil
}
