package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/job/types"
)

type msgServer struct{ k Keeper }

var _ types.MsgServer = msgServer{}

// NewMsgServer returns the server of the module's messages. A message that returns
// an error may have written: who calls it outside of a transaction must drop what
// it wrote.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

// Request implements types.MsgServer.
func (s msgServer) Request(c context.Context, msg *types.MsgRequest) (*types.MsgRequestResponse, error) {
	ctx := sdk.UnwrapSDKContext(c)
	caller, err := s.k.account(msg.Requester)
	if err != nil {
		return nil, types.ErrRequest.Wrapf("requester: %s", err)
	}
	most, err := weal.ParseAmount(msg.MaxFee)
	if err != nil {
		return nil, types.ErrFee.Wrapf("max_fee: %s", err)
	}
	ask := Ask{
		Asset: weal.AssetID(msg.Asset), Input: msg.Input, InputHash: msg.InputHash, InputURI: msg.InputUri,
		MaxFee: most, Policy: msg.Policy, Seconds: msg.Seconds, Gas: msg.Gas,
	}
	if msg.Callback != "" {
		if ask.Callback, err = s.k.account(msg.Callback); err != nil {
			return nil, types.ErrRequest.Wrapf("callback: %s", err)
		}
	}
	r, locked, err := s.k.Ask(ctx, caller, ask)
	if err != nil {
		return nil, err
	}
	if err := s.k.pay(ctx, caller, Account, locked); err != nil {
		return nil, err
	}
	return &types.MsgRequestResponse{Id: r.Id, Price: r.Price, GasPay: r.GasPay}, nil
}

// Deliver implements types.MsgServer. A message calls no contract, so that a
// request with a call-back is delivered at the contract.
func (s msgServer) Deliver(c context.Context, msg *types.MsgDeliver) (*types.MsgDeliverResponse, error) {
	ctx := sdk.UnwrapSDKContext(c)
	operator, err := s.k.account(msg.Operator)
	if err != nil {
		return nil, types.ErrOperator.Wrapf("operator: %s", err)
	}
	d, err := s.k.Deliver(ctx, operator, msg.Id, Answer{Data: msg.Answer, Hash: msg.AnswerHash, URI: msg.AnswerUri, Evidence: msg.Evidence})
	if err != nil {
		return nil, err
	}
	if d.Request.Callback != "" {
		return nil, types.ErrCallback.Wrapf("request %d asks for one; deliver at the contract %s", msg.Id, weal.JobContract)
	}
	if err := s.k.pay(ctx, Account, operator, d.Paid); err != nil {
		return nil, err
	}
	return &types.MsgDeliverResponse{Paid: d.Paid.String(), Credited: d.Credited.String()}, nil
}

// UpdateParams implements types.MsgServer.
func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.k.authority, msg.Authority); err != nil {
		return nil, err
	}
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	if err := s.k.params.Set(ctx, msg.Params); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, nil
}

// account reads an address of 20 bytes, in hex or bech32.
func (k Keeper) account(text string) (common.Address, error) {
	if common.IsHexAddress(text) {
		return common.HexToAddress(text), nil
	}
	b, err := k.addresses.StringToBytes(text)
	if err != nil {
		return common.Address{}, err
	}
	if len(b) != common.AddressLength {
		return common.Address{}, types.ErrRequest.Wrapf("%s has %d bytes, not 20", text, len(b))
	}
	return common.BytesToAddress(b), nil
}
