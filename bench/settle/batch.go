package settle

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/weal-network/weal/bench/chain"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// batchPayers is how many payers' settlements are in one message: the
// transaction stays below what a node takes.
const batchPayers = 10

// debt is what one payer owes after its queries.
type debt struct {
	queries uint64
	leaves  []pay.Leaf
}

// ask has the payers ask all queries in turn, each of which pays the next of the
// assets that its payer uses, at prices of their own. It returns what each payer
// owes and what the queries cost in all.
func (b *bench) ask(uses int) (owed []debt, cost uint64) {
	payers, assets := b.cfg.Payers, b.cfg.Assets
	amounts := make([]uint64, payers*assets)
	owed = make([]debt, payers)
	for q := range b.cfg.Queries {
		payer := q % payers
		for k := range b.cfg.Payees {
			asset := (payer*uses + (q/payers*b.cfg.Payees+k)%uses) % assets
			price := uint64((q+k)%1000 + 1)
			amounts[payer*assets+asset] += price
			cost += price
		}
		owed[payer].queries++
	}
	for i := range owed {
		for k, amount := range amounts[i*assets : (i+1)*assets] {
			if amount > 0 {
				owed[i].leaves = append(owed[i].leaves, pay.Leaf{Asset: b.assets[k], Amount: types.NewAmount(amount), Order: types.Hash{byte(k)}})
			}
		}
	}
	return owed, cost
}

// measureBatch has many payers ask many queries, and settles all of them in one
// block: with each payer using some of the assets, and with each using all.
func (b *bench) measureBatch(f *Figures) error {
	some, err := b.settleAll(b.cfg.Uses)
	if err != nil {
		return err
	}
	all, err := b.settleAll(b.cfg.Assets)
	if err != nil {
		return err
	}
	if some.sum != all.sum {
		return fmt.Errorf("the same queries cost %s and %s", some.sum, all.sum)
	}
	f.BatchQueries, f.BatchPayers, f.BatchAssets, f.BlockGas = b.cfg.Queries, b.cfg.Payers, b.cfg.Assets, blockGas
	f.BatchTransactions, f.SumQueries, f.SumSettled = some.transactions, some.cost, some.sum
	f.GasPerQueryBatched, f.GasPerQueryAll = some.perQuery(b.cfg), all.perQuery(b.cfg)
	f.BatchCredits, f.BatchCreditsAll = some.credits, all.credits
	f.BatchBytes, f.BatchBytesAll = some.bytes, all.bytes
	f.BatchGas, f.BatchGasAll = some.gas, all.gas
	f.BlockShare, f.BlockShareAll = some.share(), all.share()
	f.BatchMillis, f.BatchMillisAll = some.millis(), all.millis()
	return nil
}

// batch is what it took to settle all queries.
type batch struct {
	transactions, credits, bytes int
	gas                          uint64
	took                         time.Duration
	cost, sum                    string // what the queries cost, and what was settled
}

func (b batch) perQuery(cfg Config) float64 { return float64(b.gas) / float64(cfg.Queries) }

// share is the part of a block's gas, to a tenth of a percent.
func (b batch) share() float64 { return math.Round(float64(b.gas)*1000/blockGas) / 1000 }

func (b batch) millis() float64 { return float64(b.took.Microseconds()) / 1000 }

// settleAll settles all queries, with each payer using so many assets.
func (b *bench) settleAll(uses int) (done batch, err error) {
	tabs, err := b.open(1, b.payers...)
	if err != nil {
		return done, err
	}
	owed, cost := b.ask(uses)
	var txs [][]byte
	var leaves []pay.Leaf // in the order of the settlements
	for i := 0; i < len(tabs); i += batchPayers {
		msg := &tabtypes.MsgSettle{Sender: b.other.String()}
		for k := i; k < min(i+batchPayers, len(tabs)); k++ {
			s, err := tabs[k].settlement(0, owed[k].queries, owed[k].leaves)
			if err != nil {
				return done, err
			}
			msg.Settlements = append(msg.Settlements, pathless(s))
			leaves = append(leaves, owed[k].leaves...)
		}
		tx, err := b.CosmosWithGas(b.other, setupGas, msg)
		if err != nil {
			return done, err
		}
		txs = append(txs, tx)
		done.bytes += len(tx)
	}
	results, took, err := b.Timed(txs...)
	if err != nil {
		return done, err
	}
	var credits []tabtypes.CreditedNow
	for _, r := range results {
		var out tabtypes.MsgSettleResponse
		if err := chain.ReadResponse(r, &out); err != nil {
			return done, fmt.Errorf("settle %d payers: %w", batchPayers, err)
		}
		credits = append(credits, out.Credits...)
		done.gas += uint64(r.GasUsed)
	}
	if err := credited(credits, leaves); err != nil {
		return done, err
	}
	settled, err := sum(credits)
	if err != nil {
		return done, err
	}
	done.transactions, done.credits, done.took = len(txs), len(credits), took
	if done.cost, done.sum = strconv.FormatUint(cost, 10), settled.String(); done.cost != done.sum {
		return done, fmt.Errorf("the queries cost %s, %s was settled", done.cost, done.sum)
	}
	return done, nil
}

// sum adds up credits.
func sum(credits []tabtypes.CreditedNow) (total types.Amount, err error) {
	for _, c := range credits {
		amount, err := types.ParseAmount(c.Amount)
		if err != nil {
			return total, err
		}
		var ok bool
		if total, ok = total.Add(amount); !ok {
			return total, fmt.Errorf("the sum of %d credits does not fit", len(credits))
		}
	}
	return total, nil
}
