package token

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/types"
)

// unlimited is the allowance that is not used up.
var unlimited = *new(uint256.Int).SetAllOne()

// Approve lets operator transfer a token, or nobody if operator is zero:
// ERC-721's approve, sent by caller. It returns the token's owner. Errors are
// those of ERC-721.
func (b Book) Approve(ctx context.Context, c uint64, caller, operator common.Address, id uint256.Int) (owner common.Address, err error) {
	r, err := b.rowOr(ctx, c, id, types.Err721Token)
	if err != nil {
		return owner, err
	}
	if operator == r.owner {
		return owner, types.Err721ApproveOwner
	}
	if caller != r.owner {
		may, err := b.IsOperator(ctx, c, r.owner, caller)
		if err == nil && !may {
			may, err = b.IsSlotOperator(ctx, c, r.owner, r.slot, caller)
		}
		if err != nil {
			return owner, err
		}
		if !may {
			return owner, types.Err721Approve
		}
	}
	r.approved = operator
	return r.owner, b.setRow(ctx, c, id, r)
}

// SetOperator lets operator move all tokens of owner, or no longer: ERC-721's
// setApprovalForAll, sent by owner.
func (b Book) SetOperator(ctx context.Context, c uint64, owner, operator common.Address, may bool) error {
	if owner == operator {
		return types.Err721ApproveSelf
	}
	key := collections.Join3(c, owner, operator)
	if may {
		return b.operators.Set(ctx, key)
	}
	return b.operators.Remove(ctx, key)
}

// IsOperator reports whether operator may move all tokens of owner.
func (b Book) IsOperator(ctx context.Context, c uint64, owner, operator common.Address) (bool, error) {
	return b.operators.Has(ctx, collections.Join3(c, owner, operator))
}

// SetSlotOperator lets operator move all tokens of owner in a slot, or no
// longer: ERC-3525's setApprovalForSlot, sent by caller.
func (b Book) SetSlotOperator(ctx context.Context, c uint64, caller, owner common.Address, slot uint256.Int, operator common.Address, may bool) error {
	if caller != owner {
		all, err := b.IsOperator(ctx, c, owner, caller)
		if err != nil {
			return err
		}
		if !all {
			return types.ErrSlotCaller
		}
	}
	if owner == operator {
		return types.ErrSlotSelf
	}
	key := collections.Join4(c, owner, slot, operator)
	if may {
		return b.slotOpers.Set(ctx, key)
	}
	return b.slotOpers.Remove(ctx, key)
}

// IsSlotOperator reports whether operator may move all tokens of owner in a slot.
func (b Book) IsSlotOperator(ctx context.Context, c uint64, owner common.Address, slot uint256.Int, operator common.Address) (bool, error) {
	return b.slotOpers.Has(ctx, collections.Join4(c, owner, slot, operator))
}

// ApproveValue lets operator move up to value of a token: ERC-3525's approve,
// sent by caller. Errors are those of ERC-3525.
func (b Book) ApproveValue(ctx context.Context, c uint64, caller, operator common.Address, id, value uint256.Int) error {
	r, err := b.rowOr(ctx, c, id, types.Err3525Token)
	if err != nil {
		return err
	}
	if operator == r.owner {
		return types.Err3525ApproveOwner
	}
	if may, err := b.mayMove(ctx, c, caller, r); err != nil {
		return err
	} else if !may {
		return types.Err3525Approve
	}
	if operator == (common.Address{}) {
		return types.Err3525ApproveZero
	}
	return b.setAllowance(ctx, c, id, &r, operator, value)
}

// Allowance returns how much value of a token operator may move, or
// types.Err3525Token.
func (b Book) Allowance(ctx context.Context, c uint64, id uint256.Int, operator common.Address) (uint256.Int, error) {
	r, err := b.rowOr(ctx, c, id, types.Err3525Token)
	if err != nil {
		return uint256.Int{}, err
	}
	return b.allowance(ctx, c, id, r, operator)
}

func (b Book) allowance(ctx context.Context, c uint64, id uint256.Int, r row, operator common.Address) (uint256.Int, error) {
	if r.allowances == 0 {
		return uint256.Int{}, nil
	}
	return stored.OrZero(b.allowances.Get(ctx, collections.Join3(c, id, operator)))
}

// setAllowance stores an allowance and keeps count of the token's in r.
func (b Book) setAllowance(ctx context.Context, c uint64, id uint256.Int, r *row, operator common.Address, value uint256.Int) error {
	key := collections.Join3(c, id, operator)
	had, err := b.allowances.Has(ctx, key)
	if err != nil {
		return err
	}
	return b.putAllowance(ctx, key, r, value, had)
}

// putAllowance is setAllowance of one that there was, or was not.
func (b Book) putAllowance(ctx context.Context, key allowanceKey, r *row, value uint256.Int, had bool) error {
	c, id := key.K1(), key.K2()
	if value.IsZero() {
		if !had {
			return nil
		}
		r.allowances--
		if err := b.allowances.Remove(ctx, key); err != nil {
			return err
		}
		return b.setRow(ctx, c, id, *r)
	}
	if err := b.allowances.Set(ctx, key, value); err != nil || had {
		return err
	}
	r.allowances++
	return b.setRow(ctx, c, id, *r)
}

// clearAllowances removes all allowances of a token. The caller stores r.
func (b Book) clearAllowances(ctx context.Context, c uint64, id uint256.Int, r *row) error {
	if r.allowances == 0 {
		return nil
	}
	r.allowances = 0
	return b.allowances.Clear(ctx, collections.NewSuperPrefixedTripleRange[uint64, uint256.Int, common.Address](c, id))
}
