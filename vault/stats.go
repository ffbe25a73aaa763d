package vault

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/tally"
)

// PathAdminStats is where the owner asks what was asked, found and sold.
const PathAdminStats = "/weal/v1/admin/stats"

// Defaults of a StatsRequest.
const (
	DefaultIdleDays = 30
	defaultListed   = 100
)

// StatsRequest is the body of PathAdminStats. Zero fields have defaults.
type StatsRequest struct {
	Since int64 `json:"since,omitempty"` // Unix seconds, of the hours
	Until int64 `json:"until,omitempty"` // Unix seconds; 0 is now
	// Days puts hours together to days of UTC.
	Days bool `json:"days,omitempty"`
	// IdleDays is for how long a passage was not offered to be listed as idle; 30.
	IdleDays int `json:"idle_days,omitempty"`
	// Limit is the most idle passages and the most questions that are listed; 100.
	Limit int `json:"limit,omitempty"`
}

// Stats is what was asked, found and sold.
type Stats struct {
	tally.Stats
	// Counting is when the first of it was counted, Unix seconds; 0 if nothing was.
	Counting int64   `json:"counting"`
	Sharing  Sharing `json:"sharing"`
	Idle     Idle    `json:"idle"`
}

// Idle is what was not offered for a number of days, of the documents that are
// served.
type Idle struct {
	Days      int            `json:"days"`
	Passages  int            `json:"passages"`
	Of        int            `json:"of"` // passages in all
	Documents []IdleDocument `json:"documents"`
	// Some are the first of the passages, in the documents' order.
	Some []IdlePassage `json:"some"`
}

// IdleDocument is a document of which passages were not offered.
type IdleDocument struct {
	Source   string `json:"source"`
	Passages int    `json:"passages"`
	Of       int    `json:"of"`
}

// IdlePassage is a passage that was not offered.
type IdlePassage struct {
	Source  string `json:"source"`
	Heading string `json:"heading"`
	Start   uint64 `json:"start"`
	Offered int64  `json:"offered,omitempty"` // the last time, Unix seconds; 0 is never
}

// Stats tells what was asked, found and sold.
func (v *Vault) Stats(ctx context.Context, req StatsRequest) (s Stats, err error) {
	req.IdleDays, req.Limit = cmp.Or(req.IdleDays, DefaultIdleDays), cmp.Or(req.Limit, defaultListed)
	s.Sharing = v.Sharing()
	g, err := v.newest(ctx)
	if err != nil {
		return s, err
	}
	chunks := func(yield func(types.Hash) bool) {
		for n := 0; g != nil && n < g.Len(); n++ {
			if !yield(g.Hash(n)) {
				return
			}
		}
	}
	s.Stats, err = v.counts.Stats(ctx, tally.Span{Since: req.Since, Until: req.Until, Days: req.Days, Questions: req.Limit}, chunks)
	if err != nil {
		return s, err
	}
	if s.Counting, err = v.counts.Since(ctx); err != nil || g == nil {
		return s, err
	}
	s.Idle, err = v.idle(ctx, g, s.Offered, req)
	return s, err
}

// newest returns the generation that is served, or the newest if none is, or nil.
func (v *Vault) newest(ctx context.Context) (*library.Generation, error) {
	asking, cancel := context.WithTimeout(ctx, healthTime)
	_, g, err := v.served(asking)
	cancel()
	if err == nil {
		return g, nil
	}
	if g, err = v.library.Latest(ctx); errors.Is(err, library.ErrNoGeneration) {
		return nil, nil
	}
	return g, err
}

// idle lists what of a generation was not offered lately.
func (v *Vault) idle(ctx context.Context, g *library.Generation, offered map[types.Hash]int64, req StatsRequest) (Idle, error) {
	idle := Idle{Days: req.IdleDays, Of: g.Len(), Documents: []IdleDocument{}, Some: []IdlePassage{}}
	since := v.cfg.Now().Add(-time.Duration(req.IdleDays) * 24 * time.Hour).Unix()
	for n := range g.Len() {
		source := g.Source(n)
		if len(idle.Documents) == 0 || idle.Documents[len(idle.Documents)-1].Source != source {
			idle.Documents = append(idle.Documents, IdleDocument{Source: source})
		}
		d := &idle.Documents[len(idle.Documents)-1]
		d.Of++
		at := offered[g.Hash(n)]
		if at >= since && at > 0 {
			continue
		}
		d.Passages++
		idle.Passages++
		if len(idle.Some) == req.Limit {
			continue
		}
		c, _, err := g.Passage(ctx, n)
		if errors.Is(err, library.ErrRemoved) {
			continue
		}
		if err != nil {
			return idle, err
		}
		idle.Some = append(idle.Some, IdlePassage{Source: c.Source, Heading: c.Heading, Start: c.Start, Offered: at})
	}
	idle.Documents = slices.DeleteFunc(idle.Documents, func(d IdleDocument) bool { return d.Passages == 0 })
	slices.SortStableFunc(idle.Documents, func(a, b IdleDocument) int { return cmp.Compare(b.Passages, a.Passages) })
	return idle, nil
}
