package ante

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// ClaimFee advances what an owner lacks of a claim's fee.
type ClaimFee interface {
	// AdvanceClaimFee pays owner as much of fee as it lacks and shares have earned.
	AdvanceClaimFee(ctx context.Context, owner sdk.AccAddress, shares []weal.ShareID, fee sdk.Coins) error
}

// New returns next, with the fee of transactions that only claim advanced from
// what they claim. Such a transaction has nothing but MsgClaim messages of one
// signer, who pays the fee, for at most types.MaxClaimShares shares in all. All
// others go to next as they are. If next refuses, the advance is undone with
// everything else that the ante handler did.
func New(keeper ClaimFee, next sdk.AnteHandler) sdk.AnteHandler {
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		if fee, ok := tx.(sdk.FeeTx); ok && !fee.GetFee().IsZero() {
			if shares := claimed(fee); len(shares) > 0 {
				if err := keeper.AdvanceClaimFee(ctx, fee.FeePayer(), shares, fee.GetFee()); err != nil {
					return ctx, fmt.Errorf("advance fee of claim: %w", err)
				}
			}
		}
		return next(ctx, tx, simulate)
	}
}

// claimed returns the shares that a transaction claims for, or none if its fee
// is not to be advanced.
func claimed(tx sdk.FeeTx) []weal.ShareID {
	if len(tx.FeeGranter()) > 0 {
		return nil
	}
	var shares []weal.ShareID
	var sender string
	for i, msg := range tx.GetMsgs() {
		claim, ok := msg.(*types.MsgClaim)
		if !ok || (i > 0 && claim.Sender != sender) {
			return nil
		}
		sender = claim.Sender
		for _, id := range claim.Shares {
			shares = append(shares, weal.ShareID(id))
		}
		if len(shares) > types.MaxClaimShares {
			return nil
		}
	}
	return shares
}
