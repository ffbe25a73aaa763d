package points

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/weal-network/weal/keep"
)

// Amounts are decimal text, times Unix seconds. Roots are those that the chain knows.
var schema = []string{
	`CREATE TABLE points (whose INTEGER NOT NULL, denom TEXT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (whose, denom))`,
	`CREATE TABLE points_distributions (id INTEGER PRIMARY KEY AUTOINCREMENT, root BLOB NOT NULL, denom TEXT NOT NULL,
		made INTEGER NOT NULL, done INTEGER NOT NULL DEFAULT 0, data TEXT NOT NULL)`,
	`CREATE UNIQUE INDEX points_distributions_open ON points_distributions (denom) WHERE done = 0`,
}

// Config is what a Table needs. A nil Now has a default.
type Config struct {
	DB *sql.DB
	// Flush brings what is still in memory into the table; it is called before anything
	// is listed or taken.
	Flush func(ctx context.Context) error
	Now   func() time.Time
}

// Table keeps points and distributions.
type Table struct{ cfg Config }

// Open opens the tables in cfg.DB, or makes them.
func Open(ctx context.Context, cfg Config) (*Table, error) {
	if cfg.DB == nil || cfg.Flush == nil {
		return nil, errors.New("open points: the database, or who flushes, is missing")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if err := keep.Schema(ctx, cfg.DB, "points", 1, schema...); err != nil {
		return nil, err
	}
	return &Table{cfg: cfg}, nil
}

// Add adds a sheet's points, within a transaction of its database.
func (t *Table) Add(ctx context.Context, tx *sql.Tx, s Sheet) error {
	for at, d := range s {
		p := &Points{Denom: at.denom}
		var b []byte
		err := tx.QueryRowContext(ctx, `SELECT data FROM points WHERE whose = ? AND denom = ?`, int64(at.of), at.denom).Scan(&b)
		if err == nil {
			err = json.Unmarshal(b, p)
		} else if errors.Is(err, sql.ErrNoRows) {
			err = nil
		}
		if err != nil {
			return fmt.Errorf("add points: %w", err)
		}
		p.addAll(d)
		if b, err = json.Marshal(p); err == nil {
			_, err = tx.ExecContext(ctx, `INSERT INTO points (whose, denom, data) VALUES (?, ?, ?)
				ON CONFLICT (whose, denom) DO UPDATE SET data = excluded.data`, int64(at.of), at.denom, string(b))
		}
		if err != nil {
			return fmt.Errorf("add points: %w", err)
		}
	}
	return nil
}

// Points lists what was earned since the last distribution, by who and denomination.
func (t *Table) Points(ctx context.Context) ([]Points, error) {
	if err := t.cfg.Flush(ctx); err != nil {
		return nil, err
	}
	return read(ctx, t.cfg.DB)
}

// querier is the part of *sql.DB and *sql.Tx that reads.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func read(ctx context.Context, q querier) ([]Points, error) {
	rows, err := q.QueryContext(ctx, `SELECT whose, data FROM points`)
	if err != nil {
		return nil, fmt.Errorf("read points: %w", err)
	}
	defer rows.Close()
	all := []Points{}
	for rows.Next() {
		var of int64
		var b []byte
		var p Points
		err := rows.Scan(&of, &b)
		if err == nil {
			err = json.Unmarshal(b, &p)
		}
		if err != nil {
			return nil, fmt.Errorf("read points: %w", err)
		}
		p.Of = uint64(of)
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Points) int { return cmp.Or(cmp.Compare(a.Of, b.Of), cmp.Compare(a.Denom, b.Denom)) })
	return all, rows.Err()
}
