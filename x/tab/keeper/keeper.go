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

// laneKey is (tab, epoch, lane), creditKey (tab, epoch, lane, asset).
type (
	laneKey   = collections.Triple[uint64, uint32, uint32]
	creditKey = collections.Quad[uint64, uint32, uint32, uint64]
)

// Keeper reads and writes the module's store. It holds no state of its own.
type Keeper struct {
	addresses address.Codec
	bank      types.BankKeeper
	assets    types.AssetKeeper
	authority string

	params   collections.Item[types.Params]
	nextTab  collections.Sequence
	tabs     collections.Map[uint64, types.Tab] // without Lanes and FeeReserve
	lanes    collections.Map[laneKey, lane]
	credited collections.Map[creditKey, weal.Amount]
	reserves collections.Map[uint64, weal.Amount]
	payers   collections.KeySet[collections.Pair[sdk.AccAddress, uint64]]
	closing  collections.KeySet[collections.Pair[uint64, uint64]]
	spent    collections.KeySet[laneKey]
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
		cKey = collections.QuadKeyCodec(u64, u32, u32, u64)
	)
	k := Keeper{
		addresses: addresses, bank: bank, assets: assets, authority: authority,

		params:   collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		nextTab:  collections.NewSequence(sb, types.NextTabKey, "next_tab"),
		tabs:     collections.NewMap(sb, types.TabsKey, "tabs", u64, codec.CollValue[types.Tab](cdc)),
		lanes:    collections.NewMap(sb, types.LanesKey, "lanes", lKey, laneValue),
		credited: collections.NewMap(sb, types.CreditedKey, "credited", cKey, amountValue),
		reserves: collections.NewMap(sb, types.ReservesKey, "reserves", u64, amountValue),
		payers:   collections.NewKeySet(sb, types.PayersKey, "payers", collections.PairKeyCodec(sdk.AccAddressKey, u64)),
		closing:  collections.NewKeySet(sb, types.ClosingKey, "closing", collections.PairKeyCodec(u64, u64)),
		spent:    collections.NewKeySet(sb, types.SpentKey, "spent", lKey),
	}
	if _, err := sb.Build(); err != nil {
		panic(fmt.Errorf("tab: build schema: %w", err))
	}
	return k
}

// Params returns the module's parameters.
func (k Keeper) Params(ctx context.Context) (types.Params, error) { return k.params.Get(ctx) }

// tab returns a tab without its lanes and its fee reserve, or ErrTabNotFound.
func (k Keeper) tab(ctx context.Context, id uint64) (types.Tab, error) {
	t, err := k.tabs.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return t, types.ErrTabNotFound.Wrapf("tab %d", id)
	}
	return t, err
}

// Tab returns a tab with its lanes and its fee reserve, or ErrTabNotFound. Of a
// closed tab it has the lanes that still hold something.
func (k Keeper) Tab(ctx context.Context, id uint64) (types.Tab, error) {
	t, err := k.tab(ctx, id)
	if err != nil {
		return t, err
	}
	return k.whole(ctx, t)
}

// whole fills in the lanes and the fee reserve of a tab as it is stored.
func (k Keeper) whole(ctx context.Context, t types.Tab) (types.Tab, error) {
	reserve, err := orZero(k.reserves.Get(ctx, t.Id))
	if err != nil {
		return t, err
	}
	t.FeeReserve = reserve.String()
	return t, k.eachLane(ctx, t.Id, func(key laneKey, l lane) error {
		if key.K2() != t.Epoch || (t.State == types.TAB_STATE_CLOSED && l.room(t.State).IsZero()) {
			return nil
		}
		t.Lanes = append(t.Lanes, l.proto(key.K3()))
		return nil
	})
}

// eachLane calls f with every lane of a tab, in the order of epoch and lane.
func (k Keeper) eachLane(ctx context.Context, tab uint64, f func(laneKey, lane) error) error {
	r := collections.NewPrefixedTripleRange[uint64, uint32, uint32](tab)
	return k.lanes.Walk(ctx, r, func(key laneKey, l lane) (bool, error) {
		err := f(key, l)
		return err != nil, err
	})
}

// orZero makes a row that does not exist a zero amount.
func orZero(a weal.Amount, err error) (weal.Amount, error) {
	if errors.Is(err, collections.ErrNotFound) {
		return weal.Amount{}, nil
	}
	return a, err
}
