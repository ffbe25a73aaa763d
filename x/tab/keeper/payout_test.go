package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// manyLanes opens a tab of n lanes, and signs for each a voucher that owes the
// model and the vault so much and its number.
func manyLanes(c *chain, n uint32, amount uint64) []types.Settlement {
	var open []types.NewLane
	for i := range n {
		open = append(open, signer(c.t, "many", 1, i).newLane(milli))
	}
	tab := c.open(open...)
	all := make([]types.Settlement, n)
	for i := range n {
		a := amount + uint64(i)
		all[i] = signer(c.t, "many", tab, i).sign(1, []pay.Leaf{leaf(model, a), leaf(vault, a)}).of(model, vault)
	}
	return all
}

// However many lanes of a message pay an asset, it is credited once.
func TestAssetIsCreditedOnceAMessage(t *testing.T) {
	c := newChain(t)
	lanes := manyLanes(c, 40, 1000)
	c.money.credits = 0
	require.EqualValues(t, 2*(40*1000+780), c.mustSettle(lanes...))
	require.Equal(t, 2, c.money.credits)
	require.EqualValues(t, 40*1000+780, c.money.earned(vault).Int64())
	require.EqualValues(t, 40*1000+780, c.money.earned(model).Int64())
}

// What lanes of one message pay costs an asset's watcher's fee lane by lane, as if
// each had a message of its own.
func TestFeesOfOneMessageAreThoseOfMany(t *testing.T) {
	one, many := newChain(t), newChain(t)
	one.watch(vault, 333)
	many.watch(vault, 333)
	var fees int64
	for _, s := range manyLanes(many, 9, 1000) {
		fees += many.as("bob", s)
	}
	require.EqualValues(t, fees, one.as("bob", manyLanes(one, 9, 1000)...))
	require.EqualValues(t, 9*33, fees, "33.3 and a little more of each, rounded for the asset")
	require.Equal(t, many.money.earned(vault), one.money.earned(vault))
}

// The error names the settlement that first pays an asset which cannot earn, also
// if a later one pays it more; and the first bad one of all is named first.
func TestAssetThatCannotEarnIsNamed(t *testing.T) {
	c := newChain(t)
	lanes := manyLanes(c, 3, 1000)
	gone := func(lane uint32) types.Settlement {
		return signer(t, "many", 1, lane).sign(2, []pay.Leaf{leaf(lastAsset+1, 6)}).of(lastAsset + 1)
	}
	_, err := c.settle(lanes[0], gone(0), lanes[1], gone(1))
	require.ErrorContains(t, err, "settlement 1: credit asset 2001")
	require.True(t, c.money.earned(vault).IsZero())

	greatest := weal.AmountFromBytes([16]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255})
	c.money.balances[account("alice").String()+"/"+denom] = math.NewIntFromBigInt(greatest.Big()).MulRaw(5)
	var huge []types.Settlement
	for i := range uint32(2) {
		s := signer(t, "huge", 2+uint64(i), 0)
		lane := s.newLane(0)
		lane.Cap = greatest.String()
		c.openWith(&types.MsgOpen{Deposit: greatest.String(), Bond: greatest.String(), Lanes: []types.NewLane{lane}})
		huge = append(huge, s.sign(1, []pay.Leaf{{Asset: vault, Amount: greatest}}).of(vault))
	}
	_, err = c.settle(append(lanes, huge...)...)
	require.ErrorIs(t, err, types.ErrAmount)
	require.ErrorContains(t, err, "settlement 3: asset 3 cannot earn that much")
}
