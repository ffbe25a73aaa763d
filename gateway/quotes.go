package gateway

import (
	"sync"
	"time"
)

// maxQuotes bounds the quotes that are remembered; beyond it the oldest go.
const maxQuotes = 8192

// quotes remembers quotes until they expire. They are promises of nothing but a
// price for two minutes, so that a restart may forget them.
type quotes struct {
	now func() time.Time
	mu  sync.Mutex
	all map[string]*quoted
	age []string // ids, oldest first
}

func newQuotes(now func() time.Time) *quotes {
	return &quotes{now: now, all: map[string]*quoted{}}
}

func (s *quotes) add(q *quoted) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.age) > 0 && (len(s.age) >= maxQuotes || s.expired(s.all[s.age[0]])) {
		delete(s.all, s.age[0])
		s.age = s.age[1:]
	}
	s.all[q.Quote.ID] = q
	s.age = append(s.age, q.Quote.ID)
}

// get returns a quote and whether it is still good; nil if it is not known.
func (s *quotes) get(id string) (q *quoted, good bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q = s.all[id]
	return q, q != nil && !s.expired(q)
}

func (s *quotes) expired(q *quoted) bool { return s.now().Unix() >= q.Quote.Expires }
