package keeper

import (
	"context"
	"time"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// InitGenesis fills an empty store with a genesis state that is valid. The coins
// of Held must be in the escrow account, by the bank's genesis.
func (k Keeper) InitGenesis(ctx context.Context, gs *types.GenesisState) error {
	if err := gs.Validate(); err != nil {
		return err
	}
	if err := k.params.Set(ctx, gs.Params); err != nil {
		return err
	}
	if err := k.nextTab.Set(ctx, gs.NextTab); err != nil {
		return err
	}
	for _, t := range gs.Tabs {
		if err := k.importTab(ctx, t); err != nil {
			return wrapf(err, "tab %d", t.Id)
		}
	}
	for _, c := range gs.Credited {
		amount, err := weal.ParseAmount(c.Amount)
		if err != nil {
			return err
		}
		if err := k.credited.Set(ctx, collections.Join4(c.Tab, c.Epoch, c.Asset, c.Lane), amount); err != nil {
			return err
		}
	}
	for _, w := range gs.Watchers {
		if err := k.putWatcher(ctx, w); err != nil {
			return wrapf(err, "watcher of asset %d", w.Asset)
		}
	}
	return nil
}

func (k Keeper) importTab(ctx context.Context, t types.Tab) error {
	payer, err := k.addresses.StringToBytes(t.Payer)
	if err != nil {
		return err
	}
	reserve, err := weal.ParseAmount(t.FeeReserve)
	if err != nil {
		return err
	}
	for _, e := range t.Past {
		if err := k.importEpoch(ctx, t, e); err != nil {
			return err
		}
	}
	if err := k.importEpoch(ctx, t, types.Epoch{Epoch: t.Epoch, Lanes: t.Lanes}); err != nil {
		return err
	}
	t.Lanes, t.FeeReserve, t.Past = nil, "", nil
	if err := k.tabs.Set(ctx, t.Id, t); err != nil {
		return err
	}
	if err := k.setReserve(ctx, t.Id, reserve); err != nil {
		return err
	}
	if t.State == types.TAB_STATE_CLOSING && t.CloseHeight == 0 {
		if err := k.importWindow(ctx, collections.Join3(t.Id, uint32(types.Whole), uint32(types.Whole)), 0, nil); err != nil {
			return err
		}
	}
	return k.payers.Set(ctx, collections.Join(sdk.AccAddress(payer), t.Id))
}

// importEpoch stores the lanes of one epoch, and their windows.
func (k Keeper) importEpoch(ctx context.Context, t types.Tab, e types.Epoch) error {
	closed := t.State == types.TAB_STATE_CLOSED
	over := len(e.Lanes) > 0 && (closed || e.Epoch < t.Epoch && e.CloseHeight == 0)
	rows := make([]laneRow, len(e.Lanes))
	for i, p := range e.Lanes {
		l, err := laneOf(p)
		if err != nil {
			return err
		}
		rows[i] = laneRow{collections.Join3(t.Id, e.Epoch, p.Id), l}
		if err := k.lanes.Set(ctx, rows[i].key, l); err != nil {
			return err
		}
		ended := l.ended(t.State)
		over = over && ended
		if l.is(flagRevoked) && !ended {
			if err := k.importWindow(ctx, rows[i].key, p.CloseHeight, p.CloseTime); err != nil {
				return err
			}
		}
	}
	if over {
		return k.countHolding(ctx, t.Id, e.Epoch, rows)
	}
	if e.Epoch == t.Epoch {
		return nil
	}
	return k.importWindow(ctx, collections.Join3(t.Id, e.Epoch, uint32(types.Whole)), e.CloseHeight, e.CloseTime)
}

// importWindow stores a window; one that has not begun does with the first block.
func (k Keeper) importWindow(ctx context.Context, key laneKey, height int64, end *time.Time) error {
	if height == 0 || end == nil {
		return k.queue.Set(ctx, collections.Join4(uint64(0), key.K1(), key.K2(), key.K3()))
	}
	return k.windows.Set(ctx, key, window{Height: height, Time: end.UTC()})
}

// ExportGenesis returns the whole state. It leaves out spent epochs, whether
// their rows are deleted yet or not.
func (k Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	gs := &types.GenesisState{}
	var err error
	if gs.Params, err = k.params.Get(ctx); err != nil {
		return nil, err
	}
	if gs.NextTab, err = k.nextTab.Peek(ctx); err != nil {
		return nil, err
	}
	err = k.tabs.Walk(ctx, nil, func(_ uint64, t types.Tab) (bool, error) {
		t, err := k.whole(ctx, t)
		gs.Tabs = append(gs.Tabs, t)
		return err != nil, err
	})
	if err != nil {
		return nil, err
	}
	err = k.credited.Walk(ctx, nil, func(row creditKey, amount weal.Amount) (bool, error) {
		spent, err := k.spent.Has(ctx, collections.Join(row.K1(), row.K2()))
		if err == nil && !spent {
			gs.Credited = append(gs.Credited, types.Credited{
				Tab: row.K1(), Epoch: row.K2(), Lane: row.K4(), Asset: row.K3(), Amount: amount.String(),
			})
		}
		return err != nil, err
	})
	if err != nil {
		return nil, err
	}
	err = k.watchers.Walk(ctx, nil, func(asset uint64, _ watcher) (bool, error) {
		w, err := k.Watcher(ctx, weal.AssetID(asset))
		gs.Watchers = append(gs.Watchers, w)
		return err != nil, err
	})
	return gs, err
}
