package keeper

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// laneKey is (tab, epoch, lane), creditKey (tab, epoch, asset, lane), queueKey
// (height, tab, epoch, lane), epochKey (tab, epoch). In all of them types.Whole
// stands for all lanes, and all epochs.
type (
	laneKey   = collections.Triple[uint64, uint32, uint32]
	creditKey = collections.Quad[uint64, uint32, uint64, uint32]
	queueKey  = collections.Quad[uint64, uint64, uint32, uint32]
	epochKey  = collections.Pair[uint64, uint32]
)

// Keeper reads and writes the module's store. It holds no state of its own.
type Keeper struct {
	addresses address.Codec
	bank      types.BankKeeper
	assets    types.AssetKeeper
	authority string

	params   collections.Item[types.Params]
	nextTab  collections.Sequence
	tabs     collections.Map[uint64, types.Tab] // without Lanes, FeeReserve and Past
	lanes    collections.Map[laneKey, lane]
	credited collections.Map[creditKey, weal.Amount]
	reserves collections.Map[uint64, weal.Amount]
	payers   collections.KeySet[collections.Pair[sdk.AccAddress, uint64]]
	queue    collections.KeySet[queueKey]
	spent    collections.KeySet[epochKey]
	windows  collections.Map[laneKey, window]
	holding  collections.Map[epochKey, uint32]
	watchers collections.Map[uint64, watcher]
	watched  collections.KeySet[collections.Pair[sdk.AccAddress, uint64]]
}

// NewKeeper returns a keeper over the store of types.StoreKey. Authority is the
// address that may change the parameters, in addresses' form.
func NewKeeper(cdc codec.BinaryCodec, stores store.KVStoreService, addresses address.Codec,
	bank types.BankKeeper, assets types.AssetKeeper, authority string,
) Keeper {
	if _, err := addresses.StringToBytes(authority); err != nil {
		panic(fmt.Errorf("tab: authority %q: %w", authority, err))
	}
	var (
		sb   = collections.NewSchemaBuilder(stores)
		u64  = collections.Uint64Key
		u32  = collections.Uint32Key
		lKey = collections.TripleKeyCodec(u64, u32, u32)
		eKey = collections.PairKeyCodec(u64, u32)
	)
	k := Keeper{
		addresses: addresses, bank: bank, assets: assets, authority: authority,

		params:   collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		nextTab:  collections.NewSequence(sb, types.NextTabKey, "next_tab"),
		tabs:     collections.NewMap(sb, types.TabsKey, "tabs", u64, codec.CollValue[types.Tab](cdc)),
		lanes:    collections.NewMap(sb, types.LanesKey, "lanes", lKey, laneValue),
		credited: collections.NewMap(sb, types.CreditedKey, "credited", collections.QuadKeyCodec(u64, u32, u64, u32), amountValue),
		reserves: collections.NewMap(sb, types.ReservesKey, "reserves", u64, amountValue),
		payers:   collections.NewKeySet(sb, types.PayersKey, "payers", collections.PairKeyCodec(sdk.AccAddressKey, u64)),
		queue:    collections.NewKeySet(sb, types.QueueKey, "queue", collections.QuadKeyCodec(u64, u64, u32, u32)),
		spent:    collections.NewKeySet(sb, types.SpentKey, "spent", eKey),
		windows:  collections.NewMap(sb, types.WindowsKey, "windows", lKey, windowValue),
		holding:  collections.NewMap(sb, types.HoldingKey, "holding", eKey, collections.Uint32Value),
		watchers: collections.NewMap(sb, types.WatchersKey, "watchers", u64, watcherValue),
		watched:  collections.NewKeySet(sb, types.WatchedKey, "watched", collections.PairKeyCodec(sdk.AccAddressKey, u64)),
	}
	if _, err := sb.Build(); err != nil {
		panic(fmt.Errorf("tab: build schema: %w", err))
	}
	return k
}

// Params returns the module's parameters.
func (k Keeper) Params(ctx context.Context) (types.Params, error) { return k.params.Get(ctx) }

// tab returns a tab without its lanes, its fee reserve and its past epochs, or
// ErrTabNotFound.
func (k Keeper) tab(ctx context.Context, id uint64) (types.Tab, error) {
	t, err := k.tabs.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return t, types.ErrTabNotFound.Wrapf("tab %d", id)
	}
	return t, err
}

// Tab returns a whole tab, or ErrTabNotFound.
func (k Keeper) Tab(ctx context.Context, id uint64) (types.Tab, error) {
	t, err := k.tab(ctx, id)
	if err != nil {
		return t, err
	}
	return k.whole(ctx, t)
}

// whole fills in the fee reserve of a tab as it is stored, and the lanes of all
// epochs that are not spent.
func (k Keeper) whole(ctx context.Context, t types.Tab) (types.Tab, error) {
	reserve, err := orZero(k.reserves.Get(ctx, t.Id))
	if err != nil {
		return t, err
	}
	t.FeeReserve = reserve.String()
	rows, err := k.lanesOf(ctx, t.Id)
	if err != nil {
		return t, err
	}
	for _, r := range rows {
		p := r.lane.proto(r.key.K3())
		epoch := r.key.K2()
		if p.Id != types.Whole { // the window of a checkpoint is its epoch's
			if p.CloseHeight, p.CloseTime, err = k.windowOf(ctx, t, epoch, p.Id); err != nil {
				return t, err
			}
		}
		if epoch == t.Epoch {
			t.Lanes = append(t.Lanes, p)
			continue
		}
		if n := len(t.Past); n == 0 || t.Past[n-1].Epoch != epoch {
			past := types.Epoch{Epoch: epoch}
			past.CloseHeight, past.CloseTime, err = k.windowOf(ctx, t, epoch, types.Whole)
			if err != nil {
				return t, err
			}
			t.Past = append(t.Past, past)
		}
		last := &t.Past[len(t.Past)-1]
		last.Lanes = append(last.Lanes, p)
	}
	return t, nil
}

// laneRow is a lane with its key.
type laneRow struct {
	key  laneKey
	lane lane
}

// lanesOf returns the lanes of a tab, in the order of epoch and lane, but for
// those of spent epochs, which are being deleted. They are at most
// Params.MaxLanes and a checkpoint an epoch.
func (k Keeper) lanesOf(ctx context.Context, tab uint64) (rows []laneRow, err error) {
	r := collections.NewPrefixedTripleRange[uint64, uint32, uint32](tab)
	spent := map[uint32]bool{} // only looked up, never ranged over
	err = k.lanes.Walk(ctx, r, func(key laneKey, l lane) (bool, error) {
		gone, known := spent[key.K2()]
		if !known {
			var err error
			if gone, err = k.spent.Has(ctx, collections.Join(tab, key.K2())); err != nil {
				return true, err
			}
			spent[key.K2()] = gone
		}
		if !gone {
			rows = append(rows, laneRow{key, l})
		}
		return false, nil
	})
	return rows, err
}

// orZero makes a row that does not exist a zero amount.
func orZero(a weal.Amount, err error) (weal.Amount, error) {
	if errors.Is(err, collections.ErrNotFound) {
		return weal.Amount{}, nil
	}
	return a, err
}
