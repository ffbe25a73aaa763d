package app_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/weal-network/weal/app"
	"github.com/weal-network/weal/types"
)

func weal(n int64) sdk.Coin {
	return sdk.NewCoin(types.BaseDenom, math.NewIntWithDecimal(n, types.Decimals))
}

func TestGenesisIsValidAndCountsItsCoins(t *testing.T) {
	a := app.Template()
	alice := sdk.AccAddress("alice_______________")
	operator := sdk.AccAddress("operator____________")
	g, err := a.Genesis(app.Chain{
		ID: "weal-test-1", Time: time.Now(), Balances: map[string]sdk.Coins{string(alice): sdk.NewCoins(weal(7))},
		Validators: []app.Validator{{
			Key: ed25519.GenPrivKey().PubKey(), Operator: operator, Name: "one", Stake: weal(100).Amount,
		}},
	})
	require.NoError(t, err)
	require.Equal(t, int64(app.BlockGas), g.Consensus.Params.Block.MaxGas)

	var state map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(g.AppState, &state))
	require.NoError(t, a.Basics().ValidateGenesis(a.Codec(), a.TxConfig(), state))
	var bank banktypes.GenesisState
	require.NoError(t, a.Codec().UnmarshalJSON(state[banktypes.ModuleName], &bank))
	require.Equal(t, sdk.NewCoins(weal(107)), bank.Supply)
}

func TestDefaultGenesisNamesOneCoin(t *testing.T) {
	a := app.Template()
	for module, state := range a.DefaultGenesis() {
		require.NotContains(t, string(state), `"stake"`, "the SDK's coin in the genesis of %s", module)
		require.NotContains(t, string(state), "atom", "the engine's coin in the genesis of %s", module)
	}
}

func TestAddressesAreThisChains(t *testing.T) {
	require.Equal(t, "weal1", authtypes.NewModuleAddress(types.Escrow).String()[:5])
	require.Equal(t, types.BaseDenom, sdk.DefaultBondDenom)
}
