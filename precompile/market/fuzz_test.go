package market_test

import (
	"encoding/json"
	"math/big"
	"testing"

	evmtypes "github.com/cosmos/evm/x/vm/types"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/market"
	"github.com/weal-network/weal/precompile/solidity"
)

// FuzzCall calls the contract with any bytes and any coins: it answers or says
// why not.
func FuzzCall(f *testing.F) {
	net := apptest.New(f, apptest.WithoutShadows())
	alice := net.Accounts[0]
	for _, seed := range []struct {
		signature string
		args      []any
	}{
		{sigList, []any{n(1), uint64(0), aweal, n(1), uint64(0)}},
		{sigBuy, []any{n(1), uint64(5), most, n(0)}},
		{sigOffer, []any{n(1), uint64(5), aweal, n(10), uint64(1), n(1)}},
		{sigAccept, []any{n(1), n(1), uint64(5), n(0)}},
		{"cancelListing(uint256)", []any{most}},
		{"cancelOffer(uint256)", []any{n(1)}},
		{"getListing(uint256)", []any{n(1)}},
		{"getOffer(uint256)", []any{n(1)}},
		{"quote(uint256,uint64)", []any{n(1), uint64(1)}},
	} {
		data, err := solidity.Market.Pack(seed.signature, seed.args...)
		require.NoError(f, err)
		f.Add(data, uint64(0))
		f.Add(data, uint64(10))
	}
	validators, err := net.App().StakingKeeper.GetAllValidators(net.Context())
	require.NoError(f, err)
	proposer, err := validators[0].GetConsAddr()
	require.NoError(f, err)
	queries, from, to := evmtypes.NewQueryClient(net.Conn()), alice.EVM(), market.Address
	f.Fuzz(func(t *testing.T, data []byte, coins uint64) {
		input, value := hexutil.Bytes(data), (*hexutil.Big)(new(big.Int).SetUint64(coins))
		args, err := json.Marshal(evmtypes.TransactionArgs{From: &from, To: &to, Input: &input, Value: value})
		require.NoError(t, err)
		res, err := queries.EthCall(t.Context(), &evmtypes.EthCallRequest{
			Args: args, GasCap: 10_000_000, ProposerAddress: proposer,
		})
		require.NoError(t, err)
		if res.VmError == "" {
			require.Zero(t, len(res.Ret)%32)
			return
		}
		require.Equal(t, vm.ErrExecutionReverted.Error(), res.VmError)
		reason, err := abi.UnpackRevert(res.Ret)
		require.NoError(t, err)
		require.NotEmpty(t, reason)
		require.NotContains(t, reason, ".go:", "what this machine is like is not part of a block")
	})
}
