package watcher

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// schemaVersion counts the layouts of the watcher's table.
const schemaVersion = 1

// settledFor is how long a claim stays that is settled: who brings it again
// meanwhile costs nothing.
const settledFor = time.Hour

// One row a lane and asset: the claim of the highest value. Amounts are 16 bytes,
// big-endian, and compare as blobs; times are Unix seconds.
const (
	createClaims = `CREATE TABLE IF NOT EXISTS watcher_claims (
		asset INTEGER NOT NULL, tab INTEGER NOT NULL, epoch INTEGER NOT NULL, lane INTEGER NOT NULL,
		denom TEXT NOT NULL, value BLOB NOT NULL, settled BLOB NOT NULL,
		voucher BLOB NOT NULL, leaf BLOB, leaf_path BLOB, tick BLOB, tick_path BLOB, k INTEGER NOT NULL, preimage BLOB NOT NULL,
		since INTEGER NOT NULL, ending INTEGER NOT NULL, touched INTEGER NOT NULL,
		PRIMARY KEY (asset, tab, epoch, lane))`
	createTabs = `CREATE INDEX IF NOT EXISTS watcher_tabs ON watcher_claims (tab)`

	columns = `asset, tab, epoch, lane, denom, value, settled, voucher, leaf, leaf_path, tick, tick_path, k, preimage, since, ending, touched`
	whereID = ` WHERE asset = ? AND tab = ? AND epoch = ? AND lane = ?`
	owing   = ` settled < value`

	selectValue = `SELECT value FROM watcher_claims` + whereID
	selectTabs  = `SELECT DISTINCT tab FROM watcher_claims WHERE` + owing
	selectTab   = `SELECT ` + columns + ` FROM watcher_claims WHERE tab = ? AND` + owing
	selectAsset = `SELECT ` + columns + ` FROM watcher_claims WHERE asset = ? AND denom = ? AND since <= ? AND` + owing
	selectSums  = `SELECT asset, denom, value, settled FROM watcher_claims`
	countRows   = `SELECT COUNT(*) FROM watcher_claims`

	// putClaim begins to count since when the lane owes anew if what was kept is
	// settled.
	putClaim = `INSERT INTO watcher_claims (` + columns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)
		ON CONFLICT (asset, tab, epoch, lane) DO UPDATE SET
		since = CASE WHEN settled < value THEN since ELSE excluded.since END,
		value = excluded.value, voucher = excluded.voucher, leaf = excluded.leaf, leaf_path = excluded.leaf_path,
		tick = excluded.tick, tick_path = excluded.tick_path, k = excluded.k, preimage = excluded.preimage, touched = excluded.touched
		WHERE excluded.value > value`
	setSettled = `UPDATE watcher_claims SET settled = ?, since = ?, touched = ?` + whereID
	setEnding  = `UPDATE watcher_claims SET ending = ?` + whereID
	deleteOne  = `DELETE FROM watcher_claims` + whereID
	purge      = `DELETE FROM watcher_claims WHERE settled >= value AND touched <= ?`
)

// row is one claim as it is kept.
type row struct {
	asset          types.AssetID
	voucher        pay.SignedVoucher
	claim          pay.Claim
	denom          string
	value, settled types.Amount
	since          time.Time // when the lane began to owe the asset, as far as is known
	ending         time.Time // when the lane was seen to end; zero if it was not
}

func (r row) ref() types.LaneRef { return r.voucher.Lane }

func (r row) id() []any {
	ref := r.ref()
	return []any{int64(r.asset), int64(ref.Tab), ref.Epoch, ref.Lane}
}

func (r row) settlement() pay.Settlement {
	return pay.Settlement{Voucher: r.voucher, Claims: []pay.Claim{r.claim}}
}

// store is the watcher's table.
type store struct {
	db   *sql.DB
	most int

	mu   sync.Mutex // held while the number of rows may change
	rows int
}

func openStore(ctx context.Context, db *sql.DB, most int) (*store, error) {
	if err := keep.Schema(ctx, db, "watcher", schemaVersion, createClaims, createTabs); err != nil {
		return nil, err
	}
	s := &store{db: db, most: most}
	if err := db.QueryRowContext(ctx, countRows).Scan(&s.rows); err != nil {
		return nil, fmt.Errorf("count claims: %w", err)
	}
	return s, nil
}

// errFull is returned by put when no more claims can be kept.
var errFull = errors.New("no more claims can be kept")

// put keeps claims, all or none. A claim that is worth no more than what is kept of
// its lane and asset changes nothing.
func (s *store) put(ctx context.Context, rows []row, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rows+len(rows) > s.most {
		if err := s.purge(ctx, now); err != nil {
			return err
		}
	}
	ctx = context.WithoutCancel(ctx)
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("keep claims: %w", err)
	}
	added := 0
	for _, r := range rows {
		isNew, err := putOne(ctx, tx, r, now)
		if isNew {
			added++
		}
		if err == nil && s.rows+added > s.most {
			err = errFull
		}
		if err != nil {
			_ = tx.Rollback() // err says more
			return fmt.Errorf("keep claims: %w", err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("keep claims: %w", err)
	}
	s.rows += added
	return nil
}

func putOne(ctx context.Context, tx *sql.Tx, r row, now time.Time) (isNew bool, err error) {
	var had []byte
	err = tx.QueryRowContext(ctx, selectValue, r.id()...).Scan(&had)
	if errors.Is(err, sql.ErrNoRows) {
		isNew, err = true, nil
	}
	if err != nil {
		return false, err
	}
	c := r.claim
	var leaf, leafPath, tick, tickPath []byte
	if c.Leaf != nil {
		leaf, leafPath = c.Leaf.Bytes(), c.LeafPath.Bytes()
	}
	if c.Tick != nil {
		tick, tickPath = c.Tick.Bytes(), c.TickPath.Bytes()
	}
	args := append(r.id(), r.denom, blob(r.value), blob(types.Amount{}), r.voucher.Bytes(),
		leaf, leafPath, tick, tickPath, c.K, c.Preimage[:], now.Unix(), now.Unix())
	_, err = tx.ExecContext(ctx, putClaim, args...)
	return isNew, err
}

// value returns what the claim is worth that is kept of a lane and asset, zero for
// none.
func (s *store) value(ctx context.Context, asset types.AssetID, ref types.LaneRef) (types.Amount, error) {
	var v types.Amount
	err := s.db.QueryRowContext(ctx, selectValue, int64(asset), int64(ref.Tab), ref.Epoch, ref.Lane).Scan(amount{&v})
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return v, err
}

// tabs lists the tabs with lanes that owe.
func (s *store) tabs(ctx context.Context) (all []types.TabID, err error) {
	rows, err := s.db.QueryContext(ctx, selectTabs)
	if err != nil {
		return nil, fmt.Errorf("read tabs: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id types.TabID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read tabs: %w", err)
		}
		all = append(all, id)
	}
	return all, rows.Err()
}

// ofTab lists the claims of a tab that are not settled.
func (s *store) ofTab(ctx context.Context, id types.TabID) ([]row, error) {
	return s.list(ctx, selectTab, int64(id))
}

// ofAsset lists the claims of an asset that are not settled since a time.
func (s *store) ofAsset(ctx context.Context, key income, since time.Time) ([]row, error) {
	return s.list(ctx, selectAsset, int64(key.asset), key.denom, since.Unix())
}

func (s *store) list(ctx context.Context, query string, args ...any) (all []row, err error) {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read claims: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read claims: %w", err)
		}
		all = append(all, r)
	}
	return all, rows.Err()
}

// settled writes how much of a claim the chain has credited.
func (s *store) settled(ctx context.Context, r row, credited types.Amount, now time.Time) error {
	return s.write(ctx, setSettled, append([]any{blob(credited), now.Unix(), now.Unix()}, r.id()...)...)
}

// ends writes when a lane was seen to end.
func (s *store) ends(ctx context.Context, r row, now time.Time) error {
	return s.write(ctx, setEnding, append([]any{now.Unix()}, r.id()...)...)
}

// drop deletes a claim from which nothing will come any more.
func (s *store) drop(ctx context.Context, r row) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.remove(ctx, deleteOne, r.id()...)
}

// clean deletes what was settled some time ago.
func (s *store) clean(ctx context.Context, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.purge(ctx, now.Add(-settledFor))
}

// purge deletes what was settled before a time. The caller holds s.mu.
func (s *store) purge(ctx context.Context, before time.Time) error {
	return s.remove(ctx, purge, before.Unix())
}

func (s *store) remove(ctx context.Context, query string, args ...any) error {
	res, err := s.db.ExecContext(context.WithoutCancel(ctx), query, args...)
	if err != nil {
		return fmt.Errorf("delete claims: %w", err)
	}
	n, err := res.RowsAffected()
	s.rows -= int(n)
	return err
}

func (s *store) write(ctx context.Context, query string, args ...any) error {
	if _, err := s.db.ExecContext(context.WithoutCancel(ctx), query, args...); err != nil {
		return fmt.Errorf("keep claims: %w", err)
	}
	return nil
}

// scan reads one row of columns.
func scan(rows *sql.Rows) (r row, err error) {
	var ref types.LaneRef
	var voucher, leaf, leafPath, tick, tickPath, preimage []byte
	var since, ending, touched int64
	err = rows.Scan(&r.asset, &ref.Tab, &ref.Epoch, &ref.Lane, &r.denom, amount{&r.value}, amount{&r.settled},
		&voucher, &leaf, &leafPath, &tick, &tickPath, &r.claim.K, &preimage, &since, &ending, &touched)
	if err != nil {
		return r, err
	}
	var errs [6]error
	r.voucher, errs[0] = pay.ParseSignedVoucher(voucher)
	r.claim.Preimage, errs[1] = types.HashFromBytes(preimage)
	if leaf != nil {
		var l pay.Leaf
		l, errs[2] = pay.ParseLeaf(leaf)
		r.claim.LeafPath, errs[3] = pay.ParsePath(leafPath)
		r.claim.Leaf = &l
	}
	if tick != nil {
		var l pay.TickLeaf
		l, errs[4] = pay.ParseTickLeaf(tick)
		r.claim.TickPath, errs[5] = pay.ParsePath(tickPath)
		r.claim.Tick = &l
	}
	if err := errors.Join(errs[:]...); err != nil {
		return r, fmt.Errorf("lane %s, asset %d: the database is damaged: %w; restore a backup", ref, r.asset, err)
	}
	r.since = time.Unix(since, 0)
	if ending > 0 {
		r.ending = time.Unix(ending, 0)
	}
	return r, nil
}

// blob is how an amount is kept: its 16 bytes.
func blob(a types.Amount) []byte {
	b := a.Bytes()
	return b[:]
}

// amount scans what blob wrote.
type amount struct{ to *types.Amount }

// Scan implements sql.Scanner.
func (a amount) Scan(src any) error {
	b, ok := src.([]byte)
	if !ok || len(b) != types.AmountSize {
		return fmt.Errorf("amount: want %d bytes, got %T", types.AmountSize, src)
	}
	*a.to = types.AmountFromBytes([types.AmountSize]byte(b))
	return nil
}
