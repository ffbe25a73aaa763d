package apptest_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	evmtypes "github.com/cosmos/evm/x/vm/types"

	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/types"
)

func balance(t *testing.T, net *apptest.Net, a apptest.Account) *big.Int {
	t.Helper()
	return net.App().BankKeeper.GetBalance(net.Context(), a.Cosmos(), types.BaseDenom).Amount.BigInt()
}

func TestCoinsMove(t *testing.T) {
	net := apptest.New(t)
	alice, bob := net.Accounts[0], net.Accounts[1]
	before := balance(t, net, bob)

	res := net.Deliver(
		net.Cosmos(alice, banktypes.NewMsgSend(alice.Cosmos(), bob.Cosmos(), apptest.WEAL(3))),
		net.Cosmos(alice, banktypes.NewMsgSend(alice.Cosmos(), bob.Cosmos(), apptest.WEAL(4))),
	)
	require.Zero(t, res[0].Code, res[0].Log)
	require.Zero(t, res[1].Code, res[1].Log)
	want := new(big.Int).Add(before, apptest.WEAL(7)[0].Amount.BigInt())
	require.Equal(t, want, balance(t, net, bob))
}

func TestEscrowAndPrecompilesTakeNoCoins(t *testing.T) {
	net := apptest.New(t)
	alice := net.Accounts[0]
	escrow := authtypes.NewModuleAddress(types.Escrow)
	before := balance(t, net, alice)

	for _, to := range [][]byte{escrow, common.HexToAddress(evmtypes.BankPrecompileAddress).Bytes()} {
		res := net.Deliver(net.Cosmos(alice, banktypes.NewMsgSend(alice.Cosmos(), to, apptest.WEAL(1))))
		require.NotZero(t, res[0].Code)
		require.Contains(t, res[0].Log, "is not allowed to receive funds")
		target := common.BytesToAddress(to)
		res = net.Deliver(net.EVM(alice, apptest.EVMTx{To: &target, Value: apptest.WEAL(1)[0].Amount.BigInt()}))
		require.True(t, failed(t, res[0].Code, res[0].Data), "an EVM transfer to %s went through", target)
		require.Zero(t, net.App().BankKeeper.GetBalance(net.Context(), to, types.BaseDenom).Amount.Sign())
	}
	spent := new(big.Int).Sub(before, balance(t, net, alice))
	require.Negative(t, spent.Cmp(apptest.WEAL(1)[0].Amount.BigInt()), "only fees are spent")
	require.Positive(t, spent.Sign(), "gas costs something")
}

// failed tells whether an EVM transaction reverted.
func failed(t *testing.T, code uint32, data []byte) bool {
	t.Helper()
	if code != 0 {
		return true
	}
	res, err := evmtypes.DecodeTxResponse(data)
	require.NoError(t, err)
	return res.Failed()
}

func TestContractsRunOnEveryReplica(t *testing.T) {
	net := apptest.New(t)
	alice := net.Accounts[0]
	res := net.Deliver(net.EVM(alice, apptest.EVMTx{Data: deploy()}))
	require.False(t, failed(t, res[0].Code, res[0].Data), res[0].Log)
	at := ethcrypto.CreateAddress(alice.EVM(), 0)

	// Every account calls the same contract in one block: the parallel run meets
	// conflicts and must still agree with the run one by one.
	var txs [][]byte
	for _, a := range net.Accounts {
		txs = append(txs, net.EVM(a, apptest.EVMTx{To: &at, Gas: 100_000}), net.EVM(a, apptest.EVMTx{To: &at, Gas: 100_000}))
	}
	for i, r := range net.Deliver(txs...) {
		require.False(t, failed(t, r.Code, r.Data), r.Log)
		out, err := evmtypes.DecodeTxResponse(r.Data)
		require.NoError(t, err)
		require.Len(t, out.Logs, 1)
		require.Equal(t, int64(i+1), new(big.Int).SetBytes(out.Logs[0].Data).Int64())
		require.Equal(t, uint64(i), out.Logs[0].Index, "log indices count over the block")
	}
	net.Advance(5, time.Minute)
	slot := net.App().EVMKeeper.GetState(net.Context(), at, common.Hash{})
	require.Equal(t, int64(len(txs)), slot.Big().Int64())
}

// deploy returns init code of a contract that adds one to its slot 0 at every
// call and logs the sum.
func deploy() []byte {
	code := common.FromHex("60015f5401805f555f5260205fa000")
	return append([]byte{0x60, byte(len(code)), 0x80, 0x60, 0x09, 0x5f, 0x39, 0x5f, 0xf3}, code...)
}

func TestExportedStateGoesOnTheSame(t *testing.T) {
	net := apptest.New(t)
	alice, bob := net.Accounts[0], net.Accounts[1]
	net.Deliver(net.EVM(alice, apptest.EVMTx{Data: deploy()}))
	at := ethcrypto.CreateAddress(alice.EVM(), 0)
	net.Advance(2, time.Second)

	net.ForkExport()
	net.Deliver(
		net.EVM(bob, apptest.EVMTx{To: &at}),
		net.Cosmos(alice, banktypes.NewMsgSend(alice.Cosmos(), bob.Cosmos(), apptest.WEAL(5))),
	)
	net.Advance(3, time.Second)
	net.CheckExports()
}

func TestConnServesWhatANodeServes(t *testing.T) {
	net := apptest.New(t)
	alice, bob := net.Accounts[0], net.Accounts[1]
	conn, ctx := net.Conn(), t.Context()
	txs := txtypes.NewServiceClient(conn)

	tx := net.EVM(alice, apptest.EVMTx{To: ptr(bob.EVM()), Value: big.NewInt(7), Gas: 21_000})
	height := net.Height()
	sent, err := txs.BroadcastTx(ctx, &txtypes.BroadcastTxRequest{TxBytes: tx, Mode: txtypes.BroadcastMode_BROADCAST_MODE_SYNC})
	require.NoError(t, err)
	require.Zero(t, sent.TxResponse.Code, sent.TxResponse.RawLog)
	require.Equal(t, height+1, net.Height())
	got, err := txs.GetTx(ctx, &txtypes.GetTxRequest{Hash: sent.TxResponse.TxHash})
	require.NoError(t, err)
	require.Equal(t, net.Height(), got.TxResponse.Height)

	again, err := txs.BroadcastTx(ctx, &txtypes.BroadcastTxRequest{TxBytes: tx})
	require.NoError(t, err)
	require.NotZero(t, again.TxResponse.Code, "a nonce is used once")

	bal, err := banktypes.NewQueryClient(conn).Balance(ctx, &banktypes.QueryBalanceRequest{Address: bob.String(), Denom: types.BaseDenom})
	require.NoError(t, err)
	require.Equal(t, new(big.Int).Add(apptest.WEAL(1_000_000)[0].Amount.BigInt(), big.NewInt(7)), bal.Balance.Amount.BigInt())

	sim, err := txs.Simulate(ctx, &txtypes.SimulateRequest{TxBytes: net.Cosmos(bob, banktypes.NewMsgSend(bob.Cosmos(), alice.Cosmos(), apptest.WEAL(1)))})
	require.NoError(t, err)
	require.NotZero(t, sim.GasInfo.GasUsed)
}

func ptr[T any](v T) *T { return &v }
