package pay

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/weal-network/weal/types"
)

// The tags that keep hashes and signatures of different things apart. None is
// the beginning of another.
const (
	tagChain    = "weal/chain/1"
	tagVoucher  = "weal/voucher/1"
	tagLeaf     = "weal/leaf/1"
	tagTickLeaf = "weal/tickleaf/1"
	tagNode     = "weal/node/1"
	tagRoot     = "weal/root/1"
	tagTick     = "weal/tick/1"
	tagOrder    = "weal/order/1"
	tagItems    = "weal/items/1"
	tagSealed   = "weal/sealed/1"
	tagChunk    = "weal/chunk/1"
	tagSalted   = "weal/salted/1"
	tagReceipt  = "weal/receipt/1"
	tagGroup    = "weal/receipts/1"
)

// ChainHash names a chain in vouchers and receipts: the hash of its chain id.
func ChainHash(chainID string) types.Hash {
	return sha256.Sum256([]byte(tagChain + chainID))
}

// ItemsHash commits to a list of hashes in its order: the passages a vault was
// paid for, or the vaults' lists that stand behind a model's and an app's order.
func ItemsHash(items []types.Hash) types.Hash {
	b := binary.BigEndian.AppendUint64([]byte(tagItems), uint64(len(items)))
	for _, h := range items {
		b = append(b, h[:]...)
	}
	return sha256.Sum256(b)
}

// SealedItems is what an order names instead of items, the ItemsHash of passages,
// if they are to be released sealed to key: whoever passes the order on can put no
// key of its own in, and cannot have the passages in plain.
func SealedItems(items, key types.Hash) types.Hash {
	b := append([]byte(tagSealed), items[:]...)
	return sha256.Sum256(append(b, key[:]...))
}

// SaltedID hides a chunk's hash behind a salt, so that passages of different
// offers cannot be compared before they are paid for.
func SaltedID(salt, chunk types.Hash) types.Hash {
	b := append([]byte(tagSalted), salt[:]...)
	return sha256.Sum256(append(b, chunk[:]...))
}
