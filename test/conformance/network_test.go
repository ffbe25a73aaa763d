package conformance

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/stretchr/testify/require"
)

const (
	// patience is how long a transaction may take: far longer than it does.
	patience = 60 * time.Second
	// usualGas is the limit of transactions that name none.
	usualGas = 1_500_000
	// fundedAtOnce is how many accounts are given coins at once.
	fundedAtOnce = 64
)

// multicall3 is where the contract of that name is on most chains.
var multicall3 = common.HexToAddress("0xcA11bde05977b3631167028862bE2a173976CA11")

// account is who signs.
type account struct {
	key   *ecdsa.PrivateKey
	addr  common.Address
	mu    sync.Mutex
	nonce uint64
}

func newAccount(key *ecdsa.PrivateKey) *account {
	return &account{key: key, addr: crypto.PubkeyToAddress(key.PublicKey)}
}

// network is a chain as clients see it.
type network struct {
	rpc    *rpc.Client
	eth    *ethclient.Client
	id     *big.Int
	feeCap *big.Int
	bank   *account
	stop   context.CancelFunc

	mu      sync.Mutex
	waiting map[common.Hash]chan *ethtypes.Receipt

	pool  sync.Mutex
	fresh []*account
}

func dial(url, secret string) (*network, error) {
	ctx, cancel := context.WithCancel(context.Background())
	client, err := rpc.DialContext(ctx, url)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("dial %s: %w", url, err)
	}
	key, err := crypto.HexToECDSA(strings.TrimPrefix(secret, "0x"))
	if err != nil {
		cancel()
		return nil, fmt.Errorf("read %s: %w", envKey, err)
	}
	n := &network{
		rpc: client, eth: ethclient.NewClient(client), bank: newAccount(key), stop: cancel,
		waiting: map[common.Hash]chan *ethtypes.Receipt{},
	}
	if n.id, err = n.eth.ChainID(ctx); err != nil {
		return nil, fmt.Errorf("ask %s: %w", url, err)
	}
	if n.bank.nonce, err = n.eth.PendingNonceAt(ctx, n.bank.addr); err != nil {
		return nil, fmt.Errorf("ask %s: %w", url, err)
	}
	head, err := n.eth.HeaderByNumber(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", url, err)
	}
	n.feeCap = new(big.Int).Mul(head.BaseFee, big.NewInt(50)) // blocks are full while the tests run
	go n.follow(ctx, head.Number.Uint64())
	return n, nil
}

func (n *network) close() {
	n.stop()
	n.rpc.Close()
}

// follow hands the receipts of each new block to those who wait for them.
func (n *network) follow(ctx context.Context, last uint64) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		head, err := n.eth.BlockNumber(ctx)
		for ; err == nil && last < head; last++ {
			var receipts []*ethtypes.Receipt
			receipts, err = n.eth.BlockReceipts(ctx, rpc.BlockNumberOrHashWithNumber(rpc.BlockNumber(last+1))) //nolint:gosec // heights are small
			if err != nil {
				break // asked again
			}
			n.deliver(receipts)
		}
	}
}

func (n *network) deliver(receipts []*ethtypes.Receipt) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, r := range receipts {
		if c, ok := n.waiting[r.TxHash]; ok {
			c <- r
			delete(n.waiting, r.TxHash)
		}
	}
}

// tx is a transaction to be sent.
type tx struct {
	from  *account
	to    *common.Address // nil to make a contract
	data  []byte
	value *big.Int
	gas   uint64 // usualGas if zero
}

// put signs and sends a transaction and returns where its receipt will come.
func (n *network) put(ctx context.Context, x tx) (<-chan *ethtypes.Receipt, error) {
	x.from.mu.Lock()
	defer x.from.mu.Unlock()
	if x.gas == 0 {
		x.gas = usualGas
	}
	signed, err := ethtypes.SignNewTx(x.from.key, ethtypes.LatestSignerForChainID(n.id), &ethtypes.DynamicFeeTx{
		ChainID: n.id, Nonce: x.from.nonce, To: x.to, Value: x.value, Data: x.data, Gas: x.gas,
		GasTipCap: big.NewInt(1), GasFeeCap: n.feeCap,
	})
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	c := make(chan *ethtypes.Receipt, 1)
	n.mu.Lock()
	n.waiting[signed.Hash()] = c
	n.mu.Unlock()
	if err := n.eth.SendTransaction(ctx, signed); err != nil {
		return nil, fmt.Errorf("send: %w", err)
	}
	x.from.nonce++
	return c, nil
}

// send sends transactions, all before the first is waited for, and returns their
// receipts. Those of one account run in their order.
func (n *network) send(ctx context.Context, txs ...tx) ([]*ethtypes.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var on []<-chan *ethtypes.Receipt
	for _, x := range txs {
		c, err := n.put(ctx, x)
		if err != nil {
			return nil, err
		}
		on = append(on, c)
	}
	var out []*ethtypes.Receipt
	for _, c := range on {
		select {
		case r := <-c:
			out = append(out, r)
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for a receipt: %w", ctx.Err())
		}
	}
	return out, nil
}

// account returns one that has coins and that nobody has used.
func (n *network) account(t *testing.T) *account {
	t.Helper()
	n.pool.Lock()
	defer n.pool.Unlock()
	if len(n.fresh) == 0 {
		require.NoError(t, n.fund(t.Context()))
	}
	a := n.fresh[0]
	n.fresh = n.fresh[1:]
	return a
}

// fund gives coins to new accounts: enough for the most expensive transaction
// that a test sends, a few times.
func (n *network) fund(ctx context.Context) error {
	each := new(big.Int).Mul(n.feeCap, big.NewInt(300_000_000))
	var calls []call3
	for range fundedAtOnce {
		key, err := crypto.GenerateKey()
		if err != nil {
			return fmt.Errorf("make a key: %w", err)
		}
		a := newAccount(key)
		n.fresh = append(n.fresh, a)
		calls = append(calls, call3{Target: a.addr, Value: each})
	}
	receipts, err := n.send(ctx, tx{
		from: n.bank, to: &multicall3, data: aggregate3Value(calls), gas: 5_000_000,
		value: new(big.Int).Mul(each, big.NewInt(fundedAtOnce)),
	})
	if err == nil && receipts[0].Status != ethtypes.ReceiptStatusSuccessful {
		err = errors.New("reverted")
	}
	if err != nil {
		return fmt.Errorf("give coins to new accounts: %w", err)
	}
	return nil
}

// call is eth_call. The error of a revert is a *revert.
func (n *network) call(ctx context.Context, m ethereum.CallMsg) ([]byte, error) {
	out, err := n.eth.CallContract(ctx, m, nil)
	return out, asRevert(err)
}

// look is many calls at once; of each it returns the output or the error.
func (n *network) look(ctx context.Context, calls []ethereum.CallMsg) ([][]byte, []error, error) {
	return n.lookAt(ctx, "latest", calls)
}

// lookAt is look at the state of a block.
func (n *network) lookAt(ctx context.Context, block string, calls []ethereum.CallMsg) ([][]byte, []error, error) {
	const atOnce = 50
	outs, errs := make([][]byte, 0, len(calls)), make([]error, 0, len(calls))
	for begin := 0; begin < len(calls); begin += atOnce {
		part := calls[begin:min(begin+atOnce, len(calls))]
		batch := make([]rpc.BatchElem, len(part))
		results := make([]hexutil.Bytes, len(part))
		for i, m := range part {
			args := map[string]any{"from": m.From, "to": m.To, "input": hexutil.Bytes(m.Data)}
			if m.Value != nil {
				args["value"] = (*hexutil.Big)(m.Value)
			}
			batch[i] = rpc.BatchElem{Method: "eth_call", Args: []any{args, block}, Result: &results[i]}
		}
		if err := n.rpc.BatchCallContext(ctx, batch); err != nil {
			return nil, nil, fmt.Errorf("call in a batch: %w", err)
		}
		for i := range part {
			outs = append(outs, results[i])
			errs = append(errs, asRevert(batch[i].Error))
		}
	}
	return outs, errs, nil
}
