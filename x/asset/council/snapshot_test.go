package council_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// What happens to shares after voting has begun, in whatever way, takes nothing
// from who owned them and gives nothing to who owns them.
func TestPowerIsWhatSharesWere(t *testing.T) {
	tests := []struct {
		name string
		do   func(w *world, a, b weal.ShareID)
	}{
		{"nothing", func(*world, weal.ShareID, weal.ShareID) {}},
		{"sold", func(w *world, a, _ weal.ShareID) { w.give(t, a, carol) }},
		{"sold and bought back", func(w *world, a, _ weal.ShareID) { w.give(t, a, carol); w.give(t, a, alice) }},
		{"split", func(w *world, a, _ weal.ShareID) { w.split(t, a, carol, 599) }},
		{"emptied", func(w *world, a, b weal.ShareID) { w.move(t, a, b, 600) }},
		{"filled", func(w *world, a, b weal.ShareID) { w.move(t, b, a, 400) }},
		{"burned", func(w *world, a, b weal.ShareID) { w.burn(t, a); w.burn(t, b) }},
		{"everything", func(w *world, a, b weal.ShareID) {
			c := w.split(t, a, carol, 100)
			w.move(t, b, c, 300)
			w.give(t, b, dave)
			w.pass(t, 1, second)
			w.burn(t, b)
			w.move(t, c, a, 50)
			w.give(t, a, bob)
			w.burn(t, c)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			asset, a := w.register(t, alice, 1000)
			b := w.split(t, a, bob, 400)
			id := w.propose(t, alice, asset, a)
			w.pass(t, 1, second)
			tt.do(w, a, b)
			w.pass(t, 1, second)

			owner, units := w.power(t, id, a)
			require.Equal(t, alice, owner)
			require.EqualValues(t, 600, units)
			owner, units = w.power(t, id, b)
			require.Equal(t, bob, owner)
			require.EqualValues(t, 400, units)
			require.EqualValues(t, 600, w.vote(t, alice, id, types.VoteYes, a))
			require.EqualValues(t, 400, w.vote(t, bob, id, types.VoteNo, b))
			_, err := w.Vote(w.ctx, carol, id, types.VoteYes, []weal.ShareID{a})
			require.ErrorIs(t, err, types.ErrNotOwner)
			require.NoError(t, w.CheckInvariants(w.ctx))
		})
	}
}

// The moment that counts is the end of the block that the proposal is made in:
// whoever had shares only within it says nothing, before the proposal or after.
func TestBlockOfTheProposal(t *testing.T) {
	w := newWorld(t)
	asset, a := w.register(t, alice, 1000)
	b := w.split(t, a, bob, 400)
	w.pass(t, 1, second)

	// In one block: carol borrows all, proposes, makes shares, and gives all back.
	w.give(t, a, carol)
	w.give(t, b, carol)
	early := w.split(t, a, carol, 10)
	id := w.propose(t, carol, asset, a, b)
	late := w.split(t, b, carol, 20)
	w.give(t, b, bob)
	w.move(t, early, a, 10)
	w.give(t, a, alice)
	_, err := w.Vote(w.ctx, carol, id, types.VoteYes, []weal.ShareID{a})
	require.ErrorContains(t, err, "proposal 1 is pending")
	w.pass(t, 1, second)

	for _, s := range []weal.ShareID{a, b} {
		_, err := w.Vote(w.ctx, carol, id, types.VoteYes, []weal.ShareID{s})
		require.ErrorIs(t, err, types.ErrNotOwner)
	}
	_, err = w.Vote(w.ctx, carol, id, types.VoteYes, []weal.ShareID{early})
	require.ErrorContains(t, err, "share 3 had no units when voting on proposal 1 began")
	require.EqualValues(t, 20, w.vote(t, carol, id, types.VoteYes, late))
	require.EqualValues(t, 600, w.vote(t, alice, id, types.VoteNo, a))
	require.EqualValues(t, 380, w.vote(t, bob, id, types.VoteNo, b))
}

func TestOverlappingSnapshots(t *testing.T) {
	w := newWorld(t)
	asset, a := w.register(t, alice, 1000)
	first := w.propose(t, alice, asset, a)
	w.pass(t, 1, second)
	second2 := w.propose(t, alice, asset, a)
	b := w.split(t, a, bob, 100) // in the block before second's voting begins
	w.pass(t, 1, second)
	w.move(t, a, b, 100)
	third := w.propose(t, alice, asset, a)
	w.pass(t, 1, second)
	w.give(t, b, carol)

	want := func(id uint64, share weal.ShareID, owner common.Address, units uint64) {
		t.Helper()
		o, n := w.power(t, id, share)
		require.Equal(t, owner, o)
		require.Equal(t, units, n)
	}
	check := func() {
		t.Helper()
		want(first, a, alice, 1000)
		want(first, b, common.Address{}, 0)
		want(third, a, alice, 800)
		want(third, b, bob, 200)
	}
	check()
	want(second2, a, alice, 900)
	want(second2, b, bob, 100)

	// When the one in the middle is gone, and then changes go on, the others still
	// know.
	require.NoError(t, w.Cancel(w.ctx, weal.AssetAccount(asset), second2))
	w.pass(t, 1, second)
	check()
	w.give(t, b, dave)
	w.burn(t, a)
	w.pass(t, 1, second)
	check()

	// The newest goes first: what is written down stays under it.
	require.NoError(t, w.Cancel(w.ctx, weal.AssetAccount(asset), third))
	w.pass(t, 1, second)
	w.give(t, b, alice)
	c := w.split(t, b, bob, 50)
	w.pass(t, 1, second)
	want(first, a, alice, 1000)
	want(first, b, common.Address{}, 0)
	want(first, c, common.Address{}, 0)

	require.NoError(t, w.Cancel(w.ctx, weal.AssetAccount(asset), first))
	w.pass(t, 1, second)
	for _, prefix := range []byte{51, 56, 57, 58, 59, 60, 61, 63, 64} {
		require.Zero(t, w.rows(prefix), "prefix %d", prefix)
	}
}

// Of the snapshots, what no ballot needs is deleted, and nothing else.
func TestOldSnapshotsAreDeletedInSteps(t *testing.T) {
	w := newWorld(t)
	asset, a := w.register(t, alice, 100_000)
	old := w.propose(t, alice, asset, a)
	w.pass(t, 1, second)
	for range 299 {
		w.split(t, a, bob, 1)
	}
	require.Equal(t, 300, w.rows(59))
	young := w.propose(t, alice, asset, a)
	w.pass(t, 1, second)
	for range 9 {
		w.split(t, a, bob, 1)
	}
	require.Equal(t, 310, w.rows(59))
	require.NoError(t, w.Cancel(w.ctx, alice, old))
	for _, want := range []int{54, 10, 10} {
		w.pass(t, 1, second)
		require.Equal(t, want, w.rows(59))
		require.Equal(t, want, w.rows(60))
	}
	_, units := w.power(t, young, a)
	require.EqualValues(t, 100_000-299, units)
}

// A change of a share reads one row if no proposal of its asset is being voted
// on, and writes none.
func TestWatchingIsCheap(t *testing.T) {
	w := newWorld(t)
	asset, a := w.register(t, alice, 1000)
	cost := func(f func()) uint64 {
		old := w.ctx
		defer func() { w.ctx = old }()
		meter := storetypes.NewInfiniteGasMeter()
		w.ctx = w.ctx.WithGasMeter(meter)
		f()
		return meter.GasConsumed()
	}
	give := func() { w.give(t, a, alice) }
	quiet := cost(give)
	id := w.propose(t, alice, asset, a)
	require.Equal(t, quiet, cost(give), "a proposal whose voting has not begun")
	w.pass(t, 1, second)
	first := cost(give)
	again := cost(give)
	t.Logf("a transfer costs %d; the first one during a vote %d more, others %d more", quiet, first-quiet, again-quiet)
	require.Less(t, again-quiet, uint64(1_500))
	require.Less(t, first-quiet, uint64(9_000))
	require.NoError(t, w.Cancel(w.ctx, alice, id))
	w.pass(t, 1, second)
	require.Equal(t, quiet, cost(give))
}

func TestTreasuryHasNoSay(t *testing.T) {
	w := newWorld(t)
	asset, a := w.register(t, alice, 1000)
	own := weal.AssetAccount(asset)
	b := w.split(t, a, own, 300)
	c := w.split(t, a, bob, 100)
	circulating, treasury, err := w.Units(w.ctx, asset)
	require.NoError(t, err)
	require.EqualValues(t, 700, circulating)
	require.EqualValues(t, 300, treasury)

	_, err = w.Propose(w.ctx, own, asset, proposal(), []weal.ShareID{b})
	require.ErrorContains(t, err, "share 2 is the treasury's")
	id := w.propose(t, alice, asset, a)
	w.pass(t, 1, second)
	_, err = w.Vote(w.ctx, own, id, types.VoteYes, []weal.ShareID{b})
	require.ErrorContains(t, err, "share 2 is the treasury's")
	w.give(t, b, alice)
	_, err = w.Vote(w.ctx, alice, id, types.VoteYes, []weal.ShareID{b})
	require.ErrorContains(t, err, "share 2 is the treasury's")
	w.give(t, c, own)
	require.EqualValues(t, 100, w.vote(t, bob, id, types.VoteNo, c))

	// 700 could vote: 234 are a third and a bit, 233 are not.
	b2, err := w.GetBallot(w.ctx, id)
	require.NoError(t, err)
	require.EqualValues(t, 700, b2.Circulating)
	require.EqualValues(t, 300, b2.Treasury)

	for _, f := range []func(){
		func() { w.move(t, c, b, 50) },
		func() { w.burn(t, c) },
		func() { w.give(t, b, own) },
		func() { w.move(t, b, a, 10) },
	} {
		f()
		require.NoError(t, w.CheckInvariants(w.ctx))
	}
	_, treasury, err = w.Units(w.ctx, asset)
	require.NoError(t, err)
	require.EqualValues(t, 340, treasury)
}
