package keeper

import (
	"context"
	"errors"
	"time"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/x/tab/types"
)

// What one block does at most, so that a block's cost has a bound whatever the
// messages before it did.
const (
	// windowsPerBlock is how many closing windows begin. One that has to wait
	// begins, and so ends, later.
	windowsPerBlock = 256
	// rowsPerBlock is how many rows of closed tabs are deleted.
	rowsPerBlock = 256
)

// BeginBlock begins the closing windows of the tabs that were closed in earlier
// blocks, and deletes some rows of tabs that are closed.
func (k Keeper) BeginBlock(ctx context.Context) error {
	if err := k.beginWindows(sdk.UnwrapSDKContext(ctx)); err != nil {
		return err
	}
	return k.deleteSpent(ctx)
}

// beginWindows takes tabs from the queue in the order in which they were closed.
func (k Keeper) beginWindows(ctx sdk.Context) error {
	queue, err := first(ctx, k.closing, windowsPerBlock)
	if err != nil || len(queue) == 0 {
		return err
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	for _, key := range queue {
		t, err := k.tab(ctx, key.K2())
		if err != nil {
			return err
		}
		t.CloseHeight = ctx.BlockHeight() + int64(params.CloseBlocks)
		t.CloseTime = ctx.BlockTime().Add(time.Duration(params.CloseSeconds) * time.Second).UTC()
		if err := k.tabs.Set(ctx, t.Id, t); err != nil {
			return err
		}
		if err := k.closing.Remove(ctx, key); err != nil {
			return err
		}
		emit(ctx, types.EventWindow, types.AttrTab, t.Id, types.AttrCloseHeight, t.CloseHeight,
			types.AttrCloseTime, t.CloseTime.Format(time.RFC3339))
	}
	return nil
}

// deleteSpent deletes credited rows of spent lanes, and the lanes after their rows.
func (k Keeper) deleteSpent(ctx context.Context) error {
	lanes, err := first(ctx, k.spent, rowsPerBlock)
	if err != nil {
		return err
	}
	left := rowsPerBlock
	for _, key := range lanes {
		rows, err := k.creditedOf(ctx, key, left)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := k.credited.Remove(ctx, row); err != nil {
				return err
			}
		}
		if left -= len(rows); left <= 0 {
			return nil
		}
		if err := k.lanes.Remove(ctx, key); err != nil {
			return err
		}
		if err := k.spent.Remove(ctx, key); err != nil {
			return err
		}
		left--
	}
	return nil
}

// creditedOf returns the keys of the lane's first rows, at most limit.
func (k Keeper) creditedOf(ctx context.Context, key laneKey, limit int) ([]creditKey, error) {
	r := collections.NewSuperPrefixedQuadRange3[uint64, uint32, uint32, uint64](key.K1(), key.K2(), key.K3())
	it, err := k.credited.Iterate(ctx, r)
	if err != nil {
		return nil, err
	}
	return firstKeys(it, limit)
}

// first returns the first keys of a set, at most limit.
func first[K any](ctx context.Context, set collections.KeySet[K], limit int) ([]K, error) {
	it, err := set.Iterate(ctx, nil)
	if err != nil {
		return nil, err
	}
	return firstKeys(it, limit)
}

// keys is what the iterators of sets and of maps have in common.
type keys[K any] interface {
	Valid() bool
	Key() (K, error)
	Next()
	Close() error
}

// firstKeys reads at most limit keys and closes the iterator, so that nothing is
// written to the store while it is being read.
func firstKeys[K any](it keys[K], limit int) (out []K, err error) {
	defer func() { err = errors.Join(err, it.Close()) }()
	for ; it.Valid() && len(out) < limit; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	return out, nil
}
