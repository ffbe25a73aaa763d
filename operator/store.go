package operator

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
)

// schemaVersion counts the layouts of the operator's table.
const schemaVersion = 1

// keptFor is how long a request stays that has ended: as long as the chain keeps it,
// and a day.
const keptFor = 31 * 24 * time.Hour

// stage is where a request stands here.
type stage string

// The stages. A request goes from waiting to working to answered to sent, and ends in
// one of the others; it goes back to waiting when its work fails, and to answered when
// its transaction does.
const (
	waiting   stage = "waiting"
	working   stage = "working"
	answered  stage = "answered"
	sent      stage = "sent"
	delivered stage = "delivered"
	beaten    stage = "beaten"  // another delivered
	expired   stage = "expired" // nobody did
	refused   stage = "refused" // it is not served here
)

// Times are Unix milliseconds.
const (
	createRequests = `CREATE TABLE IF NOT EXISTS operator_requests (
		id INTEGER PRIMARY KEY, asset INTEGER NOT NULL, stage TEXT NOT NULL, note TEXT NOT NULL DEFAULT '',
		tries INTEGER NOT NULL DEFAULT 0, sends INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL DEFAULT 0,
		seen INTEGER NOT NULL, changed INTEGER NOT NULL, callback INTEGER NOT NULL,
		answer BLOB, hash BLOB, uri TEXT NOT NULL DEFAULT '', evidence BLOB,
		nonce INTEGER NOT NULL DEFAULT 0, price TEXT NOT NULL DEFAULT '', tx_hash TEXT NOT NULL DEFAULT '', tx BLOB)`
	createStages = `CREATE INDEX IF NOT EXISTS operator_stages ON operator_requests (stage, due)`
	createHashes = `CREATE INDEX IF NOT EXISTS operator_hashes ON operator_requests (hash) WHERE uri <> ''`

	columns = `id, asset, stage, tries, sends, callback, answer, hash, uri, evidence, nonce, price, tx_hash, tx`

	addRequest = `INSERT OR IGNORE INTO operator_requests (id, asset, stage, seen, changed, callback) VALUES (?, ?, ?, ?, ?, ?)`
	selectDue  = `SELECT ` + columns + ` FROM operator_requests WHERE stage = ? AND due <= ? ORDER BY id LIMIT ?`
	selectSent = `SELECT ` + columns + ` FROM operator_requests WHERE stage = 'sent' ORDER BY nonce`
	setStage   = `UPDATE operator_requests SET stage = ?, tries = ?, sends = ?, due = ?, note = ?, changed = ? WHERE id = ?`
	// An answer is never replaced.
	setAnswer = `UPDATE operator_requests SET stage = 'answered', due = 0, note = '', answer = ?, hash = ?, uri = ?, evidence = ?, changed = ?
		WHERE id = ? AND evidence IS NULL`
	setSent      = `UPDATE operator_requests SET stage = 'sent', nonce = ?, price = ?, tx_hash = ?, tx = ?, changed = ? WHERE id = ?`
	resumeWork   = `UPDATE operator_requests SET stage = 'waiting', due = 0 WHERE stage = 'working'`
	purgeEnded   = `DELETE FROM operator_requests WHERE stage IN ('delivered', 'beaten', 'expired', 'refused') AND changed < ?`
	selectAnswer = `SELECT answer FROM operator_requests WHERE hash = ? AND uri <> '' LIMIT 1`
)

// row is one request as it is kept.
type row struct {
	id       uint64
	asset    types.AssetID
	stage    stage
	tries    int // how often a worker failed
	sends    int // how often a transaction failed in its block
	callback uint64
	answer   Content
	evidence []byte
	tx       Transaction // if it was signed
}

// change is what becomes of a request.
type change struct {
	state        stage
	tries, sends int
	due          time.Time
	note         string
}

// store is the operator's table.
type store struct {
	db  *sql.DB
	now func() time.Time
}

func openStore(ctx context.Context, db *sql.DB, now func() time.Time) (*store, error) {
	return &store{db, now}, keep.Schema(ctx, db, "operator", schemaVersion, createRequests, createStages, createHashes)
}

// write runs one statement.
func (s *store) write(ctx context.Context, statement string, args ...any) error {
	return keep.Write(ctx, s.db, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(context.WithoutCancel(ctx), statement, args...)
		return err
	})
}

// resume has what a killed process was working on worked on again.
func (s *store) resume(ctx context.Context) error { return s.write(ctx, resumeWork) }

// add keeps requests that were found; those that are kept stay as they are.
func (s *store) add(ctx context.Context, found []Request) error {
	now := s.now().UnixMilli()
	return keep.Write(ctx, s.db, func(tx *sql.Tx) error {
		for _, r := range found {
			if _, err := tx.ExecContext(context.WithoutCancel(ctx), addRequest, int64(r.ID), int64(r.Asset), waiting, now, now, int64(r.Gas)); err != nil {
				return err
			}
		}
		return nil
	})
}

// set keeps a change of a request's stage.
func (s *store) set(ctx context.Context, id uint64, c change) error {
	var due int64
	if !c.due.IsZero() {
		due = c.due.UnixMilli()
	}
	return s.write(ctx, setStage, c.state, c.tries, c.sends, due, c.note, s.now().UnixMilli(), int64(id))
}

// keepAnswer keeps an answer with its receipt.
func (s *store) keepAnswer(ctx context.Context, r Request, answer Content, evidence []byte) error {
	return s.write(ctx, setAnswer, answer.Data, answer.Hash[:], answer.URI, evidence, s.now().UnixMilli(), int64(r.ID))
}

// keepSent keeps signed transactions, and has all that was kept so far on the disk.
func (s *store) keepSent(ctx context.Context, rows []row) error {
	now := s.now().UnixMilli()
	err := keep.Write(ctx, s.db, func(tx *sql.Tx) error {
		for _, r := range rows {
			if _, err := tx.ExecContext(context.WithoutCancel(ctx), setSent, int64(r.tx.Nonce), r.tx.Price.String(), r.tx.Hash, r.tx.Bytes, now, int64(r.id)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return keep.Sync(s.db)
}

// due lists requests of a stage whose time has come.
func (s *store) due(ctx context.Context, at stage, most int) ([]row, error) {
	return s.rows(ctx, selectDue, at, s.now().UnixMilli(), most)
}

// onTheWay lists the requests whose transactions were signed, by their nonces.
func (s *store) onTheWay(ctx context.Context) ([]row, error) { return s.rows(ctx, selectSent) }

func (s *store) rows(ctx context.Context, query string, args ...any) ([]row, error) {
	found, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list requests: %w", err)
	}
	defer found.Close()
	var all []row
	for found.Next() {
		r, err := scanRow(found)
		if err != nil {
			return nil, fmt.Errorf("list requests: %w", err)
		}
		all = append(all, r)
	}
	return all, found.Err()
}

func scanRow(found *sql.Rows) (r row, err error) {
	var id, asset, callback, nonce int64
	var hash []byte
	var price string
	err = found.Scan(&id, &asset, &r.stage, &r.tries, &r.sends, &callback, &r.answer.Data, &hash, &r.answer.URI, &r.evidence,
		&nonce, &price, &r.tx.Hash, &r.tx.Bytes)
	if err != nil {
		return r, err
	}
	r.id, r.asset, r.callback, r.tx.Nonce = uint64(id), types.AssetID(asset), uint64(callback), uint64(nonce)
	r.answer.Apart = r.answer.URI != ""
	if len(hash) > 0 {
		if r.answer.Hash, err = types.HashFromBytes(hash); err != nil {
			return r, err
		}
	}
	if price != "" {
		r.tx.Price, err = types.ParseAmount(price)
	}
	return r, err
}

// count counts the requests of some stages.
func (s *store) count(ctx context.Context, stages ...stage) (n int, err error) {
	for _, at := range stages {
		var k int
		if err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM operator_requests WHERE stage = ?`, at).Scan(&k); err != nil {
			return 0, fmt.Errorf("count requests: %w", err)
		}
		n += k
	}
	return n, nil
}

// purge forgets what ended long ago.
func (s *store) purge(ctx context.Context) error {
	return s.write(ctx, purgeEnded, s.now().Add(-keptFor).UnixMilli())
}

// published returns an answer that was named by its hash, or nil.
func (s *store) published(ctx context.Context, hash types.Hash) ([]byte, error) {
	var answer []byte
	err := s.db.QueryRowContext(ctx, selectAnswer, hash[:]).Scan(&answer)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return answer, err
}
