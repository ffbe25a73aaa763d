package token

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/types"
)

// row is a Token as it is stored under its id.
type row struct {
	owner, approved common.Address
	// allowances is how many allowances the token has, so that a transfer looks
	// for them only if there are any.
	allowances  uint64
	slot, value uint256.Int
}

func (r row) token(id uint256.Int) Token {
	return Token{ID: id, Slot: r.slot, Value: r.value, Owner: r.owner, Approved: r.approved}
}

// places are a token's indices: in the list of all, its owner's, its slot's.
type places [3]uint64

const (
	inAll = iota
	inOwned
	inSlot
)

// slotRow is a slot's index in the list of slots, and how many tokens it has.
type slotRow struct{ place, count uint64 }

// Get returns a token, or types.ErrTokenNotFound.
func (b Book) Get(ctx context.Context, c uint64, id uint256.Int) (Token, error) {
	r, err := b.row(ctx, c, id)
	return r.token(id), err
}

func (b Book) row(ctx context.Context, c uint64, id uint256.Int) (row, error) {
	r, err := b.tokens.Get(ctx, collections.Join(c, id))
	if errors.Is(err, collections.ErrNotFound) {
		return r, types.ErrTokenNotFound
	}
	return r, err
}

// rowOr is row with a standard's error if there is no such token.
func (b Book) rowOr(ctx context.Context, c uint64, id uint256.Int, missing error) (row, error) {
	r, err := b.row(ctx, c, id)
	if errors.Is(err, types.ErrTokenNotFound) {
		err = missing
	}
	return r, err
}

func (b Book) setRow(ctx context.Context, c uint64, id uint256.Int, r row) error {
	return b.tokens.Set(ctx, collections.Join(c, id), r)
}

// Supply returns how many tokens a collection has.
func (b Book) Supply(ctx context.Context, c uint64) (uint64, error) {
	return stored.OrZero(b.supply.Get(ctx, c))
}

// ByIndex returns the id of a collection's i-th token, counted from 0, or
// types.Err721GlobalIndex.
func (b Book) ByIndex(ctx context.Context, c, i uint64) (uint256.Int, error) {
	return at(types.Err721GlobalIndex)(b.all.Get(ctx, collections.Join(c, i)))
}

// CountOf returns how many tokens an owner has.
func (b Book) CountOf(ctx context.Context, c uint64, owner common.Address) (uint64, error) {
	return stored.OrZero(b.count.Get(ctx, collections.Join(c, owner)))
}

// OfOwner returns the id of an owner's i-th token, counted from 0, or
// types.Err721OwnerIndex.
func (b Book) OfOwner(ctx context.Context, c uint64, owner common.Address, i uint64) (uint256.Int, error) {
	return at(types.Err721OwnerIndex)(b.owned.Get(ctx, collections.Join3(c, owner, i)))
}

// SlotCount returns how many slots have ever had a token.
func (b Book) SlotCount(ctx context.Context, c uint64) (uint64, error) {
	return stored.OrZero(b.slotCount.Get(ctx, c))
}

// SlotByIndex returns the i-th slot, counted from 0, or types.ErrSlotIndex.
func (b Book) SlotByIndex(ctx context.Context, c, i uint64) (uint256.Int, error) {
	return at(types.ErrSlotIndex)(b.slots.Get(ctx, collections.Join(c, i)))
}

// CountInSlot returns how many tokens are in a slot.
func (b Book) CountInSlot(ctx context.Context, c uint64, slot uint256.Int) (uint64, error) {
	s, err := stored.OrZero(b.slotRows.Get(ctx, collections.Join(c, slot)))
	return s.count, err
}

// InSlot returns the id of a slot's i-th token, counted from 0, or
// types.ErrSlotTokenIndex.
func (b Book) InSlot(ctx context.Context, c uint64, slot uint256.Int, i uint64) (uint256.Int, error) {
	return at(types.ErrSlotTokenIndex)(b.inSlot.Get(ctx, collections.Join3(c, slot, i)))
}

// at gives an index that is out of bounds its error.
func at(outOfBounds error) func(uint256.Int, error) (uint256.Int, error) {
	return func(id uint256.Int, err error) (uint256.Int, error) {
		if errors.Is(err, collections.ErrNotFound) {
			err = outOfBounds
		}
		return id, err
	}
}

// list is one enumeration: how many there are, and the id at each index.
type list struct {
	size  func() (uint64, error)
	grow  func(uint64) error
	set   func(i uint64, id uint256.Int) error
	get   func(i uint64) (uint256.Int, error)
	drop  func(i uint64) error
	which int
}

func (b Book) allOf(ctx context.Context, c uint64) list {
	return list{
		which: inAll,
		size:  func() (uint64, error) { return b.Supply(ctx, c) },
		grow:  func(n uint64) error { return setOrRemove(ctx, b.supply, c, n) },
		set:   func(i uint64, id uint256.Int) error { return b.all.Set(ctx, collections.Join(c, i), id) },
		get:   func(i uint64) (uint256.Int, error) { return b.all.Get(ctx, collections.Join(c, i)) },
		drop:  func(i uint64) error { return b.all.Remove(ctx, collections.Join(c, i)) },
	}
}

func (b Book) ownedBy(ctx context.Context, c uint64, owner common.Address) list {
	return list{
		which: inOwned,
		size:  func() (uint64, error) { return b.CountOf(ctx, c, owner) },
		grow:  func(n uint64) error { return setOrRemove(ctx, b.count, collections.Join(c, owner), n) },
		set:   func(i uint64, id uint256.Int) error { return b.owned.Set(ctx, collections.Join3(c, owner, i), id) },
		get:   func(i uint64) (uint256.Int, error) { return b.owned.Get(ctx, collections.Join3(c, owner, i)) },
		drop:  func(i uint64) error { return b.owned.Remove(ctx, collections.Join3(c, owner, i)) },
	}
}

func (b Book) inSlotOf(ctx context.Context, c uint64, slot uint256.Int) list {
	key := collections.Join(c, slot)
	return list{
		which: inSlot,
		size:  func() (uint64, error) { return b.CountInSlot(ctx, c, slot) },
		grow: func(n uint64) error {
			s, err := b.slotRows.Get(ctx, key)
			if err != nil {
				return err
			}
			s.count = n
			return b.slotRows.Set(ctx, key, s)
		},
		set:  func(i uint64, id uint256.Int) error { return b.inSlot.Set(ctx, collections.Join3(c, slot, i), id) },
		get:  func(i uint64) (uint256.Int, error) { return b.inSlot.Get(ctx, collections.Join3(c, slot, i)) },
		drop: func(i uint64) error { return b.inSlot.Remove(ctx, collections.Join3(c, slot, i)) },
	}
}

// setOrRemove keeps no row for nothing.
func setOrRemove[K any](ctx context.Context, m collections.Map[K, uint64], key K, n uint64) error {
	if n == 0 {
		return m.Remove(ctx, key)
	}
	return m.Set(ctx, key, n)
}

// push puts a token at the end of a list and notes its place in p.
func (l list) push(id uint256.Int, p *places) error {
	n, err := l.size()
	if err != nil {
		return err
	}
	p[l.which] = n
	if err := l.set(n, id); err != nil {
		return err
	}
	return l.grow(n + 1)
}

// take removes the token at a place; the last token takes the place.
func (b Book) take(ctx context.Context, c uint64, l list, place uint64) error {
	n, err := l.size()
	if err != nil {
		return err
	}
	if last := n - 1; place != last {
		id, err := l.get(last)
		if err != nil {
			return err
		}
		if err := l.set(place, id); err != nil {
			return err
		}
		p, err := b.places.Get(ctx, collections.Join(c, id))
		if err != nil {
			return err
		}
		p[l.which] = place
		if err := b.places.Set(ctx, collections.Join(c, id), p); err != nil {
			return err
		}
	}
	if err := l.drop(n - 1); err != nil {
		return err
	}
	return l.grow(n - 1)
}

// openSlot adds a slot to the list of slots if it never had a token.
func (b Book) openSlot(ctx context.Context, c uint64, slot uint256.Int) error {
	key := collections.Join(c, slot)
	if has, err := b.slotRows.Has(ctx, key); err != nil || has {
		return err
	}
	n, err := b.SlotCount(ctx, c)
	if err != nil {
		return err
	}
	if err := b.slots.Set(ctx, collections.Join(c, n), slot); err != nil {
		return err
	}
	if err := b.slotCount.Set(ctx, c, n+1); err != nil {
		return err
	}
	return b.slotRows.Set(ctx, key, slotRow{place: n})
}
