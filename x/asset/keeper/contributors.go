package keeper

import (
	"context"
	"math/big"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/types"
)

// contributors is what an asset's contributors can still get in one denomination.
type contributors struct {
	// waiting is not divided among contributions yet, granted is divided and not
	// claimed yet.
	waiting, granted weal.Amount
}

var contributorsValue = fixed[contributors]{
	name: "weal/asset/contributors", size: 2 * weal.AmountSize,
	encode: func(c contributors) []byte {
		return appendAmount(appendAmount(make([]byte, 0, 2*weal.AmountSize), c.waiting), c.granted)
	},
	decode: func(b []byte) (c contributors) {
		c.waiting, b = cutAmount(b)
		c.granted, _ = cutAmount(b)
		return c
	},
}

// all is what contributors can still get, divided or not.
func (c contributors) all() *big.Int { return new(big.Int).Add(c.waiting.Big(), c.granted.Big()) }

func (k Keeper) contributorsOf(ctx context.Context, asset weal.AssetID, denom string) (contributors, error) {
	return stored.OrZero(k.contributors.Get(ctx, collections.Join(uint64(asset), denom)))
}

// putContributors keeps no row for nothing.
func (k Keeper) putContributors(ctx context.Context, asset weal.AssetID, denom string, c contributors) error {
	key := collections.Join(uint64(asset), denom)
	if c == (contributors{}) {
		return k.contributors.Remove(ctx, key)
	}
	return k.contributors.Set(ctx, key, c)
}

// addWaiting gives an asset's contributors something to divide.
func (k Keeper) addWaiting(ctx context.Context, asset weal.AssetID, denom string, more weal.Amount) error {
	c, err := k.contributorsOf(ctx, asset, denom)
	if err != nil {
		return err
	}
	var ok bool
	if c.waiting, ok = c.waiting.Add(more); !ok {
		return types.ErrAmount.Wrapf("the contributors of asset %d cannot have that much %s", asset, denom)
	}
	return k.contributors.Set(ctx, collections.Join(uint64(asset), denom), c)
}

// SetContributorsPart sets what contributors get of all that an asset is given
// from now on, before its holders do, in basis points. Package contribution, which
// asks who may, keeps it in its terms.
func (k Keeper) SetContributorsPart(ctx context.Context, asset weal.AssetID, part uint16) error {
	return k.eachRevenue(ctx, asset, func(_ int, denom string, r revenue) error {
		if r.part == part {
			return nil
		}
		r.part = part
		return k.revenues.Set(ctx, collections.Join(uint64(asset), denom), r)
	})
}

// ContributorsPart returns what SetContributorsPart set.
func (k Keeper) ContributorsPart(ctx context.Context, asset weal.AssetID) (part uint16, err error) {
	err = k.eachRevenue(ctx, asset, func(_ int, _ string, r revenue) error {
		part = r.part
		return nil
	})
	return part, err
}

// ContributorsOf returns what of an asset's revenue in a denomination waits to be
// divided among its contributions, and what was divided and is not claimed yet. It
// fails with types.ErrAssetNotFound or types.ErrDenom.
func (k Keeper) ContributorsOf(ctx context.Context, asset weal.AssetID, denom string) (waiting, granted weal.Amount, err error) {
	if _, err := k.revenue(ctx, asset, denom); err != nil {
		return waiting, granted, err
	}
	c, err := k.contributorsOf(ctx, asset, denom)
	return c.waiting, c.granted, err
}

// GrantContributors takes amount out of what waits: package contribution has
// divided it.
func (k Keeper) GrantContributors(ctx context.Context, asset weal.AssetID, denom string, amount weal.Amount) error {
	c, err := k.contributorsOf(ctx, asset, denom)
	if err != nil {
		return err
	}
	var ok1, ok2 bool
	c.waiting, ok1 = c.waiting.Sub(amount)
	c.granted, ok2 = c.granted.Add(amount)
	if !ok1 || !ok2 {
		return types.ErrBroken.Wrapf("the contributors of asset %d are granted more %s than waits", asset, denom)
	}
	return k.putContributors(ctx, asset, denom, c)
}

// PayContributor pays, from the escrow account, amount of what was granted.
func (k Keeper) PayContributor(ctx context.Context, asset weal.AssetID, to common.Address, denom string, amount weal.Amount) error {
	if amount.IsZero() {
		return nil
	}
	r, err := k.revenue(ctx, asset, denom)
	if err != nil {
		return err
	}
	c, err := k.contributorsOf(ctx, asset, denom)
	if err != nil {
		return err
	}
	var ok1, ok2 bool
	c.granted, ok1 = c.granted.Sub(amount)
	r.claimed, ok2 = r.claimed.Add(amount)
	if !ok1 || !ok2 {
		return types.ErrBroken.Wrapf("a contributor of asset %d is owed more %s than was granted", asset, denom)
	}
	if err := k.putContributors(ctx, asset, denom, c); err != nil {
		return err
	}
	if err := k.revenues.Set(ctx, collections.Join(uint64(asset), denom), r); err != nil {
		return err
	}
	return k.payOut(ctx, to, sdk.Coins{coin(denom, amount)})
}
