package token

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/types"
)

// chosen is the least id that does not move the counter of ids: a maker that
// likes great ids does not use them up for value that is sent to an address.
var chosen = *new(uint256.Int).Lsh(uint256.NewInt(1), 128)

// Mint makes a token with an id of the caller's choice. Errors are those of
// ERC-3525.
func (b Book) Mint(ctx context.Context, c uint64, to common.Address, id, slot, value uint256.Int) error {
	if to == (common.Address{}) {
		return types.Err3525MintZero
	}
	if id.IsZero() {
		return types.Err3525MintID
	}
	if has, err := b.tokens.Has(ctx, collections.Join(c, id)); err != nil {
		return err
	} else if has {
		return types.Err3525Minted
	}
	if err := b.use(ctx, c, id); err != nil {
		return err
	}
	if err := b.tell(ctx, c, Change{ID: id, Slot: slot, After: value, To: to}); err != nil {
		return err
	}
	return b.add(ctx, c, id, row{owner: to, slot: slot, value: value})
}

// MintNext is Mint with the least id above all that were minted.
func (b Book) MintNext(ctx context.Context, c uint64, to common.Address, slot, value uint256.Int) (uint256.Int, error) {
	id, err := b.peekID(ctx, c)
	if err != nil {
		return id, err
	}
	return id, b.Mint(ctx, c, to, id, slot, value)
}

// MintValue makes value in a token.
func (b Book) MintValue(ctx context.Context, c uint64, id, value uint256.Int) error {
	r, err := b.rowOr(ctx, c, id, types.Err3525Token)
	if err != nil {
		return err
	}
	var more uint256.Int
	if _, overflow := more.AddOverflow(&r.value, &value); overflow {
		return types.ErrOverflow
	}
	return b.revalue(ctx, c, id, r, more)
}

// Burn destroys a token with its value, sent by caller. Errors are those of the
// reference implementation of ERC-3525.
func (b Book) Burn(ctx context.Context, c uint64, caller common.Address, id uint256.Int) (Token, error) {
	r, err := b.burnable(ctx, c, caller, id)
	if err != nil {
		return Token{}, err
	}
	err = b.tell(ctx, c, Change{ID: id, Slot: r.slot, Before: r.value, From: r.owner})
	if err != nil {
		return Token{}, err
	}
	if err := b.clearAllowances(ctx, c, id, &r); err != nil {
		return Token{}, err
	}
	key := collections.Join(c, id)
	p, err := b.places.Get(ctx, key)
	if err != nil {
		return Token{}, err
	}
	for _, l := range []list{b.ownedBy(ctx, c, r.owner), b.allOf(ctx, c), b.inSlotOf(ctx, c, r.slot)} {
		if err := b.take(ctx, c, l, p[l.which]); err != nil {
			return Token{}, err
		}
	}
	if err := b.places.Remove(ctx, key); err != nil {
		return Token{}, err
	}
	return r.token(id), b.tokens.Remove(ctx, key)
}

// BurnValue destroys value of a token, sent by caller.
func (b Book) BurnValue(ctx context.Context, c uint64, caller common.Address, id, value uint256.Int) error {
	r, err := b.burnable(ctx, c, caller, id)
	if err != nil {
		return err
	}
	if r.value.Lt(&value) {
		return types.Err3525BurnBalance
	}
	var less uint256.Int
	return b.revalue(ctx, c, id, r, *less.Sub(&r.value, &value))
}

// burnable returns the row of a token that caller may burn.
func (b Book) burnable(ctx context.Context, c uint64, caller common.Address, id uint256.Int) (row, error) {
	r, err := b.rowOr(ctx, c, id, types.Err3525Token)
	if err != nil {
		return r, err
	}
	may, err := b.mayMove(ctx, c, caller, r)
	if err == nil && !may {
		err = types.Err3525Caller
	}
	return r, err
}

// revalue gives a token another value.
func (b Book) revalue(ctx context.Context, c uint64, id uint256.Int, r row, value uint256.Int) error {
	if value == r.value {
		return nil
	}
	err := b.tell(ctx, c, Change{ID: id, Slot: r.slot, Before: r.value, After: value, From: r.owner, To: r.owner})
	if err != nil {
		return err
	}
	r.value = value
	return b.setRow(ctx, c, id, r)
}

// add stores a new token and puts it into the enumerations.
func (b Book) add(ctx context.Context, c uint64, id uint256.Int, r row) error {
	if err := b.openSlot(ctx, c, r.slot); err != nil {
		return err
	}
	var p places
	for _, l := range []list{b.allOf(ctx, c), b.ownedBy(ctx, c, r.owner), b.inSlotOf(ctx, c, r.slot)} {
		if err := l.push(id, &p); err != nil {
			return err
		}
	}
	if err := b.places.Set(ctx, collections.Join(c, id), p); err != nil {
		return err
	}
	return b.setRow(ctx, c, id, r)
}

// peekID returns the id that the next new token gets.
func (b Book) peekID(ctx context.Context, c uint64) (uint256.Int, error) {
	id, err := stored.OrZero(b.next.Get(ctx, c))
	if id.IsZero() {
		id.SetOne()
	}
	return id, err
}

// nextID takes the id of a token that is about to be made, which no token ever
// had. There is none any more only if a maker chose the greatest that counts.
func (b Book) nextID(ctx context.Context, c uint64) (uint256.Int, error) {
	id, err := b.peekID(ctx, c)
	if err != nil {
		return id, err
	}
	if !id.Lt(&chosen) {
		return id, types.ErrNoIDs
	}
	return id, b.use(ctx, c, id)
}

// use moves the counter beyond an id that is used.
func (b Book) use(ctx context.Context, c uint64, id uint256.Int) error {
	next, err := b.peekID(ctx, c)
	if err != nil || id.Lt(&next) || !id.Lt(&chosen) {
		return err
	}
	next.AddUint64(&id, 1)
	return b.next.Set(ctx, c, next)
}

// MayBurn returns the error that Burn would return to caller.
func (b Book) MayBurn(ctx context.Context, c uint64, caller common.Address, id uint256.Int) error {
	_, err := b.burnable(ctx, c, caller, id)
	return err
}
