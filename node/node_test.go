package node_test

import (
	"context"
	"crypto/ecdsa"
	"math/big"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/stretchr/testify/require"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/node"
	"github.com/weal-network/weal/types"
)

// freeRange returns the first of n ports in a row that nobody uses, below those
// that the system hands out by itself.
func freeRange(t *testing.T, n int) int {
	t.Helper()
	for range 100 {
		first := 20_000 + rand.IntN(10_000)
		free := true
		for port := first; port < first+n && free; port++ {
			l, err := net.Listen("tcp", home.Loopback(port))
			if free = err == nil; free {
				require.NoError(t, l.Close())
			}
		}
		if free {
			return first
		}
	}
	t.Fatalf("no %d free ports in a row", n)
	return 0
}

// freePorts returns ports for one node.
func freePorts(t *testing.T) node.Ports { return portsFrom(freeRange(t, 6)) }

func weal(n int64) types.Amount {
	a, err := types.AmountFromBig(new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)))
	if err != nil {
		panic(err)
	}
	return a
}

// person is who pays in these tests.
type person struct {
	key  *ecdsa.PrivateKey
	addr common.Address
}

func newPerson(t *testing.T) person {
	t.Helper()
	key, err := ethcrypto.GenerateKey()
	require.NoError(t, err)
	return person{key: key, addr: ethcrypto.PubkeyToAddress(key.PublicKey)}
}

// initChain makes a chain that funds p, with fast blocks.
func initChain(t *testing.T, p person) node.Config {
	t.Helper()
	cfg := node.Config{
		Home: t.TempDir(), Ports: freePorts(t), BlockTime: 100 * time.Millisecond,
		Accounts: []node.Account{{Address: p.addr.Hex(), Balance: weal(100)}},
	}
	require.NoError(t, node.Init(cfg))
	return cfg
}

func start(t *testing.T, cfg node.Config) *node.Node {
	t.Helper()
	n, err := node.Start(context.WithoutCancel(t.Context()), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Stop()) })
	return n
}

func await(t *testing.T, n *node.Node, h int64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	require.NoError(t, n.AwaitHeight(ctx, h))
}

func dial(t *testing.T, url string) *ethclient.Client {
	t.Helper()
	c, err := ethclient.DialContext(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// send signs a dynamic-fee transaction as wallets do and returns its receipt.
func send(t *testing.T, eth *ethclient.Client, p person, to *common.Address, value int64, data []byte) *ethtypes.Receipt {
	t.Helper()
	ctx := t.Context()
	nonce, err := eth.PendingNonceAt(ctx, p.addr)
	require.NoError(t, err)
	tip, err := eth.SuggestGasTipCap(ctx)
	require.NoError(t, err)
	head, err := eth.HeaderByNumber(ctx, nil)
	require.NoError(t, err)
	tx, err := ethtypes.SignNewTx(p.key, ethtypes.LatestSignerForChainID(big.NewInt(types.EVMChainID)), &ethtypes.DynamicFeeTx{
		ChainID: big.NewInt(types.EVMChainID), Nonce: nonce, To: to, Value: big.NewInt(value), Data: data, Gas: 200_000,
		GasTipCap: tip, GasFeeCap: new(big.Int).Add(tip, new(big.Int).Mul(head.BaseFee, big.NewInt(2))),
	})
	require.NoError(t, err)
	require.NoError(t, eth.SendTransaction(ctx, tx))
	var receipt *ethtypes.Receipt
	require.Eventually(t, func() bool {
		receipt, err = eth.TransactionReceipt(ctx, tx.Hash())
		return err == nil
	}, 10*time.Second, 20*time.Millisecond)
	return receipt
}

func TestChainRunsStopsAndGoesOn(t *testing.T) {
	p := newPerson(t)
	cfg := initChain(t, p)
	require.True(t, node.Initialized(cfg.Home))
	require.ErrorIs(t, node.Init(cfg), node.ErrChainExists)

	begin := time.Now()
	n := start(t, cfg)
	await(t, n, 1)
	t.Logf("first block %s after the start", time.Since(begin).Round(time.Millisecond))

	bal, err := banktypes.NewQueryClient(n.Conn()).Balance(t.Context(),
		&banktypes.QueryBalanceRequest{Address: p.addr.Hex(), Denom: types.BaseDenom})
	require.NoError(t, err)
	require.Equal(t, weal(100).String(), bal.Balance.Amount.String())

	to := common.HexToAddress("0x00000000000000000000000000000000deadbeef")
	receipt := send(t, dial(t, home.URL(cfg.Ports.JSONRPC)), p, &to, 5, nil)
	require.Equal(t, ethtypes.ReceiptStatusSuccessful, receipt.Status)
	height := n.Height()
	require.NoError(t, n.Stop())
	require.NoError(t, n.Stop(), "stopping twice is fine")
	require.ErrorIs(t, n.AwaitHeight(t.Context(), height+1000), node.ErrStopped)

	// A wallet does not wait for the first block after a restart.
	again := start(t, cfg)
	receipt = send(t, dial(t, home.URL(cfg.Ports.JSONRPC)), p, &to, 6, nil)
	require.Equal(t, ethtypes.ReceiptStatusSuccessful, receipt.Status)
	await(t, again, height+1)
	got, err := dial(t, "ws://"+home.Loopback(cfg.Ports.WS)).BalanceAt(t.Context(), to, nil)
	require.NoError(t, err)
	require.Equal(t, big.NewInt(11), got)
}

func TestStartRefusesWhatItCannotRun(t *testing.T) {
	_, err := node.Start(t.Context(), node.Config{Home: t.TempDir(), Ports: freePorts(t)})
	require.ErrorIs(t, err, node.ErrNoChain)

	cfg := initChain(t, newPerson(t))
	other := cfg
	other.ChainID = "other-1"
	_, err = node.Start(t.Context(), other)
	require.ErrorIs(t, err, node.ErrOtherChain)

	l, err := net.Listen("tcp", home.Loopback(cfg.Ports.WS))
	require.NoError(t, err)
	_, err = node.Start(t.Context(), cfg)
	var port *node.PortError
	require.ErrorAs(t, err, &port)
	require.Equal(t, home.Loopback(cfg.Ports.WS), port.Addr)
	require.NoError(t, l.Close())

	start(t, cfg)
	second := cfg
	second.Ports = freePorts(t)
	_, err = node.Start(t.Context(), second)
	require.ErrorIs(t, err, node.ErrLocked)
}

func TestAccountsAreReadOrRefused(t *testing.T) {
	bad := node.Config{Home: t.TempDir(), Accounts: []node.Account{{Address: "cosmos1nope", Balance: weal(1)}}}
	require.ErrorContains(t, node.Init(bad), "want 0x… or weal1…")
	require.False(t, node.Initialized(bad.Home))
}
