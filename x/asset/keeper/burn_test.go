package keeper_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

func TestBurnPaysFirst(t *testing.T) {
	w := newWorld(t)
	asset, first := w.register(t, alice, 3)
	second, _, _, err := w.SplitValue(w.ctx, alice, first, bob, units(1))
	require.NoError(t, err)
	w.credit(t, asset, "aweal", 10)

	_, _, err = w.Burn(w.ctx, mallory, second)
	require.Equal(t, types.Err3525Caller, err)
	burned, paid, err := w.Burn(w.ctx, bob, second)
	require.NoError(t, err)
	require.Equal(t, bob, burned.Owner)
	require.Equal(t, "3aweal", keeper.Sum(paid).String())
	require.Equal(t, "3aweal", w.bank[string(bob.Bytes())].String())
	require.NoError(t, w.CheckInvariants(w.ctx))

	// The third of a unit that bob could not be paid is the others' now.
	require.Equal(t, "7", w.claimable(t, first))
	w.credit(t, asset, "aweal", 20)
	require.Equal(t, "27", w.claimable(t, first), "two units earn what three did")
	_, _, err = w.Burn(w.ctx, bob, second)
	require.Equal(t, types.Err3525Token, err, "once is enough")
	n, err := w.Circulating(w.ctx, asset)
	require.NoError(t, err)
	require.Equal(t, uint64(2), n)
	a, err := w.GetAsset(w.ctx, asset)
	require.NoError(t, err)
	require.Equal(t, uint64(3), a.Units, "what was registered")
}

func TestBurnedValueEarnsNoMore(t *testing.T) {
	w := newWorld(t)
	asset, first := w.register(t, alice, 100)
	second, _, _, err := w.SplitValue(w.ctx, alice, first, bob, units(50))
	require.NoError(t, err)
	w.credit(t, asset, "aweal", 1000)
	require.NoError(t, w.Tokens.BurnValue(w.ctx, token.Shares, alice, keeper.TokenID(first), units(50)))
	require.Equal(t, "500", w.claimable(t, first), "what it earned stays")
	w.credit(t, asset, "aweal", 1000)
	require.Equal(t, "500", w.claimable(t, first))
	require.Equal(t, "1500", w.claimable(t, second))
	require.NoError(t, w.CheckInvariants(w.ctx))
}

// The fraction that a burned share leaves goes to those who are left, all of it:
// also that of a share without value, and of one whose units are many.
func TestBurnLeavesItsDust(t *testing.T) {
	w := newWorld(t)
	asset, first := w.register(t, alice, 7)
	var others []weal.ShareID
	for range 6 {
		id, _, _, err := w.SplitValue(w.ctx, alice, first, bob, units(1))
		require.NoError(t, err)
		others = append(others, id)
	}
	w.credit(t, asset, "aweal", 1) // a seventh for each
	_, _, err := w.MoveValue(w.ctx, bob, others[0], first, units(1))
	require.NoError(t, err)
	for _, id := range others {
		require.Equal(t, "0", w.claimable(t, first), "not yet")
		_, paid, err := w.Burn(w.ctx, bob, id)
		require.NoError(t, err)
		require.Empty(t, paid)
		require.NoError(t, w.CheckInvariants(w.ctx))
	}
	require.NoError(t, w.Tokens.BurnValue(w.ctx, token.Shares, alice, keeper.TokenID(first), units(1)))
	require.Equal(t, "1", w.claimable(t, first), "with one unit in circulation nothing is carried")
	require.NoError(t, w.CheckInvariants(w.ctx))
}

// Without units in circulation, revenue goes to the asset's account.
func TestTreasury(t *testing.T) {
	w := newWorld(t)
	parent, kept := w.register(t, bob, 1)
	asset, first := w.register(t, alice, 3, owed(parent, 1000))
	w.credit(t, asset, "aweal", 10)
	_, paid, err := w.Burn(w.ctx, alice, first)
	require.NoError(t, err)
	require.Equal(t, "9aweal", keeper.Sum(paid).String())

	w.credit(t, asset, "aweal", 100)
	w.credit(t, asset, "uusd", 7)
	require.NoError(t, w.CheckInvariants(w.ctx))
	requireSameAfterExport(t, w)
	rows, err := w.queries.Revenue(w.ctx, &types.QueryRevenueRequest{Asset: uint64(asset)})
	require.NoError(t, err)
	require.Equal(t, "90", rows.Rows[0].Claimable, "99 are the holders', 9 were paid")

	coins, err := w.PullTreasury(w.ctx, asset)
	require.NoError(t, err)
	require.Equal(t, "90aweal,6uusd", coins.String())
	account := weal.AssetAccount(asset)
	require.Equal(t, "90aweal,6uusd", w.bank[string(account[:])].String())
	coins, err = w.PullTreasury(w.ctx, asset)
	require.NoError(t, err)
	require.Empty(t, coins)
	require.NoError(t, w.CheckInvariants(w.ctx))

	due, err := w.PullRoyalty(w.ctx, asset, parent, "aweal")
	require.NoError(t, err)
	require.Equal(t, "11", due.String(), "ancestors are owed as before")
	require.Equal(t, "11", w.claimable(t, kept))
	_, err = w.PullTreasury(w.ctx, 99)
	require.ErrorIs(t, err, types.ErrAssetNotFound)
}

func TestClaimByOperators(t *testing.T) {
	tests := []struct {
		name       string
		caller, to common.Address
		err        error
		paid       common.Address
	}{
		{"the owner", alice, nobody, nil, alice},
		{"the owner, by name", alice, alice, nil, alice},
		{"the owner to an operator", alice, carol, nil, carol},
		{"an operator for the owner", carol, nobody, nil, alice},
		{"an operator for itself", carol, carol, nil, carol},
		{"the owner to a stranger", alice, mallory, types.ErrNotOwner, nobody},
		{"an operator to a stranger", carol, mallory, types.ErrNotOwner, nobody},
		{"a stranger", mallory, nobody, types.ErrNotOwner, nobody},
		{"a stranger for the owner", mallory, alice, types.ErrNotOwner, nobody},
		{"one approved for the share", bob, nobody, types.ErrNotOwner, nobody},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			asset, first := w.register(t, alice, 10)
			w.credit(t, asset, "aweal", 100)
			require.NoError(t, w.SetOperator(w.ctx, alice, carol, true))
			_, err := w.Approve(w.ctx, alice, bob, first)
			require.NoError(t, err)
			_, err = w.Claim(w.ctx, tt.caller, tt.to, []weal.ShareID{first})
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
				require.Equal(t, "100", w.claimable(t, first))
				return
			}
			require.NoError(t, err)
			require.Equal(t, "100aweal", w.bank[string(tt.paid.Bytes())].String())
			require.NoError(t, w.CheckInvariants(w.ctx))
		})
	}
}

// An operator of many owners pays each its own in one message.
func TestClaimForSeveralOwners(t *testing.T) {
	w := newWorld(t)
	asset, first := w.register(t, alice, 10)
	second, _, _, err := w.SplitValue(w.ctx, alice, first, bob, units(4))
	require.NoError(t, err)
	w.credit(t, asset, "aweal", 100)
	require.NoError(t, w.SetOperator(w.ctx, alice, carol, true))
	require.NoError(t, w.SetOperator(w.ctx, bob, carol, true))
	_, err = w.Claim(w.ctx, carol, nobody, []weal.ShareID{first, second, first})
	require.NoError(t, err)
	require.Equal(t, "60aweal", w.bank[string(alice.Bytes())].String())
	require.Equal(t, "40aweal", w.bank[string(bob.Bytes())].String())
	require.NoError(t, w.CheckInvariants(w.ctx))
}
