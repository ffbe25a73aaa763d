package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// Payment is what one share was paid in one denomination.
type Payment struct {
	Share  weal.ShareID
	Owner  common.Address
	To     common.Address
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

// Claim pays, from the escrow account, all that shares have earned and not been
// paid. Caller owns each, or is an operator of its owner. To is the owner or one
// of its operators; zero is the owner. The result is empty if nothing is owed.
// It fails with types.ErrNotOwner if caller or to is another.
func (k Keeper) Claim(ctx context.Context, caller, to common.Address, shares []weal.ShareID) ([]Payment, error) {
	if len(shares) == 0 || len(shares) > types.MaxClaimShares {
		return nil, types.ErrClaim.Wrapf("name 1 to %d shares, got %d", types.MaxClaimShares, len(shares))
	}
	var payments []Payment
	for _, id := range shares {
		s, err := k.GetShare(ctx, id)
		if err != nil {
			return nil, err
		}
		if err := k.mayClaim(ctx, caller, s); err != nil {
			return nil, err
		}
		receiver := s.Owner
		if to != (common.Address{}) {
			if err := k.mayClaim(ctx, to, s); err != nil {
				return nil, err
			}
			receiver = to
		}
		paid, err := k.takeAll(ctx, s, receiver)
		if err != nil {
			return nil, err
		}
		payments = append(payments, paid...)
	}
	return payments, k.payAll(ctx, payments)
}

// mayClaim returns types.ErrNotOwner if an account neither owns a share nor is
// an operator of its owner's.
func (k Keeper) mayClaim(ctx context.Context, who common.Address, s Share) error {
	if who == s.Owner {
		return nil
	}
	may, err := k.Tokens.IsOperator(ctx, token.Shares, s.Owner, who)
	if err == nil && !may {
		err = types.ErrNotOwner.Wrapf("share %d, nor an operator of its owner", s.ID)
	}
	return err
}

// Burn destroys a share with its units, sent by caller, and pays its owner what
// it has earned. Errors are those of the reference implementation of ERC-3525.
func (k Keeper) Burn(ctx context.Context, caller common.Address, id weal.ShareID) (token.Token, []Payment, error) {
	if err := k.Tokens.MayBurn(ctx, token.Shares, caller, TokenID(id)); err != nil {
		return token.Token{}, nil, err
	}
	payments, err := k.PayShare(ctx, id)
	if err != nil {
		return token.Token{}, nil, err
	}
	burned, err := k.Tokens.Burn(ctx, token.Shares, caller, TokenID(id))
	return burned, payments, err
}

// PayShare pays a share's owner what the share has earned, without the question
// who asks.
func (k Keeper) PayShare(ctx context.Context, id weal.ShareID) ([]Payment, error) {
	s, err := k.GetShare(ctx, id)
	if err != nil {
		return nil, err
	}
	payments, err := k.takeAll(ctx, s, s.Owner)
	if err != nil {
		return nil, err
	}
	return payments, k.payAll(ctx, payments)
}

// AdvanceClaimFee pays the owner as much of a fee as it lacks and its shares
// have earned, before the fee is deducted, so that an owner who never held a
// coin can be paid. What it pays, a claim for the same shares pays less.
func (k Keeper) AdvanceClaimFee(ctx context.Context, owner sdk.AccAddress, shares []weal.ShareID, fee sdk.Coins) error {
	if len(shares) == 0 || len(shares) > types.MaxClaimShares {
		return types.ErrClaim.Wrapf("name 1 to %d shares, got %d", types.MaxClaimShares, len(shares))
	}
	receiver := common.BytesToAddress(owner)
	sum := sdk.NewCoins()
	for _, f := range fee {
		lacks := f.Amount.Sub(k.bank.SpendableCoin(ctx, owner, f.Denom).Amount)
		for _, id := range shares {
			if !lacks.IsPositive() {
				break
			}
			s, err := k.GetShare(ctx, id)
			if err != nil {
				return err
			}
			if s.Owner != receiver {
				return types.ErrNotOwner.Wrapf("share %d", id)
			}
			paid, err := k.takeFee(ctx, s, f.Denom, lacks)
			if err != nil {
				return err
			}
			got := coin(f.Denom, paid)
			sum, lacks = sum.Add(got), lacks.Sub(got.Amount)
		}
	}
	return k.payOut(ctx, receiver, sum)
}

// Claimable returns what a share could claim now, in each denomination of its
// asset, or types.ErrShareNotFound.
func (k Keeper) Claimable(ctx context.Context, id weal.ShareID) (denoms []string, amounts []weal.Amount, err error) {
	s, err := k.GetShare(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	marks, err := stored.OrZero(k.marks.Get(ctx, uint64(id)))
	if err != nil {
		return nil, nil, err
	}
	err = k.eachRevenue(ctx, s.Asset, func(i int, denom string, r revenue) error {
		m := markOf(marks, i)
		m.settle(s.Value, &r.perUnit)
		denoms, amounts = append(denoms, denom), append(amounts, m.owed)
		return nil
	})
	return denoms, amounts, err
}

// takeAll settles a share and takes out what it is owed. The caller pays it.
func (k Keeper) takeAll(ctx context.Context, s Share, to common.Address) (payments []Payment, err error) {
	denoms, err := k.denoms.Get(ctx, uint64(s.Asset))
	if err != nil {
		return nil, err
	}
	marks, err := stored.OrZero(k.marks.Get(ctx, uint64(s.ID)))
	if err != nil {
		return nil, err
	}
	for i, denom := range denoms {
		paid, err := k.take(ctx, s, &marks, i, denom, nil)
		if err != nil {
			return nil, err
		}
		if !paid.IsZero() {
			payments = append(payments, Payment{Share: s.ID, Owner: s.Owner, To: to, Denom: denom, Amount: paid})
		}
	}
	if len(payments) == 0 {
		return nil, nil
	}
	return payments, k.marks.Set(ctx, uint64(s.ID), marks)
}

// takeFee takes at most limit of one denomination, nothing if the share's asset
// does not earn in it.
func (k Keeper) takeFee(ctx context.Context, s Share, denom string, limit math.Int) (weal.Amount, error) {
	denoms, err := k.denoms.Get(ctx, uint64(s.Asset))
	if err != nil {
		return weal.Amount{}, err
	}
	i := slices.Index(denoms, denom)
	if i < 0 {
		return weal.Amount{}, nil
	}
	marks, err := stored.OrZero(k.marks.Get(ctx, uint64(s.ID)))
	if err != nil {
		return weal.Amount{}, err
	}
	paid, err := k.take(ctx, s, &marks, i, denom, &limit)
	if err != nil || paid.IsZero() {
		return paid, err
	}
	return paid, k.marks.Set(ctx, uint64(s.ID), marks)
}

// take settles a share in the i-th denomination of its asset and takes out what
// is owed, at most limit unless that is nil. The caller stores the marks, which
// are as they were if nothing is owed, and pays it out.
func (k Keeper) take(ctx context.Context, s Share, marks *[]mark, i int, denom string, limit *math.Int) (weal.Amount, error) {
	key := collections.Join(uint64(s.Asset), denom)
	r, err := k.revenues.Get(ctx, key)
	if err != nil {
		return weal.Amount{}, err
	}
	m := markOf(*marks, i)
	m.settle(s.Value, &r.perUnit)
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
		return weal.Amount{}, types.ErrBroken.Wrapf("share %d is owed more than was credited", s.ID)
	}
	for len(*marks) <= i {
		*marks = append(*marks, mark{})
	}
	(*marks)[i] = m
	if err := k.revenues.Set(ctx, key, r); err != nil {
		return weal.Amount{}, err
	}
	owner, err := k.addresses.BytesToString(s.Owner.Bytes())
	if err != nil {
		return weal.Amount{}, err
	}
	types.Emit(ctx, types.EventClaim, types.AttrShare, s.ID, types.AttrAsset, s.Asset,
		types.AttrOwner, owner, types.AttrDenom, denom, types.AttrAmount, paid)
	return paid, nil
}

// payAll sends payments from the escrow account, one sum to each receiver.
func (k Keeper) payAll(ctx context.Context, payments []Payment) error {
	for len(payments) > 0 {
		to := payments[0].To
		var mine, others []Payment
		for _, p := range payments {
			if p.To == to {
				mine = append(mine, p)
			} else {
				others = append(others, p)
			}
		}
		if err := k.payOut(ctx, to, Sum(mine)); err != nil {
			return err
		}
		payments = others
	}
	return nil
}

// payOut sends coins from the escrow account.
func (k Keeper) payOut(ctx context.Context, to common.Address, coins sdk.Coins) error {
	if coins.IsZero() {
		return nil
	}
	return k.bank.SendCoinsFromModuleToAccount(ctx, weal.Escrow, to.Bytes(), coins)
}

// coin makes an amount a coin of the bank's.
func coin(denom string, a weal.Amount) sdk.Coin {
	return sdk.NewCoin(denom, math.NewIntFromBigInt(a.Big()))
}
