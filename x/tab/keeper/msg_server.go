package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/x/tab/types"
)

type msgServer struct{ k Keeper }

var _ types.MsgServer = msgServer{}

// NewMsgServer returns the server of the module's messages. A message that
// returns an error may have written: who calls it outside of a transaction must
// drop what it wrote.
func NewMsgServer(k Keeper) types.MsgServer { return msgServer{k} }

func (s msgServer) Open(ctx context.Context, msg *types.MsgOpen) (*types.MsgOpenResponse, error) {
	id, err := s.k.open(ctx, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgOpenResponse{Tab: id}, nil
}

func (s msgServer) Fund(ctx context.Context, msg *types.MsgFund) (*types.MsgFundResponse, error) {
	first, err := s.k.fund(sdk.UnwrapSDKContext(ctx), msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgFundResponse{FirstLane: first}, nil
}

func (s msgServer) Settle(ctx context.Context, msg *types.MsgSettle) (*types.MsgSettleResponse, error) {
	credits, err := s.k.settle(sdk.UnwrapSDKContext(ctx), msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgSettleResponse{Credits: credits}, nil
}

func (s msgServer) Revoke(ctx context.Context, msg *types.MsgRevoke) (*types.MsgRevokeResponse, error) {
	if err := s.k.revoke(sdk.UnwrapSDKContext(ctx), msg); err != nil {
		return nil, err
	}
	return &types.MsgRevokeResponse{}, nil
}

func (s msgServer) Checkpoint(ctx context.Context, msg *types.MsgCheckpoint) (*types.MsgCheckpointResponse, error) {
	epoch, credits, err := s.k.checkpoint(sdk.UnwrapSDKContext(ctx), msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgCheckpointResponse{Epoch: epoch, Credits: credits}, nil
}

func (s msgServer) ProveOffence(ctx context.Context, msg *types.MsgProveOffence) (*types.MsgProveOffenceResponse, error) {
	reward, burned, err := s.k.proveOffence(sdk.UnwrapSDKContext(ctx), msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgProveOffenceResponse{Reward: reward.String(), Burned: burned.String()}, nil
}

func (s msgServer) Close(ctx context.Context, msg *types.MsgClose) (*types.MsgCloseResponse, error) {
	if err := s.k.close(sdk.UnwrapSDKContext(ctx), msg); err != nil {
		return nil, err
	}
	return &types.MsgCloseResponse{}, nil
}

func (s msgServer) Withdraw(ctx context.Context, msg *types.MsgWithdraw) (*types.MsgWithdrawResponse, error) {
	if _, err := s.k.addresses.StringToBytes(msg.Sender); err != nil {
		return nil, wrapf(err, "read sender")
	}
	refund, err := s.k.withdraw(sdk.UnwrapSDKContext(ctx), msg.Tab)
	if err != nil {
		return nil, err
	}
	return &types.MsgWithdrawResponse{Refund: refund.String()}, nil
}

func (s msgServer) SetWatcher(ctx context.Context, msg *types.MsgSetWatcher) (*types.MsgSetWatcherResponse, error) {
	if err := s.k.setWatcher(ctx, msg); err != nil {
		return nil, err
	}
	return &types.MsgSetWatcherResponse{}, nil
}

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
