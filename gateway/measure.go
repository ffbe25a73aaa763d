package gateway

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
)

const (
	// measureEvery is how often measures are written down.
	measureEvery = 5 * time.Second
	// downFor is how long an asset that has failed is left out; it doubles with each
	// failure that follows, up to downMost.
	downFor, downMost = 2 * time.Second, 5 * time.Minute
	// maxMeasured bounds how many assets are remembered.
	maxMeasured = 4096
	// memory is the part of an average that a new time has.
	memory = 0.2
)

// Measure is what the gateway has seen of an asset that works for it.
type Measure struct {
	Asset types.AssetID `json:"asset"`
	// Served counts answers that came to their end, Cited those of them that name a
	// passage, Failed what did not come, or broke off.
	Served uint64 `json:"served"`
	Cited  uint64 `json:"cited"`
	Failed uint64 `json:"failed"`
	// FirstMillis is the time until the first byte, an average that forgets.
	FirstMillis float64 `json:"first_ms"`
	// Down tells that it is left out for now.
	Down bool `json:"down"`
}

// quality is the part of what was asked that came, and cites: from 0 to 1. Of what was
// never asked it is one half.
func (m Measure) quality() float64 {
	came := (float64(m.Served) + 1) / (float64(m.Served+m.Failed) + 2)
	return came * (float64(m.Cited) + 1) / (float64(m.Served) + 1)
}

// measures is what was seen of all. It decides who is asked, never what is paid. It is
// in memory, and written down from time to time.
type measures struct {
	db  *sql.DB // may be nil
	now func() time.Time
	log *slog.Logger

	mu  sync.Mutex
	all map[types.AssetID]*measured
}

type measured struct {
	Measure
	row   int // failures since something came
	until time.Time
	dirty bool
}

// openMeasures reads what was written down in db, if there is one.
func openMeasures(ctx context.Context, db *sql.DB, now func() time.Time, log *slog.Logger) (*measures, error) {
	m := &measures{db: db, now: now, log: log, all: map[types.AssetID]*measured{}}
	if db == nil {
		return m, nil
	}
	err := keep.Schema(ctx, db, "gateway-measures", 1, `CREATE TABLE gateway_measures (
		asset INTEGER PRIMARY KEY, served INTEGER NOT NULL, cited INTEGER NOT NULL, failed INTEGER NOT NULL, first_us INTEGER NOT NULL)`)
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, `SELECT asset, served, cited, failed, first_us FROM gateway_measures LIMIT ?`, maxMeasured)
	if err != nil {
		return nil, fmt.Errorf("read measures: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var asset, served, cited, failed, first int64
		if err := rows.Scan(&asset, &served, &cited, &failed, &first); err != nil {
			return nil, fmt.Errorf("read measures: %w", err)
		}
		m.all[types.AssetID(asset)] = &measured{Measure: Measure{
			Asset: types.AssetID(asset), Served: uint64(served), Cited: uint64(cited), Failed: uint64(failed), FirstMillis: float64(first) / 1000,
		}}
	}
	return m, rows.Err()
}

// of returns what was seen of an asset.
func (m *measures) of(id types.AssetID) Measure {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.all[id]; e != nil {
		out := e.Measure
		out.Down = m.now().Before(e.until)
		return out
	}
	return Measure{Asset: id}
}

// down reports whether an asset is left out for now.
func (m *measures) down(id types.AssetID) bool { return m.of(id).Down }

// note changes what is known of an asset.
func (m *measures) note(id types.AssetID, change func(*measured)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.all[id]
	if e == nil {
		if len(m.all) >= maxMeasured {
			return
		}
		e = &measured{Measure: Measure{Asset: id}}
		m.all[id] = e
	}
	change(e)
	e.dirty = true
}

// began notes that something came of an asset, after so long.
func (m *measures) began(id types.AssetID, after time.Duration) {
	ms := float64(after.Microseconds()) / 1000
	m.note(id, func(e *measured) {
		e.row, e.until = 0, time.Time{}
		if e.FirstMillis == 0 {
			e.FirstMillis = ms
		}
		e.FirstMillis += memory * (ms - e.FirstMillis)
	})
}

// served notes an answer that came to its end.
func (m *measures) served(id types.AssetID, cites bool) {
	m.note(id, func(e *measured) {
		e.Served++
		if cites {
			e.Cited++
		}
	})
}

// failed notes that an asset has failed, and leaves it out for a while.
func (m *measures) failed(id types.AssetID) {
	m.note(id, func(e *measured) {
		e.Failed++
		e.until = m.now().Add(min(downFor<<min(e.row, 16), downMost))
		e.row++
	})
}

// run writes down what was seen, until ctx ends.
func (m *measures) run(ctx context.Context) {
	tick := time.NewTicker(measureEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			m.flush(ctx)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), measureEvery)
			defer cancel()
			m.flush(last)
			return
		}
	}
}

// flush writes down what has changed.
func (m *measures) flush(ctx context.Context) {
	if m.db == nil {
		return
	}
	m.mu.Lock()
	var changed []Measure
	for _, e := range m.all {
		if e.dirty {
			changed, e.dirty = append(changed, e.Measure), false
		}
	}
	m.mu.Unlock()
	if len(changed) == 0 {
		return
	}
	err := keep.Write(ctx, m.db, func(tx *sql.Tx) error {
		for _, c := range changed {
			_, err := tx.ExecContext(ctx, `INSERT INTO gateway_measures (asset, served, cited, failed, first_us) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (asset) DO UPDATE SET served = excluded.served, cited = excluded.cited, failed = excluded.failed, first_us = excluded.first_us`,
				int64(c.Asset), int64(c.Served), int64(c.Cited), int64(c.Failed), int64(c.FirstMillis*1000))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		m.log.Warn("what was measured of models is not written down", "err", err)
	}
}
