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
	// windowsPerBlock is how many windows begin. One that has to wait begins, and
	// so ends, later.
	windowsPerBlock = 256
	// rowsPerBlock is how many rows of spent epochs are deleted.
	rowsPerBlock = 256
)

// BeginBlock begins the windows of what was closed, ended or revoked in earlier
// blocks, and deletes some rows of epochs that are spent.
func (k Keeper) BeginBlock(ctx context.Context) error {
	if err := k.beginWindows(sdk.UnwrapSDKContext(ctx)); err != nil {
		return err
	}
	return k.deleteSpent(ctx)
}

// beginWindows takes tabs, epochs and lanes from the queue in the order of the
// messages.
func (k Keeper) beginWindows(ctx sdk.Context) error {
	queue, err := first(ctx, k.queue, windowsPerBlock)
	if err != nil || len(queue) == 0 {
		return err
	}
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	w := newWindow(ctx, params)
	for _, key := range queue {
		if err := k.queue.Remove(ctx, key); err != nil {
			return err
		}
		if key.K3() == types.Whole {
			err = k.beginTab(ctx, key.K2(), w)
		} else {
			err = k.beginLane(ctx, collections.Join3(key.K2(), key.K3(), key.K4()), w)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) beginTab(ctx context.Context, id uint64, w window) error {
	t, err := k.tab(ctx, id)
	if err != nil {
		return err
	}
	t.CloseHeight, t.CloseTime = w.Height, w.Time
	emit(ctx, types.EventWindow, types.AttrTab, id, types.AttrCloseHeight, w.Height,
		types.AttrCloseTime, w.Time.Format(time.RFC3339))
	return k.tabs.Set(ctx, id, t)
}

// beginLane begins the window of a lane or of an epoch. One that has no lanes
// needs none: there is nothing to end.
func (k Keeper) beginLane(ctx context.Context, key laneKey, w window) error {
	kind, attrs := types.EventLaneWindow, []any{types.AttrTab, key.K1(), types.AttrEpoch, key.K2()}
	if key.K3() == types.Whole {
		kind = types.EventEpochWindow
		r := collections.NewSuperPrefixedTripleRange[uint64, uint32, uint32](key.K1(), key.K2())
		it, err := k.lanes.Iterate(ctx, r)
		if err != nil {
			return err
		}
		if lanes, err := firstKeys(it, 1); err != nil || len(lanes) == 0 {
			return err
		}
	} else {
		attrs = append(attrs, types.AttrLane, key.K3())
	}
	emit(ctx, kind, append(attrs, types.AttrCloseHeight, w.Height, types.AttrCloseTime, w.Time.Format(time.RFC3339))...)
	return k.windows.Set(ctx, key, w)
}

// deleteSpent deletes the rows of spent epochs: what their assets were credited,
// then their windows and lanes.
func (k Keeper) deleteSpent(ctx context.Context) error {
	epochs, err := first(ctx, k.spent, rowsPerBlock)
	if err != nil {
		return err
	}
	left := rowsPerBlock
	for _, e := range epochs {
		lanes := collections.NewSuperPrefixedTripleRange[uint64, uint32, uint32](e.K1(), e.K2())
		rows := collections.NewSuperPrefixedQuadRange[uint64, uint32, uint64, uint32](e.K1(), e.K2())
		for _, remove := range []func() (int, error){
			func() (int, error) { return removeFirst(ctx, k.credited, rows, left) },
			func() (int, error) { return removeFirst(ctx, k.windows, lanes, left) },
			func() (int, error) { return removeFirst(ctx, k.lanes, lanes, left) },
		} {
			n, err := remove()
			if err != nil {
				return err
			}
			if left -= n; left <= 0 {
				return nil
			}
		}
		if err := k.spent.Remove(ctx, e); err != nil {
			return err
		}
		left--
	}
	return nil
}

// removeFirst removes the first rows of a range, at most limit, and returns how
// many they were.
func removeFirst[K, V any](ctx context.Context, m collections.Map[K, V], r collections.Ranger[K], limit int) (int, error) {
	it, err := m.Iterate(ctx, r)
	if err != nil {
		return 0, err
	}
	keys, err := firstKeys(it, limit)
	if err != nil {
		return 0, err
	}
	for _, key := range keys {
		if err := m.Remove(ctx, key); err != nil {
			return 0, err
		}
	}
	return len(keys), nil
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
