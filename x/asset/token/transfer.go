package token

import (
	"context"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"cosmossdk.io/collections"

	"github.com/weal-network/weal/x/asset/types"
)

// Spent tells whether a move used up an allowance of the caller's, and what
// remains of it.
type Spent struct {
	Used bool
	Left uint256.Int
	// Slot is the tokens', Owner whose the token is that got the value.
	Slot  uint256.Int
	Owner common.Address
}

// Transfer moves a whole token from its owner to another: ERC-721's
// transferFrom, sent by caller. It ends all approvals of the token. Errors are
// those of ERC-721.
func (b Book) Transfer(ctx context.Context, c uint64, caller, from, to common.Address, id uint256.Int) error {
	r, err := b.rowOr(ctx, c, id, types.Err721Token)
	if err != nil {
		return err
	}
	if may, err := b.mayMove(ctx, c, caller, r); err != nil {
		return err
	} else if !may {
		return types.Err721Caller
	}
	if r.owner != from {
		return types.Err721From
	}
	if to == (common.Address{}) {
		return types.Err721To
	}
	return b.give(ctx, c, id, r, to)
}

// Give is Transfer without the question who asks. To is not zero.
func (b Book) Give(ctx context.Context, c uint64, id uint256.Int, to common.Address) error {
	r, err := b.row(ctx, c, id)
	if err != nil {
		return err
	}
	return b.give(ctx, c, id, r, to)
}

func (b Book) give(ctx context.Context, c uint64, id uint256.Int, r row, to common.Address) error {
	err := b.tell(ctx, c, Change{ID: id, Slot: r.slot, Before: r.value, After: r.value, From: r.owner, To: to})
	if err != nil {
		return err
	}
	if err := b.clearAllowances(ctx, c, id, &r); err != nil {
		return err
	}
	from := r.owner
	r.owner, r.approved = to, common.Address{}
	if err := b.setRow(ctx, c, id, r); err != nil {
		return err
	}
	key := collections.Join(c, id)
	p, err := b.places.Get(ctx, key)
	if err != nil {
		return err
	}
	if err := b.take(ctx, c, b.ownedBy(ctx, c, from), p[inOwned]); err != nil {
		return err
	}
	if err := b.ownedBy(ctx, c, to).push(id, &p); err != nil {
		return err
	}
	return b.places.Set(ctx, key, p)
}

// MoveValue moves value from one token to another of the same slot: ERC-3525's
// transferFrom to a token, sent by caller. Errors are those of ERC-3525.
func (b Book) MoveValue(ctx context.Context, c uint64, caller common.Address, from, to, value uint256.Int) (Spent, error) {
	source, spent, err := b.spend(ctx, c, caller, from, value)
	if err != nil {
		return Spent{}, err
	}
	spent.Slot = source.slot
	spent.Owner, err = b.move(ctx, c, from, source, to, value)
	return spent, err
}

// Move is MoveValue without the question who asks.
func (b Book) Move(ctx context.Context, c uint64, from, to, value uint256.Int) error {
	source, err := b.rowOr(ctx, c, from, types.Err3525FromToken)
	if err != nil {
		return err
	}
	_, err = b.move(ctx, c, from, source, to, value)
	return err
}

// move returns the owner of the token that gets the value.
func (b Book) move(ctx context.Context, c uint64, from uint256.Int, source row, to, value uint256.Int) (common.Address, error) {
	target, err := b.rowOr(ctx, c, to, types.Err3525ToToken)
	if err != nil {
		return target.owner, err
	}
	if source.value.Lt(&value) {
		return target.owner, types.Err3525Balance
	}
	if source.slot != target.slot {
		return target.owner, types.Err3525Slot
	}
	if from == to || value.IsZero() {
		return target.owner, nil
	}
	var less, more uint256.Int
	less.Sub(&source.value, &value)
	if _, overflow := more.AddOverflow(&target.value, &value); overflow {
		return target.owner, types.ErrOverflow
	}
	err = b.tell(ctx, c,
		Change{ID: from, Slot: source.slot, Before: source.value, After: less, From: source.owner, To: source.owner},
		Change{ID: to, Slot: target.slot, Before: target.value, After: more, From: target.owner, To: target.owner})
	if err != nil {
		return target.owner, err
	}
	source.value, target.value = less, more
	if err := b.setRow(ctx, c, from, source); err != nil {
		return target.owner, err
	}
	return target.owner, b.setRow(ctx, c, to, target)
}

// SplitValue moves value from a token into a new one of the same slot, which
// another owns: ERC-3525's transferFrom to an address, sent by caller. It
// returns the new token's id.
func (b Book) SplitValue(ctx context.Context, c uint64, caller common.Address, from uint256.Int, to common.Address, value uint256.Int) (uint256.Int, Spent, error) {
	source, spent, err := b.spend(ctx, c, caller, from, value)
	if err != nil {
		return uint256.Int{}, Spent{}, err
	}
	spent.Slot, spent.Owner = source.slot, to
	id, err := b.split(ctx, c, from, source, to, value)
	return id, spent, err
}

// Split is SplitValue without the question who asks.
func (b Book) Split(ctx context.Context, c uint64, from uint256.Int, to common.Address, value uint256.Int) (uint256.Int, error) {
	source, err := b.rowOr(ctx, c, from, types.Err3525FromToken)
	if err != nil {
		return uint256.Int{}, err
	}
	return b.split(ctx, c, from, source, to, value)
}

func (b Book) split(ctx context.Context, c uint64, from uint256.Int, source row, to common.Address, value uint256.Int) (id uint256.Int, err error) {
	if to == (common.Address{}) {
		return id, types.Err3525MintZero
	}
	if source.value.Lt(&value) {
		return id, types.Err3525Balance
	}
	if id, err = b.nextID(ctx, c); err != nil {
		return id, err
	}
	var less uint256.Int
	less.Sub(&source.value, &value)
	err = b.tell(ctx, c,
		Change{ID: from, Slot: source.slot, Before: source.value, After: less, From: source.owner, To: source.owner},
		Change{ID: id, Slot: source.slot, After: value, To: to})
	if err != nil {
		return id, err
	}
	slot := source.slot
	source.value = less
	if err := b.setRow(ctx, c, from, source); err != nil {
		return id, err
	}
	return id, b.add(ctx, c, id, row{owner: to, slot: slot, value: value})
}

// MayMove reports whether caller could transfer a token, or returns
// types.ErrTokenNotFound.
func (b Book) MayMove(ctx context.Context, c uint64, caller common.Address, id uint256.Int) (bool, error) {
	r, err := b.row(ctx, c, id)
	if err != nil {
		return false, err
	}
	return b.mayMove(ctx, c, caller, r)
}

// mayMove reports whether caller owns a token, is approved for it, or is an
// operator of its owner, for all tokens or for its slot. The zero address, which
// calls without a sender have, may move nothing: a token that nobody is approved
// for has it in approved.
func (b Book) mayMove(ctx context.Context, c uint64, caller common.Address, r row) (bool, error) {
	if caller == (common.Address{}) {
		return false, nil
	}
	if caller == r.owner || caller == r.approved {
		return true, nil
	}
	if may, err := b.IsOperator(ctx, c, r.owner, caller); err != nil || may {
		return may, err
	}
	return b.IsSlotOperator(ctx, c, r.owner, r.slot, caller)
}

// spend checks that caller may move value of a token, and uses up its allowance
// if it may by nothing else. It returns the token's row as it then is.
func (b Book) spend(ctx context.Context, c uint64, caller common.Address, id, value uint256.Int) (row, Spent, error) {
	r, err := b.rowOr(ctx, c, id, types.Err3525Token)
	if err != nil {
		return r, Spent{}, err
	}
	if may, err := b.mayMove(ctx, c, caller, r); err != nil || may {
		return r, Spent{}, err
	}
	left, err := b.allowance(ctx, c, id, r, caller)
	if err != nil || left == unlimited {
		return r, Spent{}, err
	}
	if left.Lt(&value) {
		return r, Spent{}, types.Err3525Allowance
	}
	had := !left.IsZero() // no row is zero
	left.Sub(&left, &value)
	return r, Spent{Used: true, Left: left}, b.putAllowance(ctx, collections.Join3(c, id, caller), &r, left, had)
}
