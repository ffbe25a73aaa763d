package keeper

import (
	"context"

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
		if err := k.credited.Set(ctx, collections.Join4(c.Tab, c.Epoch, c.Lane, c.Asset), amount); err != nil {
			return err
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
	for _, p := range t.Lanes {
		l, err := laneOf(p)
		if err != nil {
			return err
		}
		if err := k.lanes.Set(ctx, collections.Join3(t.Id, t.Epoch, p.Id), l); err != nil {
			return err
		}
	}
	t.Lanes, t.FeeReserve = nil, ""
	if err := k.tabs.Set(ctx, t.Id, t); err != nil {
		return err
	}
	if err := k.setReserve(ctx, t.Id, reserve); err != nil {
		return err
	}
	if t.State == types.TAB_STATE_CLOSING && t.CloseHeight == 0 {
		if err := k.closing.Set(ctx, collections.Join(uint64(0), t.Id)); err != nil {
			return err
		}
	}
	return k.payers.Set(ctx, collections.Join(sdk.AccAddress(payer), t.Id))
}

// laneOf is the inverse of lane.proto.
func laneOf(p types.Lane) (l lane, err error) {
	if l.Key, err = weal.HashFromBytes(p.Key); err != nil {
		return l, err
	}
	l.Gateway = weal.AssetID(p.Gateway)
	if l.Cap, err = weal.ParseAmount(p.Cap); err != nil {
		return l, err
	}
	if l.Credited, err = weal.ParseAmount(p.Credited); err != nil {
		return l, err
	}
	l.Shown, err = weal.ParseAmount(p.Shown)
	return l, err
}

// ExportGenesis returns the whole state. Of closed tabs it leaves out the lanes
// that hold nothing, whether their rows are deleted yet or not.
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
	for _, t := range gs.Tabs {
		for _, l := range t.Lanes {
			rows, err := k.rows(ctx, collections.Join3(t.Id, t.Epoch, l.Id))
			if err != nil {
				return nil, err
			}
			gs.Credited = append(gs.Credited, rows...)
		}
	}
	return gs, nil
}

// rows returns what the assets of one lane were credited.
func (k Keeper) rows(ctx context.Context, key laneKey) (rows []types.Credited, err error) {
	r := collections.NewSuperPrefixedQuadRange3[uint64, uint32, uint32, uint64](key.K1(), key.K2(), key.K3())
	err = k.credited.Walk(ctx, r, func(row creditKey, amount weal.Amount) (bool, error) {
		rows = append(rows, types.Credited{
			Tab: row.K1(), Epoch: row.K2(), Lane: row.K3(), Asset: row.K4(), Amount: amount.String(),
		})
		return false, nil
	})
	return rows, err
}
