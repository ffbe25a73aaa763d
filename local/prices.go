package local

import (
	"math/big"

	"github.com/weal-network/weal/types"
)

// milliWEAL returns n thousandths of a WEAL.
func milliWEAL(n int64) types.Amount {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(types.Decimals-3), nil)
	a, err := types.AmountFromBig(unit.Mul(unit, big.NewInt(n)))
	if err != nil {
		panic(err) // a constant of this file is out of range
	}
	return a
}

// What the local network starts with. A question of four passages and a short
// answer costs about 0.01 WEAL.
var (
	passagePrice = milliWEAL(1)
	usePrice     = milliWEAL(1)
	tickPrice    = types.NewAmount(100_000_000_000_000) // 0.0001 WEAL
	tickTokens   = uint32(32)

	payerCoins = milliWEAL(1_000_000) // 1,000 WEAL
	ownerCoins = milliWEAL(10_000)    // 10 WEAL, for fees
	laneCap    = milliWEAL(10_000)
	tabBond    = milliWEAL(10_000)
	feeReserve = milliWEAL(1_000)

	// exposure is the most an owner lets one tab owe unsettled, if nothing else is
	// said; all tabs together earn.DefaultTabs times as much.
	exposure = milliWEAL(500)

	// watcherWorth is what a watcher's fee must come to at least before it settles
	// open lanes of an asset that is away, watcherLeast what a lane that ends must
	// owe: about what bringing them costs.
	watcherWorth = types.NewAmount(10_000_000_000_000)
	watcherLeast = types.NewAmount(250_000_000_000)
)

// passagePrices, usePrices and tickPrices are the owners' price lists.
func passagePrices() []types.Price {
	return []types.Price{{Unit: types.PerPassage, Denom: types.BaseDenom, Amount: passagePrice}}
}

func usePrices() []types.Price {
	return []types.Price{{Unit: types.PerUse, Denom: types.BaseDenom, Amount: usePrice}}
}

func tickPrices() []types.Price {
	return []types.Price{{Unit: types.PerTick, Denom: types.BaseDenom, Amount: tickPrice, Tokens: tickTokens}}
}
