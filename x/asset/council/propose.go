package council

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// Propose makes a proposal about an asset, sent by caller. Shares are those that
// stand behind it: caller owns each, or its owner's delegate is caller. It
// returns the proposal's number, from which it takes its place in the queue:
// voting begins with the next block.
func (k Keeper) Propose(ctx context.Context, caller common.Address, asset weal.AssetID, p types.Proposal, shares []weal.ShareID) (uint64, error) {
	p.Asset, p.Proposer, p.Height = uint64(asset), caller.Hex(), sdk.UnwrapSDKContext(ctx).BlockHeight()
	if err := p.Validate(); err != nil {
		return 0, err
	}
	rules, err := k.RulesOf(ctx, asset)
	if err != nil {
		return 0, err
	}
	circulating, _, err := k.Units(ctx, asset)
	if err != nil {
		return 0, err
	}
	behind, err := k.behind(ctx, caller, asset, shares)
	if err != nil {
		return 0, err
	}
	if behind == 0 || behind*types.BasisPoints < uint64(rules.Propose)*circulating {
		return 0, types.ErrCouncil.Wrapf("%d units of %d stand behind the proposal; %d basis points must", behind, circulating, rules.Propose)
	}
	n, err := k.counter.Next(ctx)
	if err != nil {
		return 0, err
	}
	p.Id = n + 1
	b := types.Ballot{Proposal: p.Id, Asset: p.Asset, Rules: rules, State: types.PROPOSAL_STATE_PENDING}
	if err := k.setBallot(ctx, b); err != nil {
		return 0, err
	}
	if err := k.proposals.Set(ctx, p.Id, p); err != nil {
		return 0, err
	}
	if err := k.byAsset.Set(ctx, collections.Join(p.Asset, p.Id)); err != nil {
		return 0, err
	}
	return p.Id, k.pending.Set(ctx, p.Id)
}

// behind adds up the units of shares that stand behind a proposal of caller's.
func (k Keeper) behind(ctx context.Context, caller common.Address, asset weal.AssetID, shares []weal.ShareID) (units uint64, err error) {
	if err := distinct(shares); err != nil {
		return 0, err
	}
	for _, id := range shares {
		s, err := k.assets.GetShare(ctx, id)
		if err != nil {
			return 0, err
		}
		if s.Asset != asset {
			return 0, types.ErrCouncil.Wrapf("share %d is of asset %d", id, s.Asset)
		}
		if _, err := k.speaks(ctx, caller, asset, id, s.Owner); err != nil {
			return 0, err
		}
		units += s.Value
	}
	return units, nil
}

// distinct returns types.ErrCouncil unless some shares are named, not too many,
// and each once.
func distinct(shares []weal.ShareID) error {
	if len(shares) == 0 || len(shares) > types.MaxVoteShares {
		return types.ErrCouncil.Wrapf("name 1 to %d shares, got %d", types.MaxVoteShares, len(shares))
	}
	named := make(map[weal.ShareID]bool, len(shares))
	for _, id := range shares {
		if named[id] {
			return types.ErrCouncil.Wrapf("share %d is named twice", id)
		}
		named[id] = true
	}
	return nil
}

// speaks reports whether caller is the delegate of a share's owner rather than
// the owner, or returns types.ErrNotOwner if it is neither. For the treasury's
// shares nobody speaks.
func (k Keeper) speaks(ctx context.Context, caller common.Address, asset weal.AssetID, share weal.ShareID, owner common.Address) (delegated bool, err error) {
	if owner == account(asset) {
		return false, types.ErrCouncil.Wrapf("share %d is the treasury's, which has no say", share)
	}
	if owner == caller {
		return false, nil
	}
	d, err := k.DelegateOf(ctx, asset, owner)
	if err == nil && (d != caller || d == (common.Address{})) {
		err = types.ErrNotOwner.Wrapf("share %d, nor the delegate of its owner", share)
	}
	return true, err
}

// Cancel ends a proposal, sent by caller: its proposer as long as nobody has
// voted, or the asset's own account until it is executed.
func (k Keeper) Cancel(ctx context.Context, caller common.Address, id uint64) error {
	b, err := k.ballot(ctx, id)
	if err != nil {
		return err
	}
	if err := k.mayCancel(ctx, caller, b); err != nil {
		return err
	}
	switch b.State {
	case types.PROPOSAL_STATE_PENDING:
		err = k.pending.Remove(ctx, id)
	case types.PROPOSAL_STATE_VOTING:
		err = k.closeBallot(ctx, b)
	}
	if err != nil {
		return err
	}
	b.State = types.PROPOSAL_STATE_CANCELED
	return k.setBallot(ctx, b)
}

func (k Keeper) mayCancel(ctx context.Context, caller common.Address, b types.Ballot) error {
	state := stateAt(ctx, b)
	switch state {
	case types.PROPOSAL_STATE_PENDING, types.PROPOSAL_STATE_VOTING:
		if caller == account(weal.AssetID(b.Asset)) {
			return nil
		}
		p, err := k.GetProposal(ctx, b.Proposal)
		if err != nil {
			return err
		}
		if caller.Hex() == p.Proposer && b.Voted() == 0 {
			return nil
		}
	case types.PROPOSAL_STATE_LOCKED, types.PROPOSAL_STATE_READY:
		if caller == account(weal.AssetID(b.Asset)) {
			return nil
		}
	default:
		return types.ErrCouncil.Wrapf("proposal %d is %s already", b.Proposal, name(state))
	}
	return types.ErrCouncil.Wrapf("proposal %d ends by another vote, or by its proposer before anyone has voted", b.Proposal)
}
