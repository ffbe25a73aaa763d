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

// ContributionFee advances what a contributor lacks of a claim's fee.
type ContributionFee interface {
	// AdvanceClaimFee pays owner as much of fee as it lacks and contributions have
	// earned.
	AdvanceClaimFee(ctx context.Context, owner sdk.AccAddress, contributions []uint64, fee sdk.Coins) error
}

// New returns next, with the fee of transactions that only claim advanced from
// what they claim. Such a transaction has nothing but MsgClaim messages of one
// signer, who pays the fee, for at most types.MaxClaimShares shares in all. All
// others go to next as they are. If next refuses, the advance is undone with
// everything else that the ante handler did.
func New(keeper ClaimFee, next sdk.AnteHandler) sdk.AnteHandler {
	return advancing(types.MaxClaimShares, next, func(msg sdk.Msg) (string, []uint64, bool) {
		claim, ok := msg.(*types.MsgClaim)
		return claim.GetSender(), claim.GetShares(), ok
	}, func(ctx context.Context, owner sdk.AccAddress, ids []uint64, fee sdk.Coins) error {
		shares := make([]weal.ShareID, len(ids))
		for i, id := range ids {
			shares[i] = weal.ShareID(id)
		}
		return keeper.AdvanceClaimFee(ctx, owner, shares, fee)
	})
}

// Contributions is New for transactions that only claim what contributions have
// earned: of MsgClaimContributions messages of one signer, for at most
// types.MaxClaimContributions contributions in all.
func Contributions(keeper ContributionFee, next sdk.AnteHandler) sdk.AnteHandler {
	return advancing(types.MaxClaimContributions, next, func(msg sdk.Msg) (string, []uint64, bool) {
		claim, ok := msg.(*types.MsgClaimContributions)
		return claim.GetSender(), claim.GetIds(), ok
	}, keeper.AdvanceClaimFee)
}

// claim reads a message, and tells if it is a claim: who sends it, and what it
// claims for.
type claim func(sdk.Msg) (sender string, ids []uint64, ok bool)

// advancing returns next, with advance before it if a transaction only claims.
func advancing(most int, next sdk.AnteHandler, read claim,
	advance func(ctx context.Context, owner sdk.AccAddress, ids []uint64, fee sdk.Coins) error,
) sdk.AnteHandler {
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		if fee, ok := tx.(sdk.FeeTx); ok && !fee.GetFee().IsZero() {
			if ids := claimed(fee, most, read); len(ids) > 0 {
				if err := advance(ctx, fee.FeePayer(), ids, fee.GetFee()); err != nil {
					return ctx, fmt.Errorf("advance fee of claim: %w", err)
				}
			}
		}
		return next(ctx, tx, simulate)
	}
}

// claimed returns what a transaction claims for, or nothing if its fee is not to
// be advanced.
func claimed(tx sdk.FeeTx, most int, read claim) (ids []uint64) {
	if len(tx.FeeGranter()) > 0 {
		return nil
	}
	var first string
	for i, msg := range tx.GetMsgs() {
		sender, more, ok := read(msg)
		if !ok || (i > 0 && sender != first) {
			return nil
		}
		first, ids = sender, append(ids, more...)
		if len(ids) > most {
			return nil
		}
	}
	return ids
}
