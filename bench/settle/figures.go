package settle

import (
	"fmt"

	"github.com/weal-network/weal/app"
)

// Config says how much to measure. The zero value of a field is its default.
type Config struct {
	// Queries, Payers and Assets are those of the batch. Each payer uses Uses of the
	// assets, and each of its queries pays Payees of those.
	Queries, Payers, Assets, Uses, Payees int
	// Progress, if set, is told what is going on: done of all steps of a part.
	Progress func(part string, done, all int)
}

func (c Config) orDefaults() Config {
	for _, f := range []struct {
		field *int
		value int
	}{{&c.Queries, 1_000_000}, {&c.Payers, 100}, {&c.Assets, 50}, {&c.Uses, 20}, {&c.Payees, 3}} {
		if *f.field == 0 {
			*f.field = f.value
		}
	}
	if c.Progress == nil {
		c.Progress = func(string, int, int) {}
	}
	return c
}

// check returns an error for what cannot be measured.
func (c Config) check() error {
	switch {
	case c.Payers < 1 || c.Payers > 1_000 || c.Assets < 1 || c.Assets > 100:
		return fmt.Errorf("want 1 to 1000 payers and 1 to 100 assets, got %d and %d", c.Payers, c.Assets)
	case c.Uses < 1 || c.Uses > c.Assets || c.Payees < 1 || c.Payees > c.Uses:
		return fmt.Errorf("want 1 to %d assets of a payer and no more payees of a query, got %d and %d", c.Assets, c.Uses, c.Payees)
	case c.Queries < c.Payers || c.Queries > 100_000_000:
		return fmt.Errorf("want from %d to 100000000 queries, got %d", c.Payers, c.Queries)
	}
	return nil
}

// Figures is what Run measured. Gas up to gas_64_lanes is the message's own; the
// names are for the default numbers.
type Figures struct {
	Bytes1       int    `json:"bytes_1_query"`
	Bytes1000000 int    `json:"bytes_1000000_queries"`
	Gas1         uint64 `json:"gas_1_query"`
	Gas1000000   uint64 `json:"gas_1000000_queries"`

	GasPayee        uint64 `json:"gas_1_payee"`
	GasFurtherPayee uint64 `json:"gas_further_payee"`

	GasLane  uint64 `json:"gas_1_lane"`
	GasLanes uint64 `json:"gas_64_lanes"`
	// GasLanesSettled is of lanes that had been settled before, of which each has a
	// row to be read.
	GasLanesSettled uint64 `json:"gas_64_lanes_settled_before"`

	// Whole transactions. What ends in every_asset is of the same queries if each
	// payer owes every asset; shares are of the gas of a block.
	GasPerQueryBatched   float64 `json:"gas_per_query_batched"`
	GasPerQueryAll       float64 `json:"gas_per_query_every_asset"`
	GasPerQueryTransfers float64 `json:"gas_per_query_bank_transfers"`
	BatchQueries         int     `json:"batch_queries"`
	BatchPayers          int     `json:"batch_payers"`
	BatchAssets          int     `json:"batch_assets"`
	BatchTransactions    int     `json:"batch_transactions"`
	BatchCredits         int     `json:"batch_credits"`
	BatchCreditsAll      int     `json:"batch_credits_every_asset"`
	BatchBytes           int     `json:"batch_bytes"`
	BatchBytesAll        int     `json:"batch_bytes_every_asset"`
	BlockGas             uint64  `json:"block_gas"`
	BatchGas             uint64  `json:"batch_gas"`
	BatchGasAll          uint64  `json:"batch_gas_every_asset"`
	BlockShare           float64 `json:"share_of_a_block"`
	BlockShareAll        float64 `json:"share_of_a_block_every_asset"`
	BatchMillis          float64 `json:"batch_block_ms"`
	BatchMillisAll       float64 `json:"batch_block_ms_every_asset"`
	SumQueries           string  `json:"sum_queries"`
	SumSettled           string  `json:"sum_settled"`

	Method string `json:"method"`
}

// method says how the figures were taken.
func (c Config) method() string {
	return fmt.Sprintf("one chain in this process, fed signed transactions in blocks through ABCI, run one after the other, "+
		"state on disk. A message's own gas is that of its transaction less that of an empty one: what a transaction with "+
		"a refused message without settlements used, less 10 for each byte of that message; its bytes are those it adds. "+
		"*_query, *_queries: one settlement that credits %d assets by their leaves with paths, from a voucher after so many queries, "+
		"each the first of its lane. gas_1_payee: the same with one asset; gas_further_payee: the most that each further "+
		"one added, from 2 to %d. gas_1_lane: one lane of a tab of 64 that owes one asset; gas_64_lanes: a checkpoint of all 64 "+
		"that owes it, none settled before. Batch: %d queries by %d payers over %d assets, of which each payer uses %d, at prices "+
		"of 1 to 1000, each query paying %d of them in turn; each payer's last voucher with the leaves of all that it owes, %d payers in a "+
		"message, all in one block; gas of whole transactions by queries. *_every_asset: the same with every payer owing all assets. Bank transfers: transactions with a MsgSend for each payee of one "+
		"query, median gas of %d in one block. sum_queries: what the queries cost; sum_settled: what the chain credited",
		c.Payees, mostPayees(c.Assets), c.Queries, c.Payers, c.Assets, c.Uses, c.Payees, batchPayers, transferTxs)
}

// blockGas is how much gas a block may use.
const blockGas = app.BlockGas
