package collection_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/precompile/collection"
	"github.com/weal-network/weal/precompile/contracttest"
	"github.com/weal-network/weal/precompile/solidity"
)

// chain is a network whose accounts open collections.
type chain struct {
	*contracttest.Chain
	factory             contracttest.Contract
	alice, bob, mallory apptest.Account
}

type step = contracttest.Step

// The functions that tests call often.
const (
	sigCreate   = "create(string,string,uint8,bool)"
	sigMint     = "mint(address,uint256,uint256,uint256)"
	sigMove     = "transferFrom(uint256,uint256,uint256)"
	sigSplit    = "transferFrom(uint256,address,uint256)"
	sigTransfer = "transferFrom(address,address,uint256)"
	sigSafe     = "safeTransferFrom(address,address,uint256)"
)

var (
	big1 = contracttest.Big
	// most is the greatest number of 256 bits.
	most = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1))
)

func newChain(t *testing.T, opts ...apptest.Option) *chain {
	t.Helper()
	c := contracttest.New(t, opts...)
	return &chain{c, c.At(collection.Address, solidity.Collections), c.Accounts[0], c.Accounts[1], c.Accounts[2]}
}

// create opens a collection of the account's.
func (c *chain) create(maker apptest.Account, slotApprovable bool) contracttest.Contract {
	c.T.Helper()
	r := c.factory.Must(maker, sigCreate, "Tickets", "TIX", uint8(2), slotApprovable)
	out, err := solidity.Collections.Unpack(sigCreate, r.Ret)
	require.NoError(c.T, err)
	return c.at(out[0].(common.Address))
}

func (c *chain) at(a common.Address) contracttest.Contract { return c.At(a, solidity.Collection) }

// nth is where the n-th collection is, counted from 0.
func nth(n uint64) common.Address { return ethcrypto.CreateAddress(collection.Address, n) }

func short(a apptest.Account) string { return contracttest.Short(a.EVM()) }
