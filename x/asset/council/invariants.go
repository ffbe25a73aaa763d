package council

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/holiman/uint256"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// CheckInvariants reads the whole store and returns types.ErrBroken, with the
// name of the first invariant that does not hold.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	for _, check := range []func(context.Context) error{
		k.checkStandings, k.checkSnapshots, k.checkBallots, k.checkSets,
	} {
		if err := check(ctx); err != nil {
			return err
		}
	}
	return nil
}

// checkStandings: an asset's treasury is the shares of its own account; changes
// are written down exactly while a proposal is being voted on, under the newest
// that was.
func (k Keeper) checkStandings(ctx context.Context) error {
	made, err := k.counter.Peek(ctx)
	if err != nil {
		return err
	}
	var slots, rows uint64
	n, err := k.assets.Tokens.SlotCount(ctx, token.Shares)
	if err != nil {
		return err
	}
	for i := range n {
		slot, err := k.assets.Tokens.SlotByIndex(ctx, token.Shares, i)
		if err != nil {
			return err
		}
		asset := slot.Uint64()
		st, err := stored.OrZero(k.snapshots.standings.Get(ctx, asset))
		if err != nil {
			return err
		}
		if st != (standing{}) {
			slots++
		}
		if err := k.checkStanding(ctx, asset, slot, st, made); err != nil {
			return err
		}
	}
	err = k.snapshots.standings.Walk(ctx, nil, func(uint64, standing) (bool, error) {
		rows++
		return false, nil
	})
	if err == nil && rows != slots {
		err = types.ErrBroken.Wrapf("council: %d standings of %d assets", rows, slots)
	}
	return err
}

func (k Keeper) checkStanding(ctx context.Context, asset uint64, slot uint256.Int, st standing, made uint64) error {
	var units uint64
	err := k.assets.Tokens.EachInSlot(ctx, token.Shares, slot, func(t token.Token) error {
		if t.Owner == account(weal.AssetID(asset)) {
			units += t.Value.Uint64()
		}
		return nil
	})
	if err != nil {
		return err
	}
	if units != st.treasury {
		return types.ErrBroken.Wrapf("council: the treasury of asset %d holds %d units, counted %d", asset, units, st.treasury)
	}
	var last uint64
	err = k.snapshots.open.Walk(ctx, collections.NewPrefixedPairRange[uint64, uint64](asset), func(key openKey) (bool, error) {
		last = key.K2()
		return false, nil
	})
	if err == nil && ((last == 0) != (st.newest == 0) || st.newest < last || st.newest > made) {
		err = types.ErrBroken.Wrapf("council: asset %d writes down under %d, proposal %d is voted on", asset, st.newest, last)
	}
	return err
}

// checkSnapshots: rows and their index say the same, and no row is newer than the
// newest snapshot.
func (k Keeper) checkSnapshots(ctx context.Context) error {
	var rows, order int
	err := k.snapshots.rows.Walk(ctx, nil, func(key snapshotKey, _ held) (bool, error) {
		rows++
		has, err := k.snapshots.order.Has(ctx, collections.Join3(key.K1(), key.K3(), key.K2()))
		if err != nil {
			return true, err
		}
		st, err := stored.OrZero(k.snapshots.standings.Get(ctx, key.K1()))
		if err == nil && (!has || st.newest > 0 && key.K3() > st.newest) {
			err = types.ErrBroken.Wrapf("council: share %d of asset %d was written down under %d", key.K2(), key.K1(), key.K3())
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	err = k.snapshots.order.Walk(ctx, nil, func(orderKey) (bool, error) {
		order++
		return false, nil
	})
	if err == nil && rows != order {
		err = types.ErrBroken.Wrapf("council: %d snapshots, %d indexed", rows, order)
	}
	return err
}

// checkBallots: the units that shares had at a snapshot add up to the units that
// there were; what was counted adds up to what was said; nothing else is voted
// on or waits.
func (k Keeper) checkBallots(ctx context.Context) error {
	return k.ballots.Walk(ctx, nil, func(id uint64, b types.Ballot) (bool, error) {
		pending, err := k.pending.Has(ctx, id)
		if err != nil {
			return true, err
		}
		closing, err := k.closing.Has(ctx, closes(b))
		if err != nil {
			return true, err
		}
		open, err := k.snapshots.open.Has(ctx, collections.Join(b.Asset, id))
		if err != nil {
			return true, err
		}
		voting := b.State == types.PROPOSAL_STATE_VOTING
		if pending != (b.State == types.PROPOSAL_STATE_PENDING) || closing != voting || open != voting {
			return true, types.ErrBroken.Wrapf("council: proposal %d is %s; pending %t, closing %t, open %t", id, name(b.State), pending, closing, open)
		}
		if voting {
			err = k.checkVoting(ctx, b)
		}
		return err != nil, err
	})
}

func (k Keeper) checkVoting(ctx context.Context, b types.Ballot) error {
	shares := map[uint64]bool{}
	err := k.assets.Tokens.EachInSlot(ctx, token.Shares, keeper.Slot(weal.AssetID(b.Asset)), func(t token.Token) error {
		shares[t.ID.Uint64()] = true
		return nil
	})
	if err != nil {
		return err
	}
	err = k.snapshots.rows.Walk(ctx, collections.NewPrefixedTripleRange[uint64, uint64, uint64](b.Asset), func(key snapshotKey, _ held) (bool, error) {
		shares[key.K2()] = shares[key.K2()] || key.K3() >= b.Proposal
		return false, nil
	})
	if err != nil {
		return err
	}
	var circulating, treasury uint64
	sums := types.Ballot{}
	for id, is := range shares {
		if !is {
			continue // burned before the snapshot
		}
		h, err := k.power(ctx, b, weal.ShareID(id))
		if err != nil {
			return err
		}
		if h.owner == account(weal.AssetID(b.Asset)) {
			treasury += h.value
			continue
		}
		circulating += h.value
		s, err := stored.OrZero(k.votes.Get(ctx, collections.Join(b.Proposal, id)))
		if err != nil {
			return err
		}
		if s.choice != 0 {
			*tally(&sums, s.choice) += h.value
		}
	}
	if circulating != b.Circulating || treasury != b.Treasury {
		return types.ErrBroken.Wrapf("council: shares had %d and %d units when voting on proposal %d began, counted %d and %d",
			circulating, treasury, b.Proposal, b.Circulating, b.Treasury)
	}
	if sums.Yes != b.Yes || sums.No != b.No || sums.Abstain != b.Abstain || b.Voted() > circulating {
		return types.ErrBroken.Wrapf("council: proposal %d counts %d yes, %d no, %d abstain; its votes are %d, %d, %d",
			b.Proposal, b.Yes, b.No, b.Abstain, sums.Yes, sums.No, sums.Abstain)
	}
	return nil
}

// checkSets: what waits, is voted on or has votes is a proposal that is there,
// and votes are of proposals that are voted on, or to be deleted.
func (k Keeper) checkSets(ctx context.Context) error {
	err := k.pending.Walk(ctx, nil, func(id uint64) (bool, error) {
		_, err := k.ballot(ctx, id)
		return err != nil, err
	})
	if err != nil {
		return err
	}
	err = k.closing.Walk(ctx, nil, func(key closingKey) (bool, error) {
		b, err := k.ballot(ctx, key.K2())
		if err == nil && closes(b).K1() != key.K1() {
			err = types.ErrBroken.Wrapf("council: voting on proposal %d closes twice", b.Proposal)
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	return k.votes.Walk(ctx, nil, func(key voteKey, _ said) (bool, error) {
		b, err := k.ballot(ctx, key.K1())
		if err != nil {
			return true, err
		}
		swept, err := k.sweepVotes.Has(ctx, key.K1())
		if err == nil && (b.State == types.PROPOSAL_STATE_VOTING) == swept {
			err = types.ErrBroken.Wrapf("council: a vote for share %d on proposal %d, which is %s", key.K2(), key.K1(), name(b.State))
		}
		return err != nil, err
	})
}
