package tally

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
)

func timeOf(at int64) time.Time { return time.Unix(at, 0) }

// account is where points are added up.
type account struct {
	contribution uint64
	denom        string
}

// Points is what a contribution has earned since the last distribution, by each
// rule, in the smallest unit of Denom. Contribution 0 is the owner's own.
type Points struct {
	Contribution uint64       `json:"contribution"`
	Denom        string       `json:"denom"`
	Passages     uint64       `json:"passages"` // that were sold
	Equal        types.Amount `json:"equal"`
	Score        types.Amount `json:"score"`
	Citation     types.Amount `json:"citation"`
}

// By returns the points by a rule.
func (p *Points) By(rule attribution.Rule) types.Amount { return *p.by(rule) }

func (p *Points) by(rule attribution.Rule) *types.Amount {
	switch rule {
	case attribution.ByScore:
		return &p.Score
	case attribution.ByCitation:
		return &p.Citation
	case attribution.Equal:
	}
	return &p.Equal
}

// add adds points. What does not fit 128 bits stays as it was.
func (p *Points) add(rule attribution.Rule, a types.Amount) {
	if sum, ok := p.by(rule).Add(a); ok {
		*p.by(rule) = sum
	}
}

// split divides total by weights, to the last unit: what rounding leaves goes, one
// each, to the largest remainders, the first of equal ones first.
func split(total types.Amount, weights []uint64) []types.Amount {
	sum := new(big.Int)
	for _, w := range weights {
		sum.Add(sum, new(big.Int).SetUint64(w))
	}
	if sum.Sign() == 0 {
		weights = slices.Repeat([]uint64{1}, len(weights))
		sum.SetInt64(int64(len(weights)))
	}
	parts, rests, order := make([]*big.Int, len(weights)), make([]*big.Int, len(weights)), make([]int, len(weights))
	left := total.Big()
	for i, w := range weights {
		product := new(big.Int).Mul(total.Big(), new(big.Int).SetUint64(w))
		parts[i], rests[i] = product.QuoRem(product, sum, new(big.Int))
		left.Sub(left, parts[i])
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return rests[b].Cmp(rests[a]) })
	for _, i := range order[:left.Int64()] { // less than one each is left
		parts[i].Add(parts[i], big.NewInt(1))
	}
	out := make([]types.Amount, len(parts))
	for i, p := range parts {
		out[i], _ = types.AmountFromBig(p) // no more than total
	}
	return out
}

func writePoints(ctx context.Context, tx *sql.Tx, points map[account]*Points) error {
	for a, d := range points {
		err := addRow(ctx, tx, `SELECT data FROM tally_points WHERE contribution = ? AND denom = ?`,
			`INSERT INTO tally_points (contribution, denom, data) VALUES (?, ?, ?)
				ON CONFLICT (contribution, denom) DO UPDATE SET data = excluded.data`,
			&Points{Contribution: a.contribution, Denom: a.denom}, func(p *Points) {
				p.Passages += d.Passages
				for _, rule := range attribution.Rules {
					p.add(rule, d.By(rule))
				}
			}, int64(a.contribution), a.denom)
		if err != nil {
			return fmt.Errorf("add points: %w", err)
		}
	}
	return nil
}

// Points lists what contributions have earned since the last distribution, by id and
// denomination.
func (t *Tally) Points(ctx context.Context) ([]Points, error) {
	if err := t.Flush(ctx); err != nil {
		return nil, err
	}
	return readPoints(ctx, t.cfg.DB)
}

// querier is the part of *sql.DB and *sql.Tx that reads.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func readPoints(ctx context.Context, q querier) ([]Points, error) {
	rows, err := q.QueryContext(ctx, `SELECT data FROM tally_points`)
	if err != nil {
		return nil, fmt.Errorf("read points: %w", err)
	}
	defer rows.Close()
	all := []Points{}
	for rows.Next() {
		var b []byte
		var p Points
		err := rows.Scan(&b)
		if err == nil {
			err = json.Unmarshal(b, &p)
		}
		if err != nil {
			return nil, fmt.Errorf("read points: %w", err)
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Points) int {
		return cmp.Or(cmp.Compare(a.Contribution, b.Contribution), cmp.Compare(a.Denom, b.Denom))
	})
	return all, rows.Err()
}
