package keeper

import (
	"cmp"
	"math/big"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// rewardPart is the part of a lost bond that goes to who proved the offence: a
// twentieth, 5 %. The rest is burned.
const rewardPart = 20

// proveOffence takes the part of the bond that stands behind a lane if what is
// shown of it sums to more than its cap: the highest claim of each asset, over all
// vouchers. Which voucher is older does not matter, nor whether seqs are equal.
func (k Keeper) proveOffence(ctx sdk.Context, msg *types.MsgProveOffence) (reward, burned weal.Amount, err error) {
	sender, err := k.addresses.StringToBytes(msg.Sender)
	if err != nil {
		return reward, burned, wrapf(err, "read sender")
	}
	s, err := k.readOffence(ctx, msg.Shown)
	if err != nil {
		return reward, burned, err
	}
	promised, fits := highest(s.claim)
	if fits && promised.Cmp(s.lane.Cap) <= 0 {
		return reward, burned, types.ErrOffence.Wrapf("lane %s: the highest leaves sum to %s, its cap is %s", s.ref, promised, s.lane.Cap)
	}
	if reward, burned, err = k.loseBond(ctx, &s); err != nil {
		return reward, burned, err
	}
	emit(ctx, types.EventOffence, types.AttrTab, s.tab.Id, types.AttrEpoch, s.ref.Epoch, types.AttrLane, s.ref.Lane,
		types.AttrSender, msg.Sender, types.AttrDenom, s.tab.Denom, types.AttrReward, reward, types.AttrBurned, burned)
	if !reward.IsZero() {
		if err := k.bank.SendCoinsFromModuleToAccount(ctx, weal.Escrow, sender, coins(s.tab.Denom, sum(reward))); err != nil {
			return reward, burned, err
		}
	}
	if burned.IsZero() {
		return reward, burned, nil
	}
	lost := coins(s.tab.Denom, sum(burned))
	if err := k.bank.SendCoinsFromModuleToModule(ctx, weal.Escrow, types.ModuleName, lost); err != nil {
		return reward, burned, err
	}
	return reward, burned, k.bank.BurnCoins(ctx, types.ModuleName, lost)
}

// readOffence verifies what is shown. All of it is of one lane, which has not
// ended and was not proven already.
func (k Keeper) readOffence(ctx sdk.Context, shown []types.Settlement) (s settlement, err error) {
	if len(shown) == 0 {
		return s, types.ErrOffence.Wrap("the message shows no voucher")
	}
	for i, raw := range shown {
		v, err := readVoucher(ctx, raw)
		if err != nil {
			return s, wrapf(err, "voucher %d", i)
		}
		if i == 0 {
			if s, err = k.payable(ctx, v.Lane); err != nil {
				return s, err
			}
			switch {
			case s.ended:
				return s, types.ErrTabClosed.Wrapf("lane %s: it has ended, and no bond stands behind it", s.ref)
			case s.lane.is(flagProven):
				return s, types.ErrOffence.Wrapf("lane %s: it was proven already", s.ref)
			}
		} else if v.Lane != s.ref {
			return s, types.ErrOffence.Wrapf("voucher %d is of lane %s, the first of lane %s", i, v.Lane, s.ref)
		}
		if err := verifyVoucher(ctx, v, s.lane); err != nil {
			return s, wrapf(err, "voucher %d", i)
		}
		claims, err := prove(ctx, raw.Claims, voucherTree{v.Voucher})
		if err != nil {
			return s, wrapf(err, "voucher %d", i)
		}
		s.claim = append(s.claim, claims...)
	}
	return s, nil
}

// highest sums the highest value of each asset; fits is false if the sum does not
// fit 128 bits.
func highest(claims []proven) (all weal.Amount, fits bool) {
	slices.SortStableFunc(claims, func(a, b proven) int {
		return cmp.Or(cmp.Compare(a.asset, b.asset), b.value.Cmp(a.value))
	})
	for i, c := range claims {
		if i > 0 && claims[i-1].asset == c.asset {
			continue
		}
		if all, fits = all.Add(c.value); !fits {
			return all, false
		}
	}
	return all, true
}

// loseBond takes what stands behind a lane from its tab's bond: the least bond of
// the lane's cap. The lane is marked, and revoked if it is still in use.
func (k Keeper) loseBond(ctx sdk.Context, s *settlement) (reward, burned weal.Amount, err error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return reward, burned, err
	}
	f, err := fundsOf(s.tab)
	if err != nil {
		return reward, burned, err
	}
	lost := params.LeastBond(s.lane.Cap)
	if lost.Cmp(f.bond) > 0 {
		lost = f.bond
	}
	n := lost.Big()
	if reward, err = weal.AmountFromBig(n.Div(n, big.NewInt(rewardPart))); err != nil {
		return reward, burned, err
	}
	burned, _ = lost.Sub(reward)
	f.bond, _ = f.bond.Sub(lost)
	f.put(&s.tab)
	if err := k.tabs.Set(ctx, s.tab.Id, s.tab); err != nil {
		return reward, burned, err
	}
	s.lane.Flags |= flagProven
	key := collections.Join3(s.tab.Id, s.ref.Epoch, s.ref.Lane)
	if s.tab.State == types.TAB_STATE_OPEN && s.ref.Epoch == s.tab.Epoch && !s.lane.is(flagRevoked) {
		return reward, burned, k.revokeLane(ctx, key, s.lane)
	}
	return reward, burned, k.lanes.Set(ctx, key, s.lane)
}
