package market

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"

	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// Watch counts how often listed shares change hands. Without it a listing that
// its seller had forgotten would be good again once the share came back.
//
// It costs a look-up when a share changes hands, and a write if it has listings,
// however many.
type Watch struct {
	shares collections.Map[uint64, types.ListedShare]
}

var _ token.Watcher = Watch{}

// NewWatch returns the watch over the store of types.StoreKey.
func NewWatch(cdc codec.BinaryCodec, stores store.KVStoreService) Watch {
	sb := collections.NewSchemaBuilder(stores)
	w := Watch{collections.NewMap(sb, types.ListedSharesKey, "listed_shares", collections.Uint64Key, codec.CollValue[types.ListedShare](cdc))}
	if _, err := sb.Build(); err != nil {
		panic(fmt.Errorf("market: build schema: %w", err))
	}
	return w
}

// Changing implements token.Watcher.
func (w Watch) Changing(ctx context.Context, collection uint64, changes []token.Change) error {
	if collection != token.Shares {
		return nil
	}
	for _, c := range changes {
		if c.From == c.To {
			continue
		}
		row, err := w.row(ctx, c.ID.Uint64())
		if err != nil {
			return err
		}
		if row.Listings == 0 {
			continue
		}
		row.Moves++
		if err := w.shares.Set(ctx, row.Share, row); err != nil {
			return err
		}
	}
	return nil
}

// row returns what is kept of a share: nothing if it has no listings.
func (w Watch) row(ctx context.Context, share uint64) (types.ListedShare, error) {
	row, err := w.shares.Get(ctx, share)
	if errors.Is(err, collections.ErrNotFound) {
		return types.ListedShare{Share: share}, nil
	}
	return row, err
}

// note counts a listing of a share, and returns how often it changed hands.
func (w Watch) note(ctx context.Context, share uint64) (moves uint64, err error) {
	row, err := w.row(ctx, share)
	if err != nil {
		return 0, err
	}
	row.Listings++
	return row.Moves, w.shares.Set(ctx, share, row)
}

// forget counts a listing of a share less.
func (w Watch) forget(ctx context.Context, share uint64) error {
	row, err := w.row(ctx, share)
	if err != nil {
		return err
	}
	switch row.Listings {
	case 0:
		return types.ErrBroken.Wrapf("share %d has fewer listings than are removed", share)
	case 1:
		return w.shares.Remove(ctx, share)
	}
	row.Listings--
	return w.shares.Set(ctx, share, row)
}
