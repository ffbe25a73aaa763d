package collection_test

import (
	"encoding/json"
	"testing"

	evmtypes "github.com/cosmos/evm/x/vm/types"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/collection"
	"github.com/weal-network/weal/precompile/solidity"
)

// FuzzCall calls the factory, a collection and what is behind it with any bytes:
// they answer or say why not.
func FuzzCall(f *testing.F) {
	net := apptest.New(f, apptest.WithoutShadows())
	alice := net.Accounts[0]
	pack := func(c solidity.Contract, signature string, args ...any) []byte {
		data, err := c.Pack(signature, args...)
		require.NoError(f, err)
		return data
	}
	create := pack(solidity.Collections, sigCreate, "Tickets", "TIX", uint8(2), true)
	net.Deliver(net.EVM(alice, apptest.EVMTx{To: &collection.Address, Data: create}))
	for to := range byte(3) {
		f.Add(to, create)
		f.Add(to, pack(solidity.Collections, "isCollection(address)", nth(0)))
		f.Add(to, pack(solidity.Collection, sigMint, alice.EVM(), big1(1), big1(1), most))
		f.Add(to, pack(solidity.Collection, "tokenURI(uint256)", most))
		f.Add(to, pack(solidity.Collection, "setApprovalForSlot(address,uint256,address,bool)", alice.EVM(), most, nth(0), true))
		f.Add(to, forged(alice.EVM(), pack(solidity.Collection, "owner()")))
		f.Add(to, forged(alice.EVM(), nil)[:31])
	}
	validators, err := net.App().StakingKeeper.GetAllValidators(net.Context())
	require.NoError(f, err)
	proposer, err := validators[0].GetConsAddr()
	require.NoError(f, err)
	queries := evmtypes.NewQueryClient(net.Conn())
	f.Fuzz(func(t *testing.T, to byte, data []byte) {
		// The last calls what is behind the collection in the collection's name.
		from, at := alice.EVM(), [3]common.Address{collection.Address, nth(0), collection.Address}[to%3]
		if to%3 == 2 {
			from = nth(0)
		}
		input := hexutil.Bytes(data)
		args, err := json.Marshal(evmtypes.TransactionArgs{From: &from, To: &at, Input: &input})
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
