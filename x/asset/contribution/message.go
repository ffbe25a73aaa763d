package contribution

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// msgServer serves the contributions' messages.
type msgServer struct{ k Keeper }

var _ types.ContributionMsgServer = msgServer{}

// NewMsgServer returns the server of the contributions' messages.
func NewMsgServer(k Keeper) types.ContributionMsgServer { return msgServer{k} }

// ClaimContributions implements types.ContributionMsgServer.
func (s msgServer) ClaimContributions(ctx context.Context, msg *types.MsgClaimContributions) (*types.MsgClaimContributionsResponse, error) {
	sender, err := sdk.GetFromBech32(msg.Sender, weal.Bech32Prefix)
	if err != nil {
		return nil, types.ErrContribution.Wrapf("sender: %s", err)
	}
	paid, err := s.k.Claim(ctx, common.BytesToAddress(sender), msg.Ids)
	if err != nil {
		return nil, err
	}
	return &types.MsgClaimContributionsResponse{Paid: Sum(paid)}, nil
}
