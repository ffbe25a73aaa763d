package keeper

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/job/types"
)

// Account holds what is locked: it is the contract's.
var Account = common.HexToAddress(weal.JobContract)

// The keys of indexes: byNumber is (asset or Unix time, request), byAccount is
// (account, request), operatorKey is (asset, operator).
type (
	byNumber    = collections.Pair[uint64, uint64]
	byAccount   = collections.Pair[sdk.AccAddress, uint64]
	operatorKey = collections.Pair[uint64, sdk.AccAddress]
	// dueKey is (block, round, booking), turnKey (block, owner).
	dueKey  = collections.Triple[uint64, uint64, uint64]
	turnKey = collections.Pair[uint64, sdk.AccAddress]
)

// Keeper reads and writes the module's store. It holds no state of its own.
type Keeper struct {
	addresses address.Codec
	bank      types.BankKeeper
	assets    types.AssetKeeper
	fees      types.FeeMarket
	evm       types.EVM
	authority string

	params          collections.Item[types.Params]
	asked           collections.Sequence
	requests        collections.Map[uint64, types.Request]
	open            collections.KeySet[byNumber]
	ofRequester     collections.KeySet[byAccount]
	expiry          collections.KeySet[byNumber]
	ended           collections.KeySet[byNumber]
	openOfAsset     collections.Map[uint64, uint32]
	openOfRequester collections.Map[sdk.AccAddress, uint32]
	operators       collections.Map[operatorKey, types.Operator]

	booked   collections.Sequence
	bookings collections.Map[uint64, types.Booking]
	due      collections.KeySet[dueKey]
	turns    collections.Map[turnKey, uint32]
	ofOwner  collections.KeySet[byAccount]
	owned    collections.Map[sdk.AccAddress, uint32]
	records  collections.Map[byNumber, types.CallRecord]
	calls    collections.Map[byNumber, uint64]
	running  collections.Item[uint64]
}

// NewKeeper returns a keeper over the store of types.StoreKey. Authority is the
// address that may change the parameters, in addresses' form.
func NewKeeper(cdc codec.BinaryCodec, stores store.KVStoreService, addresses address.Codec,
	bank types.BankKeeper, assets types.AssetKeeper, fees types.FeeMarket, evm types.EVM, authority string,
) Keeper {
	if _, err := addresses.StringToBytes(authority); err != nil {
		panic(fmt.Errorf("job: authority %q: %w", authority, err))
	}
	var (
		sb    = collections.NewSchemaBuilder(stores)
		u64   = collections.Uint64Key
		pairs = collections.PairKeyCodec(u64, u64)
	)
	k := Keeper{
		addresses: addresses, bank: bank, assets: assets, fees: fees, evm: evm, authority: authority,

		params:          collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		asked:           collections.NewSequence(sb, types.AskedKey, "asked"),
		requests:        collections.NewMap(sb, types.RequestsKey, "requests", u64, codec.CollValue[types.Request](cdc)),
		open:            collections.NewKeySet(sb, types.OpenKey, "open", pairs),
		ofRequester:     collections.NewKeySet(sb, types.OfRequesterKey, "of_requester", collections.PairKeyCodec(sdk.AccAddressKey, u64)),
		expiry:          collections.NewKeySet(sb, types.ExpiryKey, "expiry", pairs),
		ended:           collections.NewKeySet(sb, types.EndedKey, "ended", pairs),
		openOfAsset:     collections.NewMap(sb, types.OpenOfAssetKey, "open_of_asset", u64, collections.Uint32Value),
		openOfRequester: collections.NewMap(sb, types.OpenOfRequesterKey, "open_of_requester", sdk.AccAddressKey, collections.Uint32Value),
		operators: collections.NewMap(sb, types.OperatorsKey, "operators",
			collections.PairKeyCodec(u64, sdk.AccAddressKey), codec.CollValue[types.Operator](cdc)),

		booked:   collections.NewSequence(sb, types.BookedKey, "booked"),
		bookings: collections.NewMap(sb, types.BookingsKey, "bookings", u64, codec.CollValue[types.Booking](cdc)),
		due:      collections.NewKeySet(sb, types.DueKey, "due", collections.TripleKeyCodec(u64, u64, u64)),
		turns:    collections.NewMap(sb, types.TurnsKey, "turns", collections.PairKeyCodec(u64, sdk.AccAddressKey), collections.Uint32Value),
		ofOwner:  collections.NewKeySet(sb, types.OfOwnerKey, "of_owner", collections.PairKeyCodec(sdk.AccAddressKey, u64)),
		owned:    collections.NewMap(sb, types.OwnedKey, "owned", sdk.AccAddressKey, collections.Uint32Value),
		records:  collections.NewMap(sb, types.RecordsKey, "records", pairs, codec.CollValue[types.CallRecord](cdc)),
		calls:    collections.NewMap(sb, types.CallsKey, "calls", pairs, collections.Uint64Value),
		running:  collections.NewItem(sb, types.RunningKey, "running", collections.Uint64Value),
	}
	if _, err := sb.Build(); err != nil {
		panic(fmt.Errorf("job: build schema: %w", err))
	}
	return k
}

// Params returns the module's parameters.
func (k Keeper) Params(ctx context.Context) (types.Params, error) { return k.params.Get(ctx) }

// Request returns a request that is kept, or types.ErrNotFound.
func (k Keeper) Request(ctx context.Context, id uint64) (types.Request, error) {
	r, err := k.requests.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		err = types.ErrNotFound.Wrapf("request %d", id)
	}
	return r, err
}

// Asked returns how many requests were ever made.
func (k Keeper) Asked(ctx context.Context) (uint64, error) { return k.asked.Peek(ctx) }

// Blocked reports whether the chain never pays an account.
func (k Keeper) Blocked(who common.Address) bool { return k.bank.BlockedAddr(who.Bytes()) }

// payable returns an error unless an account can be paid.
func (k Keeper) payable(who common.Address) error {
	if who == (common.Address{}) || k.Blocked(who) {
		return types.ErrBlocked.Wrap(who.Hex())
	}
	return nil
}

// gasPrice returns what a unit of gas costs ahead.
func (k Keeper) gasPrice(ctx context.Context, p types.Params) (weal.Amount, error) {
	fee := k.fees.GetBaseFee(sdk.UnwrapSDKContext(ctx))
	if fee.IsNil() {
		fee = math.LegacyZeroDec()
	}
	return p.Price(fee.Ceil().TruncateInt().BigInt())
}

// pay moves coins by the bank.
func (k Keeper) pay(ctx context.Context, from, to common.Address, amount weal.Amount) error {
	if amount.IsZero() {
		return nil
	}
	return k.bank.SendCoins(ctx, from.Bytes(), to.Bytes(), coins(amount))
}

func coins(a weal.Amount) sdk.Coins {
	return sdk.NewCoins(sdk.NewCoin(weal.BaseDenom, math.NewIntFromBigInt(a.Big())))
}

// now is the block's time, as Unix time.
func now(ctx context.Context) int64 { return sdk.UnwrapSDKContext(ctx).BlockTime().Unix() }

// at is a Unix time as a key.
func at(unix int64) uint64 { return uint64(max(0, unix)) }

// emit writes an event; pairs are names and values, in turns.
func emit(ctx context.Context, kind string, pairs ...any) {
	attrs := make([]sdk.Attribute, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		attrs = append(attrs, sdk.NewAttribute(fmt.Sprint(pairs[i]), fmt.Sprint(pairs[i+1])))
	}
	sdk.UnwrapSDKContext(ctx).EventManager().EmitEvent(sdk.NewEvent(kind, attrs...))
}
