package ledger

import (
	"errors"
	"fmt"
	"strings"

	"github.com/cosmos/evm/crypto/ethsecp256k1"
	"github.com/ethereum/go-ethereum/common"

	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"

	"github.com/weal-network/weal/types"
)

// ErrAddress is returned for text that is no account address.
var ErrAddress = errors.New("address: want 0x and 40 hex digits, or " + types.Bech32Prefix + "1…")

// addresses reads and writes the Cosmos form, whatever the SDK's globals say.
var addresses = addresscodec.NewBech32Codec(types.Bech32Prefix)

// ParseAddress reads an address in either form. Hex in mixed case must have
// EIP-55's checksum: a wrong digit is likely a lost coin.
func ParseAddress(s string) (common.Address, error) {
	if strings.HasPrefix(s, types.Bech32Prefix+"1") {
		b, err := addresses.StringToBytes(s)
		if err != nil || len(b) != common.AddressLength {
			return common.Address{}, fmt.Errorf("%w, got %.80q", ErrAddress, s)
		}
		return common.BytesToAddress(b), nil
	}
	if !strings.HasPrefix(s, "0x") || !common.IsHexAddress(s) {
		return common.Address{}, fmt.Errorf("%w, got %.80q", ErrAddress, s)
	}
	a, digits := common.HexToAddress(s), s[2:]
	if digits != strings.ToLower(digits) && digits != strings.ToUpper(digits) && a.Hex() != s {
		return common.Address{}, fmt.Errorf("%w: the checksum of %s is wrong", ErrAddress, s)
	}
	return a, nil
}

// Bech32 returns the "weal1…" form of an address.
func Bech32(a common.Address) string {
	s, err := addresses.BytesToString(a[:])
	if err != nil {
		panic("ledger: 20 bytes have no bech32 form: " + err.Error())
	}
	return s
}

// Hex returns the EIP-55 hex form of an address.
func Hex(a [20]byte) string { return common.Address(a).Hex() }

// Address returns the EIP-55 hex address of a secp256k1 key, 32 bytes.
func Address(key [32]byte) (string, error) {
	k := &ethsecp256k1.PrivKey{Key: key[:]}
	if _, err := k.ToECDSA(); err != nil {
		return "", fmt.Errorf("read account key: %w", err)
	}
	return common.BytesToAddress(k.PubKey().Address()).Hex(), nil
}

// hexForm returns the EIP-55 form of an address that the chain told. What is no
// address stays as it is: it is shown, never paid to.
func hexForm(s string) string {
	a, err := ParseAddress(s)
	if err != nil {
		return s
	}
	return a.Hex()
}
