package vault

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// budgetTime is how long a payer's budget lasts before it begins anew.
const budgetTime = time.Hour

// budget counts how many different passages each payer was offered. Offers cost
// nothing, and bands and sizes of many of them would draw a map of the vault. It
// is in memory: a restart forgives.
type budget struct {
	limit int
	now   func() time.Time

	mu    sync.Mutex
	spent map[string]*spending // by payer
}

type spending struct {
	until   time.Time
	offered map[types.Hash]struct{} // hashes of chunks
}

func newBudget(limit int, now func() time.Time) *budget {
	return &budget{limit: limit, now: now, spent: map[string]*spending{}}
}

// spend takes an offer out of payer's budget, or refuses it as a whole.
func (b *budget) spend(payer string, chunks []types.Hash) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	payer = strings.ToLower(payer)
	s := b.spent[payer]
	if s == nil || !now.Before(s.until) {
		b.forget(now)
		s = &spending{until: now.Add(budgetTime), offered: map[types.Hash]struct{}{}}
		b.spent[payer] = s
	}
	fresh := 0
	for _, c := range chunks {
		if _, ok := s.offered[c]; !ok {
			fresh++
		}
	}
	if len(s.offered)+fresh > b.limit {
		return wire.NewError(http.StatusTooManyRequests, wire.TypeRateLimit, CodeBudget,
			"payer %s was offered %d of %d different passages this hour; ask again in %d minutes",
			payer, len(s.offered), b.limit, int(s.until.Sub(now).Minutes())+1)
	}
	for _, c := range chunks {
		s.offered[c] = struct{}{}
	}
	return nil
}

// forget drops budgets that are over.
func (b *budget) forget(now time.Time) {
	for payer, s := range b.spent {
		if !now.Before(s.until) {
			delete(b.spent, payer)
		}
	}
}

// BudgetStatus is what one payer was offered in its hour.
type BudgetStatus struct {
	Payer   string `json:"payer"`
	Offered int    `json:"offered"` // different passages
	Limit   int    `json:"limit"`
	Until   int64  `json:"until"` // Unix seconds
}

// status lists the budgets in use, the most used first.
func (b *budget) status() []BudgetStatus {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forget(b.now())
	all := []BudgetStatus{}
	for payer, s := range b.spent {
		all = append(all, BudgetStatus{Payer: payer, Offered: len(s.offered), Limit: b.limit, Until: s.until.Unix()})
	}
	slices.SortFunc(all, func(x, y BudgetStatus) int {
		return cmp.Or(cmp.Compare(y.Offered, x.Offered), cmp.Compare(x.Payer, y.Payer))
	})
	return all
}
