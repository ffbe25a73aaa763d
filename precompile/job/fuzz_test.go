package job_test

import (
	"encoding/json"
	"math/big"
	"testing"

	evmtypes "github.com/cosmos/evm/x/vm/types"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/job"
	"github.com/weal-network/weal/precompile/solidity"
)

// FuzzCall calls the contract with any bytes and any coins: it answers or says
// why not.
func FuzzCall(f *testing.F) {
	net := apptest.New(f, apptest.WithoutShadows())
	for _, seed := range []struct {
		signature string
		args      []any
	}{
		{sigRequest, []any{n(1), []byte{1}, n(9), common.Address{1}, uint64(5)}},
		{solidity.RequestWithSignature, []any{solidity.JobAsk{Asset: n(1), MaxFee: n(1), InputUri: "x"}}},
		{sigDeliver, []any{n(1), []byte{1}, []byte{2}}},
		{sigApart, []any{n(1), [32]byte{1}, "x", []byte{2}}},
		{sigRetry, []any{n(1)}},
		{sigCalled, []any{n(1), true}},
		{sigAuthorise, []any{n(1), common.Address{1}, uint32(5)}},
		{sigRevoke, []any{n(1), common.Address{1}}},
		{"bond(uint256)", []any{n(1)}},
		{sigUnbond, []any{n(1)}},
		{sigWithdraw, []any{n(1)}},
		{"quote(uint256,uint64)", []any{n(1), uint64(1)}},
		{sigGet, []any{n(1)}},
		{"answerOf(uint256)", []any{n(1)}},
		{"getOperator(uint256,address)", []any{n(1), common.Address{1}}},
		{"requestCount()", nil},
		{sigBook, []any{common.Address{1}, []byte{1}, uint64(50_000), uint64(0), uint64(1), uint64(2), n(3)}},
		{sigExtend, []any{n(1), uint64(1)}},
		{sigCancel, []any{n(1)}},
		{"getBooking(uint256)", []any{n(1)}},
		{"bookingCount()", nil},
		{"running()", nil},
		{"gasPrice()", nil},
	} {
		data, err := solidity.Jobs.Pack(seed.signature, seed.args...)
		require.NoError(f, err)
		f.Add(data, uint64(0))
		f.Add(data, uint64(10))
	}
	validators, err := net.App().StakingKeeper.GetAllValidators(net.Context())
	require.NoError(f, err)
	proposer, err := validators[0].GetConsAddr()
	require.NoError(f, err)
	queries, from, to := evmtypes.NewQueryClient(net.Conn()), net.Accounts[0].EVM(), job.Address
	f.Fuzz(func(t *testing.T, data []byte, coins uint64) {
		input, value := hexutil.Bytes(data), (*hexutil.Big)(new(big.Int).SetUint64(coins))
		args, err := json.Marshal(evmtypes.TransactionArgs{From: &from, To: &to, Input: &input, Value: value})
		require.NoError(t, err)
		res, err := queries.EthCall(t.Context(), &evmtypes.EthCallRequest{Args: args, GasCap: 10_000_000, ProposerAddress: proposer})
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
