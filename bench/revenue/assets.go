package revenue

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/weal-network/weal/bench/chain"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
)

// setupGas is the gas limit of transactions that are not measured.
const setupGas = 30_000_000

// native is the address of the contract of all assets.
var native = common.HexToAddress(types.AssetContract)

// denoms are what an asset with all denominations earns in.
var denoms = []string{types.BaseDenom, "ubench1", "ubench2", "ubench3"}

// earner is an asset of the owner's.
type earner struct {
	asset types.AssetID
	share uint64 // the first, which holds what is not given away
}

// bench is a chain at work.
type bench struct {
	*chain.Chain
	ctx    context.Context // ends the run
	cfg    Config
	owner  *chain.Account // of all assets and tokens
	payer  *chain.Account // of all tabs
	vendor *chain.Account // pays for contracts and their loops
}

// call runs an EVM transaction in a block of its own.
func (b *bench) call(from *chain.Account, to *common.Address, data []byte) (chain.Receipt, error) {
	receipts, err := b.calls(from, to, data)
	if err != nil {
		return chain.Receipt{}, err
	}
	return receipts[0], nil
}

// calls runs EVM transactions of one account in one block.
func (b *bench) calls(from *chain.Account, to *common.Address, data ...[]byte) ([]chain.Receipt, error) {
	var txs [][]byte
	for _, d := range data {
		tx, err := b.EVM(from, chain.Call{To: to, Data: d, Gas: setupGas})
		if err != nil {
			return nil, err
		}
		txs = append(txs, tx)
	}
	results, err := b.Deliver(txs...)
	if err != nil {
		return nil, err
	}
	var receipts []chain.Receipt
	for _, res := range results {
		r, err := chain.ReadReceipt(res)
		if err != nil {
			return nil, err
		}
		receipts = append(receipts, r)
	}
	return receipts, nil
}

// deploy makes a contract and returns where it is.
func (b *bench) deploy(creation []byte) (common.Address, error) {
	at := crypto.CreateAddress(b.vendor.EVM(), b.vendor.Nonce())
	if _, err := b.call(b.vendor, nil, creation); err != nil {
		return at, fmt.Errorf("deploy: %w", err)
	}
	return at, nil
}

// register makes an asset of the owner's with the default supply of units.
func (b *bench) register(denoms []string, parents ...types.AssetID) (earner, error) {
	r := solidity.Registration{
		Kind: uint8(types.KindData), Manifest: sha256.Sum256([]byte("bench")), Uri: "https://example.org/manifest.json",
		Key: pay.PublicKey(laneKey()), Prices: []solidity.Price{}, Denoms: denoms, Parents: []solidity.Royalty{},
	}
	for _, p := range parents {
		r.Parents = append(r.Parents, solidity.Royalty{Asset: number(uint64(p)), BasisPoints: 300})
	}
	data, err := solidity.Assets.Pack(solidity.RegisterSignature, r)
	if err != nil {
		return earner{}, err
	}
	receipt, err := b.call(b.owner, &native, data)
	if err != nil {
		return earner{}, fmt.Errorf("register an asset: %w", err)
	}
	out, err := solidity.Assets.Unpack(solidity.RegisterSignature, receipt.Ret)
	if err != nil {
		return earner{}, err
	}
	return earner{types.AssetID(out[0].(*big.Int).Uint64()), out[1].(*big.Int).Uint64()}, nil
}

func number(n uint64) *big.Int { return new(big.Int).SetUint64(n) }
