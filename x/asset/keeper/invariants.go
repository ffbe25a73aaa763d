package keeper

import (
	"context"
	"math/big"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// CheckInvariants reads the whole store and returns types.ErrBroken, with the
// name of the first invariant that does not hold.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	for _, check := range []func(context.Context) error{
		k.Tokens.Check, k.checkUnits, k.checkRevenue, k.checkRoyalties, k.checkChildren, k.checkLicences, k.checkEscrow,
	} {
		if err := check(ctx); err != nil {
			return err
		}
	}
	return nil
}

// checkUnits: the values of an asset's shares add up to its units in circulation,
// which are its units but for those burned; every share is in a slot that is an
// asset; no share or revenue row is of an asset that does not exist.
func (k Keeper) checkUnits(ctx context.Context) error {
	slots, err := k.Tokens.SlotCount(ctx, token.Shares)
	if err != nil {
		return err
	}
	var assets uint64
	err = k.eachAsset(ctx, func(a types.Asset) error {
		assets++
		var sum uint64
		err := k.eachShare(ctx, weal.AssetID(a.Id), func(s Share) error {
			sum += s.Value
			return nil
		})
		if err != nil {
			return err
		}
		return k.eachRevenue(ctx, weal.AssetID(a.Id), func(_ int, denom string, r revenue) error {
			if sum > a.Units || sum != r.units {
				return types.ErrBroken.Wrapf("units: asset %d has %d, its shares %d, %s counts %d", a.Id, a.Units, sum, denom, r.units)
			}
			return nil
		})
	})
	if err == nil && slots != assets {
		err = types.ErrBroken.Wrapf("units: %d slots of %d assets have shares", slots, assets)
	}
	return err
}

// checkRevenue: holders·2^64 = (claimed + treasury + what contributors can still
// get)·2^64 + what the shares stand at + remainder.
func (k Keeper) checkRevenue(ctx context.Context) error {
	return k.eachAccount(ctx, func(a types.Asset, denom string, acc account) error {
		given := new(big.Int).Add(acc.claimed.Big(), acc.treasury.Big())
		sum := scaled(given.Add(given, acc.contributors.all()))
		sum.Add(sum, acc.standing)
		sum.Add(sum, new(big.Int).SetUint64(acc.remainder))
		if sum.Cmp(scaled(acc.holders.Big())) != 0 || (acc.units > 0 && acc.remainder >= acc.units) ||
			acc.part > types.BasisPoints || acc.carried >= types.BasisPoints {
			return types.ErrBroken.Wrapf("revenue: asset %d, %s: holders were given %s, accounts say %s/2^64", a.Id, denom, acc.holders, sum)
		}
		return nil
	})
}

// checkRoyalties: nobody pulled more than it is owed, what descendants paid is
// what ancestors were given, and holders and ancestors share the whole.
func (k Keeper) checkRoyalties(ctx context.Context) error {
	pulled, err := k.pulled(ctx)
	if err != nil {
		return err
	}
	return k.eachAccount(ctx, func(a types.Asset, denom string, acc account) error {
		if acc.royaltiesPaid.Cmp(acc.royalties) > 0 {
			return types.ErrBroken.Wrapf("royalties: asset %d paid %s of %s %s", a.Id, acc.royaltiesPaid, acc.royalties, denom)
		}
		got, ok := pulled[earner{a.Id, denom}]
		if !ok {
			got = new(big.Int)
		}
		if got.Cmp(acc.pulled) != 0 {
			return types.ErrBroken.Wrapf("royalties: asset %d pulled %s, was given %s %s", a.Id, got, acc.pulled, denom)
		}
		parts := new(big.Int).Add(acc.own().Big(), acc.royalties)
		if parts.Cmp(acc.lifetime.Big()) > 0 {
			return types.ErrBroken.Wrapf("royalties: asset %d owes %s of %s %s", a.Id, parts, acc.lifetime, denom)
		}
		return nil
	})
}

// checkChildren: the index of children says what their parents say.
func (k Keeper) checkChildren(ctx context.Context) error {
	var named, indexed uint64
	err := k.eachAsset(ctx, func(a types.Asset) error {
		for _, p := range a.Parents {
			named++
			if has, err := k.children.Has(ctx, collections.Join(p.Asset, a.Id)); err != nil || !has {
				return types.ErrBroken.Wrapf("lineage: asset %d is no child of asset %d (%v)", a.Id, p.Asset, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = k.children.Walk(ctx, nil, func(childKey) (bool, error) {
		indexed++
		return false, nil
	})
	if err == nil && named != indexed {
		err = types.ErrBroken.Wrapf("lineage: %d parents are named, %d indexed", named, indexed)
	}
	return err
}

// earner is an asset in one denomination.
type earner struct {
	asset uint64
	denom string
}

// pulled adds up what each asset has pulled in each denomination.
func (k Keeper) pulled(ctx context.Context) (map[earner]*big.Int, error) {
	sums := map[earner]*big.Int{}
	err := k.paid.Walk(ctx, nil, func(key royaltyKey, paid weal.Amount) (bool, error) {
		to := earner{key.K2(), key.K3()}
		if sums[to] == nil {
			sums[to] = new(big.Int)
		}
		sums[to].Add(sums[to], paid.Big())
		return false, nil
	})
	return sums, err
}

// checkEscrow: the escrow account covers what this module keeps in it.
func (k Keeper) checkEscrow(ctx context.Context) error {
	held, err := k.Held(ctx)
	if err != nil {
		return err
	}
	escrow := k.accounts.GetModuleAddress(weal.Escrow)
	for _, c := range held {
		if has := k.bank.GetBalance(ctx, escrow, c.Denom); has.IsLT(c) {
			return types.ErrBroken.Wrapf("escrow: it has %s of %s", has, c)
		}
	}
	return nil
}

// Held returns which coins of the escrow account are this module's: all that
// was credited and not yet claimed, by whomever. The rest are x/tab's.
func (k Keeper) Held(ctx context.Context) (sdk.Coins, error) {
	held := sdk.NewCoins()
	err := k.revenues.Walk(ctx, nil, func(key denomKey, r revenue) (bool, error) {
		held = held.Add(coin(key.K2(), r.lifetime))
		return false, nil
	})
	if err != nil {
		return nil, err
	}
	// Royalties move between assets, so claims can only be taken from the sum.
	err = k.revenues.Walk(ctx, nil, func(key denomKey, r revenue) (bool, error) {
		claimed := sdk.Coins{sdk.NewCoin(key.K2(), math.NewIntFromBigInt(r.claimed.Big()))}
		if r.claimed.IsZero() {
			return false, nil
		}
		var short bool
		if held, short = held.SafeSub(claimed...); short {
			return true, types.ErrBroken.Wrapf("escrow: more %s was claimed than credited", key.K2())
		}
		return false, nil
	})
	return held, err
}

// eachAsset calls f with every asset, in the order of ids.
func (k Keeper) eachAsset(ctx context.Context, f func(types.Asset) error) error {
	return k.assets.Walk(ctx, nil, func(_ uint64, a types.Asset) (bool, error) {
		err := f(a)
		return err != nil, err
	})
}

// eachAccount calls f with the account of every asset and denomination.
func (k Keeper) eachAccount(ctx context.Context, f func(types.Asset, string, account) error) error {
	return k.eachAsset(ctx, func(a types.Asset) error {
		for _, denom := range a.Denoms {
			acc, err := k.account(ctx, a, denom)
			if err != nil {
				return err
			}
			if err := f(a, denom, acc); err != nil {
				return err
			}
		}
		return nil
	})
}
