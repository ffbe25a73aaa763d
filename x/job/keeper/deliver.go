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

// Answer is what an operator delivers.
type Answer struct {
	// Data is by value, unless Hash is given; URI then says where it is.
	Data, Hash []byte
	URI        string
	// Evidence is a pay.SignedReceipt.
	Evidence []byte
}

// Delivery is what a delivery came to.
type Delivery struct {
	Request types.Request
	// Paid is the operator's, with what the call-back's gas brings; the contract has
	// still to pay it. Credited has left the contract's account for the escrow.
	Paid, Credited weal.Amount
}

// Deliver answers a request, sent by an operator of its asset. A call-back that it
// asks for is marked as running: the contract makes it and calls EndCallback.
func (k Keeper) Deliver(ctx sdk.Context, operator common.Address, id uint64, a Answer) (d Delivery, err error) {
	p, err := k.params.Get(ctx)
	if err != nil {
		return d, err
	}
	r, err := k.Request(ctx, id)
	if err != nil {
		return d, err
	}
	switch {
	case r.State != types.REQUEST_STATE_OPEN:
		return d, types.ErrState.Wrapf("request %d has ended", id)
	case r.Expired(ctx):
		return d, types.ErrState.Wrapf("request %d has expired", id)
	case ctx.BlockHeight() <= r.Height:
		// What the requester paid may not be the bank's yet.
		return d, types.ErrState.Wrapf("request %d was made in this block; deliver in a later one", id)
	}
	o, err := k.operator(ctx, weal.AssetID(r.Asset), operator)
	if err != nil {
		return d, err
	}
	if err := o.May(p); err != nil {
		return d, err
	}
	if r, err = k.answered(ctx, p, r, operator, a); err != nil {
		return d, err
	}
	if d, err = k.reward(ctx, r, o); err != nil {
		return d, err
	}
	emit(ctx, types.EventDeliver, types.AttrID, id, types.AttrAsset, r.Asset, types.AttrOperator, r.Operator,
		types.AttrPaid, d.Paid, types.AttrCredited, d.Credited, types.AttrAnswer, common.Bytes2Hex(r.Answer.Hash))
	return d, k.end(ctx, r)
}

// answered returns a request with an answer that was checked.
func (k Keeper) answered(ctx sdk.Context, p types.Params, r types.Request, operator common.Address, a Answer) (types.Request, error) {
	var err error
	if r.Answer, err = types.NewContent("answer", a.Data, a.Hash, a.URI, p); err != nil {
		return r, err
	}
	if len(a.Evidence) > int(p.MaxDataBytes) {
		return r, types.ErrEvidence.Wrapf("it has %d bytes, more than %d", len(a.Evidence), p.MaxDataBytes)
	}
	receipt, err := pay.ParseSignedReceipt(a.Evidence)
	if err != nil {
		return r, types.ErrEvidence.Wrap(err.Error())
	}
	asset, err := k.assets.GetAsset(ctx, weal.AssetID(r.Asset))
	if err != nil {
		return r, err
	}
	key, err := weal.HashFromBytes(asset.Key)
	if err != nil {
		return r, err
	}
	if err := r.Check(receipt, pay.ChainHash(ctx.ChainID()), key, weal.Hash(r.Answer.Hash), asset.Version); err != nil {
		return r, err
	}
	r.State, r.Operator, r.Evidence, r.Ended = types.REQUEST_STATE_ANSWERED, operator.Hex(), a.Evidence, now(ctx)
	if r.Callback != "" {
		r.CallbackState, r.Tries = types.CALLBACK_STATE_RUNNING, 1
	}
	return r, nil
}

// reward divides the price, and makes the asset's part its revenue.
func (k Keeper) reward(ctx context.Context, r types.Request, o types.Operator) (d Delivery, err error) {
	d.Request = r
	price, err := weal.ParseAmount(r.Price)
	if err != nil {
		return d, types.ErrBroken.Wrapf("request %d: %s", r.Id, err)
	}
	part, credited, err := o.Divide(price)
	if err != nil {
		return d, err
	}
	d.Credited = credited
	if d.Paid, err = types.Sum(part.String(), r.GasPay); err != nil || credited.IsZero() {
		return d, err
	}
	if err := k.bank.SendCoinsFromAccountToModule(ctx, Account.Bytes(), weal.Escrow, coins(credited)); err != nil {
		return d, err
	}
	return d, k.assets.Credit(ctx, weal.AssetID(r.Asset), weal.BaseDenom, credited)
}

// operator returns an operator of an asset, or types.ErrOperator.
func (k Keeper) operator(ctx context.Context, asset weal.AssetID, who common.Address) (types.Operator, error) {
	o, err := k.operators.Get(ctx, collections.Join(uint64(asset), sdk.AccAddress(who.Bytes())))
	if errors.Is(err, collections.ErrNotFound) {
		err = types.ErrOperator.Wrapf("%s is none of asset %d's", who, asset)
	}
	return o, err
}
