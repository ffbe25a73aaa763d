package asset

import (
	"context"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// Address is where the contract is.
var Address = common.HexToAddress(weal.AssetContract)

// Watchers is where assets name who settles for them while they are away.
type Watchers interface {
	NameWatcher(ctx context.Context, who common.Address, w tabtypes.Watcher) error
	Watcher(ctx context.Context, asset weal.AssetID) (tabtypes.Watcher, error)
}

// contract is the keepers as the contract's functions use them.
type contract struct {
	keeper.Keeper
	watchers Watchers
}

// New returns the contract, to be registered with the EVM at Address.
func New(k keeper.Keeper, watchers Watchers) *runner.Runner {
	c := contract{k, watchers}
	all := erc3525.Standard{Book: k.Tokens}.Functions()
	for _, part := range [][]runner.Function{c.metadata(), c.assets(), c.claims(), c.control()} {
		all = append(all, part...)
	}
	return runner.New("asset", Address, solidity.Assets.ABI, all...)
}

// shareID reads the number of a share. Ids are counted, so one that is beyond 64
// bits is one that does not exist, as zero does not.
func shareID(n *big.Int) weal.ShareID { return weal.ShareID(erc3525.Small(n)) }

// assetID is shareID for an asset.
func assetID(n *big.Int) weal.AssetID { return weal.AssetID(erc3525.Small(n)) }

// numberArg returns the i-th argument, which is a uint256.
func numberArg(c *runner.Call, i int) *big.Int { return c.Args[i].(*big.Int) }

// number makes an id a uint256.
func number[T ~uint64](n T) *big.Int { return new(big.Int).SetUint64(uint64(n)) }
