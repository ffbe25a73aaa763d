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
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k: k} }

// Update implements types.MsgServer.
func (s msgServer) Update(ctx context.Context, msg *types.MsgUpdate) (*types.MsgUpdateResponse, error) {
	sender, err := s.k.owner(msg.Sender)
	if err != nil {
		return nil, err
	}
	v, err := s.k.Update(ctx, sender, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgUpdateResponse{Version: v.Version}, nil
}

// Claim implements types.MsgServer.
func (s msgServer) Claim(ctx context.Context, msg *types.MsgClaim) (*types.MsgClaimResponse, error) {
	owner, err := s.k.owner(msg.Sender)
	if err != nil {
		return nil, err
	}
	var to common.Address
	if msg.To != "" {
		if to, err = s.k.owner(msg.To); err != nil {
			return nil, err
		}
	}
	paid, err := s.k.Claim(ctx, owner, to, ShareIDs(msg.Shares))
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

// PullTreasury implements types.MsgServer.
func (s msgServer) PullTreasury(ctx context.Context, msg *types.MsgPullTreasury) (*types.MsgPullTreasuryResponse, error) {
	paid, err := s.k.PullTreasury(ctx, weal.AssetID(msg.Asset))
	if err != nil {
		return nil, err
	}
	return &types.MsgPullTreasuryResponse{Paid: paid}, nil
}

// Grant implements types.MsgServer.
func (s msgServer) Grant(ctx context.Context, msg *types.MsgGrant) (*types.MsgGrantResponse, error) {
	sender, holder, err := s.k.pair(msg.Sender, msg.Holder)
	if err != nil {
		return nil, err
	}
	return &types.MsgGrantResponse{}, s.k.Grant(ctx, sender, weal.AssetID(msg.Asset), holder, msg.Uses, msg.Until)
}

// Revoke implements types.MsgServer.
func (s msgServer) Revoke(ctx context.Context, msg *types.MsgRevoke) (*types.MsgRevokeResponse, error) {
	sender, holder, err := s.k.pair(msg.Sender, msg.Holder)
	if err != nil {
		return nil, err
	}
	return &types.MsgRevokeResponse{}, s.k.Revoke(ctx, sender, weal.AssetID(msg.Asset), holder)
}

// SetController implements types.MsgServer.
func (s msgServer) SetController(ctx context.Context, msg *types.MsgSetController) (*types.MsgSetControllerResponse, error) {
	sender, controller, err := s.k.pair(msg.Sender, msg.Controller)
	if err != nil {
		return nil, err
	}
	return &types.MsgSetControllerResponse{}, s.k.SetController(ctx, sender, weal.AssetID(msg.Asset), controller)
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

// owner reads the address of whoever may own shares, in either text form.
func (k Keeper) owner(text string) (common.Address, error) {
	b, err := k.addresses.StringToBytes(text)
	if err != nil {
		return common.Address{}, fmt.Errorf("read address: %w", err)
	}
	if len(b) != common.AddressLength {
		return common.Address{}, sdkerrors.ErrInvalidAddress.Wrapf("want 20 bytes, got %d", len(b))
	}
	return common.BytesToAddress(b), nil
}

// pair reads the addresses of who sends a message and of whom it is about.
func (k Keeper) pair(sender, other string) (a, b common.Address, err error) {
	if a, err = k.owner(sender); err == nil {
		b, err = k.owner(other)
	}
	return a, b, err
}

// ShareIDs converts the numbers of a message.
func ShareIDs(ids []uint64) []weal.ShareID {
	out := make([]weal.ShareID, len(ids))
	for i, id := range ids {
		out[i] = weal.ShareID(id)
	}
	return out
}
