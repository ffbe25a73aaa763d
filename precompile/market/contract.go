package market

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/precompile/erc3525"
	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/market"
)

// Address is where the contract is.
var Address = market.Account

// contract is the keeper as the contract's functions use it.
type contract struct{ market.Keeper }

// New returns the contract, to be registered with the EVM at Address. The bank
// must not block the address: it holds coins.
func New(k market.Keeper) *runner.Runner {
	c := contract{k}
	return runner.New("market", Address, solidity.Market.ABI,
		erc3525.Write("list(uint256,uint64,string,uint256,uint64)", c.list),
		payable("buy(uint256,uint64,uint256,uint256)", c.buy),
		erc3525.Write("cancelListing(uint256)", c.cancelListing),
		payable("offer(uint256,uint64,string,uint256,uint64,uint256)", c.offer),
		erc3525.Write("accept(uint256,uint256,uint64,uint256)", c.accept),
		erc3525.Write("cancelOffer(uint256)", c.cancelOffer),
		erc3525.View("getListing(uint256)", c.getListing),
		erc3525.View("getOffer(uint256)", c.getOffer),
		erc3525.View("quote(uint256,uint64)", c.quote),
	).Refusing(k.Blocked)
}

// payable makes a function that takes the chain's coin.
func payable(signature string, run func(*runner.Call) ([]any, error)) runner.Function {
	return runner.Function{Signature: signature, Writes: true, Payable: true, Run: run}
}

// id returns the i-th argument, which is the number of an asset, a share, a
// listing or an offer. They are counted, so one that is beyond 64 bits is one
// that does not exist, as zero does not.
func id(call *runner.Call, i int) uint64 {
	n := call.Number(i)
	return erc3525.Small(&n)
}

// into returns the i-th argument, which is a share that units go to. Zero makes a
// new one, so one that does not exist must not become zero.
func into(call *runner.Call, i int) weal.ShareID {
	n := call.Number(i)
	if !n.IsUint64() {
		return weal.ShareID(^uint64(0))
	}
	return weal.ShareID(n.Uint64())
}

// units returns the i-th argument, which is a uint64.
func units(call *runner.Call, i int) uint64 { return call.Args[i].(uint64) }

// terms reads what list and offer have in common, from the second argument on.
func terms(call *runner.Call) (market.Terms, error) {
	price, err := weal.AmountFromBig(call.Args[3].(*big.Int))
	return market.Terms{Units: units(call, 1), Denom: call.Args[2].(string), Price: price, Until: units(call, 4)}, err
}

// coins makes an amount a uint256.
func coins(a weal.Amount) *uint256.Int {
	b := a.Bytes()
	return new(uint256.Int).SetBytes(b[:])
}

// party reads an address as the keeper keeps it.
func party(hex string) common.Address { return common.HexToAddress(hex) }
