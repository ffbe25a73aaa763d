package node_test

import (
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
	ethrpc "github.com/ethereum/go-ethereum/rpc"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/types"
)

func TestEthereumClientsSeeWhatTheyExpect(t *testing.T) {
	p := newPerson(t)
	cfg := initChain(t, p)
	n := start(t, cfg)
	await(t, n, 1)
	eth := dial(t, home.URL(cfg.Ports.JSONRPC))
	ctx := t.Context()

	id, err := eth.ChainID(ctx)
	require.NoError(t, err)
	require.Equal(t, uint64(types.EVMChainID), id.Uint64())

	t.Run("the contract of all assets has code", func(t *testing.T) {
		code, err := eth.CodeAt(ctx, common.HexToAddress(types.AssetContract), nil)
		require.NoError(t, err)
		require.NotEmpty(t, code, "libraries take an address without code for a person's")
	})

	t.Run("a revert without a reason has code 3 and empty data", func(t *testing.T) {
		// init code that installs PUSH0 PUSH0 REVERT
		receipt := send(t, eth, p, nil, 0, common.FromHex("6003600c60003960036000f35f5ffd"))
		require.Equal(t, ethtypes.ReceiptStatusSuccessful, receipt.Status)
		call := ethereum.CallMsg{From: p.addr, To: &receipt.ContractAddress}
		for name, err := range map[string]error{
			"eth_call":        func() error { _, err := eth.CallContract(ctx, call, nil); return err }(),
			"eth_estimateGas": func() error { _, err := eth.EstimateGas(ctx, call); return err }(),
		} {
			var coded ethrpc.Error
			require.ErrorAs(t, err, &coded, name)
			require.Equal(t, 3, coded.ErrorCode(), name)
			var data ethrpc.DataError
			require.ErrorAs(t, err, &data, name)
			require.Equal(t, "0x", data.ErrorData(), name)
		}
	})

	t.Run("an estimate has a fifth of room, and that of a plain transfer none", func(t *testing.T) {
		plain, err := eth.EstimateGas(ctx, ethereum.CallMsg{From: p.addr, To: &p.addr})
		require.NoError(t, err)
		require.Equal(t, params.TxGas, plain)
		// init code that installs nothing takes 53,000, its one word and its bytes.
		create, err := eth.EstimateGas(ctx, ethereum.CallMsg{From: p.addr, Data: common.FromHex("00")})
		require.NoError(t, err)
		took := params.TxGasContractCreation + params.InitCodeWordGas + params.TxDataZeroGas
		require.InDelta(t, took*6/5, create, float64(took)/50)
	})

	t.Run("an unknown transaction has no receipt, at once", func(t *testing.T) {
		begin := time.Now()
		_, err := eth.TransactionReceipt(ctx, common.HexToHash("0x01"))
		require.ErrorIs(t, err, ethereum.NotFound)
		require.Less(t, time.Since(begin), time.Second)
	})

	t.Run("subscriptions tell of new blocks", func(t *testing.T) {
		heads := make(chan *ethtypes.Header, 1)
		sub, err := dial(t, "ws://"+home.Loopback(cfg.Ports.WS)).SubscribeNewHead(ctx, heads)
		require.NoError(t, err)
		defer sub.Unsubscribe()
		select {
		case h := <-heads:
			require.Positive(t, h.Number.Sign())
		case err := <-sub.Err():
			require.NoError(t, err)
		case <-time.After(10 * time.Second):
			t.Fatal("no block was announced")
		}

		// And they end with the node.
		go func() {
			for range heads { // or the subscription blocks on news nobody takes
			}
		}()
		require.NoError(t, n.Stop())
		select {
		case err := <-sub.Err():
			require.Error(t, err)
		case <-time.After(10 * time.Second):
			t.Fatal("a subscriber did not hear that the node stopped")
		}
	})
}
