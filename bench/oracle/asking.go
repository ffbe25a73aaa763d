package oracle

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm/program"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
)

const (
	// waitSeconds is how long a request waits: what is refunded is so soon after.
	waitSeconds = 120
	// askGas is enough for a request through the contract.
	askGas = 1_000_000
	// inBlock is how long a transaction may take.
	inBlock = time.Minute
)

// feeCap is the most that a unit of gas may cost, in aweal.
var feeCap = big.NewInt(10_000_000_000)

// asker is an account, and the contract that it asks through.
type asker struct {
	eth   *ethclient.Client
	key   *ecdsa.PrivateKey
	nonce uint64
	at    common.Address
	price *big.Int // of a use
	value *big.Int // sent along
	asset types.AssetID
	// requested is the topic of the event by which requests are numbered.
	requested common.Hash
}

// deploy puts the contract on the chain.
func (a *asker) deploy(ctx context.Context) error {
	a.requested = solidity.Jobs.ABI.Events["Requested"].ID
	a.at = crypto.CreateAddress(crypto.PubkeyToAddress(a.key.PublicKey), a.nonce)
	hash, err := a.send(ctx, nil, new(big.Int), program.New().ReturnViaCodeCopy(code()).Bytes())
	if err != nil {
		return err
	}
	r, err := a.receipt(ctx, hash)
	if err == nil && r.Status == 0 {
		err = errors.New("the contract cannot be deployed")
	}
	return err
}

// ask sends one request, and does not wait for it.
func (a *asker) ask(ctx context.Context, i int) (common.Hash, error) {
	data, err := solidity.Jobs.Pack(solidity.RequestWithSignature, solidity.JobAsk{
		Asset: new(big.Int).SetUint64(uint64(a.asset)), Input: fmt.Appendf(nil, "Question %d: what is exposure?", i), MaxFee: a.price,
		WaitSeconds: waitSeconds, Callback: a.at, Gas: callbackGas,
	})
	if err != nil {
		return common.Hash{}, err
	}
	return a.send(ctx, &a.at, a.value, data)
}

func (a *asker) send(ctx context.Context, to *common.Address, value *big.Int, data []byte) (common.Hash, error) {
	tx, err := ethtypes.SignNewTx(a.key, ethtypes.LatestSignerForChainID(big.NewInt(types.EVMChainID)), &ethtypes.DynamicFeeTx{
		ChainID: big.NewInt(types.EVMChainID), Nonce: a.nonce, GasTipCap: new(big.Int), GasFeeCap: feeCap, Gas: askGas,
		To: to, Value: value, Data: data,
	})
	if err != nil {
		return common.Hash{}, err
	}
	if err := a.eth.SendTransaction(ctx, tx); err != nil {
		return common.Hash{}, fmt.Errorf("send transaction: %w", err)
	}
	a.nonce++
	return tx.Hash(), nil
}

// receipt waits for a transaction. That of one that is in no block is not asked for:
// the node would hold the question up.
func (a *asker) receipt(ctx context.Context, hash common.Hash) (*ethtypes.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, inBlock)
	defer cancel()
	for {
		_, pending, err := a.eth.TransactionByHash(ctx, hash)
		if err == nil && !pending {
			return a.eth.TransactionReceipt(ctx, hash)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for transaction %s: %w", hash, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// number returns the number of the request that a transaction made.
func (a *asker) number(ctx context.Context, hash common.Hash) (uint64, error) {
	r, err := a.receipt(ctx, hash)
	if err != nil {
		return 0, err
	}
	for _, l := range r.Logs {
		if l.Address == jobs && len(l.Topics) > 0 && l.Topics[0] == a.requested && len(l.Data) >= 32 {
			return new(big.Int).SetBytes(l.Data[:32]).Uint64(), nil
		}
	}
	return 0, fmt.Errorf("transaction %s made no request", hash)
}

// stored is what the contract holds of a request.
type stored struct {
	told, block uint64
	answer      []byte
}

func (a *asker) stored(ctx context.Context, id uint64) (s stored, err error) {
	word := func(n int) []byte {
		if err != nil {
			return nil
		}
		var b []byte
		b, err = a.eth.StorageAt(ctx, a.at, row(id, n), nil)
		return b
	}
	number := func(n int) uint64 { return new(big.Int).SetBytes(word(n)).Uint64() }
	s.told, s.block = number(rowTold), number(rowBlock)
	length := int(min(number(rowLength), 64<<10))
	for i := 0; i < length && err == nil; i += 32 {
		s.answer = append(s.answer, word(rowAnswer+i/32)...)
	}
	if err == nil && length <= len(s.answer) {
		s.answer = s.answer[:length]
	}
	return s, err
}
