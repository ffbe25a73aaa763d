package revenue

import (
	"fmt"
	"slices"
	"time"

	"github.com/weal-network/weal/test/reference"
	"github.com/weal-network/weal/types"
)

// Config says how much to measure. The zero value of a field is its default.
type Config struct {
	// Holders are how many holders the three assets get that are paid.
	Holders [3]int
	// Pairs is how many pairs of tokens value is moved between, in each contract,
	// and Rounds how many times in each of them.
	Pairs, Rounds int
	// Repeats is how often each payment is measured.
	Repeats int
	// Progress, if set, is told what is going on: done of all steps of a part.
	Progress func(part string, done, all int)
}

func (c Config) orDefaults() Config {
	if c.Holders == [3]int{} {
		c.Holders = [3]int{1, 1_000, 600_000}
	}
	if c.Pairs == 0 {
		c.Pairs = 100
	}
	if c.Rounds == 0 {
		c.Rounds = 8
	}
	if c.Repeats == 0 {
		c.Repeats = 5
	}
	if c.Progress == nil {
		c.Progress = func(string, int, int) {}
	}
	return c
}

// check returns an error for what cannot be measured.
func (c Config) check() error {
	for _, n := range c.Holders {
		if n < 1 || n > types.DefaultUnits {
			return fmt.Errorf("holders: want from 1 to %d, got %d", types.DefaultUnits, n)
		}
	}
	if c.Pairs < 1 || c.Pairs > 1_000 || c.Rounds < 1 || c.Repeats < 1 {
		return fmt.Errorf("want 1 to 1000 pairs and at least one round, got %d and %d", c.Pairs, c.Rounds)
	}
	return nil
}

// Figures is what Run measured. Gas of the first three and of royalties is that
// of the transaction; the names are for the default numbers of holders.
type Figures struct {
	Gas1      uint64 `json:"gas_1_holder"`
	Gas1000   uint64 `json:"gas_1000_holders"`
	Gas600000 uint64 `json:"gas_600000_holders"`

	RoyaltyGas1      uint64 `json:"royalty_gas_1_holder"`
	RoyaltyGas1000   uint64 `json:"royalty_gas_1000_holders"`
	RoyaltyGas600000 uint64 `json:"royalty_gas_600000_holders"`

	TransferGasNative   uint64  `json:"transfer_gas_native"`
	TransferGasSolidity uint64  `json:"transfer_gas_solidity"`
	TransferUsNative    float64 `json:"transfer_us_native"`
	TransferUsSolidity  float64 `json:"transfer_us_solidity"`

	// The same with the whole block that carries the transfers.
	BlockUsNative   float64 `json:"transfer_block_us_native"`
	BlockUsSolidity float64 `json:"transfer_block_us_solidity"`

	// No revenue since the tokens' last transfer, and revenue in as many
	// denominations as an asset can have.
	TransferGasIdle  uint64  `json:"transfer_gas_native_idle"`
	TransferGasWorst uint64  `json:"transfer_gas_native_worst"`
	TransferUsIdle   float64 `json:"transfer_us_native_idle"`
	TransferUsWorst  float64 `json:"transfer_us_native_worst"`

	Transfers int    `json:"transfers"`
	Method    string `json:"method"`
}

// method says how the figures were taken.
func (c Config) method() string {
	return fmt.Sprintf("one chain in this process, fed signed transactions in blocks through ABCI, run one after the other, "+
		"state on disk; after the transfers it started anew from its exported state, in which three assets had been given "+
		"%d, %d and %d holders with a share each. "+
		"gas_*: gas used by a transaction with one MsgSettle that credits one asset, median of %d; "+
		"royalty_gas_*: by one MsgPullRoyalty of a child's revenue to each of them, median of %d. "+
		"transfer_gas_*: gas used by transferFrom(uint256,uint256,uint256) of 1 unit between existing tokens of one owner, "+
		"each in an EVM transaction of its own, its limit a quarter above what eth_estimateGas says, median of %d for each contract, in blocks of %d "+
		"by turns, between as many pairs of tokens; before each round a settlement pays the native asset in one denomination, so that "+
		"both shares of each native transfer have revenue to settle (idle: none since their last transfer; worst: in %d "+
		"denominations). "+
		"transfer_us_*: time of the EVM message of such a transfer on the last block's state, from a new StateDB to what it "+
		"changes written to a branch, native and Solidity by turns, median of as many; "+
		"transfer_block_us_*: time of FinalizeBlock of a block of %d such transactions, with signatures, fees and state "+
		"hash, over %d, median of %d blocks each. Solidity: %s",
		c.Holders[0], c.Holders[1], c.Holders[2], c.Repeats, c.Repeats, c.Pairs*c.Rounds, c.Pairs, types.MaxDenoms,
		c.Pairs, c.Pairs, c.Rounds, reference.Origin)
}

// median returns the middle of values, the lower one of two.
func median[T uint64 | time.Duration](values []T) T {
	slices.Sort(values)
	return values[(len(values)-1)/2]
}

// micros returns d in microseconds, with a tenth.
func micros(d time.Duration) float64 {
	return float64(d.Round(100*time.Nanosecond).Nanoseconds()) / 1000
}
