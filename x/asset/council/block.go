package council

import (
	"context"
	"math"
	"time"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/types"
)

// What one block does at most, so that a block's cost has a bound whatever the
// transactions before it did. What has to wait begins, or ends, later.
const (
	ballotsPerBlock = 256
	rowsPerBlock    = 256
)

// The events of blocks. What transactions do is in their EVM logs.
const (
	// EventVoting: proposal, asset, circulating.
	EventVoting = "council_voting"
	// EventVoted: proposal, asset, passed, yes, no, abstain.
	EventVoted = "council_voted"

	attrProposal    = "proposal"
	attrCirculating = "circulating"
	attrPassed      = "passed"
	attrYes         = "yes"
	attrNo          = "no"
	attrAbstain     = "abstain"
)

// BeginBlock ends the voting that is over, begins the voting on proposals of
// earlier blocks, and deletes some rows that are not needed any more.
func (k Keeper) BeginBlock(ctx context.Context) error {
	c := sdk.UnwrapSDKContext(ctx)
	if err := k.endVoting(c); err != nil {
		return err
	}
	if err := k.beginVoting(c); err != nil {
		return err
	}
	left, err := k.snapshots.clean(ctx, rowsPerBlock)
	if err != nil {
		return err
	}
	return k.cleanVotes(ctx, left)
}

// beginVoting takes proposals from the queue in the order in which they were
// made. Since no transaction of the block has run, nobody can own a share only
// for the moment that decides what it can say.
func (k Keeper) beginVoting(ctx sdk.Context) error {
	it, err := k.pending.Iterate(ctx, nil)
	if err != nil {
		return err
	}
	queue, err := stored.First(it, ballotsPerBlock)
	if err != nil {
		return err
	}
	for _, id := range queue {
		b, err := k.ballot(ctx, id)
		if err != nil {
			return err
		}
		b.State = types.PROPOSAL_STATE_VOTING
		b.StartHeight, b.StartTime = ctx.BlockHeight(), ceil(ctx.BlockTime())
		if b.Circulating, b.Treasury, err = k.Units(ctx, weal.AssetID(b.Asset)); err != nil {
			return err
		}
		if err := k.setBallot(ctx, b); err != nil {
			return err
		}
		if err := k.snapshots.take(ctx, b.Asset, id); err != nil {
			return err
		}
		if err := k.pending.Remove(ctx, id); err != nil {
			return err
		}
		if err := k.closing.Set(ctx, closes(b)); err != nil {
			return err
		}
		types.Emit(ctx, EventVoting, attrProposal, id, types.AttrAsset, b.Asset, attrCirculating, b.Circulating)
	}
	return nil
}

// endVoting counts the votes on the proposals whose time is over and which had
// their blocks.
func (k Keeper) endVoting(ctx sdk.Context) error {
	until := collections.PairPrefix[int64, uint64](ctx.BlockTime().Unix() + 1)
	it, err := k.closing.Iterate(ctx, new(collections.Range[closingKey]).EndExclusive(until))
	if err != nil {
		return err
	}
	over, err := stored.First(it, ballotsPerBlock)
	if err != nil {
		return err
	}
	for _, key := range over {
		b, err := k.ballot(ctx, key.K2())
		if err != nil {
			return err
		}
		if ctx.BlockHeight() < b.StartHeight+types.WindowBlocks {
			continue
		}
		if err := k.closeBallot(ctx, b); err != nil {
			return err
		}
		b.State = types.PROPOSAL_STATE_DEFEATED
		if b.Passes() {
			b.State = types.PROPOSAL_STATE_LOCKED
		}
		b.EndHeight, b.EndTime = ctx.BlockHeight(), ceil(ctx.BlockTime())
		if err := k.setBallot(ctx, b); err != nil {
			return err
		}
		types.Emit(ctx, EventVoted, attrProposal, b.Proposal, types.AttrAsset, b.Asset, attrPassed, b.Passes(),
			attrYes, b.Yes, attrNo, b.No, attrAbstain, b.Abstain)
	}
	return nil
}

// closeBallot lets go of what only voting needs. The caller stores b's new state.
func (k Keeper) closeBallot(ctx context.Context, b types.Ballot) error {
	if err := k.closing.Remove(ctx, closes(b)); err != nil {
		return err
	}
	if err := k.sweepVotes.Set(ctx, b.Proposal); err != nil {
		return err
	}
	return k.snapshots.release(ctx, b.Asset, b.Proposal)
}

// closes returns the key of a ballot that is being voted on.
func closes(b types.Ballot) closingKey {
	return collections.Join(b.StartTime+int64(b.Rules.VotingSeconds), b.Proposal)
}

// cleanVotes deletes at most limit votes that were counted.
func (k Keeper) cleanVotes(ctx context.Context, limit int) error {
	it, err := k.sweepVotes.Iterate(ctx, nil)
	if err != nil {
		return err
	}
	counted, err := stored.First(it, limit)
	if err != nil {
		return err
	}
	for _, id := range counted {
		it, err := k.votes.Iterate(ctx, collections.NewPrefixedPairRange[uint64, uint64](id))
		if err != nil {
			return err
		}
		votes, err := stored.First(it, limit)
		if err != nil {
			return err
		}
		for _, key := range votes {
			if err := k.votes.Remove(ctx, key); err != nil {
				return err
			}
		}
		if limit -= len(votes); limit <= 0 {
			return nil
		}
		if err := k.sweepVotes.Remove(ctx, id); err != nil {
			return err
		}
		limit--
	}
	return nil
}

// ceil returns a time in seconds, rounded up: a window of so many seconds is
// never shorter.
func ceil(t time.Time) int64 {
	s := t.Unix()
	if t.Nanosecond() > 0 && s < math.MaxInt64 {
		s++
	}
	return s
}
