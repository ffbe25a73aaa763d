package earn

import (
	"context"
	"math"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// promise is a payment whose every part was verified, except against what the
// lane owes already.
type promise struct {
	voucher  pay.SignedVoucher
	order    types.Hash
	leaf     *pay.Leaf
	leafPath pay.Path
	tick     *pay.TickLeaf
	tickPath pay.Path
	use      *use         // that the order takes of the payer's credential; nil if none are counted
	denom    string       // of the tab
	price    types.Amount // firm: what the leaf adds for this order
	risk     types.Amount // metered: what may be given away ahead of its tick
}

// AcceptLeaf takes a firm payment of price for p.Order, or says why not. When it
// returns nil, the claim is kept and the order may be served; for an order that
// was accepted before it changes nothing. Errors are *wire.Error.
//
// The caller compares the order's version, request and items with its own offer.
func (b *Book) AcceptLeaf(ctx context.Context, v pay.SignedVoucher, p wire.PaidLeaf, price types.Amount) error {
	if !p.Order.Firm() || p.Order.Price != price {
		return refuse(CodeBadPayment, "the order is for another price than was offered, which is %s; ask for a new offer", price)
	}
	if p.Leaf.Asset != p.Order.Asset {
		return refuse(CodeBadPayment, "the leaf is of asset %d, the order names asset %d", p.Leaf.Asset, p.Order.Asset)
	}
	if p.Leaf.Order != p.Order.Hash() {
		return refuse(CodeBadPayment, "the leaf names another order than came with it")
	}
	l, u, err := b.checkVoucher(ctx, v, p.Order)
	if err != nil {
		return err
	}
	if err := pay.VerifyLeaf(v.Voucher, p.Leaf, p.Path); err != nil {
		return refuse(CodeBadPayment, "%v", err)
	}
	return b.accept(ctx, promise{
		voucher: v, order: p.Leaf.Order, leaf: &p.Leaf, leafPath: p.Path, use: u, denom: l.Denom, price: price,
	})
}

// AcceptTick takes the promise of ticks for p.Order as want quotes them, or says
// why not. The asset's own firm leaf must cover all that the lane owes from
// earlier orders, since a settlement shows one voucher. Otherwise it is as
// AcceptLeaf.
func (b *Book) AcceptTick(ctx context.Context, v pay.SignedVoucher, p wire.PaidTick, want wire.Meter) error {
	if err := checkMeter(p, want); err != nil {
		return err
	}
	l, u, err := b.checkVoucher(ctx, v, p.Order)
	if err != nil {
		return err
	}
	if err := pay.VerifyTick(v.Voucher, p.Leaf, p.Path); err != nil {
		return refuse(CodeBadPayment, "%v", err)
	}
	pr := promise{
		voucher: v, order: p.Leaf.Order, tick: &p.Leaf, tickPath: p.Path, use: u, denom: l.Denom, risk: tickRisk(p.Leaf, 0),
	}
	if p.Firm != nil {
		if p.Firm.Leaf.Asset != p.Order.Asset {
			return refuse(CodeBadPayment, "the firm leaf is of asset %d, the order names asset %d", p.Firm.Leaf.Asset, p.Order.Asset)
		}
		if err := pay.VerifyLeaf(v.Voucher, p.Firm.Leaf, p.Firm.Path); err != nil {
			return refuse(CodeBadPayment, "%v", err)
		}
		pr.leaf, pr.leafPath = &p.Firm.Leaf, p.Firm.Path
	}
	return b.accept(ctx, pr)
}

// checkMeter compares what the payer promised with what was quoted.
func checkMeter(p wire.PaidTick, want wire.Meter) error {
	o, l := p.Order, p.Leaf
	switch {
	case l.Order != o.Hash():
		return refuse(CodeBadPayment, "the tick leaf names another order than came with it")
	case l.Asset != o.Asset || l.Asset != want.Asset:
		return refuse(CodeBadPayment, "the tick leaf is of asset %d, the order of asset %d, the quote of asset %d", l.Asset, o.Asset, want.Asset)
	case o.Version != want.Version:
		return refuse(CodeBadPayment, "the order is for version %d, quoted was version %d; ask for a new quote", o.Version, want.Version)
	case o.Price != want.Price || o.Tokens != want.Tokens || o.Prompt != want.Prompt || o.Most != want.Most,
		l.Price != want.Price || l.Tokens != want.Tokens || l.Prompt != want.Prompt || l.Most != want.Most:
		return refuse(CodeBadPayment, "the ticks are not as quoted: %s a tick of %d tokens, %d for the prompt, at most %d; ask for a new quote",
			want.Price, want.Tokens, want.Prompt, want.Most)
	}
	return nil
}

// checkVoucher checks all of v that does not depend on the kind of payment. The
// signature comes last: it costs more than the rest together. It returns the
// lane, and the use that the order takes of the payer's credential, if its uses
// are counted.
func (b *Book) checkVoucher(ctx context.Context, v pay.SignedVoucher, o pay.Order) (types.Lane, *use, error) {
	switch asset := b.Asset(); {
	case o.Asset != asset:
		return types.Lane{}, nil, refuse(CodeBadPayment, "the order is for asset %d, this is asset %d", o.Asset, asset)
	case v.Chain != b.chain:
		return types.Lane{}, nil, refuse(CodeBadPayment, "the voucher is for another chain; this one is %s", b.cfg.ChainID)
	case o.Lane != v.Lane || o.Seq != v.Seq:
		return types.Lane{}, nil, refuse(CodeBadPayment, "the order is for lane %s seq %d, the voucher for lane %s seq %d", o.Lane, o.Seq, v.Lane, v.Seq)
	case v.Seq == 0 || v.Seq > math.MaxInt64:
		return types.Lane{}, nil, refuse(CodeBadPayment, "the voucher's seq %d is out of range; it counts from 1", v.Seq)
	}
	l, u, err := b.admit(ctx, v.Lane)
	if err != nil {
		return types.Lane{}, nil, err
	}
	if o.Gateway != l.Gateway {
		return types.Lane{}, nil, refuseLane("lane %s is for gateway %d, the order names %d", l.Ref, l.Gateway, o.Gateway)
	}
	most, ok := v.Most()
	if !ok || most.Cmp(l.Cap) > 0 {
		return types.Lane{}, nil, refuse(CodeOverCap, "the voucher promises more than lane %s holds, which is %s; open another lane", l.Ref, l.Cap)
	}
	// Leaves never fall and ticks are folded in, so an honest voucher is never
	// below what was credited. One that is has a sister that promised more.
	if l.Credited.Cmp(most) > 0 {
		return types.Lane{}, nil, refuse(CodeOverCap, "lane %s was credited %s already, more than this voucher promises in all", l.Ref, l.Credited)
	}
	if err := b.verifier.Voucher(v, l.Key); err != nil {
		return types.Lane{}, nil, refuseLane("the voucher's signature is not that of lane %s", l.Ref)
	}
	return l, u, nil
}

// accept compares a promise with what the lane owes, and keeps it.
func (b *Book) accept(ctx context.Context, p promise) error {
	ref := p.voucher.Lane
	if sum(p.price, p.risk).Cmp(b.cfg.Exposure) > 0 {
		return refuse(CodeOverLimit, "this order would put more at risk than the %s that a tab may owe here; ask for less at once", b.cfg.Exposure)
	}
	l, err := b.lane(ctx, ref)
	if err != nil {
		return err
	}
	if err := b.denominate(ctx, ref.Tab, p.denom); err != nil {
		return err
	}
	l.work.Lock()
	defer l.work.Unlock()
	old, _ := b.read(l)
	switch {
	case p.voucher.Seq == old.seq && p.order == old.order:
		return nil
	case p.voucher.Seq <= old.seq:
		return refuseOrder("lane %s is at seq %d with another order; ask again with a higher seq", ref, old.seq)
	}
	was := old
	if b.gave(l) {
		// Its answer was under way, and nobody can be asked for its ticks any more.
		was.unpaid = sum(old.unpaid, old.risk)
	}
	next, err := was.follow(p)
	if err != nil {
		return err
	}
	var first *firstOrder
	if old.seq == 0 {
		if first, err = b.first(ctx, ref, sum(p.price, p.risk)); err != nil {
			return err
		}
	}
	if err := b.reserve(l, next, first); err != nil {
		return err
	}
	if err := b.store.put(ctx, b.Asset(), next, p.use); err != nil {
		b.release(l)
		return err
	}
	b.set(l, next)
	b.cfg.Telemetry.Paid(ctx, ref, p.voucher.Seq)
	return nil
}

// follow returns the state after p was accepted. What the leaf proves replaces
// what the last voucher proved, so it must cover that and the new order.
func (s state) follow(p promise) (state, error) {
	var firm types.Amount
	if p.leaf != nil {
		firm = p.leaf.Amount
	}
	if need := sum(s.value, p.price); firm.Cmp(need) < 0 {
		return state{}, refuse(CodeTooLittle, "the leaf says %s; lane %s owes %s since seq %d and this order adds %s: sign a leaf of at least %s",
			firm, p.voucher.Lane, s.value, s.seq, p.price, need)
	}
	// What the leaf has grown by beyond its order is ticks of the order before that were
	// still to come, folded in.
	late, _ := firm.Sub(sum(s.value, p.price))
	return state{
		ref: p.voucher.Lane, seq: p.voucher.Seq, order: p.order,
		voucher: p.voucher, leaf: p.leaf, leafPath: p.leafPath, tick: p.tick, tickPath: p.tickPath,
		value: firm, settled: s.settled, risk: p.risk, lost: s.lost, unpaid: s.paidLate(late).workedOff(sum(p.price, late)),
	}, nil
}
