package earn_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

func TestLeafIsKeptAndSettled(t *testing.T) {
	l := newLab(t, 100)
	ctx := t.Context()
	v, p := l.firm(order(lane(0), 1, 30), 30)
	require.NoError(t, l.AcceptLeaf(ctx, v, p, n(30)))
	require.NoError(t, l.AcceptLeaf(ctx, v, p, n(30)), "the same order again changes nothing")

	settled, unsettled, err := l.Earned(ctx)
	require.NoError(t, err)
	require.Equal(t, []types.Amount{n(0), n(30)}, []types.Amount{settled, unsettled})
	all, err := l.Unsettled(ctx)
	require.NoError(t, err)
	require.Equal(t, []pay.Settlement{{Voucher: v, Claims: []pay.Claim{{Leaf: &p.Leaf, LeafPath: p.Path}}}}, all)

	count, err := l.Settle(ctx, l.chain)
	require.NoError(t, err)
	require.Equal(t, 1, count)
	require.Equal(t, n(30), l.chain.credited[lane(0)][me])
	count, err = l.Settle(ctx, l.chain)
	require.NoError(t, err)
	require.Zero(t, count, "what is settled is not brought again")
	settled, unsettled, err = l.Earned(ctx)
	require.NoError(t, err)
	require.Equal(t, []types.Amount{n(30), n(0)}, []types.Amount{settled, unsettled})
}

// attempt is one try to get work of the book's asset without paying for it.
type attempt struct {
	name   string
	status int
	code   string
	try    func(l *lab) (pay.SignedVoucher, wire.PaidLeaf)
}

func firmAttempts() []attempt {
	ref := lane(0)
	return []attempt{
		{"voucher for another chain", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			v, p := l.firm(order(ref, 1, 30), 30)
			v.Chain = pay.ChainHash("weal-other-1")
			return pay.Sign(v.Voucher, l.keys[ref]), p
		}},
		{"signed by another lane's key", 403, earn.CodeNotYourLane, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			v, p := l.firm(order(ref, 1, 30), 30)
			return pay.Sign(v.Voucher, l.keys[lane(1)]), p
		}},
		{"total raised after signing", 403, earn.CodeNotYourLane, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			v, p := l.firm(order(ref, 1, 30), 30)
			v.Total = n(41)
			return v, p
		}},
		{"lane of another gateway", 403, earn.CodeNotYourLane, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			o := order(ref, 1, 30)
			o.Gateway = 8
			return l.firm(o, 30)
		}},
		{"no such lane", 403, earn.CodeNotYourLane, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			l.keys[lane(77)] = l.keys[ref]
			return l.firm(order(lane(77), 1, 30), 30)
		}},
		{"order of another asset", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			o := order(ref, 1, 30)
			o.Asset = other
			v, p := l.firm(o, 30)
			p.Leaf.Asset = other
			return v, p
		}},
		{"another asset's leaf", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			o := order(ref, 1, 30)
			leaf := pay.Leaf{Asset: other, Amount: n(30), Order: o.Hash()}
			v, split, _ := l.sign(ref, 1, []pay.Leaf{leaf}, nil)
			return v, wire.PaidLeaf{LeafProof: wire.LeafProof{Leaf: leaf, Path: split.Path(0)}, Order: o}
		}},
		{"leaf renamed to this asset", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			o := order(ref, 1, 30)
			leaf := pay.Leaf{Asset: other, Amount: n(30), Order: o.Hash()}
			v, split, _ := l.sign(ref, 1, []pay.Leaf{leaf}, nil)
			leaf.Asset = me
			return v, wire.PaidLeaf{LeafProof: wire.LeafProof{Leaf: leaf, Path: split.Path(0)}, Order: o}
		}},
		{"orders swapped", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			v, p := l.firm(order(ref, 1, 30), 30)
			p.Order.Items = types.Hash{3}
			return v, p
		}},
		{"leaf given the swapped order's hash", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			v, p := l.firm(order(ref, 1, 30), 30)
			p.Order.Items = types.Hash{3}
			p.Leaf.Order = p.Order.Hash()
			return v, p
		}},
		{"order of another seq", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			o := order(ref, 2, 30)
			leaf := pay.Leaf{Asset: me, Amount: n(30), Order: o.Hash()}
			v, split, _ := l.sign(ref, 1, []pay.Leaf{leaf}, nil)
			return v, wire.PaidLeaf{LeafProof: wire.LeafProof{Leaf: leaf, Path: split.Path(0)}, Order: o}
		}},
		{"seq zero", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) { return l.firm(order(ref, 0, 30), 30) }},
		{"seq beyond what is kept", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) { return l.firm(order(ref, 1<<63, 30), 30) }},
		{"price lower than offered", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) { return l.firm(order(ref, 1, 29), 30) }},
		{"metered order", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			o := order(ref, 1, 30)
			o.Most = 1
			return l.firm(o, 30)
		}},
		{"leaf below the price", 402, earn.CodeTooLittle, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) { return l.firm(order(ref, 1, 30), 29) }},
		{"amount raised after signing", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			v, p := l.firm(order(ref, 1, 30), 29)
			p.Leaf.Amount = n(30)
			return v, p
		}},
		{"path of another leaf", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			v, p := l.firm(order(ref, 1, 30), 30)
			p.Path.Index = 1
			return v, p
		}},
		{"total over the cap", 402, earn.CodeOverCap, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) { return l.firm(order(ref, 1, 30), 991) }},
		{"over the cap by the ceiling of another's ticks", 402, earn.CodeOverCap, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			o := order(ref, 1, 30)
			leaf := pay.Leaf{Asset: me, Amount: n(30), Order: o.Hash()}
			v, split, _ := l.sign(ref, 1, []pay.Leaf{leaf}, []pay.TickLeaf{{Asset: other, Price: n(971), Most: 1}})
			return v, wire.PaidLeaf{LeafProof: wire.LeafProof{Leaf: leaf, Path: split.Path(0)}, Order: o}
		}},
		{"ceiling hidden from the voucher", 403, earn.CodeNotYourLane, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			o := order(ref, 1, 30)
			leaf := pay.Leaf{Asset: me, Amount: n(30), Order: o.Hash()}
			v, split, _ := l.sign(ref, 1, []pay.Leaf{leaf}, []pay.TickLeaf{{Asset: other, Price: n(971), Most: 1}})
			v.Ceiling = n(0)
			return v, wire.PaidLeaf{LeafProof: wire.LeafProof{Leaf: leaf, Path: split.Path(0)}, Order: o}
		}},
		{"credited already more than the voucher promises", 402, earn.CodeOverCap, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			l.chain.change(ref, func(c *types.Lane) { c.Credited = n(500) })
			return l.firm(order(ref, 1, 30), 30)
		}},
		{"lane used up", 402, earn.CodeOverCap, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			l.chain.change(ref, func(c *types.Lane) { c.Credited = c.Cap })
			return l.firm(order(ref, 1, 30), 30)
		}},
		{"worthless denomination", 402, earn.CodeWrongDenom, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			l.chain.change(ref, func(c *types.Lane) { c.Denom = "ashell" })
			return l.firm(order(ref, 1, 30), 30)
		}},
		{"lane closing", 410, earn.CodeLaneClosing, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			l.chain.change(ref, func(c *types.Lane) { c.State = types.LaneClosing })
			return l.firm(order(ref, 1, 30), 30)
		}},
		{"lane closed", 410, earn.CodeLaneClosing, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			l.chain.change(ref, func(c *types.Lane) { c.State = types.LaneClosed })
			return l.firm(order(ref, 1, 30), 30)
		}},
		{"chain out of reach", 503, earn.CodeChainDown, func(l *lab) (pay.SignedVoucher, wire.PaidLeaf) {
			l.chain.setDown(errors.New("connection refused"))
			return l.firm(order(ref, 1, 30), 30)
		}},
	}
}

func TestNothingForNothing(t *testing.T) {
	for _, a := range firmAttempts() {
		t.Run(a.name, func(t *testing.T) {
			l := newLab(t, 100)
			v, p := a.try(l)
			refused(t, l.AcceptLeaf(t.Context(), v, p, n(30)), a.status, a.code)
			_, served, err := l.Served(t.Context(), p.Order.Hash())
			require.NoError(t, err)
			require.False(t, served)
			all, err := l.Unsettled(t.Context())
			require.NoError(t, err)
			require.Empty(t, all)
		})
	}
}

func TestMoreThanTheExposureAllowsAtAll(t *testing.T) {
	l := newLab(t, 20)
	v, p := l.firm(order(lane(0), 1, 30), 30)
	refused(t, l.AcceptLeaf(t.Context(), v, p, n(30)), 402, earn.CodeOverLimit)
}

func TestReplaysAndLowerAmounts(t *testing.T) {
	l := newLab(t, 500)
	ctx := t.Context()
	v1, p1 := l.firm(order(lane(0), 1, 30), 30)
	v2, p2 := l.firm(order(lane(0), 2, 30), 60)
	require.NoError(t, l.AcceptLeaf(ctx, v1, p1, n(30)))

	low, lowLeaf := l.firm(order(lane(0), 2, 30), 59)
	refused(t, l.AcceptLeaf(ctx, low, lowLeaf, n(30)), 402, earn.CodeTooLittle)
	twin := order(lane(0), 1, 30)
	twin.Items = types.Hash{9}
	vt, pt := l.firm(twin, 60)
	refused(t, l.AcceptLeaf(ctx, vt, pt, n(30)), 409, earn.CodeOrderTaken)

	require.NoError(t, l.AcceptLeaf(ctx, v2, p2, n(30)))
	refused(t, l.AcceptLeaf(ctx, v1, p1, n(30)), 409, earn.CodeOrderTaken)
	_, unsettled, err := l.Earned(ctx)
	require.NoError(t, err)
	require.Equal(t, n(60), unsettled)
}

func TestGapsInSeqAndSpareMoneyAreFine(t *testing.T) {
	l := newLab(t, 500)
	v, p := l.firm(order(lane(0), 1, 30), 30)
	require.NoError(t, l.AcceptLeaf(t.Context(), v, p, n(30)))
	v, p = l.firm(order(lane(0), 40, 30), 100)
	require.NoError(t, l.AcceptLeaf(t.Context(), v, p, n(30)))
	_, unsettled, err := l.Earned(t.Context())
	require.NoError(t, err)
	require.Equal(t, n(100), unsettled, "what is promised is owed, also above the price")
}
