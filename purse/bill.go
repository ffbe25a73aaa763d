package purse

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// bill is a quote that was checked: who is to get what for which order.
type bill struct {
	id     string
	denom  string
	payees []*payee // vaults first, then meters, in the quote's order
	firm   types.Amount
	most   types.Amount // firm and all ticks
	// write is how many of several models write, and are paid; zero if there are not
	// several.
	write   int
	cap     types.Amount // of the lane
	payment wire.Payment // once it is signed
}

// payee is one asset of a bill.
type payee struct {
	asset types.Asset // as the chain tells it
	order pay.Order
	hash  types.Hash   // of order
	most  types.Amount // the most it can get
	// Vaults only: what is bought, as it was offered, and the root that the chain has
	// for it.
	ids     []types.Hash
	offered map[types.Hash]wire.OfferedPassage
	keeps   int // days for which it keeps questions
	root    types.Hash
	// Meters only.
	chain *pay.HashChain
}

func (p *payee) metered() bool { return !p.order.Firm() }

// bad is a reason not to sign.
func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrQuote, fmt.Sprintf(format, args...))
}

// check makes a bill of a quote, or says why it must not be signed.
func (p *Purse) check(ctx context.Context, q *question, quote *wire.Quote) (*bill, error) {
	l := q.lane
	onChain, err := p.cfg.Chain.Lane(ctx, l.ref)
	if err != nil {
		return nil, fmt.Errorf("look up lane %s: %w", l.ref, err)
	}
	switch {
	case quote.Lane != l.ref || quote.Seq != q.seq:
		return nil, bad("it is for lane %s seq %d, asked was for lane %s seq %d", quote.Lane, quote.Seq, l.ref, q.seq)
	case quote.Gateway != onChain.Gateway:
		return nil, bad("it is of gateway %d, the lane is for %d", quote.Gateway, onChain.Gateway)
	case quote.Denom != onChain.Denom:
		return nil, bad("it is in %s, the lane is in %s", quote.Denom, onChain.Denom)
	case quote.Request != q.hash:
		return nil, bad("it is for another question")
	case !p.fresh(quote.Expires):
		return nil, bad("it has expired; ask again, and check this machine's clock")
	}
	b := &bill{id: quote.ID, denom: quote.Denom, cap: onChain.Cap}
	base := pay.Order{Lane: l.ref, Seq: q.seq, Gateway: quote.Gateway, Request: q.hash}
	if err := errors.Join(q.onlyFound(quote.Meters), q.onlyTask(quote)); err != nil {
		return nil, err
	}
	if err := p.checkVaults(ctx, b, quote.Vaults, base, q.seal()); err != nil {
		return nil, err
	}
	base.Items = pay.ItemsHash(b.items())
	if err := p.checkMeters(ctx, q, b, quote, base); err != nil {
		return nil, err
	}
	if b.write, err = checkModels(quote, q.Answers); err != nil {
		return nil, err
	}
	if err := b.sum(); err != nil {
		return nil, err
	}
	return b, p.limits(b.denom).query(b)
}

func (p *Purse) fresh(expires int64) bool { return time.Unix(expires, 0).After(p.cfg.Now()) }

func (p *Purse) limits(denom string) Limits {
	if l, ok := p.cfg.Limits[denom]; ok {
		return l
	}
	return p.cfg.Limits[""]
}

// keeping lists the vaults that keep the question.
func (b *bill) keeping() (all []Keeping) {
	for _, v := range b.payees {
		if v.keeps > 0 {
			all = append(all, Keeping{v.asset.ID, v.keeps})
		}
	}
	return all
}

// items lists what the vaults' orders commit to.
func (b *bill) items() []types.Hash {
	items := []types.Hash{}
	for _, v := range b.payees {
		items = append(items, v.order.Items)
	}
	return items
}

// add takes one more payee in; no asset can be in a quote twice, because it has
// one leaf.
func (b *bill) add(v *payee) error {
	for _, other := range b.payees {
		if other.asset.ID == v.asset.ID {
			return bad("asset %d is in it twice", v.asset.ID)
		}
	}
	v.hash = v.order.Hash()
	b.payees = append(b.payees, v)
	return nil
}

// sum adds up what the bill can cost.
func (b *bill) sum() error {
	for _, v := range b.payees {
		if b.spare(v) {
			continue
		}
		var ok bool
		if b.most, ok = b.most.Add(v.most); !ok {
			return bad("its sum does not fit 128 bits")
		}
		if !v.metered() {
			b.firm, _ = b.firm.Add(v.most)
		}
	}
	return nil
}

// asset looks an asset up and checks its kind and version.
func (p *Purse) asset(ctx context.Context, id types.AssetID, kind types.Kind, version uint32) (types.Asset, error) {
	a, err := p.cfg.Chain.Asset(ctx, id)
	switch {
	case err != nil:
		return a, fmt.Errorf("look up asset %d: %w", id, err)
	case a.Kind != kind:
		return a, bad("asset %d is quoted as %s, the chain says %s", id, kind, a.Kind)
	case a.Version != version:
		return a, bad("asset %d is quoted in version %d, the chain has version %d; ask again", id, version, a.Version)
	}
	return a, nil
}
