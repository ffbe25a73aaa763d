package contribution

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// Payment is what one contribution was paid in one denomination.
type Payment struct {
	Contribution uint64
	Asset        weal.AssetID
	To           common.Address
	Denom        string
	Amount       weal.Amount
}

// Sum adds up payments, as coins of the bank's.
func Sum(payments []Payment) sdk.Coins {
	sum := sdk.NewCoins()
	for _, p := range payments {
		sum = sum.Add(coin(p.Denom, p.Amount))
	}
	return sum
}

// Claim pays, from the escrow account, all that contributions have earned and not
// been paid, to caller, whose they are. The result is empty if nothing is owed.
func (k Keeper) Claim(ctx context.Context, caller common.Address, ids []uint64) ([]Payment, error) {
	var payments []Payment
	err := k.eachOwn(ctx, caller, ids, func(c types.Contribution) error {
		denoms, err := k.assets.Denoms(ctx, weal.AssetID(c.Asset))
		if err != nil {
			return err
		}
		for _, denom := range denoms {
			paid, err := k.pay(ctx, c, denom, nil)
			if err != nil {
				return err
			}
			if !paid.IsZero() {
				payments = append(payments, Payment{c.Id, weal.AssetID(c.Asset), caller, denom, paid})
			}
		}
		return nil
	})
	return payments, err
}

// AdvanceClaimFee pays a contributor as much of a fee as it lacks and its
// contributions have earned, before the fee is deducted. What it pays, a claim for
// the same contributions pays less.
func (k Keeper) AdvanceClaimFee(ctx context.Context, payer sdk.AccAddress, ids []uint64, fee sdk.Coins) error {
	for _, f := range fee {
		lacks := f.Amount.Sub(k.bank.SpendableCoin(ctx, payer, f.Denom).Amount)
		err := k.eachOwn(ctx, common.BytesToAddress(payer), ids, func(c types.Contribution) error {
			if !lacks.IsPositive() {
				return nil
			}
			paid, err := k.pay(ctx, c, f.Denom, &lacks)
			lacks = lacks.Sub(math.NewIntFromBigInt(paid.Big()))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Claimable returns what a contribution could claim now in a denomination, or
// types.ErrContributionNotFound.
func (k Keeper) Claimable(ctx context.Context, id uint64, denom string) (weal.Amount, error) {
	if _, err := k.Get(ctx, id); err != nil {
		return weal.Amount{}, err
	}
	e, err := k.earning(ctx, id, denom)
	if err != nil {
		return weal.Amount{}, err
	}
	return amount(e.Owed)
}

// eachOwn calls f with contributions that are who's.
func (k Keeper) eachOwn(ctx context.Context, who common.Address, ids []uint64, f func(types.Contribution) error) error {
	if len(ids) == 0 || len(ids) > types.MaxClaimContributions {
		return types.ErrClaim.Wrapf("name 1 to %d contributions, got %d", types.MaxClaimContributions, len(ids))
	}
	for _, id := range ids {
		c, err := k.Get(ctx, id)
		if err != nil {
			return err
		}
		if c.Contributor != who.Hex() {
			return types.ErrContribution.Wrapf("contribution %d is %s's", id, c.Contributor)
		}
		if err := f(c); err != nil {
			return err
		}
	}
	return nil
}

// pay pays what a contribution is owed in a denomination, at most limit unless
// that is nil.
func (k Keeper) pay(ctx context.Context, c types.Contribution, denom string, limit *math.Int) (weal.Amount, error) {
	e, err := k.earning(ctx, c.Id, denom)
	if err != nil {
		return weal.Amount{}, err
	}
	owed, err := amount(e.Owed)
	if err != nil {
		return weal.Amount{}, err
	}
	paid := owed
	if limit != nil && owed.Big().Cmp(limit.BigInt()) > 0 {
		if paid, err = weal.AmountFromBig(limit.BigInt()); err != nil {
			return weal.Amount{}, err
		}
	}
	if paid.IsZero() {
		return paid, nil
	}
	left, _ := owed.Sub(paid) // paid is at most owed
	e.Owed = left.String()
	if err := k.earnings.Set(ctx, collections.Join(c.Id, denom), e); err != nil {
		return weal.Amount{}, err
	}
	to := common.HexToAddress(c.Contributor)
	if err := k.assets.PayContributor(ctx, weal.AssetID(c.Asset), to, denom, paid); err != nil {
		return weal.Amount{}, err
	}
	types.Emit(ctx, types.EventContributionClaim, types.AttrContribution, c.Id, types.AttrAsset, c.Asset,
		types.AttrContributor, c.Contributor, types.AttrDenom, denom, types.AttrAmount, paid)
	return paid, nil
}
