package asset_test

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
	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/precompile/solidity"
)

// FuzzCall calls the contract with any bytes: it answers or says why not.
func FuzzCall(f *testing.F) {
	net := apptest.New(f, apptest.WithoutShadows())
	alice := net.Accounts[0]
	for _, seed := range []struct {
		signature string
		args      []any
	}{
		{solidity.RegisterSignature, []any{registration(5, solidity.Royalty{Asset: big1(1), BasisPoints: 5})}},
		{solidity.UpdateSignature, []any{big1(1), solidity.Update{Licence: solidity.Licence{Kind: 6, Slots: []*big.Int{big1(1)}}}}},
		{"grant(uint256,address,uint64,uint64)", []any{big1(1), alice.EVM(), uint64(1), uint64(1)}},
		{"pay(uint256,address,string,uint256)", []any{big1(1), alice.EVM(), "uusd", big1(1)}},
		{"claim(uint256[])", []any{[]*big.Int{big1(1), big1(2)}}},
		{"claimable(uint256,string)", []any{big1(1), "aweal"}},
		{"transferFrom(uint256,address,uint256)", []any{big1(1), alice.EVM(), big1(1)}},
		{"safeTransferFrom(address,address,uint256,bytes)", []any{alice.EVM(), alice.EVM(), big1(1), []byte("data")}},
		{"supportsInterface(bytes4)", []any{[4]byte{1}}},
	} {
		data, err := solidity.Assets.Pack(seed.signature, seed.args...)
		require.NoError(f, err)
		f.Add(data)
	}
	validators, err := net.App().StakingKeeper.GetAllValidators(net.Context())
	require.NoError(f, err)
	proposer, err := validators[0].GetConsAddr()
	require.NoError(f, err)
	queries, from := evmtypes.NewQueryClient(net.Conn()), alice.EVM()
	f.Fuzz(func(t *testing.T, data []byte) {
		input := hexutil.Bytes(data)
		args, err := json.Marshal(evmtypes.TransactionArgs{From: &from, To: &asset.Address, Input: &input})
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
	})
}
