package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// Value is an amount of units as contracts name it: 256 bits, of which an
// asset's units use 48. As an allowance, the greatest Value stands for unlimited.
type Value = uint256.Int

type accAddress = sdk.AccAddress

// unlimited is the allowance that is not used up.
var unlimited = *new(uint256.Int).SetAllOne()

// Approve lets operator transfer a share, or nobody if operator is zero:
// ERC-721's approve, sent by caller. Errors are those of ERC-721, unwrapped.
func (k Keeper) Approve(ctx context.Context, caller, operator common.Address, id weal.ShareID) (owner common.Address, err error) {
	s, err := k.share(ctx, id)
	if err != nil {
		return owner, as(err, types.Err721Token)
	}
	if operator == s.owner {
		return owner, types.Err721ApproveOwner
	}
	if caller != s.owner {
		if all, err := k.IsOperator(ctx, s.owner, caller); err != nil {
			return owner, err
		} else if !all {
			return owner, types.Err721Approve
		}
	}
	s.approved = operator
	return s.owner, k.shares.Set(ctx, uint64(id), s)
}

// SetOperator lets operator move all shares of owner, or no longer: ERC-721's
// setApprovalForAll, sent by owner.
func (k Keeper) SetOperator(ctx context.Context, owner, operator common.Address, may bool) error {
	if owner == operator {
		return types.Err721ApproveSelf
	}
	key := collections.Join(accAddress(owner.Bytes()), accAddress(operator.Bytes()))
	if may {
		return k.operators.Set(ctx, key)
	}
	return k.operators.Remove(ctx, key)
}

// IsOperator reports whether operator may move all shares of owner.
func (k Keeper) IsOperator(ctx context.Context, owner, operator common.Address) (bool, error) {
	return k.operators.Has(ctx, collections.Join(accAddress(owner.Bytes()), accAddress(operator.Bytes())))
}

// ApproveValue lets operator move up to value of a share: ERC-3525's approve,
// sent by caller. Errors are those of ERC-3525, unwrapped.
func (k Keeper) ApproveValue(ctx context.Context, caller, operator common.Address, id weal.ShareID, value Value) error {
	s, err := k.share(ctx, id)
	if err != nil {
		return as(err, types.Err3525Token)
	}
	if operator == s.owner {
		return types.Err3525ApproveOwner
	}
	if may, err := k.mayMove(ctx, caller, s); err != nil {
		return err
	} else if !may {
		return types.Err3525Approve
	}
	if operator == (common.Address{}) {
		return types.Err3525ApproveZero
	}
	return k.setAllowance(ctx, id, s, operator, value)
}

// Allowance returns how much value of a share operator may move, or
// types.ErrShareNotFound.
func (k Keeper) Allowance(ctx context.Context, id weal.ShareID, operator common.Address) (Value, error) {
	if _, err := k.share(ctx, id); err != nil {
		return Value{}, err
	}
	return orZero(k.allowances.Get(ctx, collections.Join(uint64(id), accAddress(operator.Bytes()))))
}

// setAllowance stores an allowance and keeps count of the share's.
func (k Keeper) setAllowance(ctx context.Context, id weal.ShareID, s share, operator common.Address, value Value) error {
	key := collections.Join(uint64(id), accAddress(operator.Bytes()))
	had, err := k.allowances.Has(ctx, key)
	if err != nil {
		return err
	}
	if value.IsZero() {
		if !had {
			return nil
		}
		s.allowances--
		if err := k.allowances.Remove(ctx, key); err != nil {
			return err
		}
		return k.shares.Set(ctx, uint64(id), s)
	}
	if err := k.allowances.Set(ctx, key, value); err != nil || had {
		return err
	}
	s.allowances++
	return k.shares.Set(ctx, uint64(id), s)
}

// mayMove reports whether caller owns a share, is approved for it, or is an
// operator of its owner. The zero address, which calls without a sender have,
// may move nothing: a share that nobody is approved for has it in approved.
func (k Keeper) mayMove(ctx context.Context, caller common.Address, s share) (bool, error) {
	if caller == (common.Address{}) {
		return false, nil
	}
	if caller == s.owner || caller == s.approved {
		return true, nil
	}
	return k.IsOperator(ctx, s.owner, caller)
}

// spend checks that caller may move value of a share, and uses up its allowance
// if it may by nothing else. Spent tells that it did, and left what remains.
func (k Keeper) spend(ctx context.Context, caller common.Address, id weal.ShareID, value Value) (spent bool, left Value, err error) {
	s, err := k.share(ctx, id)
	if err != nil {
		return false, left, as(err, types.Err3525Token)
	}
	if may, err := k.mayMove(ctx, caller, s); err != nil || may {
		return false, left, err
	}
	if left, err = k.Allowance(ctx, id, caller); err != nil || left == unlimited {
		return false, left, err
	}
	if left.Lt(&value) {
		return false, left, types.Err3525Allowance
	}
	left.Sub(&left, &value)
	return true, left, k.setAllowance(ctx, id, s, caller, left)
}
