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
	"github.com/weal-network/weal/wire"
)

const (
	// shareEvery is how often answers that were noted are written down.
	shareEvery = 5 * time.Second
)

// shares adds up what each vault's passages counted for what the app was paid. Who
// answers only notes it; all else is done in the background, many answers at once. It
// decides no payment of a payer. While any vault is a contribution to the app, what is
// noted is kept before the answer's receipt is given. While none is, nobody is owed a
// part: a kill loses what was noted since the last flush, and nothing that was noted
// before the first vault became one.
type shares struct {
	*points.Table
	db  *sql.DB
	log *slog.Logger

	mu    sync.Mutex // guards what follows; held for moments
	noted []noted    // not divided yet
	owed  bool       // what is noted is kept: a vault is a contribution, or may be

	flushing sync.Mutex
	setting  sync.Mutex // held while a contribution is set
}

// noted is an answer that the app is paid for: with a record, or of a search with the
// vaults that have sealed something.
type noted struct {
	Order  types.Hash         `json:"order"` // the app's
	Denom  string             `json:"denom"`
	Price  types.Amount       `json:"price"`
	Record attribution.Record `json:"record,omitempty"`
	Sealed []types.AssetID    `json:"sealed,omitempty"`

	row bool // it was kept by itself
}

// openShares opens the tables in db. Without a database nothing is counted.
func openShares(ctx context.Context, db *sql.DB, now func() time.Time, log *slog.Logger) (*shares, error) {
	if db == nil {
		return nil, nil
	}
	s := &shares{db: db, log: log}
	err := keep.Schema(ctx, db, "gateway-contributors", 2,
		`CREATE TABLE IF NOT EXISTS gateway_contributors (vault INTEGER PRIMARY KEY, contribution INTEGER NOT NULL)`,
		`CREATE TABLE gateway_noted (order_hash BLOB PRIMARY KEY, data TEXT NOT NULL)`)
	if err == nil {
		s.Table, err = points.Open(ctx, points.Config{DB: db, Flush: s.flush, Now: now})
	}
	if err == nil {
		err = s.load(ctx)
	}
	if err == nil {
		err = s.owe(ctx)
	}
	return s, err
}

// load takes up what was noted and not divided.
func (s *shares) load(ctx context.Context) error {
	rows, err := s.db.QueryContext(ctx, `SELECT data FROM gateway_noted ORDER BY order_hash`)
	if err != nil {
		return fmt.Errorf("read what was answered: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var b []byte
		var n noted
		err := rows.Scan(&b)
		if err == nil {
			err = wire.Unmarshal(b, &n)
		}
		if err != nil {
			return fmt.Errorf("read what was answered: %w", err)
		}
		n.row = true
		s.noted = append(s.noted, n)
	}
	return rows.Err()
}

// owe finds out whether any vault is a contribution.
func (s *shares) owe(ctx context.Context) error {
	set, err := s.contributions(ctx)
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.owed = len(set) > 0
	}
	return err
}

// note notes an answer, and keeps it if any vault is a contribution: when it returns, a
// kill does not lose it.
func (s *shares) note(n noted) error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	n.row = s.owed
	if !n.row {
		s.noted = append(s.noted, n)
		s.mu.Unlock()
		return nil
	}
	s.mu.Unlock()
	b, err := wire.Marshal(n)
	if err == nil {
		// Kept before a flush can see it, which deletes the row of what it has divided.
		err = keep.Put(s.db, keep.Change{
			Slot: "noted " + n.Order.String(), Text: `INSERT INTO gateway_noted (order_hash, data) VALUES (?, ?) ON CONFLICT (order_hash) DO NOTHING`,
			Args: []any{n.Order[:], string(b)},
		})
	}
	if err != nil {
		return fmt.Errorf("note an answer: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noted = append(s.noted, n)
	return nil
}

// run writes down what was noted, again and again, and once more when ctx ends.
func (s *shares) run(ctx context.Context) {
	tick := time.NewTicker(shareEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := s.flush(ctx); err != nil && ctx.Err() == nil {
				s.log.Warn("what vaults earn of answers is not divided yet", "err", err)
			}
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shareEvery)
			defer cancel()
			if err := s.flush(last); err != nil {
				s.log.Warn("what vaults earned of the last answers is divided at the next start", "err", err)
			}
			return
		}
	}
}

// flush divides what was noted, in one transaction. What it fails to write waits for
// the next.
func (s *shares) flush(ctx context.Context) error {
	s.flushing.Lock()
	defer s.flushing.Unlock()
	s.mu.Lock()
	fresh := s.noted
	s.mu.Unlock()
	if len(fresh) == 0 {
		return nil
	}
	divided := points.Sheet{}
	for _, n := range fresh {
		n.divide(divided)
	}
	err := keep.Write(ctx, s.db, func(tx *sql.Tx) error {
		for _, n := range fresh {
			if !n.row {
				continue
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM gateway_noted WHERE order_hash = ?`, n.Order[:]); err != nil {
				return err
			}
		}
		return s.Add(ctx, tx, divided)
	})
	if err != nil {
		return fmt.Errorf("write down what vaults earned: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noted = slices.Clone(s.noted[len(fresh):])
	return nil
}

// divide gives what the app is paid to the vaults behind an answer. By equals each
// vault counts the same, by the other rules as much as its passages do. Of a search,
// which nobody here can read, they count the same by all rules.
func (n *noted) divide(earned points.Sheet) {
	var of []uint64
	for _, e := range n.Record {
		of = append(of, uint64(e.Asset))
	}
	for _, vault := range n.Sealed {
		of = append(of, uint64(vault))
	}
	slices.Sort(of)
	of = slices.Compact(of)
	earned.Divide(n.Denom, n.Price, of, func(rule attribution.Rule, i int) (sum uint64) {
		if rule == attribution.Equal || len(n.Record) == 0 {
			return 1
		}
		for _, e := range n.Record {
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

// set says which contribution a vault is; 0 is none. When it returns, a kill loses
// nothing that was noted before, nor what is noted after if any vault is one.
func (s *shares) set(ctx context.Context, vault types.AssetID, contribution uint64) error {
	s.setting.Lock()
	defer s.setting.Unlock()
	if contribution != 0 {
		s.mu.Lock()
		s.owed = true
		s.mu.Unlock()
		if err := s.flush(ctx); err != nil { // what was not kept
			return err
		}
	}
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
	return s.owe(ctx)
}
