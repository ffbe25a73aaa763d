package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// The bond of a lane of cap milli is milli/20; a twentieth of that is the reward.
const (
	laneBond = milli / 20
	reward   = laneBond / 20
)

func amountText(n uint64) string { return weal.NewAmount(n).String() }

func TestPromisingMoreThanTheCapCostsTheBond(t *testing.T) {
	c := newChain(t)
	a, b := signer(t, "a", 1, 0), signer(t, "b", 1, 1)
	c.open(a.newLane(milli), b.newLane(3*milli))
	mine := a.sign(1, []pay.Leaf{leaf(gateway, milli)})
	theirs := a.sign(2, []pay.Leaf{leaf(vault, 1)})
	before, total := c.balance("bob"), c.money.earned(gateway)

	got, burned, err := c.prove(mine.of(gateway), theirs.of(vault))
	require.NoError(t, err)
	require.Equal(t, amountText(reward), got)
	require.Equal(t, amountText(laneBond-reward), burned)
	require.Equal(t, amountText(reward), c.balance("bob").Sub(before).String())
	require.Equal(t, amountText(laneBond-reward), c.burned())
	require.Equal(t, total.String(), c.money.earned(gateway).String(), "the tab's assets get nothing of it")
	require.True(t, c.money.earned(vault).IsZero())

	tab := c.tab(1)
	require.Equal(t, amountText(3*laneBond), tab.Bond, "what stands behind the other lane stays")
	require.True(t, tab.Lanes[0].Proven)
	require.True(t, tab.Lanes[0].Revoked, "nobody works for it any more")
	require.False(t, tab.Lanes[1].Revoked)
	_, _, err = c.prove(mine.of(gateway), theirs.of(vault))
	require.ErrorIs(t, err, types.ErrOffence)
	require.ErrorContains(t, err, "proven already", "once for a lane")

	require.EqualValues(t, 1, c.mustSettle(theirs.of(vault)), "it is settled as any lane")
	_, err = c.fund("alice", &types.MsgFund{Tab: 1})
	require.NoError(t, err)
	require.Equal(t, amountText(4*laneBond), c.tab(1).Bond, "who goes on makes the bond good")
	c.end(1)
	require.Equal(t, math.NewIntFromUint64(4*milli-1+4*laneBond).String(), c.shut(1))
}

// Honest purses make mistakes: they sign one seq twice after a restored backup,
// skip, go back, or fold in too little. While the highest leaves fit the cap that
// is no offence.
func TestHonestMistakesAreNoOffence(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	half := uint64(milli / 2)
	for name, shown := range map[string][]types.Settlement{
		"one voucher twice": func() []types.Settlement {
			p := lane.sign(1, []pay.Leaf{leaf(model, half), leaf(vault, half)})
			return []types.Settlement{p.of(model, vault), p.of(model, vault), p.of(vault)}
		}(),
		"two vouchers of one seq": {
			lane.sign(5, []pay.Leaf{leaf(model, half)}).of(model), lane.sign(5, []pay.Leaf{leaf(vault, half)}).of(vault),
		},
		"lower leaves later": {
			lane.sign(6, []pay.Leaf{leaf(model, half), leaf(vault, half)}).of(model, vault),
			lane.sign(7, []pay.Leaf{leaf(model, 3), leaf(vault, 1)}).of(model, vault),
		},
		"ticks that were folded in": func() []types.Settlement {
			p := lane.sign(8, []pay.Leaf{leaf(vault, half)}, ticks(model, half/8, 8))
			return []types.Settlement{p.claim(p.ticked(model, 8), p.firm(vault)), lane.sign(9, []pay.Leaf{leaf(model, half)}).of(model)}
		}(),
		"a total of which no leaf is shown": {
			{Voucher: lane.raw(pay.Voucher{Lane: lane.ref, Seq: 9, Total: weal.NewAmount(9 * milli)}).Bytes()},
		},
		"a ceiling of which nothing was revealed": {
			lane.sign(10, []pay.Leaf{leaf(vault, milli)}, ticks(model, milli, 8)).of(vault),
		},
	} {
		_, _, err := c.prove(shown...)
		require.ErrorIs(t, err, types.ErrOffence, name)
		require.ErrorContains(t, err, "its cap is 1000000000000000", name)
	}
	require.Equal(t, amountText(laneBond), c.tab(1).Bond)
}

func TestOffences(t *testing.T) {
	most := weal.AmountFromBytes([16]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255})
	for name, shown := range map[string]func(*laneSigner) []types.Settlement{
		"one voucher": func(l *laneSigner) []types.Settlement {
			return []types.Settlement{l.sign(1, []pay.Leaf{leaf(model, milli), leaf(vault, 1)}).of(model, vault)}
		},
		"one leaf": func(l *laneSigner) []types.Settlement {
			return []types.Settlement{l.sign(1, []pay.Leaf{leaf(model, milli+1)}).of(model)}
		},
		"two vouchers of one seq": func(l *laneSigner) []types.Settlement {
			return []types.Settlement{
				l.sign(1, []pay.Leaf{leaf(model, milli)}).of(model), l.sign(1, []pay.Leaf{leaf(vault, 1)}).of(vault),
			}
		},
		"revealed ticks, and a leaf in another voucher": func(l *laneSigner) []types.Settlement {
			p := l.sign(1, nil, ticks(model, milli/8, 8))
			return []types.Settlement{p.claim(p.ticked(model, 8)), l.sign(2, []pay.Leaf{leaf(vault, 1)}).of(vault)}
		},
		"more than 128 bits": func(l *laneSigner) []types.Settlement {
			huge := func(a weal.AssetID) types.Settlement {
				return l.sign(1, []pay.Leaf{{Asset: a, Amount: most}}).of(a)
			}
			return []types.Settlement{huge(model), huge(vault)}
		},
	} {
		c := newChain(t)
		lane := c.oneLane(milli)
		_, _, err := c.prove(shown(lane)...)
		require.NoError(t, err, name)
		require.Equal(t, "0", c.tab(1).Bond, name)
	}
}

func TestForgedOffenceRefused(t *testing.T) {
	c := newChain(t)
	a, b := signer(t, "a", 1, 0), signer(t, "b", 1, 1)
	c.open(a.newLane(milli), b.newLane(milli))
	over := func(s *laneSigner) types.Settlement { return s.sign(1, []pay.Leaf{leaf(vault, milli+1)}).of(vault) }
	refused := func(want error, shown ...types.Settlement) {
		t.Helper()
		_, _, err := c.prove(shown...)
		require.ErrorIs(t, err, want)
	}
	refused(types.ErrOffence)
	forged := *a
	forged.key = b.key
	refused(types.ErrVoucher, over(&forged))
	elsewhere := *a
	elsewhere.chain = "weal-1"
	refused(types.ErrVoucher, over(&elsewhere))
	refused(types.ErrOffence, a.sign(1, []pay.Leaf{leaf(vault, milli)}).of(vault), b.sign(1, []pay.Leaf{leaf(model, 1)}).of(model))
	refused(types.ErrLaneNotFound, over(a.in(1)))
	raised := over(a)
	raised.Claims[0].Leaf = leaf(vault, 2*milli).Bytes()
	refused(types.ErrClaim, raised)
	p := a.sign(1, []pay.Leaf{leaf(model, milli/2+1), leaf(vault, 1)}).of(model)
	p.Claims = append(p.Claims, p.Claims[0])
	refused(types.ErrClaim, p)
	// A leaf of a checkpoint is none of a lane.
	point := c.checkpointOf(1, 0, leaf(vault, 9*milli))
	_, err := c.checkpoint(point.msg(0))
	require.NoError(t, err)
	refused(types.ErrVoucher, point.of(vault))
	require.Equal(t, amountText(2*laneBond), c.tab(1).Bond)
}

// Who sees that it will be proven guilty cannot save the bond by closing, by
// revoking or by a checkpoint; only by making the promise good.
func TestBondStaysUntilTheWindowEnds(t *testing.T) {
	over := func(l *laneSigner) types.Settlement { return l.sign(1, []pay.Leaf{leaf(vault, milli+1)}).of(vault) }
	for name, escape := range map[string]func(*chain) error{
		"close":      func(c *chain) error { return c.close(1) },
		"revoke":     func(c *chain) error { return c.revoke(1, 0) },
		"checkpoint": func(c *chain) error { _, err := c.checkpoint(c.checkpointOf(1, 0).msg(0)); return err },
	} {
		c := newChain(t)
		lane := c.oneLane(milli)
		require.NoError(t, escape(c), name)
		c.pass(100, 6*time.Second)
		_, err := c.withdraw(1)
		require.ErrorIs(t, err, types.ErrWindow, name)
		_, _, err = c.prove(over(lane))
		require.NoError(t, err, name)
		require.Equal(t, "0", c.tab(1).Bond, name)
	}
	t.Run("made good", func(t *testing.T) {
		c := newChain(t)
		lane := c.oneLane(milli)
		_, err := c.fund("alice", &types.MsgFund{Tab: 1, Deposit: "1", Raises: []types.Raise{{Lane: 0, More: "1"}}})
		require.NoError(t, err)
		_, _, err = c.prove(over(lane))
		require.ErrorIs(t, err, types.ErrOffence)
	})
	t.Run("not after withdrawal", func(t *testing.T) {
		c := newChain(t)
		lane := c.oneLane(milli)
		c.mustSettle(lane.sign(2, []pay.Leaf{leaf(model, 1), leaf(vault, 2)}).of(model)) // holds
		c.shut(1)
		_, _, err := c.prove(over(lane))
		require.ErrorIs(t, err, types.ErrTabClosed)
		require.Equal(t, "0", c.burned())
	})
	t.Run("not after release", func(t *testing.T) {
		c := newChain(t)
		lane := c.oneLane(milli)
		require.NoError(t, c.revoke(1, 0))
		c.end(1)
		_, _, err := c.prove(over(lane))
		require.ErrorIs(t, err, types.ErrTabClosed)
	})
}

// A thief of one lane's key promises too much with it, and proves it: it costs the
// lane's cap and what stands behind the lane, not the tab's bond.
func TestThiefCannotBurnTheWholeBond(t *testing.T) {
	c := newChain(t)
	stolen := signer(t, "stolen", 1, 0)
	c.open(stolen.newLane(milli), signer(t, "safe", 1, 1).newLane(99*milli))
	_, _, err := c.prove(stolen.sign(1, []pay.Leaf{leaf(vault, 9*milli)}).of(vault))
	require.NoError(t, err)
	c.mustSettle(stolen.sign(1, []pay.Leaf{leaf(vault, 9*milli)}).of(vault))
	require.Equal(t, math.NewIntFromUint64(99*milli+99*laneBond).String(), c.shut(1))
}
