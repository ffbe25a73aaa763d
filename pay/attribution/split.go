package attribution

import (
	"fmt"
	"math/bits"
	"slices"
)

// Rule says what a passage's share follows.
type Rule string

// The rules.
const (
	Equal      Rule = "equal"    // all passages the same
	ByScore    Rule = "score"    // by band: band + 1
	ByCitation Rule = "citation" // by citations; by score if there are none
)

// Rules are all rules.
var Rules = []Rule{Equal, ByScore, ByCitation}

// ParseRule returns the rule with a name.
func ParseRule(name string) (Rule, error) {
	if r := Rule(name); slices.Contains(Rules, r) {
		return r, nil
	}
	return "", fmt.Errorf("split rule: want equal, score or citation, got %.40q", name)
}

// Split divides total by weights, whose sum must fit 64 bits: each gets its part
// rounded down, and what is left goes, one each, to the largest remainders, the
// first of equal ones first. The result sums to total. If no weight is above zero
// all count the same; of nothing it is nothing.
func Split(total uint64, weights []uint64) []uint64 {
	if len(weights) == 0 {
		return nil
	}
	sum := uint64(0)
	for _, w := range weights {
		sum += w
	}
	if sum == 0 {
		weights, sum = slices.Repeat([]uint64{1}, len(weights)), uint64(len(weights))
	}
	parts, rests, order := make([]uint64, len(weights)), make([]uint64, len(weights)), make([]int, len(weights))
	left := total
	for i, w := range weights {
		high, low := bits.Mul64(total, w)
		parts[i], rests[i] = bits.Div64(high, low, sum) // w ≤ sum: it fits
		left -= parts[i]
		order[i] = i
	}
	if left == 0 {
		return parts
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case rests[a] > rests[b]:
			return -1
		case rests[a] < rests[b]:
			return 1
		}
		return 0
	})
	for _, i := range order[:left] { // less than one each is left
		parts[i]++
	}
	return parts
}
