package chain

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/cosmos/evm/crypto/ethsecp256k1"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Account is an account with a key, funded in genesis.
type Account struct {
	key    *ethsecp256k1.PrivKey
	ecdsa  *ecdsa.PrivateKey
	number uint64
	nonce  uint64
}

// newAccount returns the account whose key is derived from a name.
func newAccount(name string) (*Account, error) {
	seed := sha256.Sum256([]byte("weal/bench/" + name))
	a := &Account{key: &ethsecp256k1.PrivKey{Key: seed[:]}}
	var err error
	if a.ecdsa, err = a.key.ToECDSA(); err != nil {
		return nil, fmt.Errorf("make account %s: %w", name, err)
	}
	return a, nil
}

// EVM returns the address as contracts see it.
func (a *Account) EVM() common.Address { return common.BytesToAddress(a.Cosmos()) }

// Cosmos returns the same address as modules see it.
func (a *Account) Cosmos() sdk.AccAddress { return sdk.AccAddress(a.key.PubKey().Address()) }

// Nonce returns the nonce of the account's next transaction.
func (a *Account) Nonce() uint64 { return a.nonce }

// String returns the address in bech32.
func (a *Account) String() string { return a.Cosmos().String() }
