package settle

import (
	"fmt"
	"strconv"

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
// block.
func (b *bench) measureBatch(f *Figures) error {
	all := Figures{}
	if err := b.settleAll(&all, b.cfg.Assets); err != nil {
		return err
	}
	f.GasPerQueryAll, f.BlocksAll = all.GasPerQueryBatched, int((all.BatchGas+blockGas-1)/blockGas)
	return b.settleAll(f, b.cfg.Uses)
}

// settleAll is a batch in which each payer uses so many assets.
func (b *bench) settleAll(f *Figures, uses int) error {
	tabs, err := b.open(1, b.payers...)
	if err != nil {
		return err
	}
	owed, cost := b.ask(uses)
	var txs [][]byte
	var leaves []pay.Leaf // in the order of the settlements
	for i := 0; i < len(tabs); i += batchPayers {
		msg := &tabtypes.MsgSettle{Sender: b.other.String()}
		for k := i; k < min(i+batchPayers, len(tabs)); k++ {
			s, err := tabs[k].settlement(0, owed[k].queries, owed[k].leaves)
			if err != nil {
				return err
			}
			msg.Settlements = append(msg.Settlements, s)
			leaves = append(leaves, owed[k].leaves...)
		}
		tx, err := b.CosmosWithGas(b.other, setupGas, msg)
		if err != nil {
			return err
		}
		txs = append(txs, tx)
		f.BatchBytes += len(tx)
	}
	results, took, err := b.Timed(txs...)
	if err != nil {
		return err
	}
	var credits []tabtypes.CreditedNow
	for _, r := range results {
		var out tabtypes.MsgSettleResponse
		if err := chain.ReadResponse(r, &out); err != nil {
			return fmt.Errorf("settle %d payers: %w", batchPayers, err)
		}
		credits = append(credits, out.Credits...)
		f.BatchGas += uint64(r.GasUsed)
	}
	if err := credited(credits, leaves); err != nil {
		return err
	}
	settled, err := sum(credits)
	if err != nil {
		return err
	}
	f.SumQueries, f.SumSettled = strconv.FormatUint(cost, 10), settled.String()
	if f.SumQueries != f.SumSettled {
		return fmt.Errorf("the queries cost %s, %s was settled", f.SumQueries, f.SumSettled)
	}
	f.BatchQueries, f.BatchPayers, f.BatchAssets = b.cfg.Queries, b.cfg.Payers, b.cfg.Assets
	f.BatchTransactions, f.BatchCredits, f.BlockGas = len(txs), len(credits), blockGas
	f.BatchMillis = float64(took.Microseconds()) / 1000
	f.GasPerQueryBatched = float64(f.BatchGas) / float64(b.cfg.Queries)
	return nil
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
