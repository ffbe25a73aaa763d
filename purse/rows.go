package purse

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"fmt"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// querier is the part of *sql.DB and *sql.Tx that reads.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// scanner is one row of a result.
type scanner interface{ Scan(dest ...any) error }

// list runs a query and reads each of its rows.
func list[T any](ctx context.Context, q querier, read func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := read(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// key returns the columns that name a lane, as arguments.
func key(ref types.LaneRef, more ...any) []any {
	return append([]any{int64(ref.Tab), int64(ref.Epoch), int64(ref.Lane)}, more...)
}

func readRef(row scanner) (ref types.LaneRef, err error) {
	var tab, epoch, lane int64
	err = row.Scan(&tab, &epoch, &lane)
	return types.LaneRef{Tab: types.TabID(tab), Epoch: uint32(epoch), Lane: uint32(lane)}, err
}

const whereLane = ` WHERE tab = ? AND epoch = ? AND lane = ? `

// loadLanes takes up the lanes of the database that are not known yet.
func (p *Purse) loadLanes(ctx context.Context) error {
	lanes, err := list(ctx, p.cfg.DB, readLane,
		`SELECT tab, epoch, lane, seed, gateway, denom, total, last_seq, ticks, holder FROM purse_lanes ORDER BY tab, epoch, lane`)
	if err != nil {
		return fmt.Errorf("read lanes: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	known := map[types.LaneRef]bool{}
	for _, l := range p.lanes {
		known[l.ref] = true
	}
	for _, l := range lanes {
		if !known[l.ref] {
			p.lanes = append(p.lanes, l)
			p.wake()
		}
	}
	return nil
}

func readLane(row scanner) (*lane, error) {
	var tab, epoch, id, gateway, seq int64
	var seed, ticks []byte
	var total, holder string
	l := &lane{}
	if err := row.Scan(&tab, &epoch, &id, &seed, &gateway, &l.denom, &total, &seq, &ticks, &holder); err != nil {
		return nil, err
	}
	if len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("lane %d/%d/%d: its key is damaged; restore the purse from a backup", tab, epoch, id)
	}
	l.ref = types.LaneRef{Tab: types.TabID(tab), Epoch: uint32(epoch), Lane: uint32(id)}
	l.key, l.gateway = ed25519.NewKeyFromSeed(seed), types.AssetID(gateway)
	open, err := decodeTicks(ticks)
	if err != nil {
		return nil, err
	}
	l.heir = holder != "" && !revealed(open, uint64(seq)).IsZero()
	l.promised, err = types.ParseAmount(total)
	return l, err
}

// promised reads what a lane owes by its last voucher and the ticks revealed for
// it, and the voucher's sequence number.
func (p *Purse) promised(ctx context.Context, ref types.LaneRef) (total types.Amount, lastSeq uint64, err error) {
	var text string
	var seq int64
	var ticks []byte
	err = p.cfg.DB.QueryRowContext(ctx, `SELECT total, last_seq, ticks FROM purse_lanes`+whereLane, key(ref)...).Scan(&text, &seq, &ticks)
	if err == nil {
		total, err = types.ParseAmount(text)
	}
	var open []openTick
	if err == nil {
		open, err = decodeTicks(ticks)
	}
	if err != nil {
		return total, 0, fmt.Errorf("lane %s: %w", ref, err)
	}
	worth, _ := total.Add(revealed(open, uint64(seq))) // fits: the voucher's ceiling did
	return worth, uint64(seq), nil
}

// load reads what a lane has promised into l, which the caller holds.
func (l *lane) load(ctx context.Context, q querier) error {
	l.known = false
	var leaves, ticks, mountain []byte
	var seq, reserved int64
	err := q.QueryRowContext(ctx, `SELECT leaves, ticks, mountain, last_seq, reserved FROM purse_lanes`+whereLane, key(l.ref)...).
		Scan(&leaves, &ticks, &mountain, &seq, &reserved)
	l.mountain, l.lastSeq = pay.Mountain{}, uint64(seq)
	l.nextSeq, l.endOfSeq = uint64(reserved)+1, uint64(reserved)+1 // none left
	if err == nil {
		l.leaves, err = decodeLeaves(leaves)
	}
	if err == nil {
		l.open, err = decodeTicks(ticks)
	}
	if err == nil && mountain != nil {
		err = l.mountain.UnmarshalBinary(mountain)
	}
	if err != nil {
		return fmt.Errorf("read lane: %w", err)
	}
	l.known = true
	return nil
}
