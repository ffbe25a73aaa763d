package earn

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// schemaVersion counts the layouts of earn's tables.
const schemaVersion = 4

// One row a lane: its newest order and claim. Nothing older is kept, since the
// newest claim pays everything before it too. One row a holder whose credential's
// uses are counted: how many orders were accepted under its newest grant.
const (
	createLanes = `CREATE TABLE IF NOT EXISTS earn_lanes (
		asset INTEGER NOT NULL, tab INTEGER NOT NULL, epoch INTEGER NOT NULL, lane INTEGER NOT NULL,
		seq INTEGER NOT NULL, ord BLOB NOT NULL, voucher BLOB NOT NULL,
		leaf BLOB, leaf_path BLOB, tick BLOB, tick_path BLOB, paid INTEGER NOT NULL, preimage BLOB NOT NULL,
		value BLOB NOT NULL, settled BLOB NOT NULL, risk BLOB NOT NULL, lost BLOB NOT NULL,
		live INTEGER NOT NULL, served INTEGER NOT NULL, response BLOB,
		PRIMARY KEY (asset, tab, epoch, lane))`
	createUses = `CREATE TABLE IF NOT EXISTS earn_uses (
		asset INTEGER NOT NULL, holder TEXT NOT NULL, height INTEGER NOT NULL, used INTEGER NOT NULL,
		PRIMARY KEY (asset, holder))`
	createTabs   = `CREATE TABLE IF NOT EXISTS earn_tabs (tab INTEGER PRIMARY KEY, denom TEXT NOT NULL)`
	addUnpaid    = `ALTER TABLE earn_lanes ADD COLUMN unpaid BLOB NOT NULL DEFAULT x'00000000000000000000000000000000'`
	createOrders = `CREATE INDEX IF NOT EXISTS earn_orders ON earn_lanes (asset, ord)`

	columns = `tab, epoch, lane, seq, ord, voucher, leaf, leaf_path, tick, tick_path, paid, preimage,
		value, settled, risk, lost, unpaid, served`
	whereLane = ` WHERE asset = ? AND tab = ? AND epoch = ? AND lane = ?`

	selectLane     = `SELECT ` + columns + ` FROM earn_lanes` + whereLane
	selectLive     = `SELECT ` + columns + ` FROM earn_lanes WHERE asset = ? AND live = 1`
	selectOrder    = `SELECT tab, epoch, lane FROM earn_lanes WHERE asset = ? AND ord = ?`
	selectResponse = `SELECT response FROM earn_lanes` + whereLane + ` AND ord = ? AND served = 1`
	selectTabs     = `SELECT tab, denom FROM earn_tabs`
	putTab         = `INSERT INTO earn_tabs (tab, denom) VALUES (?, ?) ON CONFLICT (tab) DO UPDATE SET denom = excluded.denom`
	selectSettled  = `SELECT value, settled, lost FROM earn_lanes WHERE asset = ?`

	putLane = `INSERT INTO earn_lanes (asset, ` + columns + `, live, response)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)
		ON CONFLICT (asset, tab, epoch, lane) DO UPDATE SET
		seq = excluded.seq, ord = excluded.ord, voucher = excluded.voucher, leaf = excluded.leaf, leaf_path = excluded.leaf_path,
		tick = excluded.tick, tick_path = excluded.tick_path, paid = excluded.paid, preimage = excluded.preimage,
		value = excluded.value, settled = excluded.settled, risk = excluded.risk, lost = excluded.lost, unpaid = excluded.unpaid,
		served = excluded.served, live = excluded.live, response = NULL`
	updateTick    = `UPDATE earn_lanes SET paid = ?, preimage = ?, value = ?, risk = ?, unpaid = ?, live = ?` + whereLane
	updateServed  = `UPDATE earn_lanes SET served = 1, response = ?, risk = ?, unpaid = ?, live = ?` + whereLane
	updateSettled = `UPDATE earn_lanes SET settled = ?, lost = ?, live = ?` + whereLane
)

// store is the book's tables. Every write is one statement, or an order with the
// use that it takes, which commit together: it is with the operating system when
// the call returns.
type store struct {
	db *sql.DB
}

// What a write sets of a lane's row. A write of kind setLane sets everything, so
// that what the others set before it counts no more.
const (
	setLane    = 'L'
	setTick    = 'T'
	setServed  = 'S'
	setSettled = 'X'
)

func openStore(ctx context.Context, db *sql.DB) (*store, error) {
	if err := keep.Schema(ctx, db, "earn", schemaVersion, createLanes, addUnpaid, createOrders, createUses, createTabs); err != nil {
		return nil, err
	}
	return &store{db: db}, nil
}

// put writes a lane with a new order; the answer of the last order goes. If the
// order takes a use of a credential, both are written or neither is.
func (s *store) put(ctx context.Context, asset types.AssetID, st state, u *use) error {
	var leaf, leafPath, tick, tickPath []byte
	if st.leaf != nil {
		leaf, leafPath = st.leaf.Bytes(), st.leafPath.Bytes()
	}
	if st.tick != nil {
		tick, tickPath = st.tick.Bytes(), st.tickPath.Bytes()
	}
	row := []any{
		int64(asset), int64(st.ref.Tab), st.ref.Epoch, st.ref.Lane,
		int64(st.seq), st.order[:], st.voucher.Bytes(), leaf, leafPath, tick, tickPath, st.paid, st.preimage[:],
		blob(st.value), blob(st.settled), blob(st.risk), blob(st.lost), blob(st.unpaid), st.served, st.live(),
	}
	if u == nil {
		return s.write(setLane, asset, st.ref, putLane, "keep order", row...)
	}
	return s.putCounted(context.WithoutCancel(ctx), asset, *u, row)
}

// tick writes the ticks paid.
func (s *store) tick(asset types.AssetID, st state) error {
	return s.write(setTick, asset, st.ref, updateTick, "keep tick", st.paid, st.preimage[:], blob(st.value), blob(st.risk), blob(st.unpaid), st.live(),
		int64(asset), int64(st.ref.Tab), st.ref.Epoch, st.ref.Lane)
}

// served writes the answer of a lane's order.
func (s *store) served(asset types.AssetID, st state, response []byte) error {
	return s.write(setServed, asset, st.ref, updateServed, "keep answer", response, blob(st.risk), blob(st.unpaid), st.live(),
		int64(asset), int64(st.ref.Tab), st.ref.Epoch, st.ref.Lane)
}

// settled writes what a settlement covered and what it lost.
func (s *store) settled(asset types.AssetID, st state) error {
	return s.write(setSettled, asset, st.ref, updateSettled, "keep settlement", blob(st.settled), blob(st.lost), st.live(),
		int64(asset), int64(st.ref.Tab), st.ref.Epoch, st.ref.Lane)
}

// write keeps what one kind of write sets of a lane's row.
func (s *store) write(kind byte, asset types.AssetID, ref types.LaneRef, text, what string, args ...any) error {
	slot := binary.BigEndian.AppendUint64([]byte{'e', kind}, uint64(asset))
	slot = binary.BigEndian.AppendUint64(slot, uint64(ref.Tab))
	slot = binary.BigEndian.AppendUint32(slot, ref.Epoch)
	slot = binary.BigEndian.AppendUint32(slot, ref.Lane)
	if err := keep.Put(s.db, keep.Change{Slot: string(slot), Text: text, Args: args}); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// get reads a lane; one that was never used has seq zero.
func (s *store) get(ctx context.Context, asset types.AssetID, ref types.LaneRef) (state, error) {
	row := s.db.QueryRowContext(ctx, selectLane, int64(asset), int64(ref.Tab), ref.Epoch, ref.Lane)
	st, err := scan(row)
	if errors.Is(err, sql.ErrNoRows) {
		return state{ref: ref}, nil
	}
	return st, err
}

// live reads all lanes that count in exposure or settlement.
func (s *store) live(ctx context.Context, asset types.AssetID) ([]state, error) {
	rows, err := s.db.QueryContext(ctx, selectLive, int64(asset))
	if err != nil {
		return nil, fmt.Errorf("read lanes: %w", err)
	}
	defer rows.Close()
	var all []state
	for rows.Next() {
		st, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, st)
	}
	return all, rows.Err()
}

// denominate writes the denomination of a tab.
func (s *store) denominate(ctx context.Context, id types.TabID, denom string) error {
	_, err := s.db.ExecContext(context.WithoutCancel(ctx), putTab, int64(id), denom)
	return err
}

// denoms reads the denominations of all tabs.
func (s *store) denoms(ctx context.Context) (map[types.TabID]string, error) {
	rows, err := s.db.QueryContext(ctx, selectTabs)
	if err != nil {
		return nil, fmt.Errorf("read tabs: %w", err)
	}
	defer rows.Close()
	all := map[types.TabID]string{}
	for rows.Next() {
		var id types.TabID
		var denom string
		if err := rows.Scan(&id, &denom); err != nil {
			return nil, fmt.Errorf("read tabs: %w", err)
		}
		all[id] = denom
	}
	return all, rows.Err()
}

// laneOf returns the lane whose newest order is order.
func (s *store) laneOf(ctx context.Context, asset types.AssetID, order types.Hash) (ref types.LaneRef, ok bool, err error) {
	err = s.db.QueryRowContext(ctx, selectOrder, int64(asset), order[:]).Scan(&ref.Tab, &ref.Epoch, &ref.Lane)
	if errors.Is(err, sql.ErrNoRows) {
		return ref, false, nil
	}
	return ref, err == nil, err
}

// response reads the answer that a lane's order was served with.
func (s *store) response(ctx context.Context, asset types.AssetID, st state) (answer []byte, ok bool, err error) {
	err = s.db.QueryRowContext(ctx, selectResponse, int64(asset), int64(st.ref.Tab), st.ref.Epoch, st.ref.Lane, st.order[:]).Scan(&answer)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	return answer, err == nil, err
}

// earned adds up all lanes.
func (s *store) earned(ctx context.Context, asset types.AssetID) (settled, unsettled types.Amount, err error) {
	rows, err := s.db.QueryContext(ctx, selectSettled, int64(asset))
	if err != nil {
		return settled, unsettled, fmt.Errorf("read earnings: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var st state
		if err := rows.Scan(amount{&st.value}, amount{&st.settled}, amount{&st.lost}); err != nil {
			return settled, unsettled, fmt.Errorf("read earnings: %w", err)
		}
		got, _ := st.settled.Sub(st.lost)
		settled, unsettled = sum(settled, got), sum(unsettled, st.unsettled())
	}
	return settled, unsettled, rows.Err()
}

// scan reads one row of columns.
func scan(row interface{ Scan(...any) error }) (st state, err error) {
	var order, voucher, leaf, leafPath, tick, tickPath, preimage []byte
	err = row.Scan(&st.ref.Tab, &st.ref.Epoch, &st.ref.Lane, &st.seq, &order, &voucher, &leaf, &leafPath, &tick, &tickPath,
		&st.paid, &preimage, amount{&st.value}, amount{&st.settled}, amount{&st.risk}, amount{&st.lost}, amount{&st.unpaid}, &st.served)
	if err != nil {
		return st, err
	}
	var errs [7]error
	st.order, errs[0] = types.HashFromBytes(order)
	st.preimage, errs[1] = types.HashFromBytes(preimage)
	st.voucher, errs[2] = pay.ParseSignedVoucher(voucher)
	if leaf != nil {
		var l pay.Leaf
		l, errs[3] = pay.ParseLeaf(leaf)
		st.leafPath, errs[4] = pay.ParsePath(leafPath)
		st.leaf = &l
	}
	if tick != nil {
		var l pay.TickLeaf
		l, errs[5] = pay.ParseTickLeaf(tick)
		st.tickPath, errs[6] = pay.ParsePath(tickPath)
		st.tick = &l
	}
	if err := errors.Join(errs[:]...); err != nil {
		return st, fmt.Errorf("read lane %s: the database is damaged: %w; restore a backup", st.ref, err)
	}
	return st, nil
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
