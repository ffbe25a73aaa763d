package watcher

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/weal-network/weal/types"
)

// Status is what a watcher keeps.
type Status struct {
	Account string   `json:"account"`
	Claims  int      `json:"claims"`
	Assets  []Income `json:"assets"`
}

// Income is what is kept of one denomination of one asset.
type Income struct {
	Asset       types.AssetID `json:"asset"`
	Denom       string        `json:"denom"`
	BasisPoints uint32        `json:"basis_points"` // of what is settled, that are the watcher's
	Claims      int           `json:"claims"`
	Owed        types.Amount  `json:"owed"` // that is not settled, as far as is known
}

// Status tells what is kept, by asset.
func (w *Watcher) Status(ctx context.Context) (Status, error) {
	s := Status{Account: w.cfg.Account, Assets: []Income{}}
	named, err := w.assets(ctx)
	if err != nil {
		return s, chainDown(err)
	}
	rows, err := w.store.db.QueryContext(ctx, selectSums)
	if err != nil {
		return s, fmt.Errorf("read claims: %w", err)
	}
	defer rows.Close()
	sums := map[income]*Income{}
	for rows.Next() {
		var key income
		var value, settled types.Amount
		if err := rows.Scan(&key.asset, &key.denom, amount{&value}, amount{&settled}); err != nil {
			return s, fmt.Errorf("read claims: %w", err)
		}
		in := sums[key]
		if in == nil {
			in = &Income{Asset: key.asset, Denom: key.denom, BasisPoints: named[key.asset]}
			sums[key] = in
		}
		in.Claims++
		s.Claims++
		if owed, ok := value.Sub(settled); ok {
			if total, fits := in.Owed.Add(owed); fits {
				in.Owed = total
			}
		}
	}
	for _, in := range sums {
		s.Assets = append(s.Assets, *in)
	}
	slices.SortFunc(s.Assets, func(a, b Income) int {
		return cmp.Or(cmp.Compare(a.Asset, b.Asset), cmp.Compare(a.Denom, b.Denom))
	})
	return s, rows.Err()
}
