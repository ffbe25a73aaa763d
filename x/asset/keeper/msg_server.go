package keeper

import (
	"context"
	"fmt"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// msgServer serves the module's messages.
type msgServer struct{ k Keeper }

var _ types.MsgServer = msgServer{}

// NewMsgServer returns the server of the module's messages.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

// Update implements types.MsgServer.
func (s msgServer) Update(ctx context.Context, msg *types.MsgUpdate) (*types.MsgUpdateResponse, error) {
	version, err := s.k.update(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgUpdateResponse{Version: version}, nil
}

// Claim implements types.MsgServer.
func (s msgServer) Claim(ctx context.Context, msg *types.MsgClaim) (*types.MsgClaimResponse, error) {
	owner, err := s.k.owner(msg.Sender)
	if err != nil {
		return nil, err
	}
	paid, err := s.k.Claim(ctx, owner, ShareIDs(msg.Shares))
	if err != nil {
		return nil, err
	}
	return &types.MsgClaimResponse{Paid: Sum(paid)}, nil
}

// PullRoyalty implements types.MsgServer.
func (s msgServer) PullRoyalty(ctx context.Context, msg *types.MsgPullRoyalty) (*types.MsgPullRoyaltyResponse, error) {
	amount, err := s.k.PullRoyalty(ctx, weal.AssetID(msg.Asset), weal.AssetID(msg.Ancestor), msg.Denom)
	if err != nil {
		return nil, err
	}
	return &types.MsgPullRoyaltyResponse{Amount: amount.String()}, nil
}

// UpdateParams implements types.MsgServer.
func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if same, err := s.k.sameAddress(msg.Authority, s.k.authority); err != nil {
		return nil, err
	} else if !same {
		return nil, sdkerrors.ErrUnauthorized.Wrapf("the parameters are %s's to change", s.k.authority)
	}
	if err := msg.Params.Validate(); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, s.k.params.Set(ctx, msg.Params)
}

// owner reads the address of an owner of shares, in either text form.
func (k Keeper) owner(text string) (common.Address, error) {
	b, err := k.addresses.StringToBytes(text)
	if err != nil {
		return common.Address{}, fmt.Errorf("read owner: %w", err)
	}
	if len(b) != common.AddressLength {
		return common.Address{}, sdkerrors.ErrInvalidAddress.Wrapf("an owner of shares has 20 bytes, got %d", len(b))
	}
	return common.BytesToAddress(b), nil
}

// ShareIDs converts the numbers of a message.
func ShareIDs(ids []uint64) []weal.ShareID {
	out := make([]weal.ShareID, len(ids))
	for i, id := range ids {
		out[i] = weal.ShareID(id)
	}
	return out
}
