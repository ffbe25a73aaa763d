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

// budget counts, for each payer and hour, how many different passages it was offered
// and how many probes it made. Offers cost nothing, and bands and sizes of many of
// them would draw a map of the vault. What is counted is kept: neither a restart nor
// a clock that goes back forgives.
type budget struct {
	now  func() time.Time
	kept *keptBudgets

	mu     sync.Mutex
	limits budgetLimits
	spent  map[string]*spending // by payer
}

// budgetLimits are what one payer may in an hour.
type budgetLimits struct{ passages, probes int }

// spending is what one payer did in its hour.
type spending struct {
	// id is when the hour began, and names what is kept of it. began is id too, but
	// after a clock went back: an hour never ends later than an hour from now.
	id, began time.Time
	offered   map[uint64]struct{} // the beginnings of chunks' hashes
	parts     int                 // of offered, as they are kept
	probes    int
	bought    int // orders
	asked     questions
}

func (s *spending) until() time.Time { return s.began.Add(budgetTime) }

// of returns what payer did in the hour of now. The caller holds b.mu.
func (b *budget) of(payer string, now time.Time) (*spending, error) {
	payer = strings.ToLower(payer)
	s := b.spent[payer]
	if s != nil && now.Before(s.began) {
		s.began = now
	}
	if s != nil && now.Before(s.until()) {
		return s, nil
	}
	if err := b.forget(now); err != nil {
		return nil, err
	}
	s = &spending{id: now, began: now, offered: map[uint64]struct{}{}}
	b.spent[payer] = s
	return s, b.kept.begin(payer, s)
}

// forget drops hours that are over. The caller holds b.mu.
func (b *budget) forget(now time.Time) error {
	over := map[string]*spending{}
	for payer, s := range b.spent {
		if !now.Before(s.until()) {
			over[payer] = s
			delete(b.spent, payer)
		}
	}
	return b.kept.drop(over)
}

// spend takes an offer of chunks out of payer's budget, or refuses it as a whole.
func (b *budget) spend(payer string, chunks []types.Hash) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	s, err := b.of(payer, now)
	if err != nil {
		return err
	}
	var fresh []uint64
	for _, c := range chunks {
		n := beginning(c)
		if _, ok := s.offered[n]; !ok {
			fresh = append(fresh, n)
		}
	}
	if len(s.offered)+len(fresh) > b.limits.passages {
		return wire.NewError(http.StatusTooManyRequests, wire.TypeRateLimit, CodeBudget,
			"payer %s was offered %d of %d different passages this hour; ask again in %d minutes",
			strings.ToLower(payer), len(s.offered), b.limits.passages, s.minutes(now))
	}
	if len(fresh) == 0 {
		return nil
	}
	for _, n := range fresh {
		s.offered[n] = struct{}{}
	}
	s.parts++
	return b.kept.offered(strings.ToLower(payer), s, fresh)
}

// ask counts a question if it is a probe, and refuses one that is too many.
func (b *budget) ask(payer, text, filter string) error {
	q := question{exact: exactly(text, filter)}
	if known, err := b.knows(payer, q); known || err != nil {
		return err // it tells nothing new
	}
	q.words = wordsOf(text)
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	s, err := b.of(payer, now)
	if err != nil || s.asked.known(q) {
		return err
	}
	if s.asked.near(q) {
		if room := b.limits.probes + probesBought*s.bought; s.probes >= room {
			return wire.NewError(http.StatusTooManyRequests, wire.TypeRateLimit, CodeProbes,
				"payer %s asked %d questions this hour that are nearly the same as others, and bought %d times; buy passages, ask something else, or ask again in %d minutes",
				strings.ToLower(payer), s.probes, s.bought, s.minutes(now))
		}
		s.probes++
		if err := b.kept.probed(strings.ToLower(payer), s); err != nil {
			return err
		}
	}
	s.asked.add(q)
	return nil
}

// knows reports whether payer asked the same before, to the letter.
func (b *budget) knows(payer string, q question) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, err := b.of(payer, b.now())
	return err == nil && s.asked.known(q), err
}

// purchase notes that payer bought passages.
func (b *budget) purchase(payer string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.spent[strings.ToLower(payer)]; s != nil {
		s.bought++ // kept with the next probe: to forget it makes nothing easier
	}
}

// minutes says how long an hour lasts yet.
func (s *spending) minutes(now time.Time) int {
	return int((s.until().Sub(now) + time.Minute - 1) / time.Minute)
}

// limit changes what payers may from now on.
func (b *budget) limit(l budgetLimits) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limits = l
}

// BudgetStatus is what one payer did in its hour.
type BudgetStatus struct {
	Payer   string `json:"payer"`
	Offered int    `json:"offered"` // different passages
	Limit   int    `json:"limit"`
	// Probes are questions that were nearly the same as others, of which there may be
	// ProbeLimit, more the more orders were Bought.
	Probes     int   `json:"probes"`
	ProbeLimit int   `json:"probe_limit"`
	Bought     int   `json:"bought"`
	Until      int64 `json:"until"` // Unix seconds
}

// status lists the budgets in use, the most used first.
func (b *budget) status() []BudgetStatus {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	all := []BudgetStatus{}
	for payer, s := range b.spent {
		until := s.until()
		if most := now.Add(budgetTime); until.After(most) {
			until = most
		}
		if now.Before(until) {
			all = append(all, BudgetStatus{
				Payer: payer, Offered: len(s.offered), Limit: b.limits.passages,
				Probes: s.probes, ProbeLimit: b.limits.probes + probesBought*s.bought, Bought: s.bought, Until: until.Unix(),
			})
		}
	}
	slices.SortFunc(all, func(x, y BudgetStatus) int {
		return cmp.Or(cmp.Compare(y.Offered, x.Offered), cmp.Compare(y.Probes, x.Probes), cmp.Compare(x.Payer, y.Payer))
	})
	return all
}
