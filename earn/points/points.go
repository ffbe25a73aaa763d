package points

import (
	"math/big"
	"slices"

	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
)

// Points is what one has earned since the last distribution, by each rule, in the
// smallest unit of Denom.
type Points struct {
	// Of is who: a contribution, or whatever else the role adds up by.
	Of       uint64       `json:"-"`
	Denom    string       `json:"denom"`
	Uses     uint64       `json:"uses"`
	Equal    types.Amount `json:"equal"`
	Score    types.Amount `json:"score"`
	Citation types.Amount `json:"citation"`
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

// addAll adds what o has.
func (p *Points) addAll(o *Points) {
	p.Uses += o.Uses
	for _, rule := range attribution.Rules {
		p.add(rule, o.By(rule))
	}
}

// place is where points are added up.
type place struct {
	of    uint64
	denom string
}

// Sheet is points in memory, on their way into a table.
type Sheet map[place]*Points

// Divide gives what a use earned to those behind it, by each rule and to the last
// unit. weight says what the i-th of them counts by a rule; if none counts, all count
// the same. Each that is named has one use more, as often as it is named.
func (s Sheet) Divide(denom string, total types.Amount, of []uint64, weight func(rule attribution.Rule, i int) uint64) {
	if len(of) == 0 {
		return
	}
	for _, rule := range attribution.Rules {
		weights := make([]uint64, len(of))
		for i := range weights {
			weights[i] = weight(rule, i)
		}
		for i, part := range split(total, weights) {
			s.at(of[i], denom).add(rule, part)
		}
	}
	for _, one := range of {
		s.at(one, denom).Uses++
	}
}

// AddAll adds what o has.
func (s Sheet) AddAll(o Sheet) {
	for at, p := range o {
		s.at(at.of, at.denom).addAll(p)
	}
}

func (s Sheet) at(of uint64, denom string) *Points {
	at := place{of, denom}
	if s[at] == nil {
		s[at] = &Points{Of: of, Denom: denom}
	}
	return s[at]
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
