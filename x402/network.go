package x402

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strconv"

	"github.com/weal-network/weal/types"
)

// direct is what the cosmos namespace of CAIP-2 takes as it is.
var direct = regexp.MustCompile(`^[-a-zA-Z0-9]{1,32}$`)

// Network returns the CAIP-2 id of a Weal chain in the cosmos namespace: that of
// vouchers, which name the chain by its Cosmos id.
func Network(chainID string) string {
	if direct.MatchString(chainID) && (len(chainID) < 7 || chainID[:7] != "hashed-") {
		return "cosmos:" + chainID
	}
	sum := sha256.Sum256([]byte(chainID))
	return "cosmos:hashed-" + hex.EncodeToString(sum[:8])
}

// EVMNetwork returns the CAIP-2 id of the chain's EVM.
func EVMNetwork() string { return "eip155:" + strconv.Itoa(types.EVMChainID) }

// PayTo names an asset as a recipient.
func PayTo(asset types.AssetID) string {
	return "weal://asset/" + strconv.FormatUint(uint64(asset), 10)
}
