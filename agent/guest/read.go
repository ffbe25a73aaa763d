package guest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/x402"
)

// refusal is the error of an answer that failed.
func refusal(res *http.Response) error {
	b, err := wire.ReadAll(res.Body, res.ContentLength)
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	said := wire.ReadError(res.StatusCode, b)
	text := res.Header.Get(x402.HeaderRequired)
	if res.StatusCode != http.StatusPaymentRequired || text == "" {
		return said
	}
	required, err := x402.ParseRequired(text)
	if err != nil {
		return fmt.Errorf("%w (%w)", said, err)
	}
	raw, err := json.Marshal(required)
	if err != nil {
		return err
	}
	return &agent.UnpaidError{Required: raw, Message: said.Message}
}

// read reads a stream: chunks, and a last one with all that is not text.
func read(res *http.Response, onDelta func(string)) (*got, error) {
	out := &got{}
	var text strings.Builder
	events := wire.NewEventReader(res.Body)
	for {
		data, err := events.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			out.cut = err
			break
		}
		var c wire.Completion
		if err := wire.Unmarshal(data, &c); err != nil {
			return nil, err
		}
		for _, choice := range c.Choices {
			if choice.Delta == nil || choice.Delta.Content == "" {
				continue
			}
			text.WriteString(choice.Delta.Content)
			if onDelta != nil {
				onDelta(choice.Delta.Content)
			}
		}
		out.take(c)
	}
	out.text = text.String()
	if _, err := io.Copy(io.Discard, res.Body); err != nil && out.cut == nil {
		out.cut = err // trailers stand behind the body
	}
	if out.cut != nil && out.text == "" && len(out.trailer.Citations) == 0 {
		return nil, out.cut
	}
	return out, nil
}

// take takes what c has beside text: citations come first, charges and receipts last,
// or all at once.
func (g *got) take(c wire.Completion) {
	if c.Error != nil {
		g.cut = c.Error
	}
	if c.Weal == nil {
		return
	}
	if len(c.Weal.Citations) > 0 {
		g.trailer.Citations = c.Weal.Citations
	}
	if len(c.Weal.Charges) > 0 {
		g.trailer.Charges = c.Weal.Charges
	}
	g.trailer.Receipts = append(g.trailer.Receipts, c.Weal.Receipts...)
}

// answer makes an answer of what came, and keeps it for the key that paid.
func (g *Guest) answer(ctx context.Context, in *got) (agent.Answer, error) {
	_, denom, ok := strings.Cut(in.cost, " ")
	if !ok {
		denom = types.BaseDenom
	}
	k := agent.Kept{Receipts: in.trailer.Receipts}
	a := agent.Answer{
		Text: in.text, Citations: []agent.Citation{}, Receipts: []string{},
		Cost: agent.Cost{Paid: []agent.Paid{}}, Settlement: in.settlement,
	}
	if in.cut != nil {
		a.Problems = append(a.Problems, "the answer was cut short: "+in.cut.Error())
	}
	named := agent.Marks(in.text)
	for _, c := range in.trailer.Citations {
		root, err := g.Root(ctx, c.Asset, c.Version)
		if err != nil {
			a.Problems = append(a.Problems, fmt.Sprintf("passage [%d] could not be checked with the chain: %v", c.N, err))
		}
		h := agent.Held{N: c.N, Asset: c.Asset, Version: c.Version, Root: c.Root, Passage: c.Passage}
		k.Passages = append(k.Passages, h)
		a.Citations = append(a.Citations, h.Show(root, named[c.N]).Citation)
	}
	var total types.Amount
	for _, c := range in.trailer.Charges {
		total, _ = total.Add(c.Amount) // what one answer cost fits
		a.Cost.Paid = append(a.Cost.Paid, agent.Paid{Asset: uint64(c.Asset), Kind: c.Kind.String(), Amount: agent.NewAmount(c.Amount, denom)})
	}
	a.Cost.Total = agent.NewAmount(total, denom)
	for _, r := range in.trailer.Receipts {
		a.Receipts = append(a.Receipts, r.Hash().String())
		if r.Asset == g.App {
			k.App = r.Hash()
		}
	}
	switch {
	case !k.App.IsZero():
		a.ID = k.App.String()
	case len(a.Receipts) > 0:
		a.ID = a.Receipts[0]
	default:
		return a, nil // nothing was bought that could be cited
	}
	if g.key == "" {
		return a, nil
	}
	k.Answer = a
	return a, g.Kept.Put(context.WithoutCancel(ctx), Payer(g.key), k) // it was paid for
}

// Cite implements agent.Agent.
func (g *Guest) Cite(ctx context.Context, r agent.Reference) (agent.Cited, error) {
	if g.key == "" {
		return agent.Cited{}, errKeyless
	}
	k, err := g.Kept.Get(ctx, Payer(g.key), r.Answer)
	if err != nil {
		return agent.Cited{}, err
	}
	return k.Cite(ctx, r, g.Root)
}

// Receipts implements agent.Agent: those of the answers that are kept.
func (g *Guest) Receipts(ctx context.Context, limit int) ([]agent.Receipt, error) {
	if g.key == "" {
		return nil, errKeyless
	}
	kept, err := g.Kept.List(ctx, Payer(g.key), limit)
	if err != nil {
		return nil, err
	}
	out := []agent.Receipt{}
	for _, k := range kept {
		for _, r := range k.Receipts {
			if len(out) == limit {
				return out, nil
			}
			out = append(out, agent.Receipt{
				ID: r.Hash().String(), Time: time.UnixMilli(r.Time).UTC().Format(time.RFC3339), Asset: uint64(r.Asset), Version: r.Version,
				Lane: r.Lane.String(), Seq: r.Seq, Amount: agent.NewAmount(r.Amount, k.Answer.Cost.Total.Denom),
			})
		}
	}
	return out, nil
}
