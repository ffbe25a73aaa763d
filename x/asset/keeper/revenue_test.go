package keeper_test

import (
	"testing"

	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/types"
)

func sdkInt(n uint64) math.Int { return math.NewIntFromUint64(n) }

func units(n uint64) uint256.Int { return *uint256.NewInt(n) }

func TestCreditAndClaim(t *testing.T) {
	w := newWorld(t)
	asset, first := w.register(t, alice, 3)
	second, _, _, err := w.SplitValue(w.ctx, alice, first, bob, units(1))
	require.NoError(t, err)

	// A third of 10 is not a whole number: what is left over is not lost.
	w.credit(t, asset, "aweal", 10)
	require.Equal(t, "6", w.claimable(t, first))
	require.Equal(t, "3", w.claimable(t, second))

	paid, err := w.Claim(w.ctx, bob, nobody, []weal.ShareID{second})
	require.NoError(t, err)
	require.Equal(t, []keeper.Payment{{Share: second, Owner: bob, To: bob, Denom: "aweal", Amount: weal.NewAmount(3)}}, paid)
	require.Equal(t, "3aweal", w.bank[string(bob.Bytes())].String())

	w.credit(t, asset, "aweal", 20)
	require.Equal(t, "20", w.claimable(t, first))
	require.Equal(t, "7", w.claimable(t, second), "a third of 30, less the 3 that were claimed")
	require.NoError(t, w.CheckInvariants(w.ctx))
}

func TestCreditErrors(t *testing.T) {
	w := newWorld(t)
	asset, _ := w.register(t, alice, 10)
	require.ErrorIs(t, w.Credit(w.ctx, 99, "aweal", weal.NewAmount(1)), types.ErrAssetNotFound)
	require.ErrorIs(t, w.Credit(w.ctx, asset, "uatom", weal.NewAmount(1)), types.ErrDenom)

	most, err := weal.ParseAmount("340282366920938463463374607431768211455")
	require.NoError(t, err)
	require.NoError(t, w.Credit(w.ctx, asset, "aweal", most))
	require.ErrorIs(t, w.Credit(w.ctx, asset, "aweal", weal.NewAmount(1)), types.ErrAmount)
	require.NoError(t, w.Credit(w.ctx, asset, "uusd", weal.NewAmount(1)), "other denominations are as before")
}

func TestGreatestNumbers(t *testing.T) {
	most, err := weal.ParseAmount("340282366920938463463374607431768211455")
	require.NoError(t, err)
	for _, supply := range []uint64{1, weal.MaxUnits} {
		w := newWorld(t)
		asset, first := w.register(t, alice, supply)
		w.bank[string(escrow)] = sdk.NewCoins(sdk.NewCoin("aweal", math.NewIntFromBigInt(most.Big())))
		require.NoError(t, w.Credit(w.ctx, asset, "aweal", most))
		require.NoError(t, w.CheckInvariants(w.ctx))
		paid, err := w.Claim(w.ctx, alice, nobody, []weal.ShareID{first})
		require.NoError(t, err)
		short, ok := most.Sub(paid[0].Amount)
		require.True(t, ok)
		require.LessOrEqual(t, short.Cmp(weal.NewAmount(1)), 0, "at most one unit is carried")
		require.NoError(t, w.CheckInvariants(w.ctx))
	}
}

func TestValueTakesNoEarningsWithIt(t *testing.T) {
	w := newWorld(t)
	asset, first := w.register(t, alice, 100)
	w.credit(t, asset, "aweal", 1000)
	second, _, _, err := w.SplitValue(w.ctx, alice, first, bob, units(40))
	require.NoError(t, err)
	require.Equal(t, "1000", w.claimable(t, first))
	require.Equal(t, "0", w.claimable(t, second))

	w.credit(t, asset, "aweal", 100)
	require.Equal(t, "1060", w.claimable(t, first))
	require.Equal(t, "40", w.claimable(t, second))

	// A whole share takes its earnings with it.
	require.NoError(t, w.Transfer(w.ctx, alice, alice, carol, first))
	_, err = w.Claim(w.ctx, alice, nobody, []weal.ShareID{first})
	require.ErrorIs(t, err, types.ErrNotOwner)
	paid, err := w.Claim(w.ctx, carol, nobody, []weal.ShareID{first, first})
	require.NoError(t, err)
	require.Equal(t, "1060aweal", keeper.Sum(paid).String(), "naming a share twice pays it once")
	require.NoError(t, w.CheckInvariants(w.ctx))
}

func TestOwnersGetAccounts(t *testing.T) {
	w := newWorld(t)
	_, first := w.register(t, alice, 100)
	require.True(t, w.accounts[string(alice.Bytes())])
	require.False(t, w.accounts[string(bob.Bytes())])
	_, _, _, err := w.SplitValue(w.ctx, alice, first, bob, units(0))
	require.NoError(t, err)
	require.True(t, w.accounts[string(bob.Bytes())])
	require.NoError(t, w.Transfer(w.ctx, alice, alice, carol, first))
	require.True(t, w.accounts[string(carol.Bytes())])
}

func TestAdvanceClaimFee(t *testing.T) {
	fee := func(n uint64) sdk.Coins { return sdk.NewCoins(sdk.NewCoin("aweal", sdkInt(n))) }
	tests := []struct {
		name         string
		has, earned  uint64
		fee          uint64
		gets, remain uint64 // what is advanced, and what can still be claimed
	}{
		{"has nothing", 0, 100, 30, 30, 70},
		{"has a part", 10, 100, 30, 20, 80},
		{"has it all", 30, 100, 30, 0, 100},
		{"earned less", 0, 64, 90, 64, 0},
		{"earned nothing", 0, 0, 30, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			asset, first := w.register(t, alice, 64)
			second, _, _, err := w.SplitValue(w.ctx, alice, first, alice, units(32))
			require.NoError(t, err)
			if tt.earned > 0 {
				w.credit(t, asset, "aweal", tt.earned)
			}
			if tt.has > 0 {
				w.bank.add(alice.Bytes(), "aweal", tt.has)
			}
			shares := []weal.ShareID{first, second}
			require.NoError(t, w.AdvanceClaimFee(w.ctx, alice.Bytes(), shares, fee(tt.fee)))
			require.Equal(t, sdkInt(tt.has+tt.gets), w.bank[string(alice.Bytes())].AmountOf("aweal"))
			require.NoError(t, w.CheckInvariants(w.ctx))
			paid, err := w.Claim(w.ctx, alice, nobody, shares)
			require.NoError(t, err)
			require.Equal(t, sdkInt(tt.remain), keeper.Sum(paid).AmountOf("aweal"))
		})
	}
	w := newWorld(t)
	asset, first := w.register(t, alice, 100)
	w.credit(t, asset, "aweal", 100)
	require.ErrorIs(t, w.AdvanceClaimFee(w.ctx, mallory.Bytes(), []weal.ShareID{first}, fee(5)), types.ErrNotOwner)
	require.ErrorIs(t, w.AdvanceClaimFee(w.ctx, alice.Bytes(), nil, fee(5)), types.ErrClaim)
	require.ErrorIs(t, w.AdvanceClaimFee(w.ctx, alice.Bytes(), []weal.ShareID{77}, fee(5)), types.ErrShareNotFound)
}

func TestClaimLimits(t *testing.T) {
	w := newWorld(t)
	_, first := w.register(t, alice, 100)
	_, err := w.Claim(w.ctx, alice, nobody, nil)
	require.ErrorIs(t, err, types.ErrClaim)
	_, err = w.Claim(w.ctx, alice, nobody, make([]weal.ShareID, types.MaxClaimShares+1))
	require.ErrorIs(t, err, types.ErrClaim)
	_, err = w.Claim(w.ctx, alice, nobody, []weal.ShareID{5})
	require.ErrorIs(t, err, types.ErrShareNotFound)
	paid, err := w.Claim(w.ctx, alice, nobody, []weal.ShareID{first})
	require.NoError(t, err)
	require.Empty(t, paid)
}

func TestGasOfCreditIsFlat(t *testing.T) {
	w := newWorld(t)
	asset, _ := w.register(t, alice, 1000)
	cost := func(n uint64) uint64 {
		w.bank.add(escrow, "aweal", n)
		ctx := w.ctx.WithGasMeter(newMeter())
		require.NoError(t, w.Credit(ctx, asset, "aweal", weal.NewAmount(n)))
		return ctx.GasMeter().GasConsumed()
	}
	first := cost(1)
	for range 20 {
		require.Equal(t, first, cost(1<<60))
	}
}
