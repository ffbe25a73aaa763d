package earn_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// TestThreeMeteredQueries plays a lane of a model: every voucher folds in what
// ticks have paid before, and every settlement brings all of it.
func TestThreeMeteredQueries(t *testing.T) {
	l := newLab(t, 200)
	ctx := t.Context()
	var owed uint64
	for seq := range uint64(3) {
		o := tickOrder(lane(0), seq+1)
		v, p, chain := l.metered(o, owed)
		require.NoError(t, l.AcceptTick(ctx, v, p, meter()))
		require.NoError(t, l.AcceptTick(ctx, v, p, meter()), "the same order again changes nothing")
		for _, k := range []uint32{2, 3, 3, 1, 7} {
			paid, err := l.Tick(ctx, reveal(o, chain, k))
			require.NoError(t, err)
			require.GreaterOrEqual(t, paid, k)
		}
		owed += 7 * 3
		require.NoError(t, l.MarkServed(ctx, p.Leaf.Order, []byte("answer")))
		count, err := l.Settle(ctx, l.chain)
		require.NoError(t, err)
		require.Equal(t, 1, count)
		require.Equal(t, n(owed), l.chain.credited[lane(0)][me])
	}
	settled, unsettled, err := l.Earned(ctx)
	require.NoError(t, err)
	require.Equal(t, []types.Amount{n(63), n(0)}, []types.Amount{settled, unsettled})
}

func TestTicksNotAsPromised(t *testing.T) {
	ref := lane(0)
	tests := []struct {
		name   string
		status int
		code   string
		try    func(l *lab) (pay.SignedVoucher, wire.PaidTick)
	}{
		{"price below the quote", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidTick) {
			o := tickOrder(ref, 1)
			o.Price = n(2)
			v, p, _ := l.metered(o, 0)
			return v, p
		}},
		{"more tokens a tick than quoted", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidTick) {
			o := tickOrder(ref, 1)
			o.Tokens = 9
			v, p, _ := l.metered(o, 0)
			return v, p
		}},
		{"prompt below the quote", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidTick) {
			o := tickOrder(ref, 1)
			o.Prompt = 0
			v, p, _ := l.metered(o, 0)
			return v, p
		}},
		{"most below the quote", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidTick) {
			o := tickOrder(ref, 1)
			o.Most = 9
			v, p, _ := l.metered(o, 0)
			return v, p
		}},
		{"another version", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidTick) {
			o := tickOrder(ref, 1)
			o.Version = 2
			v, p, _ := l.metered(o, 0)
			return v, p
		}},
		{"order as quoted, leaf cheaper", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidTick) {
			v, p, _ := l.metered(tickOrder(ref, 1), 0)
			p.Leaf.Price = n(1)
			return v, p
		}},
		{"leaf of another asset", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidTick) {
			o := tickOrder(ref, 1)
			o.Asset = other
			v, p, _ := l.metered(o, 0)
			return v, p
		}},
		{"order swapped", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidTick) {
			v, p, _ := l.metered(tickOrder(ref, 1), 0)
			p.Order.Request = types.Hash{8}
			return v, p
		}},
		{"head swapped", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidTick) {
			v, p, _ := l.metered(tickOrder(ref, 1), 0)
			p.Leaf.Head = types.Hash{8}
			return v, p
		}},
		{"ceiling over the cap", 402, earn.CodeOverCap, func(l *lab) (pay.SignedVoucher, wire.PaidTick) {
			v, p, _ := l.metered(tickOrder(ref, 1), 961)
			return v, p
		}},
		{"signed by another lane's key", 403, earn.CodeNotYourLane, func(l *lab) (pay.SignedVoucher, wire.PaidTick) {
			v, p, _ := l.metered(tickOrder(ref, 1), 0)
			return pay.Sign(v.Voucher, l.keys[lane(1)]), p
		}},
		{"firm leaf of another asset", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidTick) {
			v, p, _ := l.metered(tickOrder(ref, 1), 5)
			p.Firm.Leaf.Asset = other
			return v, p
		}},
		{"firm leaf raised after signing", 402, earn.CodeBadPayment, func(l *lab) (pay.SignedVoucher, wire.PaidTick) {
			v, p, _ := l.metered(tickOrder(ref, 1), 5)
			p.Firm.Leaf.Amount = n(6)
			return v, p
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, 200)
			v, p := tt.try(l)
			refused(t, l.AcceptTick(t.Context(), v, p, meter()), tt.status, tt.code)
		})
	}
}

// TestUnfoldedTicks: a voucher that does not fold in what ticks have paid would
// take it back, since a settlement shows one voucher.
func TestUnfoldedTicks(t *testing.T) {
	l := newLab(t, 200)
	ctx := t.Context()
	o := tickOrder(lane(0), 1)
	v, p, chain := l.metered(o, 0)
	require.NoError(t, l.AcceptTick(ctx, v, p, meter()))
	_, err := l.Tick(ctx, reveal(o, chain, 4))
	require.NoError(t, err)

	for _, base := range []uint64{0, 11} {
		v, p, _ := l.metered(tickOrder(lane(0), 2), base)
		refused(t, l.AcceptTick(ctx, v, p, meter()), 402, earn.CodeTooLittle)
	}
	v, p, _ = l.metered(tickOrder(lane(0), 2), 12)
	require.NoError(t, l.AcceptTick(ctx, v, p, meter()))
	_, unsettled, err := l.Earned(ctx)
	require.NoError(t, err)
	require.Equal(t, n(12), unsettled)
}

func TestWrongTicks(t *testing.T) {
	l := newLab(t, 200)
	ctx := t.Context()
	o := tickOrder(lane(0), 2)
	v, p, chain := l.metered(o, 0)
	require.NoError(t, l.AcceptTick(ctx, v, p, meter()))
	otherOrder, err := pay.NewHashChain(types.Hash{2, 0}, me, types.Hash{7}, 10)
	require.NoError(t, err)
	otherAsset, err := pay.NewHashChain(types.Hash{2, 0}, other, o.Hash(), 10)
	require.NoError(t, err)

	wrong := func(change func(*wire.Tick)) wire.Tick {
		tick := reveal(o, chain, 4)
		change(&tick)
		return tick
	}
	tests := []struct {
		name   string
		status int
		code   string
		tick   wire.Tick
	}{
		{"of another asset", 402, earn.CodeBadPayment, wrong(func(w *wire.Tick) { w.Asset = other })},
		{"of another order's chain", 402, earn.CodeBadPayment, reveal(o, otherOrder, 4)},
		{"of another asset's chain", 402, earn.CodeBadPayment, reveal(o, otherAsset, 4)},
		{"counted too high", 402, earn.CodeBadPayment, wrong(func(w *wire.Tick) { w.K = 5 })},
		{"beyond the most", 402, earn.CodeBadPayment, wrong(func(w *wire.Tick) { w.K = 11 })},
		{"the head itself", 402, earn.CodeBadPayment, wrong(func(w *wire.Tick) { w.K, w.Preimage = 1, chain.Head() })},
		{"of an earlier seq", 409, earn.CodeOrderTaken, wrong(func(w *wire.Tick) { w.Seq = 1 })},
		{"of another lane", 409, earn.CodeOrderTaken, wrong(func(w *wire.Tick) { w.Lane = lane(1) })},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := l.Tick(ctx, tt.tick)
			refused(t, err, tt.status, tt.code)
			_, unsettled, err := l.Earned(ctx)
			require.NoError(t, err)
			require.Equal(t, n(0), unsettled)
		})
	}
	paid, err := l.Tick(ctx, reveal(o, chain, 10))
	require.NoError(t, err)
	require.EqualValues(t, 10, paid)
}

func TestTickForAFirmOrder(t *testing.T) {
	l := newLab(t, 200)
	o := order(lane(0), 1, 30)
	v, p := l.firm(o, 30)
	require.NoError(t, l.AcceptLeaf(t.Context(), v, p, n(30)))
	_, err := l.Tick(t.Context(), wire.Tick{Lane: o.Lane, Seq: 1, Asset: me, K: 1})
	refused(t, err, 409, earn.CodeOrderTaken)
}

// await calls AwaitTicks in the background.
func await(ctx context.Context, l *lab, o pay.Order, k uint32) <-chan error {
	done := make(chan error, 1)
	go func() { done <- l.AwaitTicks(ctx, o.Lane, o.Seq, k) }()
	return done
}

func TestAwaitTicks(t *testing.T) {
	l := newLab(t, 200)
	ctx := t.Context()
	o := tickOrder(lane(0), 1)
	v, p, chain := l.metered(o, 0)
	refused(t, l.AwaitTicks(ctx, o.Lane, 1, 0), 409, earn.CodeOrderTaken)
	require.NoError(t, l.AcceptTick(ctx, v, p, meter()))
	require.NoError(t, l.AwaitTicks(ctx, o.Lane, 1, 0))
	refused(t, l.AwaitTicks(ctx, o.Lane, 1, 11), 402, earn.CodeBadPayment)

	done := await(ctx, l, o, 3)
	_, err := l.Tick(ctx, reveal(o, chain, 2))
	require.NoError(t, err)
	select {
	case err := <-done:
		t.Fatalf("two ticks are not three: %v", err)
	case <-time.After(20 * time.Millisecond): // it must still be waiting
	}
	_, err = l.Tick(ctx, reveal(o, chain, 5))
	require.NoError(t, err)
	require.NoError(t, <-done)

	short, cancel := context.WithCancel(ctx)
	done = await(short, l, o, 6)
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)

	done = await(ctx, l, o, 6)
	v, p, _ = l.metered(tickOrder(lane(0), 2), 15)
	require.NoError(t, l.AcceptTick(ctx, v, p, meter()))
	refused(t, <-done, 409, earn.CodeOrderTaken)
}

func TestServedOnce(t *testing.T) {
	l := newLab(t, 200)
	ctx := t.Context()
	v, p := l.firm(order(lane(0), 1, 30), 30)
	hash := p.Leaf.Order
	refused(t, l.MarkServed(ctx, hash, []byte("a")), 409, earn.CodeOrderTaken)
	_, err := l.Serve(ctx, hash)
	refused(t, err, 409, earn.CodeOrderTaken)
	require.NoError(t, l.AcceptLeaf(ctx, v, p, n(30)))

	done, err := l.Serve(ctx, hash)
	require.NoError(t, err)
	second := make(chan []byte, 1)
	go func() { // asks at the same time; must get the first one's answer
		done, err := l.Serve(ctx, hash)
		if err != nil {
			second <- nil
			return
		}
		defer done()
		answer, _, _ := l.Served(ctx, hash)
		second <- answer
	}()
	require.NoError(t, l.MarkServed(ctx, hash, []byte("answer")))
	done()
	require.Equal(t, "answer", string(<-second))

	require.NoError(t, l.MarkServed(ctx, hash, []byte("answer")))
	refused(t, l.MarkServed(ctx, hash, []byte("another")), 409, earn.CodeOrderTaken)
	l.reopen()
	answer, ok, err := l.Served(ctx, hash)
	require.NoError(t, err)
	require.True(t, ok, "also after a crash")
	require.Equal(t, "answer", string(answer))
}
