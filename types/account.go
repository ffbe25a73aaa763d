package types

import (
	"crypto/sha256"
	"encoding/binary"
)

// AssetAccount returns the address of an asset's own account: its treasury, and
// what its council acts as. Nobody has a key to it. It is the first 20 bytes of
// SHA-256("weal/asset-account" ‖ id as 8 bytes, big-endian).
func AssetAccount(asset AssetID) [20]byte {
	h := sha256.Sum256(binary.BigEndian.AppendUint64([]byte("weal/asset-account"), uint64(asset)))
	return [20]byte(h[:20])
}
