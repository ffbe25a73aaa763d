// Package answers keeps what was bought, so that it can be cited again.
//
// What always holds:
//   - An answer is kept for one payer, and nobody else is shown it.
//   - The newest of each payer are kept, the oldest beyond a bound are dropped: a
//     receipt outlives the passages.
//   - Processes share the database.
//
// The way through it: [Open], [Store.Put] what came, [Store.Get] it by its id.
package answers

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/keep"
)

// most is how many answers are kept of one payer.
const most = 2000

// leastID is how many digits of an id name an answer at least.
const leastID = 8

var schema = []string{
	`CREATE TABLE IF NOT EXISTS agent_answers (
		payer TEXT NOT NULL, id TEXT NOT NULL, time BIGINT NOT NULL, answer BLOB NOT NULL,
		PRIMARY KEY (payer, id))`,
	`CREATE INDEX IF NOT EXISTS agent_answers_time ON agent_answers (payer, time)`,
}

// Store keeps answers.
type Store struct {
	db  *sql.DB
	now func() time.Time
}

// Open opens the store in db; now may be nil.
func Open(ctx context.Context, db *sql.DB, now func() time.Time) (*Store, error) {
	if now == nil {
		now = time.Now
	}
	if err := keep.Schema(ctx, db, "agent/answers", 1, schema...); err != nil {
		return nil, err
	}
	return &Store{db: db, now: now}, nil
}

// Put keeps an answer for a payer. The same answer is kept once.
func (s *Store) Put(ctx context.Context, payer string, k agent.Kept) error {
	b, err := json.Marshal(k)
	if err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	err = keep.Write(ctx, s.db, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO agent_answers (payer, id, time, answer) VALUES ($1, $2, $3, $4)
			ON CONFLICT (payer, id) DO UPDATE SET answer = excluded.answer`, payer, k.Answer.ID, s.now().UnixMilli(), b); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM agent_answers WHERE payer = $1 AND time < (
			SELECT time FROM agent_answers WHERE payer = $1 ORDER BY time DESC LIMIT 1 OFFSET $2)`, payer, most-1)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep answer: %w", err)
	}
	return nil
}

// Get returns the answer of a payer whose id begins with id.
func (s *Store) Get(ctx context.Context, payer, id string) (k agent.Kept, err error) {
	id = strings.ToLower(strings.TrimSpace(id))
	if _, err := hex.DecodeString(id + strings.Repeat("0", len(id)%2)); err != nil || len(id) < leastID || len(id) > 64 {
		return k, fmt.Errorf("%w: want the id of an answer, %d to 64 hex digits, got %.80q", agent.ErrNotKept, leastID, id)
	}
	rows, err := s.read(ctx, `SELECT answer FROM agent_answers WHERE payer = $1 AND id >= $2 AND id < $3 ORDER BY id LIMIT 2`,
		payer, id, id+"g")
	switch {
	case err != nil:
		return k, err
	case len(rows) == 0:
		return k, fmt.Errorf("%w: %s is none of yours, or is no longer kept", agent.ErrNotKept, id)
	case len(rows) > 1:
		return k, fmt.Errorf("%w: several begin with %s; give more digits", agent.ErrNotKept, id)
	}
	return rows[0], nil
}

// List returns the newest answers of a payer.
func (s *Store) List(ctx context.Context, payer string, limit int) ([]agent.Kept, error) {
	return s.read(ctx, `SELECT answer FROM agent_answers WHERE payer = $1 ORDER BY time DESC, id LIMIT $2`, payer, limit)
}

func (s *Store) read(ctx context.Context, query string, args ...any) (all []agent.Kept, err error) {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var b []byte
		var k agent.Kept
		if err := rows.Scan(&b); err != nil {
			return nil, fmt.Errorf("read answers: %w", err)
		}
		if err := json.Unmarshal(b, &k); err != nil {
			return nil, fmt.Errorf("read answers: %w", err)
		}
		all = append(all, k)
	}
	return all, rows.Err()
}
