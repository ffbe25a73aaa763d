package council_test

import (
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

func TestProposalsAreChecked(t *testing.T) {
	w := newWorld(t)
	asset, a := w.register(t, alice, 10_000)
	b := w.split(t, a, bob, 99)
	c := w.split(t, a, bob, 1)
	other, o := w.register(t, bob, 10_000)
	tests := []struct {
		name   string
		who    common.Address
		asset  weal.AssetID
		shares []weal.ShareID
		change func(*types.Proposal)
		err    string
	}{
		{"no calls", alice, asset, []weal.ShareID{a}, func(p *types.Proposal) { p.Calls = nil }, "1 to 16 calls, got 0"},
		{"too many calls", alice, asset, []weal.ShareID{a}, func(p *types.Proposal) { p.Calls = make([]types.Call, 17) }, "1 to 16 calls, got 17"},
		{"much data", alice, asset, []weal.ShareID{a}, func(p *types.Proposal) {
			p.Calls = append(p.Calls, p.Calls[0])
			p.Calls[0].Data, p.Calls[1].Data = make([]byte, types.MaxCallBytes), []byte{1}
		}, "at most 16384 bytes of data in all, got 16385"},
		{"no title", alice, asset, []weal.ShareID{a}, func(p *types.Proposal) { p.Title = "" }, "a title has 1 to 256 bytes of UTF-8, got 0"},
		{"a long title", alice, asset, []weal.ShareID{a}, func(p *types.Proposal) { p.Title = strings.Repeat("t", 257) }, "got 257"},
		{"a title of no letters", alice, asset, []weal.ShareID{a}, func(p *types.Proposal) { p.Title = "\xff" }, "UTF-8"},
		{"a URI with a space", alice, asset, []weal.ShareID{a}, func(p *types.Proposal) { p.Uri = "a b" }, "uri: byte 0x20; percent-encode it"},
		{"no shares", alice, asset, nil, nil, "name 1 to 64 shares, got 0"},
		{"too few units", bob, asset, []weal.ShareID{b}, nil, "99 units of 10000 stand behind the proposal; 100 basis points must"},
		{"a share twice", bob, asset, []weal.ShareID{b, b}, nil, "share 2 is named twice"},
		{"another's share", bob, asset, []weal.ShareID{a}, nil, "share 1, nor the delegate of its owner: not the share's owner"},
		{"another asset's share", bob, asset, []weal.ShareID{o}, nil, "share 4 is of asset 2"},
		{"no such share", bob, asset, []weal.ShareID{9}, nil, "share 9: share not found"},
		{"no such asset", bob, 9, []weal.ShareID{o}, nil, "asset 9: asset not found"},
		{"many shares", bob, asset, make([]weal.ShareID, 65), nil, "name 1 to 64 shares, got 65"},
		{"just enough", bob, asset, []weal.ShareID{b, c}, nil, ""},
		{"another asset", bob, other, []weal.ShareID{o}, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := proposal()
			if tt.change != nil {
				tt.change(&p)
			}
			_, err := w.Propose(w.ctx, tt.who, tt.asset, p, tt.shares)
			if tt.err == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.err)
		})
	}
	w.pass(t, 1, second)
}

func TestVotes(t *testing.T) {
	w := newWorld(t)
	asset, a := w.register(t, alice, 1000)
	b := w.split(t, a, bob, 250)
	c := w.split(t, a, bob, 50)
	_, o := w.register(t, alice, 10)
	id := w.propose(t, alice, asset, a)
	w.pass(t, 1, second)

	for _, tt := range []struct {
		who    common.Address
		choice uint8
		shares []weal.ShareID
		err    string
	}{
		{alice, 0, []weal.ShareID{a}, "vote 1 for yes, 2 for no or 3 to abstain, got 0"},
		{alice, 4, []weal.ShareID{a}, "got 4"},
		{alice, 1, nil, "name 1 to 64 shares, got 0"},
		{alice, 1, make([]weal.ShareID, 65), "name 1 to 64 shares, got 65"},
		{alice, 1, []weal.ShareID{a, a}, "share 1 is named twice"},
		{alice, 1, []weal.ShareID{o}, "share 4 is of asset 2"},
		{alice, 1, []weal.ShareID{77}, "share 77: share not found"},
		{alice, 1, []weal.ShareID{b}, "share 2, nor the delegate"},
		{common.Address{}, 1, []weal.ShareID{b}, "share 2, nor the delegate"},
	} {
		_, err := w.Vote(w.ctx, tt.who, id, tt.choice, tt.shares)
		require.ErrorContains(t, err, tt.err)
	}
	_, err := w.Vote(w.ctx, alice, id+1, 1, []weal.ShareID{a})
	require.ErrorIs(t, err, types.ErrProposalNotFound)

	require.EqualValues(t, 700, w.vote(t, alice, id, types.VoteYes, a))
	require.EqualValues(t, 700, w.vote(t, alice, id, types.VoteYes, a))
	require.Equal(t, [3]uint64{700, 0, 0}, w.tally(t, id), "a share counts once")
	require.EqualValues(t, 300, w.vote(t, bob, id, types.VoteNo, b, c))
	require.EqualValues(t, 250, w.vote(t, bob, id, types.VoteAbstain, b))
	w.vote(t, alice, id, types.VoteNo, a)
	require.Equal(t, [3]uint64{0, 750, 250}, w.tally(t, id), "votes can be changed")
	w.vote(t, alice, id, types.VoteYes, a)
	require.Equal(t, [3]uint64{700, 50, 250}, w.tally(t, id))
	require.NoError(t, w.CheckInvariants(w.ctx))
}

// A delegate votes with what its owners had; each owner can override it, and
// change its delegate, and the delegate can never override an owner.
func TestDelegates(t *testing.T) {
	w := newWorld(t)
	asset, a := w.register(t, alice, 1000)
	b := w.split(t, a, bob, 300)
	other, o := w.register(t, alice, 10)
	require.NoError(t, w.Delegate(w.ctx, alice, asset, carol))
	require.NoError(t, w.Delegate(w.ctx, bob, asset, carol))
	require.NoError(t, w.Delegate(w.ctx, carol, asset, dave), "which is not passed on")
	require.ErrorIs(t, w.Delegate(w.ctx, bob, 9, carol), types.ErrAssetNotFound)

	_, err := w.Propose(w.ctx, carol, other, proposal(), []weal.ShareID{o})
	require.ErrorIs(t, err, types.ErrNotOwner, "a delegate is one for one asset")
	_, err = w.Propose(w.ctx, dave, asset, proposal(), []weal.ShareID{a})
	require.ErrorIs(t, err, types.ErrNotOwner)
	id := w.propose(t, carol, asset, a, b)
	w.pass(t, 1, second)

	require.EqualValues(t, 1000, w.vote(t, carol, id, types.VoteYes, a, b))
	require.EqualValues(t, 300, w.vote(t, bob, id, types.VoteNo, b))
	require.Equal(t, [3]uint64{700, 300, 0}, w.tally(t, id))
	require.EqualValues(t, 700, w.vote(t, carol, id, types.VoteAbstain, b, a), "the share whose owner voted is passed over")
	require.Equal(t, [3]uint64{0, 300, 700}, w.tally(t, id))
	choice, delegated, err := w.Said(w.ctx, id, a)
	require.NoError(t, err)
	require.EqualValues(t, types.VoteAbstain, choice)
	require.True(t, delegated)

	// The owner at the snapshot decides who votes, wherever the share is now.
	w.give(t, a, bob)
	require.NoError(t, w.Delegate(w.ctx, alice, asset, dave))
	_, err = w.Vote(w.ctx, carol, id, types.VoteYes, []weal.ShareID{a})
	require.ErrorIs(t, err, types.ErrNotOwner)
	require.EqualValues(t, 700, w.vote(t, dave, id, types.VoteYes, a), "a new delegate speaks for the owner as the old one did")
	require.NoError(t, w.Delegate(w.ctx, alice, asset, alice))
	_, err = w.Vote(w.ctx, dave, id, types.VoteNo, []weal.ShareID{a})
	require.ErrorIs(t, err, types.ErrNotOwner)
	require.EqualValues(t, 700, w.vote(t, alice, id, types.VoteNo, a))
	require.Equal(t, [3]uint64{0, 1000, 0}, w.tally(t, id))
	require.NoError(t, w.Delegate(w.ctx, bob, asset, common.Address{}))
	require.Equal(t, 1, w.rows(62), "carol's")
	require.NoError(t, w.CheckInvariants(w.ctx))
}

func TestWhatPasses(t *testing.T) {
	tests := []struct {
		name             string
		quorum, most     uint32
		yes, no, abstain uint64
		passes           bool
	}{
		{"nobody votes", 3334, 5000, 0, 0, 0, false},
		{"a third of 1000 and a bit", 3334, 5000, 334, 0, 0, true},
		{"a third of 1000", 3334, 5000, 333, 0, 0, false},
		{"those who abstain count for the quorum alone", 3334, 5000, 2, 1, 331, true},
		{"half is not more than half", 3334, 5000, 300, 300, 0, false},
		{"half and one", 3334, 5000, 301, 300, 0, true},
		{"all abstain", 3334, 5000, 0, 0, 1000, false},
		{"two thirds are wanted", 3334, 6666, 400, 200, 0, true},
		{"two thirds less a bit", 3334, 6667, 400, 200, 0, false},
		{"all must vote", 10_000, 5000, 998, 1, 0, false},
		{"all must vote, and do", 10_000, 5000, 998, 1, 1, true},
		{"nearly all must be for it", 3334, 9_999, 999, 1, 0, false},
		{"all are for it", 3334, 9_999, 1000, 0, 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := types.Ballot{Circulating: 1000, Yes: tt.yes, No: tt.no, Abstain: tt.abstain}
			b.Rules.Quorum, b.Rules.Threshold = tt.quorum, tt.most
			require.Equal(t, tt.passes, b.Passes())
		})
	}
	all := types.Ballot{Circulating: weal.MaxUnits, Yes: weal.MaxUnits}
	all.Rules.Quorum, all.Rules.Threshold = types.BasisPoints, 9_999
	require.True(t, all.Passes(), "nothing overflows")
	require.False(t, types.Ballot{Rules: types.DefaultCouncilRules()}.Passes(), "an asset without units decides nothing")
}

func TestRules(t *testing.T) {
	w := newWorld(t)
	asset, a := w.register(t, alice, 1000)
	own := weal.AssetAccount(asset)
	rules, err := w.RulesOf(w.ctx, asset)
	require.NoError(t, err)
	require.Equal(t, types.DefaultCouncilRules(), rules)
	_, err = w.RulesOf(w.ctx, 9)
	require.ErrorIs(t, err, types.ErrAssetNotFound)

	quick := types.CouncilRules{Quorum: 5_000, Threshold: 6_000, Propose: 1, VotingSeconds: 1, GraceSeconds: 60}
	require.ErrorIs(t, w.SetRules(w.ctx, bob, asset, quick), types.ErrNotController)
	require.ErrorIs(t, w.SetRules(w.ctx, alice, 9, quick), types.ErrAssetNotFound)
	require.NoError(t, w.SetRules(w.ctx, alice, asset, quick))
	b := w.split(t, a, alice, 10)
	require.NoError(t, w.SetRules(w.ctx, alice, asset, quick), "both shares are its own")

	id := w.propose(t, alice, asset, a)
	w.give(t, b, bob)
	slow := quick
	slow.VotingSeconds = 1000
	require.ErrorContains(t, w.SetRules(w.ctx, alice, asset, slow), "share 2 of asset 1 is another's: now only its council sets its rules")
	require.NoError(t, w.SetRules(w.ctx, own, asset, slow))
	rules, err = w.RulesOf(w.ctx, asset)
	require.NoError(t, err)
	require.Equal(t, slow, rules)
	w.pass(t, 11, second)
	require.Equal(t, types.PROPOSAL_STATE_DEFEATED, w.state(t, id), "rules hold for a proposal as they were")

	w.give(t, b, own)
	require.ErrorContains(t, w.SetRules(w.ctx, alice, asset, slow), "another's", "the treasury's units may be sold again")
	w.give(t, b, alice)
	for range types.MaxVoteShares {
		w.split(t, a, alice, 1)
	}
	require.ErrorContains(t, w.SetRules(w.ctx, alice, asset, slow), "asset 1 has 66 shares; put them together first, into 64 at most")

	for _, change := range []func(*types.CouncilRules){
		func(r *types.CouncilRules) { r.Quorum = 99 },
		func(r *types.CouncilRules) { r.Quorum = 10_001 },
		func(r *types.CouncilRules) { r.Threshold = 4_999 },
		func(r *types.CouncilRules) { r.Threshold = 10_000 },
		func(r *types.CouncilRules) { r.Propose = 0 },
		func(r *types.CouncilRules) { r.Propose = 10_001 },
		func(r *types.CouncilRules) { r.VotingSeconds = 0 },
		func(r *types.CouncilRules) { r.VotingSeconds = 1 << 63 },
		func(r *types.CouncilRules) { r.LockSeconds = 90*86_400 + 1 },
		func(r *types.CouncilRules) { r.GraceSeconds = 59 },
		func(r *types.CouncilRules) { r.GraceSeconds = 1 << 63 },
	} {
		r := quick
		change(&r)
		require.ErrorIs(t, w.SetRules(w.ctx, own, asset, r), types.ErrCouncil, "%v", r)
	}
}

func TestCancel(t *testing.T) {
	w := newWorld(t)
	asset, a := w.register(t, alice, 1000)
	own := weal.AssetAccount(asset)
	require.ErrorIs(t, w.Cancel(w.ctx, alice, 1), types.ErrProposalNotFound)

	// By its proposer, before and while voting, until somebody votes.
	id := w.propose(t, alice, asset, a)
	require.ErrorContains(t, w.Cancel(w.ctx, bob, id), "proposal 1 ends by another vote, or by its proposer before anyone has voted")
	require.NoError(t, w.Cancel(w.ctx, alice, id))
	require.ErrorContains(t, w.Cancel(w.ctx, alice, id), "proposal 1 is canceled already")
	w.pass(t, 1, second)
	require.Equal(t, types.PROPOSAL_STATE_CANCELED, w.state(t, id))
	id = w.propose(t, alice, asset, a)
	w.pass(t, 1, second)
	require.NoError(t, w.Cancel(w.ctx, alice, id))
	id = w.propose(t, alice, asset, a)
	w.pass(t, 1, second)
	w.vote(t, alice, id, types.VoteAbstain, a)
	require.ErrorIs(t, w.Cancel(w.ctx, alice, id), types.ErrCouncil)
	require.NoError(t, w.Cancel(w.ctx, own, id))
	w.pass(t, 2, second)
	require.Zero(t, w.rows(61), "its votes are gone")

	// By another vote until it is executed.
	id = w.propose(t, alice, asset, a)
	w.pass(t, 1, second)
	w.vote(t, alice, id, types.VoteYes, a)
	w.pass(t, 10, day)
	require.Equal(t, types.PROPOSAL_STATE_LOCKED, w.state(t, id))
	require.ErrorIs(t, w.Cancel(w.ctx, alice, id), types.ErrCouncil)
	w.pass(t, 10, day)
	require.Equal(t, types.PROPOSAL_STATE_READY, w.state(t, id))
	require.NoError(t, w.Cancel(w.ctx, own, id))
	_, err := w.Execute(w.ctx, id)
	require.ErrorContains(t, err, "proposal 4 is canceled; only what is ready can be executed")
}
