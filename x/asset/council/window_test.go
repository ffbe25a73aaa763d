package council_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/x/asset/types"
)

func TestWindows(t *testing.T) {
	w := newWorld(t)
	asset, a := w.register(t, alice, 1000)
	id := w.propose(t, alice, asset, a)
	require.Equal(t, types.PROPOSAL_STATE_PENDING, w.state(t, id))
	w.pass(t, 1, time.Hour)
	require.Equal(t, types.PROPOSAL_STATE_VOTING, w.state(t, id))
	w.vote(t, alice, id, types.VoteYes, a)

	w.pass(t, 71, time.Hour)
	require.Equal(t, types.PROPOSAL_STATE_VOTING, w.state(t, id), "three days less an hour")
	w.vote(t, alice, id, types.VoteYes, a)
	w.pass(t, 1, time.Hour)
	require.Equal(t, types.PROPOSAL_STATE_LOCKED, w.state(t, id))
	_, err := w.Vote(w.ctx, alice, id, types.VoteNo, nil)
	require.Error(t, err)
	_, _, err = w.Power(w.ctx, id, a)
	require.ErrorContains(t, err, "proposal 1 is locked; nobody votes on it now")

	w.pass(t, 23, time.Hour)
	_, err = w.Execute(w.ctx, id)
	require.ErrorContains(t, err, "proposal 1 is locked; only what is ready can be executed")
	w.pass(t, 1, time.Hour)
	require.Equal(t, types.PROPOSAL_STATE_READY, w.state(t, id))
	w.pass(t, 14*24-1, time.Hour)
	require.Equal(t, types.PROPOSAL_STATE_READY, w.state(t, id))

	last := w.ctx
	w.pass(t, 1, time.Hour)
	require.Equal(t, types.PROPOSAL_STATE_EXPIRED, w.state(t, id))
	_, err = w.Execute(w.ctx, id)
	require.ErrorContains(t, err, "proposal 1 is expired")
	require.ErrorContains(t, w.Cancel(w.ctx, alice, id), "proposal 1 is expired already")

	w.ctx = last
	p, err := w.Execute(w.ctx, id)
	require.NoError(t, err)
	require.Equal(t, proposal().Calls, p.Calls)
	_, err = w.Execute(w.ctx, id)
	require.ErrorContains(t, err, "proposal 1 is executed")
}

// After a pause of the chain the first block has the time from before, the
// second one is far from it. Whatever window began with the first, or with the
// block before the pause, still lasts its blocks.
func TestPauses(t *testing.T) {
	const pause = 100 * day
	w := newWorld(t)
	asset, a := w.register(t, alice, 1000)
	before := w.propose(t, alice, asset, a) // in the last block before a pause
	w.pass(t, 1, second)                    // the first block after it
	after := w.propose(t, alice, asset, a)
	w.pass(t, 1, pause)
	for range types.WindowBlocks - 1 {
		require.Equal(t, types.PROPOSAL_STATE_VOTING, w.state(t, before))
		require.Equal(t, types.PROPOSAL_STATE_VOTING, w.state(t, after))
		w.vote(t, alice, before, types.VoteYes, a)
		w.vote(t, alice, after, types.VoteYes, a)
		w.pass(t, 1, second)
	}
	require.Equal(t, types.PROPOSAL_STATE_LOCKED, w.state(t, before))
	require.Equal(t, types.PROPOSAL_STATE_VOTING, w.state(t, after), "its voting began with the second block")

	// The lock and the grace time, each.
	w.pass(t, 1, pause)
	for range types.WindowBlocks - 2 {
		require.Equal(t, types.PROPOSAL_STATE_LOCKED, w.state(t, before))
		w.pass(t, 1, second)
	}
	require.Equal(t, types.PROPOSAL_STATE_LOCKED, w.state(t, before))
	w.pass(t, 1, second)
	for range types.WindowBlocks {
		require.Equal(t, types.PROPOSAL_STATE_READY, w.state(t, before))
		w.pass(t, 1, second)
	}
	require.Equal(t, types.PROPOSAL_STATE_EXPIRED, w.state(t, before))
}

// A window of seconds is not shorter for blocks in the middle of one.
func TestWindowsAreNeverShorter(t *testing.T) {
	w := newWorld(t)
	asset, a := w.register(t, alice, 1000)
	require.NoError(t, w.SetRules(w.ctx, alice, asset, types.CouncilRules{
		Quorum: 3_334, Threshold: 5_000, Propose: 1, VotingSeconds: 60, LockSeconds: 60, GraceSeconds: 60,
	}))
	id := w.propose(t, alice, asset, a)
	w.pass(t, 1, 1900*time.Millisecond) // begins at …1.9
	w.vote(t, alice, id, types.VoteYes, a)
	w.pass(t, 20, 0)
	w.pass(t, 1, 59_200*time.Millisecond) // 59.2 seconds later
	require.Equal(t, types.PROPOSAL_STATE_VOTING, w.state(t, id))
	w.pass(t, 1, 900*time.Millisecond)
	require.Equal(t, types.PROPOSAL_STATE_LOCKED, w.state(t, id), "60.1 seconds later")
}

func TestBlocksAreBounded(t *testing.T) {
	w := newWorld(t)
	asset, a := w.register(t, alice, 1000)
	const n = 300
	for range n {
		w.propose(t, alice, asset, a)
	}
	in := func(s types.ProposalState) (count int) {
		for id := range uint64(n) {
			if w.state(t, id+1) == s {
				count++
			}
		}
		return count
	}
	w.pass(t, 1, second)
	require.Equal(t, 256, in(types.PROPOSAL_STATE_VOTING))
	w.split(t, a, bob, 1)
	w.pass(t, 1, second)
	require.Equal(t, n, in(types.PROPOSAL_STATE_VOTING))
	_, early := w.power(t, 1, a)
	_, late := w.power(t, n, a)
	require.EqualValues(t, []uint64{1000, 999}, []uint64{early, late})
	for id := range uint64(n) {
		w.vote(t, alice, id+1, types.VoteYes, a)
	}
	w.pass(t, 9, day)
	require.Equal(t, 256, in(types.PROPOSAL_STATE_LOCKED))
	require.Greater(t, w.rows(61), n-256)
	w.pass(t, 1, day)
	require.Equal(t, n, in(types.PROPOSAL_STATE_LOCKED))
	w.pass(t, 3, second)
	for _, prefix := range []byte{51, 57, 58, 59, 60, 61, 63, 64} {
		require.Zero(t, w.rows(prefix), "prefix %d", prefix)
	}
}
