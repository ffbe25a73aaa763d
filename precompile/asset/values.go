package asset

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/precompile/runner"
	weal "github.com/weal-network/weal/types"
)

// addressArg returns the i-th argument, which is an address.
func addressArg(c *runner.Call, i int) common.Address { return c.Args[i].(common.Address) }

// numberArg returns the i-th argument, which is a uint256.
func numberArg(c *runner.Call, i int) *big.Int { return c.Args[i].(*big.Int) }

// valueArg returns the i-th argument, which is a uint256, as a value of units.
func valueArg(c *runner.Call, i int) uint256.Int { return *uint256.MustFromBig(numberArg(c, i)) }

// shareArg returns the i-th argument, which is a token id. Ids are counted, so
// one that is beyond 64 bits is one that does not exist, as zero does not.
func shareArg(c *runner.Call, i int) weal.ShareID { return shareID(numberArg(c, i)) }

func shareID(n *big.Int) weal.ShareID {
	if !n.IsUint64() {
		return 0
	}
	return weal.ShareID(n.Uint64())
}

// number makes an id or a count a uint256.
func number[T ~uint64](n T) *big.Int { return new(big.Int).SetUint64(uint64(n)) }

// one is what a function of one value returns.
func one(v any, err error) ([]any, error) {
	if err != nil {
		return nil, err
	}
	return []any{v}, nil
}
