package purse

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// promise is what a voucher is to say, before it is written down.
type promise struct {
	leaves  []pay.Leaf
	ticks   []openTick
	split   *pay.Split
	tree    *pay.Ticks
	voucher pay.SignedVoucher
}

// sign makes the voucher for b, writes it down, and puts the payment into b.
func (p *Purse) sign(ctx context.Context, q *question, b *bill) error {
	l := q.lane
	s, err := p.promise(q, b)
	if err != nil {
		return err
	}
	// From here until it is kept it is unknown what the database has.
	l.known = false
	q.booked = openQuery{seq: int64(q.seq), day: day(p.cfg.Now()), denom: b.denom, firm: b.firm, cost: b.most}
	err = p.count(ctx, dayKey{q.booked.day, b.denom}, b.most, types.Amount{}, p.limits(b.denom).PerDay,
		keep.Change{
			Slot: "lane " + l.ref.String(), Text: `UPDATE purse_lanes SET last_seq = ?, total = ?, voucher = ?, leaves = ?, ticks = ?` + whereLane,
			Args: append([]any{int64(q.seq), s.voucher.Total.String(), s.voucher.Bytes(), encodeLeaves(s.leaves), encodeTicks(s.ticks)}, key(l.ref)...),
		}, q.booked.change(l.ref, p.cfg.Now(), b.most, true))
	if err != nil {
		return fmt.Errorf("write voucher: %w", err)
	}
	l.known, l.lastSeq, l.leaves, l.open = true, q.seq, s.leaves, s.ticks
	p.mu.Lock()
	l.promised = s.voucher.Total
	l.forgetLate()
	p.mu.Unlock()
	b.payment = s.payment(b)
	return nil
}

// promise folds the ticks revealed so far into leaves, adds what b costs, builds
// the trees and signs.
func (p *Purse) promise(q *question, b *bill) (*promise, error) {
	l := q.lane
	s := &promise{leaves: slices.Clone(l.leaves)}
	for _, t := range l.open {
		if t.revealed == 0 {
			continue
		}
		if err := s.raise(pay.Leaf{Asset: t.Asset, Amount: t.value(), Order: t.Order}); err != nil {
			return nil, err
		}
	}
	for _, v := range b.payees {
		if err := s.take(q, v); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(s.ticks, func(a, b openTick) int { return cmp.Compare(a.Asset, b.Asset) })
	leaves := make([]pay.TickLeaf, len(s.ticks))
	for i, t := range s.ticks {
		leaves[i] = t.TickLeaf
	}
	var err error
	if s.split, err = pay.NewSplit(s.leaves); err != nil {
		return nil, fmt.Errorf("sign voucher: %w", err)
	}
	if s.tree, err = pay.NewTicks(leaves); err != nil {
		return nil, fmt.Errorf("sign voucher: %w", err)
	}
	voucher := pay.Voucher{
		Chain: p.chain, Lane: l.ref, Seq: q.seq, Total: s.split.Sum(), Ceiling: s.tree.Sum(),
		Split: s.split.Root(), Ticks: s.tree.Root(), Receipts: l.mountain.Root(),
	}
	if most, ok := voucher.Most(); !ok || most.Cmp(b.cap) > 0 {
		left, _ := b.cap.Sub(voucher.Total)
		return nil, fmt.Errorf("%w: lane %s: the question can cost %s %s and would leave the lane's promises above its cap of %s (ticks up to %s, left for them %s); fund the tab with a new lane",
			ErrFunds, l.ref, b.most, b.denom, b.cap, voucher.Ceiling, left)
	}
	s.voucher = pay.Sign(voucher, l.key)
	return s, nil
}

// take puts one payee's leaf or tick leaf in.
func (s *promise) take(q *question, v *payee) error {
	if !v.metered() {
		return s.raise(pay.Leaf{Asset: v.asset.ID, Amount: v.order.Price, Order: v.hash})
	}
	chain, err := pay.NewHashChain(q.lane.secret(v.asset.ID, q.seq), v.asset.ID, v.hash, v.order.Most)
	if err != nil {
		return bad("asset %d: %v", v.asset.ID, err)
	}
	v.chain = chain
	s.ticks = append(s.ticks, openTick{seq: q.seq, TickLeaf: pay.TickLeaf{
		Asset: v.asset.ID, Price: v.order.Price, Tokens: v.order.Tokens, Prompt: v.order.Prompt, Most: v.order.Most,
		Head: chain.Head(), Order: v.hash,
	}})
	return nil
}

// raise adds more.Amount to its asset's leaf, which then names more.Order.
func (s *promise) raise(more pay.Leaf) error {
	i, found := leafOf(s.leaves, more.Asset)
	if !found {
		s.leaves = slices.Insert(s.leaves, i, pay.Leaf{Asset: more.Asset})
	}
	sum, ok := s.leaves[i].Amount.Add(more.Amount)
	if !ok {
		return bad("the leaf of asset %d does not fit 128 bits", more.Asset)
	}
	s.leaves[i].Amount, s.leaves[i].Order = sum, more.Order
	return nil
}

func leafOf(leaves []pay.Leaf, asset types.AssetID) (int, bool) {
	return slices.BinarySearchFunc(leaves, asset, func(l pay.Leaf, id types.AssetID) int { return cmp.Compare(l.Asset, id) })
}

// payment packs the voucher with what each payee of b needs to be paid by it. The
// orders are left out: the gateway knows them, and the leaves name their hashes.
func (s *promise) payment(b *bill) wire.Payment {
	pm := wire.Payment{Quote: b.id, Voucher: s.voucher, Leaves: []wire.PaidLeaf{}, Ticks: []wire.PaidTick{}}
	for _, v := range b.payees {
		i, found := leafOf(s.leaves, v.asset.ID)
		var firm *wire.LeafProof
		if found {
			firm = &wire.LeafProof{Leaf: s.leaves[i], Path: s.split.Path(i)}
		}
		if !v.metered() {
			pm.Leaves = append(pm.Leaves, wire.PaidLeaf{LeafProof: *firm})
			continue
		}
		k := slices.IndexFunc(s.ticks, func(t openTick) bool { return t.Asset == v.asset.ID })
		proof := wire.TickProof{Leaf: s.ticks[k].TickLeaf, Path: s.tree.Path(k)}
		pm.Ticks = append(pm.Ticks, wire.PaidTick{TickProof: proof, Firm: firm})
	}
	return pm
}
