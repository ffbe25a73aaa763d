package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// Transfer moves a whole share, with what it has earned, from its owner to
// another: ERC-721's transferFrom, sent by caller. It ends all approvals of the
// share. Errors are those of ERC-721, unwrapped.
func (k Keeper) Transfer(ctx context.Context, caller, from, to common.Address, id weal.ShareID) error {
	s, err := k.share(ctx, id)
	if err != nil {
		return as(err, types.Err721Token)
	}
	if may, err := k.mayMove(ctx, caller, s); err != nil {
		return err
	} else if !may {
		return types.Err721Caller
	}
	if s.owner != from {
		return types.Err721From
	}
	if to == (common.Address{}) {
		return types.Err721To
	}
	if err := k.clearAllowances(ctx, id, &s); err != nil {
		return err
	}
	s.owner, s.approved = to, common.Address{}
	if err := k.shares.Set(ctx, uint64(id), s); err != nil {
		return err
	}
	if from == to {
		return nil
	}
	if err := k.disown(ctx, from, uint64(id)); err != nil {
		return err
	}
	return k.own(ctx, to, uint64(id))
}

// MoveValue moves value from one share to another of the same asset: ERC-3525's
// transferFrom to a token, sent by caller. What either share has earned so far
// stays with it. Spent tells that it used up allowance, of which left remains.
// Errors are those of ERC-3525, unwrapped.
func (k Keeper) MoveValue(ctx context.Context, caller common.Address, from, to weal.ShareID, value Value) (spent bool, left Value, err error) {
	spent, left, err = k.spend(ctx, caller, from, value)
	if err != nil {
		return false, left, err
	}
	source, err := k.share(ctx, from)
	if err != nil {
		return false, left, err
	}
	target, err := k.share(ctx, to)
	if err != nil {
		return false, left, as(err, types.Err3525ToToken)
	}
	units, ok := source.covers(value)
	if !ok {
		return false, left, types.Err3525Balance
	}
	if source.asset != target.asset {
		return false, left, types.Err3525Slot
	}
	if from == to || units == 0 {
		return spent, left, nil
	}
	err = k.settle(ctx, weal.AssetID(source.asset), held{from, source.value}, held{to, target.value})
	if err != nil {
		return false, left, err
	}
	source.value -= units
	target.value += units
	if err := k.shares.Set(ctx, uint64(from), source); err != nil {
		return false, left, err
	}
	return spent, left, k.shares.Set(ctx, uint64(to), target)
}

// SplitValue moves value from a share into a new one, which another owns:
// ERC-3525's transferFrom to an address, sent by caller. The new share earns from
// now on. Spent and left are as for MoveValue.
func (k Keeper) SplitValue(ctx context.Context, caller common.Address, from weal.ShareID, to common.Address, value Value) (id weal.ShareID, spent bool, left Value, err error) {
	spent, left, err = k.spend(ctx, caller, from, value)
	if err != nil {
		return 0, false, left, err
	}
	if to == (common.Address{}) {
		return 0, false, left, types.Err3525MintZero
	}
	source, err := k.share(ctx, from)
	if err != nil {
		return 0, false, left, err
	}
	units, ok := source.covers(value)
	if !ok {
		return 0, false, left, types.Err3525Balance
	}
	// The source is settled, and the new share marked, with its value still zero.
	if id, err = k.mint(ctx, source.asset, to, units); err != nil {
		return 0, false, left, err
	}
	if err = k.settle(ctx, weal.AssetID(source.asset), held{from, source.value}, held{id, 0}); err != nil {
		return 0, false, left, err
	}
	source.value -= units
	return id, spent, left, k.shares.Set(ctx, uint64(from), source)
}

// covers returns value as units if the share holds that many.
func (s share) covers(value Value) (uint64, bool) {
	return value.Uint64(), value.IsUint64() && value.Uint64() <= s.value
}

// clearAllowances removes all allowances of a share.
func (k Keeper) clearAllowances(ctx context.Context, id weal.ShareID, s *share) error {
	if s.allowances == 0 {
		return nil
	}
	s.allowances = 0
	return k.allowances.Clear(ctx, collections.NewPrefixedPairRange[uint64, accAddress](uint64(id)))
}

// as returns want if err is that a share does not exist, otherwise err.
func as(err, want error) error {
	if errors.Is(err, types.ErrShareNotFound) {
		return want
	}
	return err
}
