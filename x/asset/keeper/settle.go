package keeper

import (
	"context"

	"cosmossdk.io/collections"

	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// settler watches the shares: it settles their marks before their values change,
// and sees to it that their owners can be paid.
type settler struct{ k *Keeper }

var _ token.Watcher = settler{}

// Changing implements token.Watcher. All changes of one call are in one slot.
func (s settler) Changing(ctx context.Context, collection uint64, changes []token.Change) error {
	if collection != token.Shares {
		return nil
	}
	var before, after uint64
	moved, burned := false, false
	for _, c := range changes {
		if c.To != c.From && c.To != (common.Address{}) {
			if err := s.k.welcome(ctx, c.To); err != nil {
				return err
			}
		}
		burned = burned || c.To == (common.Address{})
		moved = moved || c.Before != c.After
		before += c.Before.Uint64()
		after += c.After.Uint64()
	}
	if !moved && !burned {
		return nil
	}
	asset := weal.AssetID(changes[0].Slot.Uint64())
	denoms, earned, err := s.k.settle(ctx, asset, changes)
	if err != nil || (before == after && !burned) {
		return err
	}
	return s.k.burned(ctx, asset, denoms, earned, before-after)
}

// welcome makes an account for an owner that has none: without one it could not
// sign a claim. It returns ErrBlocked if the share and what it earns would be
// nobody's: people do send tokens to the contracts that handle them.
func (k Keeper) welcome(ctx context.Context, owner common.Address) error {
	if k.bank.BlockedAddr(owner.Bytes()) ||
		owner == common.HexToAddress(weal.MarketContract) || owner == common.HexToAddress(weal.ContributionsContract) {
		return types.ErrBlocked
	}
	if !k.accounts.HasAccount(ctx, owner.Bytes()) {
		k.accounts.SetAccount(ctx, k.accounts.NewAccountWithAddress(ctx, owner.Bytes()))
	}
	return nil
}

// settle brings the marks of shares up to date in all denominations of their
// asset, before their values change, and returns the denominations and the asset's rows. What a burned
// share is still owed was paid before; the fraction below a smallest unit that it
// leaves is the rows' dust then.
//
// Registration makes units while the asset has no denominations yet.
func (k Keeper) settle(ctx context.Context, asset weal.AssetID, changes []token.Change) ([]string, []revenue, error) {
	denoms, err := stored.OrZero(k.denoms.Get(ctx, uint64(asset)))
	if err != nil {
		return nil, nil, err
	}
	earned := make([]revenue, len(denoms))
	for i, d := range denoms {
		if earned[i], err = k.revenues.Get(ctx, collections.Join(uint64(asset), d)); err != nil {
			return nil, nil, err
		}
	}
	for _, c := range changes {
		if err := k.settleOne(ctx, c, earned); err != nil {
			return nil, nil, err
		}
	}
	return denoms, earned, nil
}

// burned takes units out of circulation, and only then gives the others the dust:
// of what is spread among all units, burned ones would keep a part. Among fewer
// units the remainders may be worth something, too.
func (k Keeper) burned(ctx context.Context, asset weal.AssetID, denoms []string, earned []revenue, units uint64) error {
	for i, d := range denoms {
		earned[i].units -= units
		if !earned[i].addDust() {
			return types.ErrBroken.Wrapf("the treasury of asset %d cannot hold that much %s", asset, d)
		}
		if err := k.putRevenue(ctx, asset, d, earned[i]); err != nil {
			return err
		}
	}
	return nil
}

// settleOne settles the marks of one share; earned is its asset's rows.
func (k Keeper) settleOne(ctx context.Context, c token.Change, earned []revenue) error {
	id := c.ID.Uint64()
	marks, err := stored.OrZero(k.marks.Get(ctx, id))
	if err != nil {
		return err
	}
	dirty := false
	for len(marks) < len(earned) {
		marks = append(marks, mark{})
	}
	for i := range earned {
		if marks[i].perUnit != earned[i].perUnit {
			marks[i].settle(c.Before.Uint64(), &earned[i].perUnit)
			dirty = true
		}
	}
	if c.To == (common.Address{}) {
		for i := range earned {
			if !marks[i].owed.IsZero() {
				return types.ErrBroken.Wrapf("share %d is burned before it is paid", id)
			}
			earned[i].dust = marks[i].fraction
		}
		return k.marks.Remove(ctx, id)
	}
	if !dirty {
		return nil
	}
	return k.marks.Set(ctx, id, marks)
}

// putRevenue stores a row, and what it has for the treasury and for contributors
// apart from it.
func (k Keeper) putRevenue(ctx context.Context, asset weal.AssetID, denom string, r revenue) error {
	key := collections.Join(uint64(asset), denom)
	if !r.contributed.IsZero() {
		if err := k.addWaiting(ctx, asset, denom, r.contributed); err != nil {
			return err
		}
	}
	if !r.treasury.IsZero() {
		had, err := stored.OrZero(k.treasuries.Get(ctx, key))
		if err != nil {
			return err
		}
		sum, ok := had.Add(r.treasury)
		if !ok {
			return types.ErrAmount.Wrapf("the treasury of asset %d cannot hold that much %s", asset, denom)
		}
		if err := k.treasuries.Set(ctx, key, sum); err != nil {
			return err
		}
	}
	return k.revenues.Set(ctx, key, r)
}
