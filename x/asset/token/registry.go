package token

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/x/asset/types"
)

// Open adds a collection of a maker's own, at an address where nothing is yet.
// It fills in row's number and returns it.
func (b Book) Open(ctx context.Context, at common.Address, row types.Collection) (uint64, error) {
	if err := row.Validate(); err != nil {
		return 0, err
	}
	if has, err := b.numbers.Has(ctx, at); err != nil {
		return 0, err
	} else if has {
		return 0, types.ErrCollection.Wrapf("%s is one already", at)
	}
	n, err := b.counter.Next(ctx)
	if err != nil {
		return 0, err
	}
	row.Number, row.Address = n+1, at.Hex()
	if err := b.registry.Set(ctx, row.Number, row); err != nil {
		return 0, err
	}
	return row.Number, b.numbers.Set(ctx, at, row.Number)
}

// Opened returns how many collections were opened.
func (b Book) Opened(ctx context.Context) (uint64, error) { return b.counter.Peek(ctx) }

// CollectionAt returns the collection whose contract is at an address, or
// types.ErrCollectionNotFound.
func (b Book) CollectionAt(ctx context.Context, at common.Address) (types.Collection, error) {
	n, err := b.numbers.Get(ctx, at)
	if errors.Is(err, collections.ErrNotFound) {
		return types.Collection{}, types.ErrCollectionNotFound.Wrapf("at %s", at)
	}
	if err != nil {
		return types.Collection{}, err
	}
	return b.registry.Get(ctx, n)
}

// Collection returns a collection by its number, or types.ErrCollectionNotFound.
func (b Book) Collection(ctx context.Context, n uint64) (types.Collection, error) {
	row, err := b.registry.Get(ctx, n)
	if errors.Is(err, collections.ErrNotFound) {
		return row, types.ErrCollectionNotFound.Wrapf("number %d", n)
	}
	return row, err
}

// NumberAt is CollectionAt for the number alone, which costs less.
func (b Book) NumberAt(ctx context.Context, at common.Address) (uint64, error) {
	n, err := b.numbers.Get(ctx, at)
	if errors.Is(err, collections.ErrNotFound) {
		return 0, types.ErrCollectionNotFound.Wrapf("at %s", at)
	}
	return n, err
}

// Collections returns a page of all collections, in the order they were opened.
func (b Book) Collections(ctx context.Context, page *query.PageRequest) ([]types.Collection, *query.PageResponse, error) {
	return query.CollectionPaginate(ctx, b.registry, page, func(_ uint64, c types.Collection) (types.Collection, error) {
		return c, nil
	})
}

// TokensOf returns a page of an owner's tokens, in the order of
// tokenOfOwnerByIndex.
func (b Book) TokensOf(ctx context.Context, c uint64, owner common.Address, page *query.PageRequest) ([]Token, *query.PageResponse, error) {
	r := func(o *query.CollectionsPaginateOptions[ownedKey]) {
		prefix := collections.TripleSuperPrefix[uint64, common.Address, uint64](c, owner)
		o.Prefix = &prefix
	}
	return query.CollectionPaginate(ctx, b.owned, page, func(key ownedKey, id uint256.Int) (Token, error) {
		return b.Get(ctx, c, id)
	}, r)
}

// EachInSlot calls f with every token of a slot, in the order of
// tokenInSlotByIndex.
func (b Book) EachInSlot(ctx context.Context, c uint64, slot uint256.Int, f func(Token) error) error {
	r := collections.NewSuperPrefixedTripleRange[uint64, uint256.Int, uint64](c, slot)
	return b.inSlot.Walk(ctx, r, func(_ inSlotKey, id uint256.Int) (bool, error) {
		t, err := b.Get(ctx, c, id)
		if err == nil {
			err = f(t)
		}
		return err != nil, err
	})
}
