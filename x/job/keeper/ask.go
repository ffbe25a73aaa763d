package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/job/types"
)

// Ask is what is asked of an asset, and under which terms.
type Ask struct {
	Asset weal.AssetID
	// Input is by value, unless InputHash is given; InputURI then says where it is.
	Input, InputHash []byte
	InputURI         string
	// MaxFee is the most that the use may cost.
	MaxFee weal.Amount
	// Policy is 0 for audit, Seconds 0 for the parameter's.
	Policy  uint32
	Seconds uint64
	// Callback is the contract that is told, with so much gas; zero is none.
	Callback common.Address
	Gas      uint64
}

// Quote returns what a use of an asset costs now, and what a call-back with so much
// gas does.
func (k Keeper) Quote(ctx context.Context, asset weal.AssetID, gas uint64) (price, gasPay weal.Amount, err error) {
	p, err := k.params.Get(ctx)
	if err != nil {
		return price, gasPay, err
	}
	price, _, err = k.price(ctx, asset)
	if err != nil {
		return price, gasPay, err
	}
	gasPay, err = k.gasCost(ctx, p, gas)
	return price, gasPay, err
}

func (k Keeper) gasCost(ctx context.Context, p types.Params, gas uint64) (weal.Amount, error) {
	each, err := k.gasPrice(ctx, p)
	if err != nil {
		return each, err
	}
	cost, ok := each.Mul(gas)
	if !ok {
		return cost, types.ErrFee.Wrapf("%d of gas cost more than fits 128 bits", gas)
	}
	return cost, nil
}

// price returns an asset's price for a use in the chain's coin, and its version.
func (k Keeper) price(ctx context.Context, asset weal.AssetID) (weal.Amount, uint32, error) {
	a, err := k.assets.GetAsset(ctx, asset)
	if err != nil {
		return weal.Amount{}, 0, err
	}
	for _, p := range a.Prices {
		if p.Unit == string(weal.PerUse) && p.Denom == weal.BaseDenom {
			amount, err := weal.ParseAmount(p.Amount)
			return amount, a.Version, err
		}
	}
	return weal.Amount{}, 0, types.ErrFee.Wrapf("asset %d posts no price for a use in %s", asset, weal.BaseDenom)
}

// Ask makes a request of caller's. What it locks is in the contract's account when
// the message ends: who calls this moves it there.
func (k Keeper) Ask(ctx sdk.Context, caller common.Address, a Ask) (r types.Request, locked weal.Amount, err error) {
	p, err := k.params.Get(ctx)
	if err != nil {
		return r, locked, err
	}
	if r, err = k.request(ctx, p, caller, a); err != nil {
		return r, locked, err
	}
	if locked, err = types.Sum(r.Price, r.GasPay); err != nil {
		return r, locked, err
	}
	n, err := k.asked.Next(ctx)
	if err != nil {
		return r, locked, err
	}
	r.Id = n + 1
	if err := k.count(ctx, p, r); err != nil {
		return r, locked, err
	}
	emit(ctx, types.EventRequest, types.AttrID, r.Id, types.AttrAsset, r.Asset, types.AttrRequester, r.Requester,
		types.AttrPrice, r.Price, types.AttrGasPay, r.GasPay, types.AttrCallback, r.Callback, types.AttrExpires, r.Expires)
	return r, locked, k.index(ctx, r)
}

// request checks what is asked and describes it, without a number.
func (k Keeper) request(ctx sdk.Context, p types.Params, caller common.Address, a Ask) (r types.Request, err error) {
	if err := k.payable(caller); err != nil {
		return r, err
	}
	price, version, err := k.price(ctx, a.Asset)
	if err != nil {
		return r, err
	}
	if a.Policy == 0 {
		a.Policy = uint32(pay.PolicyAudit)
	}
	if a.Seconds == 0 {
		a.Seconds = p.Seconds
	}
	switch {
	case price.Cmp(a.MaxFee) > 0:
		return r, types.ErrFee.Wrapf("a use of asset %d costs %s, more than %s", a.Asset, price, a.MaxFee)
	case a.Policy != uint32(pay.PolicyAudit):
		return r, types.ErrRequest.Wrapf("policy %d is not known; 1 is audit", a.Policy)
	case a.Seconds < p.LeastSeconds || a.Seconds > p.MostSeconds:
		return r, types.ErrRequest.Wrapf("it would wait for %d s; name %d to %d", a.Seconds, p.LeastSeconds, p.MostSeconds)
	case a.Gas > p.MaxCallbackGas:
		return r, types.ErrRequest.Wrapf("the call-back would have %d of gas; name at most %d", a.Gas, p.MaxCallbackGas)
	case (a.Callback == common.Address{}) != (a.Gas == 0):
		return r, types.ErrRequest.Wrap("a call-back needs gas, and gas a call-back")
	}
	ok, reason, err := k.assets.MayUse(ctx, a.Asset, caller)
	if err != nil {
		return r, err
	}
	if !ok {
		return r, types.ErrAccess.Wrapf("asset %d: %s", a.Asset, reason)
	}
	r = types.Request{
		Asset: uint64(a.Asset), Requester: caller.Hex(), Price: price.String(), Policy: a.Policy, Version: version, Gas: a.Gas,
		Height: ctx.BlockHeight(), ExpiresHeight: ctx.BlockHeight() + int64(p.LifeBlocks), Expires: now(ctx) + int64(a.Seconds),
		State: types.REQUEST_STATE_OPEN,
	}
	if a.Callback != (common.Address{}) {
		r.Callback, r.CallbackState = a.Callback.Hex(), types.CALLBACK_STATE_WAITING
	}
	if r.Input, err = types.NewContent("input", a.Input, a.InputHash, a.InputURI, p); err != nil {
		return r, err
	}
	gasPay, err := k.gasCost(ctx, p, a.Gas)
	r.GasPay = gasPay.String()
	return r, err
}

// count bounds the open requests to an asset and of a requester.
func (k Keeper) count(ctx context.Context, p types.Params, r types.Request) error {
	who := sdk.AccAddress(common.HexToAddress(r.Requester).Bytes())
	n, err := orZero(k.openOfAsset.Get(ctx, r.Asset))
	if err != nil {
		return err
	}
	if n >= p.MaxOpenAsset {
		return types.ErrLimit.Wrapf("asset %d has %d open requests", r.Asset, n)
	}
	if n, err = orZero(k.openOfRequester.Get(ctx, who)); err != nil {
		return err
	}
	if n >= p.MaxOpenRequester {
		return types.ErrLimit.Wrapf("%s has %d open requests", r.Requester, n)
	}
	return nil
}

// index stores a request that was not there, with all that finds it.
func (k Keeper) index(ctx context.Context, r types.Request) error {
	who := sdk.AccAddress(common.HexToAddress(r.Requester).Bytes())
	if err := k.requests.Set(ctx, r.Id, r); err != nil {
		return err
	}
	if err := k.ofRequester.Set(ctx, collections.Join(who, r.Id)); err != nil {
		return err
	}
	if r.State != types.REQUEST_STATE_OPEN {
		return k.ended.Set(ctx, collections.Join(at(r.Ended), r.Id))
	}
	if err := add(ctx, k.openOfAsset, r.Asset, 1); err != nil {
		return err
	}
	if err := add(ctx, k.openOfRequester, who, 1); err != nil {
		return err
	}
	if err := k.open.Set(ctx, collections.Join(r.Asset, r.Id)); err != nil {
		return err
	}
	return k.expiry.Set(ctx, collections.Join(at(r.Expires), r.Id))
}

// end stores a request that is not open any more.
func (k Keeper) end(ctx context.Context, r types.Request) error {
	who := sdk.AccAddress(common.HexToAddress(r.Requester).Bytes())
	if err := k.open.Remove(ctx, collections.Join(r.Asset, r.Id)); err != nil {
		return err
	}
	if err := k.expiry.Remove(ctx, collections.Join(at(r.Expires), r.Id)); err != nil {
		return err
	}
	if err := add(ctx, k.openOfAsset, r.Asset, -1); err != nil {
		return err
	}
	if err := add(ctx, k.openOfRequester, who, -1); err != nil {
		return err
	}
	if err := k.ended.Set(ctx, collections.Join(at(r.Ended), r.Id)); err != nil {
		return err
	}
	return k.requests.Set(ctx, r.Id, r)
}

// add changes a count by one; no row is zero.
func add[K any](ctx context.Context, m collections.Map[K, uint32], key K, by int64) error {
	n, err := orZero(m.Get(ctx, key))
	if err != nil {
		return err
	}
	if n = uint32(int64(n) + by); n == 0 {
		return m.Remove(ctx, key)
	}
	return m.Set(ctx, key, n)
}

// orZero makes a row that does not exist zero.
func orZero[T any](v T, err error) (T, error) {
	if errors.Is(err, collections.ErrNotFound) {
		var none T
		return none, nil
	}
	return v, err
}
