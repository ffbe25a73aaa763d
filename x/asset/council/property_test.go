package council_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// whole is a snapshot as one would take it without thought for cost: a copy.
type whole map[weal.ShareID]owned

type owned struct {
	owner common.Address
	units uint64
}

func (h whole) sum() (units uint64) {
	for _, o := range h {
		units += o.units
	}
	return units
}

// spoken is a vote.
type spoken struct {
	choice    uint8
	delegated bool
}

// ballot is a proposal that is being voted on.
type ballot struct {
	asset weal.AssetID
	then  whole
	votes map[weal.ShareID]spoken
}

// machine plays random steps on the keeper and on copies of everything.
type machine struct {
	w         *world
	shares    map[weal.AssetID]whole
	last      weal.ShareID
	pending   map[uint64]weal.AssetID
	ballots   map[uint64]*ballot
	delegates map[weal.AssetID]map[common.Address]common.Address
}

var people = []common.Address{alice, bob, carol, dave}

// pick draws an asset and one of its shares.
func (x *machine) pick(t *rapid.T) (weal.AssetID, weal.ShareID) {
	asset := rapid.SampledFrom(slices.Sorted(maps.Keys(x.shares))).Draw(t, "asset")
	ids := slices.Sorted(maps.Keys(x.shares[asset]))
	if len(ids) == 0 {
		t.SkipNow()
	}
	return asset, rapid.SampledFrom(ids).Draw(t, "share")
}

// who draws a person or the asset's own account.
func who(t *rapid.T, asset weal.AssetID) common.Address {
	return rapid.SampledFrom(append(slices.Clone(people), weal.AssetAccount(asset))).Draw(t, "who")
}

func (x *machine) Split(t *rapid.T) {
	asset, id := x.pick(t)
	from, to := x.shares[asset][id], who(t, asset)
	n := rapid.Uint64Range(0, from.units).Draw(t, "units")
	made := x.w.split(t, id, to, n)
	x.last = made
	x.shares[asset][id] = owned{from.owner, from.units - n}
	x.shares[asset][made] = owned{to, n}
}

func (x *machine) Move(t *rapid.T) {
	asset, id := x.pick(t)
	to := rapid.SampledFrom(slices.Sorted(maps.Keys(x.shares[asset]))).Draw(t, "into")
	n := rapid.Uint64Range(0, x.shares[asset][id].units).Draw(t, "units")
	x.w.move(t, id, to, n)
	s := x.shares[asset][id]
	x.shares[asset][id] = owned{s.owner, s.units - n}
	s = x.shares[asset][to]
	x.shares[asset][to] = owned{s.owner, s.units + n}
}

func (x *machine) Give(t *rapid.T) {
	asset, id := x.pick(t)
	to := who(t, asset)
	x.w.give(t, id, to)
	x.shares[asset][id] = owned{to, x.shares[asset][id].units}
}

func (x *machine) Burn(t *rapid.T) {
	if !rapid.Bool().Draw(t, "really") {
		t.SkipNow()
	}
	asset, id := x.pick(t)
	x.w.burn(t, id)
	delete(x.shares[asset], id)
}

func (x *machine) Propose(t *rapid.T) {
	asset, id := x.pick(t)
	s := x.shares[asset][id]
	n, err := x.w.Propose(x.w.ctx, s.owner, asset, proposal(), []weal.ShareID{id})
	if s.owner == weal.AssetAccount(asset) || s.units == 0 {
		require.ErrorIs(t, err, types.ErrCouncil)
		return
	}
	if err == nil {
		x.pending[n] = asset
	}
}

func (x *machine) Block(t *rapid.T) {
	dt := rapid.SampledFrom([]time.Duration{0, time.Second, day, 3 * day}).Draw(t, "time")
	blocks := rapid.IntRange(1, 4).Draw(t, "blocks")
	for range blocks {
		x.w.pass(t, 1, dt)
		for id, asset := range x.pending {
			x.ballots[id] = &ballot{asset, maps.Clone(x.shares[asset]), map[weal.ShareID]spoken{}}
		}
		clear(x.pending)
		for id := range x.ballots {
			if x.w.state(t, id) != types.PROPOSAL_STATE_VOTING {
				delete(x.ballots, id)
			}
		}
	}
}

// open draws a proposal that is being voted on.
func (x *machine) open(t *rapid.T) (uint64, *ballot) {
	if len(x.ballots) == 0 {
		t.SkipNow()
	}
	id := rapid.SampledFrom(slices.Sorted(maps.Keys(x.ballots))).Draw(t, "proposal")
	return id, x.ballots[id]
}

func (x *machine) Vote(t *rapid.T) {
	id, b := x.open(t)
	share := weal.ShareID(rapid.Uint64Range(1, uint64(x.last)).Draw(t, "share"))
	voter, choice := who(t, b.asset), rapid.Uint8Range(1, 3).Draw(t, "choice")
	n, err := x.w.Vote(x.w.ctx, voter, id, choice, []weal.ShareID{share})
	then := b.then[share]
	delegated := then.owner != voter
	may := !delegated || x.delegates[b.asset][then.owner] == voter
	if then.units == 0 || then.owner == weal.AssetAccount(b.asset) || !may {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	old, voted := b.votes[share]
	if voted && delegated && !old.delegated {
		require.Zero(t, n)
		return
	}
	require.Equal(t, then.units, n)
	b.votes[share] = spoken{choice, delegated}
}

func (x *machine) Delegate(t *rapid.T) {
	asset := rapid.SampledFrom(slices.Sorted(maps.Keys(x.shares))).Draw(t, "asset")
	owner, to := rapid.SampledFrom(people).Draw(t, "owner"), who(t, asset)
	require.NoError(t, x.w.Delegate(x.w.ctx, owner, asset, to))
	x.delegates[asset][owner] = to
	if owner == to {
		delete(x.delegates[asset], owner)
	}
}

func (x *machine) Cancel(t *rapid.T) {
	id, b := x.open(t)
	require.NoError(t, x.w.Cancel(x.w.ctx, weal.AssetAccount(b.asset), id))
	delete(x.ballots, id)
}

// Restart goes on with what is exported.
func (x *machine) Restart(t *rapid.T) {
	x.w = restart(t, x.w)
}

func (x *machine) Check(t *rapid.T) {
	for asset, shares := range x.shares {
		circulating, treasury, err := x.w.Units(x.w.ctx, asset)
		require.NoError(t, err)
		require.Equal(t, shares.sum(), circulating+treasury)
	}
	for id, b := range x.ballots {
		var sum uint64
		var tally [3]uint64
		for share := weal.ShareID(1); share <= x.last; share++ {
			owner, units, err := x.w.Power(x.w.ctx, id, share)
			if err != nil {
				require.NotContains(t, b.then, share)
				continue
			}
			require.Equal(t, b.then[share], owned{owner, units}, "share %d when voting on proposal %d began", share, id)
			sum += units
			if v, ok := b.votes[share]; ok {
				tally[v.choice-1] += units
			}
		}
		require.Equal(t, b.then.sum(), sum)
		require.Equal(t, tally, x.w.tally(t, id))
		row, err := x.w.GetBallot(x.w.ctx, id)
		require.NoError(t, err)
		require.Equal(t, sum, row.Circulating+row.Treasury)
	}
	require.NoError(t, x.w.CheckInvariants(x.w.ctx))
}

func TestSnapshotsAreCopies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := &machine{
			w: newWorld(t), shares: map[weal.AssetID]whole{}, pending: map[uint64]weal.AssetID{},
			ballots: map[uint64]*ballot{}, delegates: map[weal.AssetID]map[common.Address]common.Address{},
		}
		for range 2 {
			asset, id := x.w.register(t, alice, 1000)
			x.shares[asset], x.last = whole{id: {alice, 1000}}, id
			x.delegates[asset] = map[common.Address]common.Address{}
		}
		t.Repeat(map[string]func(*rapid.T){
			"": x.Check, "split": x.Split, "move": x.Move, "give": x.Give, "burn": x.Burn, "propose": x.Propose,
			"propose again": x.Propose, "block": x.Block, "block again": x.Block, "vote": x.Vote, "vote again": x.Vote,
			"delegate": x.Delegate, "cancel": x.Cancel, "restart": x.Restart,
		})
	})
}
