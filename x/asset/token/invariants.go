package token

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/x/asset/types"
)

// Check reads every collection and returns types.ErrBroken, with the name of the
// first invariant that does not hold.
func (b Book) Check(ctx context.Context) error {
	n, err := b.Opened(ctx)
	if err != nil {
		return err
	}
	for c := range n + 1 {
		if err := b.check(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// check: each enumeration names each token once, at the place the token says,
// without gaps; a token's allowances are counted; ids are below the counter; the
// index of worth has the tokens with a value, and no others.
func (b Book) check(ctx context.Context, c uint64) error {
	next, err := b.peekID(ctx, c)
	if err != nil {
		return err
	}
	allowed, err := b.countAllowances(ctx, c)
	if err != nil {
		return err
	}
	counts := map[common.Address]uint64{}
	slots := map[uint256.Int]uint64{}
	var tokens, worth uint64
	one := collections.NewPrefixedPairRange[uint64, uint256.Int](c)
	err = b.tokens.Walk(ctx, one, func(key tokenKey, r row) (bool, error) {
		id := key.K2()
		tokens++
		counts[r.owner]++
		slots[r.slot]++
		if id.IsZero() || (id.Lt(&chosen) && !id.Lt(&next)) || r.owner == (common.Address{}) {
			return true, types.ErrBroken.Wrapf("tokens: token %s of collection %d cannot be there", id.Dec(), c)
		}
		if err := b.checkPlaces(ctx, c, id, r); err != nil {
			return true, err
		}
		if !r.value.IsZero() {
			worth++
			if has, err := b.worth.Has(ctx, collections.Join4(c, r.owner, r.slot, id)); err != nil || !has {
				return true, errors.Join(err, types.ErrBroken.Wrapf("worth: token %s of collection %d has a value and is not listed", id.Dec(), c))
			}
		}
		if n := allowed[id]; n != r.allowances {
			return true, types.ErrBroken.Wrapf("allowances: token %s of collection %d has %d, counts %d", id.Dec(), c, n, r.allowances)
		}
		delete(allowed, id)
		return false, nil
	})
	if err != nil {
		return err
	}
	if len(allowed) > 0 {
		return types.ErrBroken.Wrapf("allowances: %d tokens of collection %d have some and are not there", len(allowed), c)
	}
	if err := b.checkWorth(ctx, c, worth); err != nil {
		return err
	}
	return b.checkLists(ctx, c, tokens, counts, slots)
}

// checkWorth: the index names as many tokens as have a value. Since it has each
// of those, it then names nothing else.
func (b Book) checkWorth(ctx context.Context, c, want uint64) error {
	var listed uint64
	r := collections.NewPrefixedQuadRange[uint64, common.Address, uint256.Int, uint256.Int](c)
	err := b.worth.Walk(ctx, r, func(worthKey) (bool, error) {
		listed++
		return false, nil
	})
	if err == nil && listed != want {
		err = types.ErrBroken.Wrapf("worth: %d tokens of collection %d have a value, %d are listed", want, c, listed)
	}
	return err
}

// checkPlaces: the lists have the token where it says.
func (b Book) checkPlaces(ctx context.Context, c uint64, id uint256.Int, r row) error {
	p, err := b.places.Get(ctx, collections.Join(c, id))
	if err != nil {
		return types.ErrBroken.Wrapf("enumeration: token %s of collection %d has no places: %s", id.Dec(), c, err)
	}
	for _, l := range []list{b.allOf(ctx, c), b.ownedBy(ctx, c, r.owner), b.inSlotOf(ctx, c, r.slot)} {
		n, err := l.size()
		if err != nil {
			return err
		}
		at, err := l.get(p[l.which])
		if err != nil || at != id || p[l.which] >= n {
			return types.ErrBroken.Wrapf("enumeration: token %s of collection %d is not at its place %d of list %d", id.Dec(), c, p[l.which], l.which)
		}
	}
	return nil
}

// countAllowances counts each token's. One walk over all: a walk for each token
// would look at all that a block has changed, each time.
func (b Book) countAllowances(ctx context.Context, c uint64) (map[uint256.Int]uint64, error) {
	counts := map[uint256.Int]uint64{}
	all := collections.NewPrefixedTripleRange[uint64, uint256.Int, common.Address](c)
	err := b.allowances.Walk(ctx, all, func(key allowanceKey, v uint256.Int) (bool, error) {
		id := key.K2()
		counts[id]++
		if v.IsZero() {
			return true, types.ErrBroken.Wrapf("allowances: token %s of collection %d has one of nothing", id.Dec(), c)
		}
		return false, nil
	})
	return counts, err
}

// checkLists: the lists are as long as there are tokens, and no longer. Since
// each token is at a place of its own, they then name nothing else.
func (b Book) checkLists(ctx context.Context, c, tokens uint64, counts map[common.Address]uint64, slots map[uint256.Int]uint64) error {
	var all, owned, inSlots, placed uint64
	err := b.all.Walk(ctx, collections.NewPrefixedPairRange[uint64, uint64](c), tally[placeKey, uint256.Int](&all))
	if err != nil {
		return err
	}
	err = b.owned.Walk(ctx, collections.NewPrefixedTripleRange[uint64, common.Address, uint64](c), tally[ownedKey, uint256.Int](&owned))
	if err != nil {
		return err
	}
	err = b.inSlot.Walk(ctx, collections.NewPrefixedTripleRange[uint64, uint256.Int, uint64](c), tally[inSlotKey, uint256.Int](&inSlots))
	if err != nil {
		return err
	}
	err = b.places.Walk(ctx, collections.NewPrefixedPairRange[uint64, uint256.Int](c), func(tokenKey, places) (bool, error) {
		placed++
		return false, nil
	})
	if err != nil {
		return err
	}
	supply, err := b.Supply(ctx, c)
	if err != nil {
		return err
	}
	for _, n := range []uint64{all, owned, inSlots, placed, supply} {
		if n != tokens {
			return types.ErrBroken.Wrapf("enumeration: collection %d has %d tokens; listed: all %d, owned %d, in slots %d, places %d, supply %d",
				c, tokens, all, owned, inSlots, placed, supply)
		}
	}
	err = b.count.Walk(ctx, collections.NewPrefixedPairRange[uint64, common.Address](c), func(key ownerKey, n uint64) (bool, error) {
		if counts[key.K2()] != n {
			return true, types.ErrBroken.Wrapf("owners: %s has %d tokens of collection %d, counted %d", key.K2(), counts[key.K2()], c, n)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	return b.checkSlots(ctx, c, slots)
}

// checkSlots: the list of slots and the slots' rows say the same.
func (b Book) checkSlots(ctx context.Context, c uint64, slots map[uint256.Int]uint64) error {
	var rows uint64
	err := b.slotRows.Walk(ctx, collections.NewPrefixedPairRange[uint64, uint256.Int](c), func(key tokenKey, s slotRow) (bool, error) {
		rows++
		slot := key.K2()
		at, err := b.slots.Get(ctx, collections.Join(c, s.place))
		if err != nil || at != slot || slots[slot] != s.count {
			return true, types.ErrBroken.Wrapf("slots: slot %s of collection %d: %d tokens, counted %d at %d", slot.Dec(), c, slots[slot], s.count, s.place)
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	count, err := b.SlotCount(ctx, c)
	if err == nil && (rows != count || uint64(len(slots)) > rows) {
		err = types.ErrBroken.Wrapf("slots: collection %d counts %d, has %d", c, count, rows)
	}
	return err
}

// tally counts rows.
func tally[K, V any](n *uint64) func(K, V) (bool, error) {
	return func(K, V) (bool, error) {
		*n++
		return false, nil
	}
}
