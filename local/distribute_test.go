package local

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

// TestNobodyIsPaidTwiceByOneRoot plays an owner who is killed after one of two
// transactions of a distribution, or after both, before it is noted.
func TestNobodyIsPaidTwiceByOneRoot(t *testing.T) {
	d := points.Distribution{Denom: "aweal", Root: types.Hash{1}, Parts: []points.Part{{Contribution: 3, Points: 10}, {Contribution: 5, Points: 20}}}
	earned := func(id uint64, denom string, root types.Hash) ledger.Contribution {
		return ledger.Contribution{ID: id, Earnings: []ledger.ContributionEarning{{Denom: denom, Root: root}}}
	}
	all := []ledger.ContributionPoints{{ID: 3, Points: 10}, {ID: 5, Points: 20}}
	for name, test := range map[string]struct {
		brought []ledger.Contribution
		left    []ledger.ContributionPoints
	}{
		"nothing was sent":     {[]ledger.Contribution{{ID: 3}, {ID: 5}}, all},
		"paid by another root": {[]ledger.Contribution{earned(3, "aweal", types.Hash{2}), {ID: 5}}, all},
		"in another denom":     {[]ledger.Contribution{earned(3, "other", types.Hash{1}), {ID: 5}}, all},
		"one was sent":         {[]ledger.Contribution{earned(3, "aweal", types.Hash{1}), {ID: 5}}, all[1:]},
		"both were sent":       {[]ledger.Contribution{earned(3, "aweal", types.Hash{1}), earned(5, "aweal", types.Hash{1})}, nil},
	} {
		require.Equal(t, test.left, unpaid(d, test.brought), name)
	}
}
