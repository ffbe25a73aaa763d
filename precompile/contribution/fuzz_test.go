package contribution_test

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
	"github.com/weal-network/weal/precompile/contribution"
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
		{solidity.SetTermsSignature, []any{number(1), solidity.ContributionTerms{Pot: number(1), Deposit: number(1)}}},
		{"close(uint256)", []any{number(1)}},
		{sigContribute, []any{number(1), [32]byte{1}, uint64(5), uri, uint64(1), number(0)}},
		{sigWithdraw, []any{number(1)}},
		{sigAccept, []any{list(1, 2)}},
		{sigReject, []any{list(1), true}},
		{sigDistribute, []any{number(1), aweal, number(0), list(1), []uint64{1}, [32]byte{1}}},
		{sigClaim, []any{list(1)}},
		{"termsOf(uint256)", []any{number(1)}},
		{sigPot, []any{number(1)}},
		{sigGet, []any{number(1)}},
		{sigClaimable, []any{number(1), aweal}},
		{sigWaiting, []any{number(1), aweal}},
	} {
		data, err := solidity.Contributions.Pack(seed.signature, seed.args...)
		require.NoError(f, err)
		f.Add(data, uint64(0))
		f.Add(data, uint64(10))
	}
	validators, err := net.App().StakingKeeper.GetAllValidators(net.Context())
	require.NoError(f, err)
	proposer, err := validators[0].GetConsAddr()
	require.NoError(f, err)
	queries, from, to := evmtypes.NewQueryClient(net.Conn()), alice.EVM(), contribution.Address
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
