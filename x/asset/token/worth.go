package token

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// Holds returns a token of an owner's whose value is at least 1, of a slot unless
// that is nil: the one of the least slot, and there of the least id. It is nil if
// there is none. It costs the same whatever the owner has.
func (b Book) Holds(ctx context.Context, c uint64, owner common.Address, slot *uint256.Int) (id *uint256.Int, err error) {
	r := collections.NewSuperPrefixedQuadRange[uint64, common.Address, uint256.Int, uint256.Int](c, owner)
	if slot != nil {
		r = collections.NewSuperPrefixedQuadRange3[uint64, common.Address, uint256.Int, uint256.Int](c, owner, *slot)
	}
	it, err := b.worth.Iterate(ctx, r)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	if !it.Valid() {
		return nil, nil
	}
	key, err := it.Key()
	if err != nil {
		return nil, err
	}
	first := key.K4()
	return &first, nil
}

// revalued brings the index of tokens whose value is not zero up to date.
func (b Book) revalued(ctx context.Context, c uint64, t Change) error {
	had := t.From != (common.Address{}) && !t.Before.IsZero()
	has := t.To != (common.Address{}) && !t.After.IsZero()
	if had && has && t.From == t.To {
		return nil
	}
	if had {
		if err := b.worth.Remove(ctx, collections.Join4(c, t.From, t.Slot, t.ID)); err != nil {
			return err
		}
	}
	if !has {
		return nil
	}
	return b.worth.Set(ctx, collections.Join4(c, t.To, t.Slot, t.ID))
}
