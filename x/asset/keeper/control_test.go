package keeper_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

func TestControl(t *testing.T) {
	w := newWorld(t)
	asset, _ := w.register(t, alice, 10)
	council := common.Address(weal.AssetAccount(asset))
	require.NoError(t, w.MayControl(w.ctx, asset, alice))
	require.NoError(t, w.MayControl(w.ctx, asset, council))
	require.ErrorIs(t, w.MayControl(w.ctx, asset, mallory), types.ErrNotController)
	require.ErrorIs(t, w.MayControl(w.ctx, asset, nobody), types.ErrNotController)
	require.ErrorIs(t, w.MayControl(w.ctx, asset, weal.AssetAccount(asset+1)), types.ErrNotController, "another's council")
	require.ErrorIs(t, w.MayControl(w.ctx, 9, weal.AssetAccount(9)), types.ErrAssetNotFound)

	set := func(sender, controller common.Address) error {
		_, err := w.msgs.SetController(w.ctx, &types.MsgSetController{Sender: text(sender), Asset: uint64(asset), Controller: text(controller)})
		return err
	}
	require.ErrorIs(t, set(mallory, mallory), types.ErrNotController)
	require.ErrorIs(t, set(alice, nobody), types.ErrNotController)
	require.NoError(t, set(alice, bob))
	who, err := w.Controller(w.ctx, asset)
	require.NoError(t, err)
	require.Equal(t, bob, who)

	// The maker has nothing left to say.
	_, err = w.msgs.Update(w.ctx, update(alice, asset))
	require.ErrorIs(t, err, types.ErrNotController)
	require.ErrorIs(t, w.Grant(w.ctx, alice, asset, carol, 0, 0), types.ErrNotController)
	require.ErrorIs(t, set(alice, alice), types.ErrNotController)
	_, err = w.msgs.Update(w.ctx, update(bob, asset))
	require.NoError(t, err)
	_, err = w.msgs.Update(w.ctx, update(council, asset))
	require.NoError(t, err)

	// The council can take control, and nobody has it beside the council.
	require.NoError(t, set(council, council))
	_, err = w.msgs.Update(w.ctx, update(bob, asset))
	require.ErrorIs(t, err, types.ErrNotController)
	_, err = w.msgs.Update(w.ctx, update(council, asset))
	require.NoError(t, err)
	a, err := w.GetAsset(w.ctx, asset)
	require.NoError(t, err)
	require.Equal(t, text(alice), a.Maker, "who made it stays who made it")
	w.sound(t)
}

func TestSpend(t *testing.T) {
	w := newWorld(t)
	asset, _ := w.register(t, alice, 10)
	council := common.Address(weal.AssetAccount(asset))
	w.bank.add(council.Bytes(), "uusd", 100)
	w.bank.add(council.Bytes(), weal.BaseDenom, 100)
	tests := []struct {
		name   string
		caller common.Address
		asset  weal.AssetID
		to     common.Address
		denom  string
		amount uint64
		err    error
	}{
		{"the maker", alice, asset, alice, "uusd", 1, types.ErrNotController},
		{"another's council", weal.AssetAccount(2), asset, alice, "uusd", 1, types.ErrNotController},
		{"no asset", weal.AssetAccount(2), 2, alice, "uusd", 1, types.ErrAssetNotFound},
		{"the chain's coin", council, asset, bob, weal.BaseDenom, 1, types.ErrAmount},
		{"nothing", council, asset, bob, "uusd", 0, types.ErrAmount},
		{"to nobody", council, asset, nobody, "uusd", 1, types.ErrBlocked},
		{"to one that is never paid", council, asset, common.BytesToAddress(escrow), "uusd", 1, types.ErrBlocked},
		{"no denomination", council, asset, bob, "!", 1, types.ErrAmount},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := w.Spend(w.ctx, tt.caller, tt.asset, tt.to, tt.denom, weal.NewAmount(tt.amount))
			require.ErrorIs(t, err, tt.err)
		})
	}
	require.Error(t, w.Spend(w.ctx, council, asset, bob, "uusd", weal.NewAmount(101)), "more than there is")
	require.NoError(t, w.Spend(w.ctx, council, asset, bob, "uusd", weal.NewAmount(99)))
	require.Equal(t, sdkInt(99), w.bank[string(bob.Bytes())].AmountOf("uusd"))
	require.Equal(t, sdkInt(1), w.bank[string(council.Bytes())].AmountOf("uusd"))
}
