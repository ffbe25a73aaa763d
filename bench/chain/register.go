package chain

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
)

// setupGas is the gas limit of registering an asset.
const setupGas = 30_000_000

// Key returns the Ed25519 key that is derived from a name.
func Key(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("weal/bench/key/" + name))
	return ed25519.NewKeyFromSeed(seed[:])
}

// Register registers n assets of one owner in one block, which earn in the coin.
func (c *Chain) Register(owner *Account, n int) ([]types.AssetID, error) {
	native := common.HexToAddress(types.AssetContract)
	data, err := solidity.Assets.Pack(solidity.RegisterSignature, solidity.Registration{
		Kind: uint8(types.KindData), Manifest: sha256.Sum256([]byte("bench")), Uri: "https://example.org/manifest.json",
		Key: pay.PublicKey(Key("asset")), Prices: []solidity.Price{}, Denoms: []string{types.BaseDenom}, Parents: []solidity.Royalty{},
	})
	if err != nil {
		return nil, err
	}
	var txs [][]byte
	for range n {
		tx, err := c.EVM(owner, Call{To: &native, Data: data, Gas: setupGas})
		if err != nil {
			return nil, err
		}
		txs = append(txs, tx)
	}
	results, err := c.Deliver(txs...)
	if err != nil {
		return nil, err
	}
	var ids []types.AssetID
	for _, res := range results {
		receipt, err := ReadReceipt(res)
		if err != nil {
			return nil, fmt.Errorf("register an asset: %w", err)
		}
		out, err := solidity.Assets.Unpack(solidity.RegisterSignature, receipt.Ret)
		if err != nil {
			return nil, err
		}
		ids = append(ids, types.AssetID(out[0].(*big.Int).Uint64()))
	}
	return ids, nil
}
