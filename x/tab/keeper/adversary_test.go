package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

func TestReplayPaysNothing(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	p := lane.sign(1, []pay.Leaf{leaf(model, 10), leaf(vault, 7)}, ticks(model, 5, 4))
	s := p.claim(p.both(model, 3), p.firm(vault))
	require.EqualValues(t, 10+15+7, c.mustSettle(s))
	require.Zero(t, c.mustSettle(s))
	require.Zero(t, c.mustSettle(s, s), "nor twice in one message")
	require.Equal(t, "25", c.money.earned(model).String())
}

func TestOlderVoucherWithHigherLeafPays(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	older := lane.sign(1, []pay.Leaf{leaf(vault, 100)})
	newer := lane.sign(2, []pay.Leaf{leaf(vault, 40)}) // the payer takes a leaf back
	require.EqualValues(t, 40, c.mustSettle(newer.of(vault)))
	require.EqualValues(t, 60, c.mustSettle(older.of(vault)))
	require.Zero(t, c.mustSettle(newer.of(vault)))
}

func TestDustSteps(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	for i := range uint64(50) {
		p := lane.sign(i+1, []pay.Leaf{leaf(vault, i+1)})
		require.EqualValues(t, 1, c.mustSettle(p.of(vault)))
	}
	require.Equal(t, "50", c.money.earned(vault).String())
	require.Equal(t, "50", c.tab(1).Lanes[0].Credited)
}

func TestForeignVoucherRefused(t *testing.T) {
	c := newChain(t)
	a, b := signer(t, "a", 1, 0), signer(t, "b", 1, 1)
	c.open(a.newLane(milli), b.newLane(milli))
	other := signer(t, "other", 2, 0)
	c.open(other.newLane(milli))
	sign := func(change func(*laneSigner)) types.Settlement {
		s := *a
		change(&s)
		return s.sign(1, []pay.Leaf{leaf(vault, 9)}).of(vault)
	}
	for _, tc := range []struct {
		name   string
		change func(*laneSigner)
		want   error
	}{
		{"another chain", func(s *laneSigner) { s.chain = "weal-1" }, types.ErrVoucher},
		{"another tab", func(s *laneSigner) { s.ref.Tab = 2 }, types.ErrVoucher},
		{"another lane", func(s *laneSigner) { s.ref.Lane = 1 }, types.ErrVoucher},
		{"another lane's key", func(s *laneSigner) { s.key = b.key }, types.ErrVoucher},
		{"no such tab", func(s *laneSigner) { s.ref.Tab = 9 }, types.ErrTabNotFound},
		{"no such lane", func(s *laneSigner) { s.ref.Lane = 2 }, types.ErrLaneNotFound},
		{"no such epoch", func(s *laneSigner) { s.ref.Epoch = 1 }, types.ErrLaneNotFound},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := c.settle(sign(tc.change))
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, "settlement 0")
		})
	}
	require.EqualValues(t, 9, c.mustSettle(sign(func(*laneSigner) {})))
}

func TestForgedLeafRefused(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	p := lane.sign(1, []pay.Leaf{leaf(gateway, 1), leaf(model, 2), leaf(vault, 3)})
	refused := func(name string, s types.Settlement) {
		t.Helper()
		_, err := c.settle(s)
		require.ErrorIs(t, err, types.ErrClaim, name)
		require.ErrorContains(t, err, "settlement 0: claim 0", name)
	}
	forge := func(l pay.Leaf) types.Settlement {
		return p.claim(types.Claim{Leaf: l.Bytes(), LeafPath: p.split.Path(2).Bytes()})
	}
	refused("amount", forge(leaf(vault, 4)))
	refused("asset", forge(leaf(model, 3)))
	refused("order", forge(pay.Leaf{Asset: vault, Amount: weal.NewAmount(3)}))

	path := p.split.Path(2)
	path.Siblings[0].Sum = weal.NewAmount(0)
	refused("sum in the path", p.claim(types.Claim{Leaf: leaf(vault, 3).Bytes(), LeafPath: path.Bytes()}))
	refused("path of another leaf", p.claim(types.Claim{Leaf: leaf(vault, 3).Bytes(), LeafPath: p.split.Path(1).Bytes()}))
	refused("short path", p.claim(types.Claim{Leaf: leaf(vault, 3).Bytes(), LeafPath: []byte{1}}))
	refused("path alone", p.claim(types.Claim{LeafPath: path.Bytes()}))
	refused("nothing", p.claim(types.Claim{}))

	// A payer signs a total below the sum of its own tree.
	v := p.signed.Voucher
	v.Total = weal.NewAmount(5)
	low := lane.raw(v)
	refused("total below the sum", types.Settlement{Voucher: low.Bytes(), Claims: p.of(vault).Claims})
	require.EqualValues(t, 6, c.mustSettle(p.of(gateway, model, vault)))
}

func TestForgedTicksRefused(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	p := lane.sign(1, nil, ticks(gateway, 1, 8), ticks(model, 10, 8))
	refused := func(name string, claim types.Claim) {
		t.Helper()
		_, err := c.settle(p.claim(claim))
		require.ErrorIs(t, err, types.ErrClaim, name)
	}
	change := func(f func(*types.Claim)) types.Claim {
		claim := p.ticked(model, 3)
		f(&claim)
		return claim
	}
	other := p.ticked(gateway, 3)
	refused("more than was revealed", change(func(c *types.Claim) { c.TickCount = 4 }))
	refused("less, by the same preimage", change(func(c *types.Claim) { c.TickCount = 2 }))
	refused("beyond most", change(func(c *types.Claim) { c.TickCount = 9 }))
	refused("far beyond most", change(func(c *types.Claim) { c.TickCount = 1<<32 - 1 }))
	refused("none", change(func(c *types.Claim) { c.TickCount = 0; c.Preimage = p.ticks[1].Head[:] }))
	refused("another asset's preimage", change(func(c *types.Claim) { c.Preimage = other.Preimage }))
	refused("another asset's leaf", change(func(c *types.Claim) { c.Tick = other.Tick }))
	refused("short preimage", change(func(c *types.Claim) { c.Preimage = c.Preimage[:31] }))
	refused("no leaf", types.Claim{TickCount: 3, Preimage: other.Preimage})
	refused("a longer promise", change(func(c *types.Claim) {
		l := p.ticks[1]
		l.Most = 9
		c.Tick = l.Bytes()
	}))
	require.EqualValues(t, 30, c.mustSettle(p.claim(p.ticked(model, 3))))
	require.EqualValues(t, 50, c.mustSettle(p.claim(p.ticked(model, 8))), "later ticks add to earlier ones")
}

func TestTickCountedOnce(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	p := lane.sign(1, []pay.Leaf{leaf(vault, 5)}, ticks(model, 10, 8))
	twice := p.ticked(model, 8)
	_, err := c.settle(p.claim(twice, twice))
	require.ErrorIs(t, err, types.ErrClaim)
	require.ErrorContains(t, err, "claim 1: assets must ascend")
	_, err = c.settle(p.claim(p.firm(vault), twice))
	require.ErrorContains(t, err, "assets must ascend")
	c.mustSettle(p.claim(twice))
	c.mustSettle(p.claim(twice))
	require.Equal(t, "85", c.tab(1).Lanes[0].Shown)
}

func TestFoldedTicksPayOnce(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	first := lane.sign(1, nil, ticks(model, 10, 8))
	second := lane.sign(2, []pay.Leaf{leaf(model, 30)}, ticks(model, 10, 8)) // 3 ticks folded in
	require.EqualValues(t, 30, c.mustSettle(first.claim(first.ticked(model, 3))))
	require.EqualValues(t, 20, c.mustSettle(second.claim(second.both(model, 2))))
	require.Zero(t, c.mustSettle(first.claim(first.ticked(model, 3)), second.of(model)))
}

func TestOverCapIsClipped(t *testing.T) {
	c := newChain(t)
	a, b := signer(t, "a", 1, 0), signer(t, "b", 1, 1)
	c.open(a.newLane(milli), b.newLane(milli))
	p := a.sign(1, []pay.Leaf{leaf(model, milli-10), leaf(vault, 100)})
	require.EqualValues(t, milli, c.mustSettle(p.of(model, vault)))
	require.Equal(t, "10", c.money.earned(vault).String())
	require.Zero(t, c.mustSettle(p.of(vault)))
	require.EqualValues(t, 7, c.mustSettle(b.sign(1, []pay.Leaf{leaf(vault, 7)}).of(vault)), "the other lane is whole")
}

func TestSettlingFirstTakesOnlyOwn(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	p := lane.sign(1, []pay.Leaf{leaf(model, milli/2), leaf(vault, milli/2)}) // total = cap
	require.EqualValues(t, milli/2, c.mustSettle(p.of(model)))
	require.Zero(t, c.mustSettle(p.of(model)))
	require.EqualValues(t, milli/2, c.mustSettle(p.of(vault)), "who comes last finds its own")
}

func TestStolenLaneKeyCostsTheCap(t *testing.T) {
	c := newChain(t)
	thief := signer(t, "stolen", 1, 0)
	safe := signer(t, "safe", 1, 1)
	c.open(thief.newLane(milli), safe.newLane(3*milli))
	for seq := range uint64(3) {
		c.mustSettle(thief.sign(seq+1, []pay.Leaf{leaf(model, (seq+1)*milli)}).of(model))
	}
	require.Equal(t, math.NewIntFromUint64(milli).String(), c.money.earned(model).String())
	require.Equal(t, math.NewIntFromUint64(3*milli+4*milli/20).String(), c.shut(1))
}

func TestSettleNeedsNoSibling(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	leaves := make([]pay.Leaf, 100)
	for i := range leaves {
		leaves[i] = leaf(weal.AssetID(i+1), uint64(i+1))
	}
	p := lane.sign(1, leaves)
	for _, l := range leaves {
		require.EqualValues(t, l.Amount.Big().Uint64(), c.mustSettle(p.of(l.Asset)), "asset %d alone", l.Asset)
	}
}

func TestBadSettlementFailsTheMessage(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	good := lane.sign(1, []pay.Leaf{leaf(vault, 5)}).of(vault)
	bad := lane.sign(2, []pay.Leaf{leaf(vault, 6)}).of(vault)
	bad.Voucher = append([]byte(nil), bad.Voucher...)
	bad.Voucher[len(bad.Voucher)-1] ^= 1
	_, err := c.settle(good, bad)
	require.ErrorIs(t, err, types.ErrVoucher)
	require.ErrorContains(t, err, "settlement 1: lane 1/0/0")
	require.True(t, c.money.earned(vault).IsZero())

	gone := lane.sign(3, []pay.Leaf{leaf(lastAsset+1, 6)}).of(lastAsset + 1)
	_, err = c.settle(good, gone)
	require.ErrorContains(t, err, "settlement 1: credit asset 2001")
	_, err = c.settle()
	require.ErrorIs(t, err, types.ErrClaim)
	require.EqualValues(t, 5, c.mustSettle(good))
}

func TestRefundIsForWhatIsWorthIt(t *testing.T) {
	c := newChain(t)
	lane := signer(t, "lane", 1, 0)
	const (
		refund = 250_000_000_000
		worth  = 20 * refund
	)
	c.openWith(&types.MsgOpen{
		Deposit: "1000000000000000", Bond: "50000000000000", FeeReserve: "850000000000",
		Lanes: []types.NewLane{lane.newLane(milli)},
	})
	before := c.balance("bob")
	settle := func(seq, total uint64) int64 {
		t.Helper()
		c.mustSettle(lane.sign(seq, []pay.Leaf{leaf(vault, total)}).of(vault))
		return c.balance("bob").Sub(before).Int64()
	}
	require.EqualValues(t, refund, settle(1, 1), "an asset's first credit of a lane")
	require.EqualValues(t, refund, settle(2, worth), "a credit below 20 refunds gets none")
	require.EqualValues(t, refund, settle(3, worth+1), "nor does dust")
	require.EqualValues(t, 2*refund, settle(4, 2*worth+1))
	require.EqualValues(t, 2*refund, settle(4, 2*worth+1), "a replay credits nothing")
	require.EqualValues(t, 3*refund, settle(5, 3*worth+1))
	require.EqualValues(t, 850_000_000_000, settle(6, 4*worth+1), "the rest of the reserve")
	require.EqualValues(t, 850_000_000_000, settle(7, 5*worth+1), "the deposit pays no refunds")
	require.Equal(t, "0", c.tab(1).FeeReserve)
	require.Equal(t, math.NewIntFromUint64(milli+milli/20-5*worth-1).String(), c.shut(1))
}

// A payer opens many lanes and owes on each less than the fee of settling it. Each
// lane's first settlement is refunded while the reserve lasts: contributors see it,
// and work for new lanes only while it does.
func TestManyLanesThatOweLessThanAFee(t *testing.T) {
	c := newChain(t)
	const (
		lanes  = 1000
		refund = 250_000_000_000
	)
	var open []types.NewLane
	for i := range uint32(lanes) {
		open = append(open, signer(t, "small", 1, i).newLane(milli))
	}
	c.openWith(&types.MsgOpen{
		Deposit: weal.NewAmount(lanes * milli).String(), Bond: weal.NewAmount(lanes * milli / 20).String(),
		FeeReserve: weal.NewAmount(lanes * refund).String(), Lanes: open,
	})
	var all []types.Settlement
	for i := range uint32(lanes) {
		s := signer(t, "small", 1, i)
		all = append(all, s.sign(1, []pay.Leaf{leaf(vault, 1000)}).of(vault))
	}
	before := c.balance("bob")
	require.EqualValues(t, lanes*1000, c.mustSettle(all...))
	require.Equal(t, math.NewInt(lanes).MulRaw(refund).String(), c.balance("bob").Sub(before).String())
	require.Equal(t, "0", c.tab(1).FeeReserve)
}
