package purse

import (
	"fmt"

	"github.com/weal-network/weal/types"
)

// Limits is the most that a purse may promise, in the smallest unit of one
// denomination. Zero means no limit; the caps of the lanes always hold.
type Limits struct {
	// PerQuery bounds what one question can cost at most.
	PerQuery types.Amount `json:"per_query"`
	// PerDay bounds what all questions of one day (UTC) can cost.
	PerDay types.Amount `json:"per_day"`
	// PerAsset bounds what one asset can get of one question.
	PerAsset types.Amount `json:"per_asset"`
}

// query checks a bill against the limits of one question.
func (l Limits) query(b *bill) error {
	if over(b.most, l.PerQuery) {
		return fmt.Errorf("%w: the question can cost %s %s, the limit per question is %s; raise the limit or ask for a shorter answer",
			ErrLimit, b.most, b.denom, l.PerQuery)
	}
	for _, p := range b.payees {
		if over(p.most, l.PerAsset) {
			return fmt.Errorf("%w: asset %d can cost %s %s, the limit per asset and question is %s; raise the limit or ask another gateway",
				ErrLimit, p.asset.ID, p.most, b.denom, l.PerAsset)
		}
	}
	return nil
}

// day checks what a day has promised so far, this question included.
func (l Limits) day(spent types.Amount, denom string) error {
	if over(spent, l.PerDay) {
		return fmt.Errorf("%w: with this question the day's promises come to %s %s, the limit per day is %s; raise it or wait until 00:00 UTC",
			ErrLimit, spent, denom, l.PerDay)
	}
	return nil
}

func over(amount, limit types.Amount) bool { return !limit.IsZero() && amount.Cmp(limit) > 0 }
