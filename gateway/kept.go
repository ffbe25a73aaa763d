package gateway

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// kept keeps the last quote that each lane has paid, so that its payment can be
// sent again after a restart. Only what was accepted is kept: asking for quotes
// fills no disk.
type kept struct{ db *sql.DB }

func openKept(ctx context.Context, db *sql.DB) (*kept, error) {
	err := keep.Schema(ctx, db, "gateway", 1, `CREATE TABLE gateway_quotes (
		tab INTEGER NOT NULL, epoch INTEGER NOT NULL, lane INTEGER NOT NULL,
		id TEXT NOT NULL, quote BLOB NOT NULL, PRIMARY KEY (tab, epoch, lane)) WITHOUT ROWID`)
	if err != nil {
		return nil, err
	}
	err = keep.Schema(ctx, db, "gateway turns", 1, `CREATE TABLE gateway_turns (
		tab INTEGER NOT NULL, epoch INTEGER NOT NULL, lane INTEGER NOT NULL,
		id TEXT NOT NULL, asset INTEGER NOT NULL, PRIMARY KEY (tab, epoch, lane)) WITHOUT ROWID`)
	if err != nil {
		return nil, err
	}
	return &kept{db: db}, nil
}

// put keeps q as the last quote of its lane.
func (k *kept) put(q *quoted) error {
	ref := q.Quote.Lane
	b, err := wire.Marshal(q)
	if err != nil {
		return err
	}
	err = keep.Put(k.db, keep.Change{
		Slot: "quote/" + ref.String(),
		Text: `INSERT INTO gateway_quotes (tab, epoch, lane, id, quote) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (tab, epoch, lane) DO UPDATE SET id = excluded.id, quote = excluded.quote`,
		Args: []any{int64(ref.Tab), int64(ref.Epoch), int64(ref.Lane), q.Quote.ID, b},
	})
	if err != nil {
		return fmt.Errorf("keep quote: %w", err)
	}
	return nil
}

// setTurn keeps which model writes for a quote, once it is not the first.
func (k *kept) setTurn(ref types.LaneRef, id string, asset types.AssetID) error {
	err := keep.Put(k.db, keep.Change{
		Slot: "turn/" + ref.String(),
		Text: `INSERT INTO gateway_turns (tab, epoch, lane, id, asset) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (tab, epoch, lane) DO UPDATE SET id = excluded.id, asset = excluded.asset`,
		Args: []any{int64(ref.Tab), int64(ref.Epoch), int64(ref.Lane), id, int64(asset)},
	})
	if err != nil {
		return fmt.Errorf("keep whose turn it is: %w", err)
	}
	return nil
}

// turn returns which model writes for a quote, zero if it is the first.
func (k *kept) turn(ctx context.Context, ref types.LaneRef, id string) (types.AssetID, error) {
	var asset int64
	err := k.db.QueryRowContext(ctx, `SELECT asset FROM gateway_turns WHERE tab = ? AND epoch = ? AND lane = ? AND id = ?`,
		int64(ref.Tab), int64(ref.Epoch), int64(ref.Lane), id).Scan(&asset)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("read whose turn it is: %w", err)
	}
	return types.AssetID(asset), nil
}

// get returns the quote id if it is the last that lane ref has paid, else nil.
func (k *kept) get(ctx context.Context, ref types.LaneRef, id string) (*quoted, error) {
	var b []byte
	err := k.db.QueryRowContext(ctx, `SELECT quote FROM gateway_quotes WHERE tab = ? AND epoch = ? AND lane = ? AND id = ?`,
		int64(ref.Tab), int64(ref.Epoch), int64(ref.Lane), id).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	q := &quoted{}
	if err == nil {
		err = wire.Unmarshal(b, q)
	}
	if err != nil {
		return nil, fmt.Errorf("read kept quote: %w", err)
	}
	return q, nil
}
