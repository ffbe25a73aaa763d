// Package agenttest has an agent that spends nothing, for tests of what serves one.
package agenttest

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/types"
)

// ID is what the fake's answers are named by.
const ID = "a11ce00000000000000000000000000000000000000000000000000000000001"

// Fake answers every question with the same words. It counts what it would have spent.
type Fake struct {
	// Price is what anything costs.
	Price types.Amount
	// Words are told one by one; the answer is all of them.
	Words []string
	// Required, if set, is told to who brings no payment.
	Required json.RawMessage
	// Hold, if set, holds an answer after its first word until it is closed or the
	// caller has gone.
	Hold chan struct{}
	// Err, if set, is what every question fails with.
	Err error

	mu    sync.Mutex
	spent types.Amount
	asked []agent.Question
	cut   int
}

var _ agent.Agent = (*Fake)(nil)

// Spent is what was bought for so far.
func (f *Fake) Spent() types.Amount {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.spent
}

// Asked are the questions that were paid for.
func (f *Fake) Asked() []agent.Question {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]agent.Question(nil), f.asked...)
}

// Cut is how many answers ended because their caller had gone.
func (f *Fake) Cut() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cut
}

// Quote implements agent.Agent.
func (f *Fake) Quote(context.Context, agent.Question) (agent.Quote, error) {
	firm := agent.NewAmount(types.NewAmount(1), types.BaseDenom)
	return agent.Quote{Most: agent.NewAmount(f.Price, types.BaseDenom), Firm: &firm, Passages: []agent.Offered{
		{Asset: 10, Band: 9, Bytes: 40, Price: firm},
	}}, nil
}

// buy spends, if it may.
func (f *Fake) buy(ctx context.Context, most types.Amount, q agent.Question) error {
	if f.Err != nil {
		return f.Err
	}
	if f.Required != nil && q.Payment == nil {
		return &agent.UnpaidError{Required: f.Required, Message: "answers of this app are paid"}
	}
	if !most.IsZero() && f.Price.Cmp(most) > 0 && q.Payment == nil {
		quote, err := f.Quote(ctx, q)
		if err != nil {
			return err
		}
		return &agent.DearError{Quote: quote, AtMost: most}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.spent, _ = f.spent.Add(f.Price)
	f.asked = append(f.asked, q)
	return nil
}

// Ask implements agent.Agent.
func (f *Fake) Ask(ctx context.Context, q agent.Question) (agent.Answer, error) {
	if err := f.buy(ctx, q.AtMost, q); err != nil {
		return agent.Answer{}, err
	}
	a := f.answer()
	for i, word := range f.Words {
		a.Text += word
		if q.OnDelta != nil {
			q.OnDelta(word)
		}
		if i == 0 && f.Hold != nil {
			select {
			case <-f.Hold:
			case <-ctx.Done():
				f.mu.Lock()
				f.cut++
				f.mu.Unlock()
				return agent.Answer{}, ctx.Err()
			}
		}
	}
	if q.Payment != nil {
		a.Settlement = json.RawMessage(`{"success":true,"transaction":"0xfeed","network":"weal:test"}`)
	}
	return a, nil
}

func (f *Fake) answer() agent.Answer {
	cost := agent.NewAmount(f.Price, types.BaseDenom)
	return agent.Answer{
		ID: ID, Receipts: []string{ID}, Cost: agent.Cost{Total: cost, Paid: []agent.Paid{{Asset: 10, Kind: "data", Amount: cost}}},
		Citations: []agent.Citation{{N: 1, Asset: 10, Version: 1, Source: "a.md", Heading: "A", Text: "A passage.", Link: "weal://asset/10", Verified: true, Quoted: true}},
	}
}

// Search implements agent.Agent.
func (f *Fake) Search(ctx context.Context, s agent.Search) (agent.Answer, error) {
	if err := f.buy(ctx, s.AtMost, agent.Question{Text: s.Text}); err != nil {
		return agent.Answer{}, err
	}
	return f.answer(), nil
}

// Cite implements agent.Agent.
func (f *Fake) Cite(_ context.Context, r agent.Reference) (agent.Cited, error) {
	if r.Answer != ID {
		return agent.Cited{}, fmt.Errorf("%w: %s", agent.ErrNotKept, r.Answer)
	}
	return agent.Cited{Answer: ID, Receipts: []any{}, Passages: []agent.Passage{{Citation: f.answer().Citations[0], End: 10, Chunk: "c0", Root: "20", Path: "AAAA"}}}, nil
}

// Models implements agent.Agent.
func (f *Fake) Models(context.Context) ([]agent.Model, error) {
	return []agent.Model{{App: 12, Name: "spec-reader", Usual: true, Prices: []string{"0.001 WEAL per use"}}}, nil
}

// Balance implements agent.Agent.
func (f *Fake) Balance(context.Context) (agent.Balance, error) {
	return agent.Balance{Payer: "a fake", Spent: []agent.Amount{agent.NewAmount(f.Spent(), types.BaseDenom)}, Today: []agent.Amount{}}, nil
}

// Receipts implements agent.Agent.
func (f *Fake) Receipts(_ context.Context, limit int) ([]agent.Receipt, error) {
	out := []agent.Receipt{}
	for range min(limit, len(f.Asked())) {
		out = append(out, agent.Receipt{ID: ID, Time: "2027-01-31T12:00:00Z", Asset: 12, Version: 1, Lane: "7/0/3", Seq: 1, Amount: agent.NewAmount(f.Price, types.BaseDenom)})
	}
	return out, nil
}
