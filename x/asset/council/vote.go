package council

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// Vote says yes, no or abstain for shares, sent by caller: who owned each at the
// snapshot, or that owner's delegate. It replaces what was said before, but a
// delegate passes over shares whose owner has voted. It returns how many units
// it spoke for.
func (k Keeper) Vote(ctx context.Context, caller common.Address, id uint64, choice uint8, shares []weal.ShareID) (power uint64, err error) {
	if choice < types.VoteYes || choice > types.VoteAbstain {
		return 0, types.ErrCouncil.Wrapf("vote 1 for yes, 2 for no or 3 to abstain, got %d", choice)
	}
	if err := distinct(shares); err != nil {
		return 0, err
	}
	b, err := k.voting(ctx, id)
	if err != nil {
		return 0, err
	}
	for _, share := range shares {
		n, err := k.voteFor(ctx, caller, &b, choice, share)
		if err != nil {
			return 0, err
		}
		power += n
	}
	return power, k.setBallot(ctx, b)
}

// voting returns the ballot of a proposal that is being voted on.
func (k Keeper) voting(ctx context.Context, id uint64) (types.Ballot, error) {
	b, err := k.ballot(ctx, id)
	if err == nil && b.State != types.PROPOSAL_STATE_VOTING {
		err = types.ErrCouncil.Wrapf("proposal %d is %s; nobody votes on it now", id, name(stateAt(ctx, b)))
	}
	return b, err
}

// voteFor counts the vote for one share in b.
func (k Keeper) voteFor(ctx context.Context, caller common.Address, b *types.Ballot, choice uint8, share weal.ShareID) (uint64, error) {
	h, err := k.power(ctx, *b, share)
	if err != nil {
		return 0, err
	}
	if h.value == 0 {
		return 0, types.ErrCouncil.Wrapf("share %d had no units when voting on proposal %d began", share, b.Proposal)
	}
	delegated, err := k.speaks(ctx, caller, weal.AssetID(b.Asset), share, h.owner)
	if err != nil {
		return 0, err
	}
	key := collections.Join(b.Proposal, uint64(share))
	old, err := stored.OrZero(k.votes.Get(ctx, key))
	if err != nil {
		return 0, err
	}
	if old.choice != 0 {
		if delegated && !old.delegated {
			return 0, nil
		}
		*tally(b, old.choice) -= h.value
	}
	*tally(b, choice) += h.value
	return h.value, k.votes.Set(ctx, key, said{choice, delegated})
}

// tally returns what counts a choice.
func tally(b *types.Ballot, choice uint8) *uint64 {
	switch choice {
	case types.VoteYes:
		return &b.Yes
	case types.VoteNo:
		return &b.No
	}
	return &b.Abstain
}

// Power returns who owned a share when voting on a proposal began, and its units
// then; zero of both if it did not exist, and types.ErrShareNotFound if it never
// did. It fails with types.ErrCouncil unless the proposal is being voted on.
func (k Keeper) Power(ctx context.Context, id uint64, share weal.ShareID) (owner common.Address, units uint64, err error) {
	b, err := k.voting(ctx, id)
	if err != nil {
		return owner, 0, err
	}
	h, err := k.power(ctx, b, share)
	return h.owner, h.value, err
}

func (k Keeper) power(ctx context.Context, b types.Ballot, share weal.ShareID) (held, error) {
	h, changed, err := k.snapshots.at(ctx, b.Asset, uint64(share), b.Proposal)
	if err != nil || changed {
		return h, err
	}
	t, err := k.assets.Tokens.Get(ctx, token.Shares, keeper.TokenID(share))
	if errors.Is(err, types.ErrTokenNotFound) {
		err = types.ErrShareNotFound.Wrapf("share %d", share)
	}
	if err != nil {
		return h, err
	}
	if t.Slot.Uint64() != b.Asset {
		return h, types.ErrCouncil.Wrapf("share %d is of asset %s", share, t.Slot.Dec())
	}
	return held{t.Owner, t.Value.Uint64()}, nil
}

// Said returns what was said for a share about a proposal that is being voted
// on: 0 if nothing was. Delegated tells that a delegate said it.
func (k Keeper) Said(ctx context.Context, id uint64, share weal.ShareID) (choice uint8, delegated bool, err error) {
	if _, err := k.voting(ctx, id); err != nil {
		return 0, false, err
	}
	s, err := stored.OrZero(k.votes.Get(ctx, collections.Join(id, uint64(share))))
	return s.choice, s.delegated, err
}

// Delegate lets another vote and propose with owner's shares of an asset, beside
// owner. Zero, and owner itself, are nobody. It holds for votes to come, on
// proposals old and new.
func (k Keeper) Delegate(ctx context.Context, owner common.Address, asset weal.AssetID, to common.Address) error {
	if ok, err := k.assets.HasAsset(ctx, asset); err != nil {
		return err
	} else if !ok {
		return types.ErrAssetNotFound.Wrapf("asset %d", asset)
	}
	key := collections.Join(uint64(asset), sdk.AccAddress(owner.Bytes()))
	if to == (common.Address{}) || to == owner {
		return k.delegates.Remove(ctx, key)
	}
	return k.delegates.Set(ctx, key, to)
}

// DelegateOf returns who votes for an owner about an asset; zero is nobody.
func (k Keeper) DelegateOf(ctx context.Context, asset weal.AssetID, owner common.Address) (common.Address, error) {
	return stored.OrZero(k.delegates.Get(ctx, collections.Join(uint64(asset), sdk.AccAddress(owner.Bytes()))))
}
