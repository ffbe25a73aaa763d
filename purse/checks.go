package purse

import (
	"context"
	"fmt"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// checkVaults checks every offer of a quote and makes its order, of passages that
// are to be sealed to seal unless it is zero.
func (p *Purse) checkVaults(ctx context.Context, b *bill, offers []wire.Offer, base pay.Order, seal types.Hash) error {
	for _, o := range offers {
		v, err := p.checkVault(ctx, b.denom, o)
		if err != nil {
			return err
		}
		v.order = base
		v.order.Asset, v.order.Version, v.order.Price = o.Asset, o.Version, v.most
		v.order.Items = pay.ItemsHash(v.ids)
		if !seal.IsZero() {
			v.order.Items = pay.SealedItems(v.order.Items, seal)
		}
		if err := b.add(v); err != nil {
			return err
		}
	}
	return nil
}

func (p *Purse) checkVault(ctx context.Context, denom string, o wire.Offer) (*payee, error) {
	a, err := p.asset(ctx, o.Asset, types.KindData, o.Version)
	if err != nil {
		return nil, err
	}
	version, err := p.cfg.Chain.Version(ctx, o.Asset, o.Version)
	if err != nil {
		return nil, fmt.Errorf("look up version %d of asset %d: %w", o.Version, o.Asset, err)
	}
	_, ok := a.PassagePrice(denom, types.MaxBand)
	switch {
	case o.Root != version.Root || o.Root.IsZero():
		return nil, bad("vault %d offers passages of root %s, the chain has %s", o.Asset, o.Root, version.Root)
	case o.Denom != denom || !ok:
		return nil, bad("vault %d has no price for passages in %s", o.Asset, denom)
	case !p.fresh(o.Expires):
		return nil, bad("the offer of vault %d has expired; ask again", o.Asset)
	case len(o.Items) == 0:
		return nil, bad("vault %d is in it with nothing to buy", o.Asset)
	}
	v := &payee{asset: a, root: version.Root, offered: map[types.Hash]wire.OfferedPassage{}, keeps: max(o.KeepsQuestions, 0)}
	for _, item := range o.Items {
		if err := checkPrice(a, denom, item); err != nil {
			return nil, err
		}
		if _, twice := v.offered[item.ID]; twice {
			return nil, bad("vault %d offers the same passage twice", o.Asset)
		}
		if item.Bytes > wire.MaxBody {
			return nil, bad("vault %d offers a passage of %d bytes, which no answer can carry", o.Asset, item.Bytes)
		}
		v.offered[item.ID] = item
		v.ids = append(v.ids, item.ID)
		if v.most, ok = v.most.Add(item.Price); !ok {
			return nil, bad("vault %d: the sum of its prices does not fit 128 bits", o.Asset)
		}
	}
	return v, nil
}

// checkPrice compares what a vault asks for a passage with its price list: for the
// band and the bytes that it says, of which the bytes are checked when it comes.
func checkPrice(a types.Asset, denom string, item wire.OfferedPassage) error {
	if item.Band > types.MaxBand {
		return bad("vault %d offers a passage of band %d, the best is %d", a.ID, item.Band, types.MaxBand)
	}
	price, _ := a.PassagePrice(denom, item.Band)
	if amount, ok := price.Passage(int(item.Bytes)); !ok || item.Price != amount {
		return bad("vault %d asks %s for a passage of %d bytes and band %d, by its price list on the chain it costs %s",
			a.ID, item.Price, item.Bytes, item.Band, amount)
	}
	return nil
}

// checkMeters checks what is metered and makes its orders. prompt is the most
// bytes that a prompt can have come to.
func (p *Purse) checkMeters(ctx context.Context, q *question, b *bill, quote *wire.Quote, base pay.Order) error {
	prompt := promptBound(q.body, quote.Vaults)
	for _, m := range quote.Meters {
		a, err := p.asset(ctx, m.Asset, m.Kind, m.Version)
		if err != nil {
			return err
		}
		if m.Kind == types.KindApp && m.Asset != quote.Gateway {
			return bad("app %d is in it, the gateway is %d", m.Asset, quote.Gateway)
		}
		if err := checkMeter(a, m, b.denom, prompt); err != nil {
			return err
		}
		v := &payee{asset: a, order: base}
		v.order.Asset, v.order.Version, v.order.Price = m.Asset, m.Version, m.Price
		v.order.Tokens, v.order.Prompt, v.order.Most = m.Tokens, m.Prompt, m.Most
		var ok bool
		if v.most, ok = m.Price.Mul(uint64(m.Most)); !ok {
			return bad("asset %d can cost more than fits 128 bits", m.Asset)
		}
		if q.task {
			v.order.Price, v.order.Tokens, v.order.Prompt, v.order.Most = v.most, 0, 0, 0
		}
		if err := b.add(v); err != nil {
			return err
		}
	}
	return nil
}

func checkMeter(a types.Asset, m wire.Meter, denom string, prompt int) error {
	unit, most := types.PerTick, uint32(pay.MaxTicks)
	if m.Tokens == 0 {
		unit, most = types.PerUse, 1 // a use is paid once
	}
	price, ok := a.Price(unit, denom)
	switch {
	case !ok:
		return bad("asset %d has no price per %s in %s on the chain", m.Asset, unit, denom)
	case m.Price != price.Amount || m.Tokens != price.Tokens:
		return bad("asset %d asks %s per %s of %d tokens, its price on the chain is %s for %d",
			m.Asset, m.Price, unit, m.Tokens, price.Amount, price.Tokens)
	case m.Most == 0 || m.Most > most || m.Prompt > m.Most:
		return bad("asset %d asks for up to %d ticks and %d of them at once; at most %d and all of them are fine", m.Asset, m.Most, m.Prompt, most)
	case m.Tokens > 0 && uint64(m.Prompt) > types.Tokens(prompt)/uint64(m.Tokens)+1:
		return bad("asset %d asks %d ticks for the prompt, which cannot have more than %d bytes", m.Asset, m.Prompt, prompt)
	}
	return nil
}

const (
	// instructionsBound is the most bytes of an app's own instructions in a prompt.
	instructionsBound = 16 << 10
	// headingBound is the most bytes that a prompt says about one passage.
	headingBound = 512
)

// promptBound is the most bytes that a model can have been asked: the question,
// the passages and the app's instructions. A gateway that asks a model more pays
// for it itself.
func promptBound(body []byte, offers []wire.Offer) int {
	n := len(body) + instructionsBound
	for _, o := range offers {
		for _, item := range o.Items {
			n += int(item.Bytes) + headingBound
		}
	}
	return n
}
