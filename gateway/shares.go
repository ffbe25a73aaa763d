package gateway

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
)

const (
	// shareEvery is how often answers that were noted are written down.
	shareEvery = 5 * time.Second
	// maxNoted is how many answers are noted between; beyond it they are not counted.
	maxNoted = 65_536
)

// shares adds up what each vault's passages counted for what the app was paid. Who
// answers only notes it, in memory; a crash loses what was noted since the last flush.
// It decides no payment of a payer.
type shares struct {
	*points.Table
	db  *sql.DB
	log *slog.Logger

	mu    sync.Mutex // guards what follows; held for moments
	noted []noted
	lost  int

	flushing sync.Mutex
	divided  points.Sheet // not written yet; guarded by flushing
}

// noted is an answer that the app is paid for: with a record, or of a search with the
// vaults that have sealed something.
type noted struct {
	denom  string
	price  types.Amount
	record attribution.Record
	sealed []types.AssetID
}

// openShares opens the tables in db. Without a database nothing is counted.
func openShares(ctx context.Context, db *sql.DB, now func() time.Time, log *slog.Logger) (*shares, error) {
	if db == nil {
		return nil, nil
	}
	s := &shares{db: db, log: log, divided: points.Sheet{}}
	err := keep.Schema(ctx, db, "gateway-contributors", 1,
		`CREATE TABLE gateway_contributors (vault INTEGER PRIMARY KEY, contribution INTEGER NOT NULL)`)
	if err == nil {
		s.Table, err = points.Open(ctx, points.Config{DB: db, Flush: s.flush, Now: now})
	}
	return s, err
}

// note notes an answer.
func (s *shares) note(n noted) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.noted) >= maxNoted {
		s.lost++
		return
	}
	s.noted = append(s.noted, n)
}

// run writes down what was noted, again and again, and once more when ctx ends.
func (s *shares) run(ctx context.Context) {
	tick := time.NewTicker(shareEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := s.flush(ctx); err != nil && ctx.Err() == nil {
				s.log.Warn("what vaults earn of answers is not written down; it is kept in memory", "err", err)
			}
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shareEvery)
			defer cancel()
			if err := s.flush(last); err != nil {
				s.log.Warn("what vaults earned of the last answers is lost", "err", err)
			}
			return
		}
	}
}

// flush writes down what was noted. What it fails to write is kept in memory.
func (s *shares) flush(ctx context.Context) error {
	s.flushing.Lock()
	defer s.flushing.Unlock()
	s.mu.Lock()
	fresh, lost := s.noted, s.lost
	s.noted, s.lost = nil, 0
	s.mu.Unlock()
	if lost > 0 {
		s.log.Warn("more was answered than could be counted", "lost", lost)
	}
	for _, n := range fresh {
		n.divide(s.divided)
	}
	if len(s.divided) == 0 {
		return nil
	}
	if err := keep.Write(ctx, s.db, func(tx *sql.Tx) error { return s.Add(ctx, tx, s.divided) }); err != nil {
		return fmt.Errorf("write down what vaults earned: %w", err)
	}
	s.divided = points.Sheet{}
	return nil
}

// divide gives what the app is paid to the vaults behind an answer. By equals each
// vault counts the same, by the other rules as much as its passages do. Of a search,
// which nobody here can read, they count the same by all rules.
func (n *noted) divide(earned points.Sheet) {
	var of []uint64
	for _, e := range n.record {
		of = append(of, uint64(e.Asset))
	}
	for _, vault := range n.sealed {
		of = append(of, uint64(vault))
	}
	slices.Sort(of)
	of = slices.Compact(of)
	earned.Divide(n.denom, n.price, of, func(rule attribution.Rule, i int) (sum uint64) {
		if rule == attribution.Equal || len(n.record) == 0 {
			return 1
		}
		for _, e := range n.record {
			if uint64(e.Asset) == of[i] {
				sum += uint64(e.Share(rule))
			}
		}
		return sum
	})
}

// contributions tells which contribution to the app each vault is.
func (s *shares) contributions(ctx context.Context) (map[types.AssetID]uint64, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT vault, contribution FROM gateway_contributors`)
	if err != nil {
		return nil, fmt.Errorf("read contributors: %w", err)
	}
	defer rows.Close()
	all := map[types.AssetID]uint64{}
	for rows.Next() {
		var vault, contribution int64
		if err := rows.Scan(&vault, &contribution); err != nil {
			return nil, fmt.Errorf("read contributors: %w", err)
		}
		all[types.AssetID(vault)] = uint64(contribution)
	}
	return all, rows.Err()
}

// set says which contribution a vault is; 0 is none.
func (s *shares) set(ctx context.Context, vault types.AssetID, contribution uint64) error {
	err := keep.Write(ctx, s.db, func(tx *sql.Tx) (err error) {
		if contribution == 0 {
			_, err = tx.ExecContext(ctx, `DELETE FROM gateway_contributors WHERE vault = ?`, int64(vault))
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO gateway_contributors (vault, contribution) VALUES (?, ?)
			ON CONFLICT (vault) DO UPDATE SET contribution = excluded.contribution`, int64(vault), int64(contribution))
		return err
	})
	if err != nil {
		return fmt.Errorf("set the contribution of vault %d: %w", vault, err)
	}
	return nil
}
