package keeper

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// window is when a lane's or an epoch's window ends: both have to pass.
type window struct {
	Height int64
	Time   time.Time
}

// windowValue encodes height and Unix nanoseconds, big-endian.
var windowValue = fixed[window]{
	name: "weal/tab/window", size: 16,
	encode: func(w window) []byte {
		b := binary.BigEndian.AppendUint64(make([]byte, 0, 16), uint64(w.Height))
		return binary.BigEndian.AppendUint64(b, uint64(w.Time.UnixNano()))
	},
	decode: func(b []byte) window {
		return window{
			Height: int64(binary.BigEndian.Uint64(b)),
			Time:   time.Unix(0, int64(binary.BigEndian.Uint64(b[8:]))).UTC(),
		}
	},
}

// newWindow returns the window that begins with this block.
func newWindow(ctx sdk.Context, p types.Params) window {
	return window{
		Height: ctx.BlockHeight() + int64(p.CloseBlocks),
		Time:   ctx.BlockTime().Add(time.Duration(p.CloseSeconds) * time.Second).UTC(),
	}
}

// over reports whether the window has ended in this block.
func (w window) over(ctx sdk.Context) bool {
	return ctx.BlockHeight() >= w.Height && !ctx.BlockTime().Before(w.Time)
}

// windowOf returns the end of a lane's or an epoch's window as messages say it,
// zero and nil if it has none, or the tab is closed.
func (k Keeper) windowOf(ctx context.Context, t types.Tab, epoch, lane uint32) (int64, *time.Time, error) {
	w, err := k.windows.Get(ctx, collections.Join3(t.Id, epoch, lane))
	if errors.Is(err, collections.ErrNotFound) || t.State == types.TAB_STATE_CLOSED {
		return 0, nil, nil
	}
	if err != nil {
		return 0, nil, err
	}
	return w.Height, &w.Time, nil
}

// windowOver reports whether a lane or an epoch has a window, and it has ended.
func (k Keeper) windowOver(ctx sdk.Context, key laneKey) (bool, error) {
	w, err := k.windows.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return false, nil
	}
	return err == nil && w.over(ctx), err
}

// enqueue lets the window of a lane begin with the next block: this one's time
// may be old. Lane types.Whole is the epoch, and with epoch types.Whole the tab.
func (k Keeper) enqueue(ctx sdk.Context, tab uint64, epoch, lane uint32) error {
	return k.queue.Set(ctx, collections.Join4(uint64(ctx.BlockHeight()), tab, epoch, lane))
}

// release ends the lanes of an open tab whose windows have ended: what they hold
// leaves the deposit, the rest of their caps is free. An epoch whose window has
// ended is over. It returns the lanes of the tab as they are then.
func (k Keeper) release(ctx sdk.Context, t types.Tab, f *funds) ([]laneRow, error) {
	rows, err := k.lanesOf(ctx, t.Id)
	if err != nil {
		return nil, err
	}
	for _, epoch := range byEpoch(rows) {
		if err := k.releaseEpoch(ctx, t, f, epoch); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// byEpoch splits the lanes of a tab into runs of one epoch.
func byEpoch(rows []laneRow) (epochs [][]laneRow) {
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].key.K2() == rows[0].key.K2() {
			n++
		}
		epochs, rows = append(epochs, rows[:n]), rows[n:]
	}
	return epochs
}

// releaseEpoch is release for the lanes of one epoch.
func (k Keeper) releaseEpoch(ctx sdk.Context, t types.Tab, f *funds, rows []laneRow) error {
	epoch := rows[0].key.K2()
	all := collections.Join3(t.Id, epoch, uint32(types.Whole))
	over, err := k.windowOver(ctx, all)
	if err != nil {
		return err
	}
	for i := range rows {
		if rows[i].lane.is(flagReleased) {
			continue
		}
		ends := over
		if !ends && rows[i].lane.is(flagRevoked) {
			if ends, err = k.windowOver(ctx, rows[i].key); err != nil {
				return err
			}
		}
		if ends {
			if err := k.releaseLane(ctx, f, &rows[i]); err != nil {
				return err
			}
		}
	}
	if !over {
		return nil
	}
	if err := k.windows.Remove(ctx, all); err != nil {
		return err
	}
	return k.countHolding(ctx, t.Id, epoch, rows)
}

// releaseLane ends one lane.
func (k Keeper) releaseLane(ctx sdk.Context, f *funds, r *laneRow) error {
	kept := r.lane.promised()
	rest, _ := r.lane.Cap.Sub(kept) // promised is at most the cap
	var fits bool
	if f.deposit, fits = f.deposit.Sub(kept); !fits {
		return types.ErrBroken.Wrapf("tab %d: lane %d/%d holds more than the deposit", r.key.K1(), r.key.K2(), r.key.K3())
	}
	f.free, _ = f.free.Add(rest) // at most the deposit
	r.lane.Flags |= flagReleased
	emit(ctx, types.EventRelease, types.AttrTab, r.key.K1(), types.AttrEpoch, r.key.K2(), types.AttrLane, r.key.K3(),
		types.AttrAmount, rest, types.AttrHeld, r.lane.room(true))
	if err := k.windows.Remove(ctx, r.key); err != nil {
		return err
	}
	return k.lanes.Set(ctx, r.key, r.lane)
}

// countHolding stores how many lanes of an epoch that is over hold something. If
// none does, the epoch is spent: its rows are deleted.
func (k Keeper) countHolding(ctx context.Context, tab uint64, epoch uint32, rows []laneRow) error {
	var n uint32
	for _, r := range rows {
		if !r.lane.room(true).IsZero() {
			n++
		}
	}
	return k.setHolding(ctx, collections.Join(tab, epoch), n)
}

func (k Keeper) setHolding(ctx context.Context, key epochKey, n uint32) error {
	if n > 0 {
		return k.holding.Set(ctx, key, n)
	}
	if err := k.holding.Remove(ctx, key); err != nil {
		return err
	}
	return k.spent.Set(ctx, key)
}

// emptied counts a lane that has ended and holds nothing any more.
func (k Keeper) emptied(ctx context.Context, ref weal.LaneRef) error {
	key := collections.Join(uint64(ref.Tab), ref.Epoch)
	n, err := k.holding.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		return nil // the epoch is not over
	}
	if err != nil {
		return err
	}
	return k.setHolding(ctx, key, n-1)
}
