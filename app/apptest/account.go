package apptest

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/cosmos/evm/crypto/ethsecp256k1"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Account is a person with a key.
type Account struct {
	Key *ethsecp256k1.PrivKey
}

// NewAccount returns the account whose key is derived from seed.
func NewAccount(seed string) Account {
	key := sha256.Sum256([]byte("weal/apptest/" + seed))
	return Account{Key: &ethsecp256k1.PrivKey{Key: key[:]}}
}

// EVM returns the account's address as contracts see it.
func (a Account) EVM() common.Address { return common.BytesToAddress(a.Cosmos()) }

// Cosmos returns the same address as modules see it.
func (a Account) Cosmos() sdk.AccAddress { return sdk.AccAddress(a.Key.PubKey().Address()) }

// String returns the address in bech32.
func (a Account) String() string { return a.Cosmos().String() }

// ECDSA returns the key in the form of go-ethereum.
func (a Account) ECDSA() *ecdsa.PrivateKey {
	key, err := a.Key.ToECDSA()
	if err != nil {
		panic(fmt.Sprintf("apptest: %v", err)) // a SHA-256 digest is a valid key but for 2^-128
	}
	return key
}
