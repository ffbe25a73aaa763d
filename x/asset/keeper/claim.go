package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// Payment is what one share was paid in one denomination.
type Payment struct {
	Share  weal.ShareID
	Denom  string
	Amount weal.Amount
}

// Sum adds up payments, as coins of the bank's.
func Sum(payments []Payment) sdk.Coins {
	sum := sdk.NewCoins()
	for _, p := range payments {
		sum = sum.Add(coin(p.Denom, p.Amount))
	}
	return sum
}

// Claim pays an owner, from the escrow account, all that its shares have earned
// and not been paid. The result is empty if that is nothing. It fails with
// types.ErrNotOwner if one of the shares is another's.
func (k Keeper) Claim(ctx context.Context, owner common.Address, shares []weal.ShareID) ([]Payment, error) {
	if len(shares) == 0 || len(shares) > types.MaxClaimShares {
		return nil, types.ErrClaim.Wrapf("name 1 to %d shares, got %d", types.MaxClaimShares, len(shares))
	}
	var payments []Payment
	for _, id := range shares {
		s, err := k.sharesOwn(ctx, owner, id)
		if err != nil {
			return nil, err
		}
		err = k.eachRevenue(ctx, weal.AssetID(s.asset), func(denom string, _ revenue) error {
			paid, err := k.take(ctx, id, s, denom, nil)
			if err == nil && !paid.IsZero() {
				payments = append(payments, Payment{id, denom, paid})
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return payments, k.payOut(ctx, owner, Sum(payments))
}

// AdvanceClaimFee pays the owner as much of a fee as it lacks and its shares
// have earned, before the fee is deducted, so that an owner who never held a
// coin can be paid. What it pays, a claim for the same shares pays less.
func (k Keeper) AdvanceClaimFee(ctx context.Context, owner sdk.AccAddress, shares []weal.ShareID, fee sdk.Coins) error {
	if len(shares) == 0 || len(shares) > types.MaxClaimShares {
		return types.ErrClaim.Wrapf("name 1 to %d shares, got %d", types.MaxClaimShares, len(shares))
	}
	sum := sdk.NewCoins()
	for _, f := range fee {
		lacks := f.Amount.Sub(k.bank.SpendableCoin(ctx, owner, f.Denom).Amount)
		for _, id := range shares {
			if !lacks.IsPositive() {
				break
			}
			s, err := k.sharesOwn(ctx, common.BytesToAddress(owner), id)
			if err != nil {
				return err
			}
			paid, err := k.take(ctx, id, s, f.Denom, &lacks)
			if err != nil {
				return err
			}
			got := coin(f.Denom, paid)
			sum, lacks = sum.Add(got), lacks.Sub(got.Amount)
		}
	}
	return k.payOut(ctx, common.BytesToAddress(owner), sum)
}

// Claimable returns what a share could claim now, in each denomination of its
// asset, or types.ErrShareNotFound.
func (k Keeper) Claimable(ctx context.Context, id weal.ShareID) (denoms []string, amounts []weal.Amount, err error) {
	s, err := k.share(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	err = k.eachRevenue(ctx, weal.AssetID(s.asset), func(denom string, r revenue) error {
		m, err := k.mark(ctx, id, denom)
		m.settle(s.value, &r.perUnit)
		denoms, amounts = append(denoms, denom), append(amounts, m.owed)
		return err
	})
	return denoms, amounts, err
}

// sharesOwn returns a share if it is the owner's, otherwise types.ErrNotOwner.
func (k Keeper) sharesOwn(ctx context.Context, owner common.Address, id weal.ShareID) (share, error) {
	s, err := k.share(ctx, id)
	if err == nil && s.owner != owner {
		err = types.ErrNotOwner.Wrapf("share %d", id)
	}
	return s, err
}

// take settles a share in one denomination and takes out what is owed, at most
// limit unless that is nil. The caller pays it out. Nothing is owed in a
// denomination that the asset does not earn in.
func (k Keeper) take(ctx context.Context, id weal.ShareID, s share, denom string, limit *math.Int) (weal.Amount, error) {
	r, err := orZero(k.revenues.Get(ctx, collections.Join(s.asset, denom)))
	if err != nil {
		return weal.Amount{}, err
	}
	m, err := k.mark(ctx, id, denom)
	if err != nil {
		return weal.Amount{}, err
	}
	m.settle(s.value, &r.perUnit)
	paid := m.owed
	if limit != nil && paid.Big().Cmp(limit.BigInt()) > 0 {
		if paid, err = weal.AmountFromBig(limit.BigInt()); err != nil {
			return weal.Amount{}, err
		}
	}
	if paid.IsZero() {
		return paid, nil
	}
	var ok1, ok2 bool
	m.owed, ok1 = m.owed.Sub(paid)
	r.claimed, ok2 = r.claimed.Add(paid)
	if !ok1 || !ok2 {
		return weal.Amount{}, types.ErrBroken.Wrapf("share %d is owed more than was credited", id)
	}
	if err := k.marks.Set(ctx, collections.Join(uint64(id), denom), m); err != nil {
		return weal.Amount{}, err
	}
	if err := k.revenues.Set(ctx, collections.Join(s.asset, denom), r); err != nil {
		return weal.Amount{}, err
	}
	owner, err := k.addresses.BytesToString(s.owner.Bytes())
	if err != nil {
		return weal.Amount{}, err
	}
	emit(ctx, types.EventClaim, types.AttrShare, id, types.AttrAsset, s.asset,
		types.AttrOwner, owner, types.AttrDenom, denom, types.AttrAmount, paid)
	return paid, nil
}

// payOut sends coins from the escrow account.
func (k Keeper) payOut(ctx context.Context, owner common.Address, coins sdk.Coins) error {
	if coins.IsZero() {
		return nil
	}
	return k.bank.SendCoinsFromModuleToAccount(ctx, weal.Escrow, owner.Bytes(), coins)
}

// coin makes an amount a coin of the bank's.
func coin(denom string, a weal.Amount) sdk.Coin {
	return sdk.NewCoin(denom, math.NewIntFromBigInt(a.Big()))
}
