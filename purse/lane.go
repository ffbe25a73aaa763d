package purse

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// seqBlock is how many sequence numbers are reserved at once. Only a reservation
// costs a flush to the disk.
const seqBlock = 256

// lane is a lane and, while this process uses it, what it has promised.
type lane struct {
	ref     types.LaneRef
	key     ed25519.PrivateKey
	gateway types.AssetID
	denom   string

	busy     bool         // guarded by Purse.mu: a question uses it
	promised types.Amount // guarded by Purse.mu: total of the last voucher known of

	// All below belongs to the question that uses the lane.
	leased            bool // the database says so, until it is told otherwise
	closed            bool // no question of it is open in the database
	missed            bool // the last try to lease it failed: another process has it
	known             bool // the fields below are what the database has
	lastSeq           uint64
	leaves            []pay.Leaf // ascending by asset
	open              []openTick // promised by the last voucher, not folded in yet
	mountain          pay.Mountain
	nextSeq, endOfSeq uint64 // reserved for this process: [nextSeq, endOfSeq)
}

// openTick is a promise of ticks and how many of them were revealed.
type openTick struct {
	pay.TickLeaf
	seq      uint64
	revealed uint32
}

// value is what the revealed ticks are worth.
func (t openTick) value() types.Amount {
	v, _ := t.Price.Mul(uint64(t.revealed)) // fits: the whole leaf's worth was checked to
	return v
}

// secret is the seed of the hash chain for one asset's ticks. It needs no place of
// its own: a sequence number is never used twice, so neither is a seed.
func (l *lane) secret(asset types.AssetID, seq uint64) types.Hash {
	b := append([]byte("weal/purse/ticks/1"), l.key.Seed()...)
	b = append(b, l.ref.String()...)
	b = binary.BigEndian.AppendUint64(b, seq)
	return sha256.Sum256(binary.BigEndian.AppendUint64(b, uint64(asset)))
}

// wake tells those who wait that a lane may be free. Called with p.mu held.
func (p *Purse) wake() {
	close(p.freed)
	p.freed = make(chan struct{})
}

// take waits for a lane to app, the one with the most left first, and leases it.
// The caller gives it back with release.
func (p *Purse) take(ctx context.Context, app types.AssetID, left map[types.LaneRef]types.Amount) (*lane, error) {
	for all := false; ; {
		p.mu.Lock()
		free, freed := p.free(app, left), p.freed
		p.mu.Unlock()
		for _, l := range free {
			ok, err := p.tryTake(ctx, l)
			if ok || err != nil {
				return l, err
			}
		}
		if !all { // left may have no lane that was in use
			var err error
			if _, left, err = p.look(ctx, app, false); err != nil {
				return nil, err
			}
			all = true
			continue
		}
		// A lane that another process holds does not tell when it is free.
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for a free lane: %w", context.Cause(ctx))
		case <-freed:
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// free lists the lanes to app that no question of this process uses. Called with
// p.mu held.
func (p *Purse) free(app types.AssetID, left map[types.LaneRef]types.Amount) []*lane {
	var free []*lane
	for _, l := range p.lanes {
		if _, usable := left[l.ref]; usable && l.gateway == app && !l.busy {
			free = append(free, l)
		}
	}
	slices.SortStableFunc(free, func(a, b *lane) int {
		return cmp.Or(left[b.ref].Cmp(left[a.ref]), cmp.Compare(a.ref.Lane, b.ref.Lane))
	})
	return free
}

// tryTake takes l if it is free here and in the database.
func (p *Purse) tryTake(ctx context.Context, l *lane) (bool, error) {
	p.mu.Lock()
	taken := l.busy
	l.busy = true
	p.mu.Unlock()
	if taken {
		return false, nil
	}
	ok, err := true, error(nil)
	if l.missed {
		ok, err = p.mayAcquire(ctx, l)
	}
	if ok && err == nil {
		ok, err = p.acquire(ctx, l)
		l.leased, l.missed = ok, !ok
	}
	if !ok || err != nil {
		p.unbusy(l, false) // waking others here would have them spin on the database
	}
	if err != nil {
		return false, fmt.Errorf("take lane %s: %w", l.ref, err)
	}
	return ok, nil
}

// unbusy frees l for this process; wake tells those who wait for a lane.
func (p *Purse) unbusy(l *lane, wake bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l.busy = false
	if wake {
		p.wake()
	}
}

// mayAcquire looks whether the lease can be had. A look takes no lock that the
// holder needs for its ticks; a try to lease would.
func (p *Purse) mayAcquire(ctx context.Context, l *lane) (ok bool, err error) {
	err = p.cfg.DB.QueryRowContext(ctx, `SELECT holder = ? OR held_until < ? FROM purse_lanes`+whereLane,
		append([]any{p.holder, p.cfg.Now().UnixMilli()}, key(l.ref)...)...).Scan(&ok)
	return ok, err
}

// acquire leases l, reads its state anew if another process changed it, and
// reserves sequence numbers.
func (p *Purse) acquire(ctx context.Context, l *lane) (ok bool, err error) {
	reserved, next, endOf := false, l.nextSeq, l.endOfSeq
	err = keep.Write(ctx, p.cfg.DB, func(tx *sql.Tx) error {
		ok, reserved, l.nextSeq, l.endOfSeq = false, false, next, endOf // it may be run again
		now := p.cfg.Now()
		var lastSeq, end int64
		err := tx.QueryRowContext(ctx, `UPDATE purse_lanes SET holder = ?, held_until = ?`+whereLane+
			`AND (holder = ? OR held_until < ?) RETURNING last_seq, reserved`,
			append([]any{p.holder, now.Add(p.lease).UnixMilli()}, key(l.ref, p.holder, now.UnixMilli())...)...).Scan(&lastSeq, &end)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		ok = true
		if !l.known || l.lastSeq != uint64(lastSeq) {
			if err := l.load(ctx, tx); err != nil {
				return err
			}
		}
		if l.nextSeq < l.endOfSeq && l.nextSeq > l.lastSeq {
			return nil
		}
		reserved = true
		l.nextSeq, l.endOfSeq = uint64(end)+1, uint64(end)+1+seqBlock
		_, err = tx.ExecContext(ctx, `UPDATE purse_lanes SET reserved = ?`+whereLane,
			append([]any{end + seqBlock}, key(l.ref)...)...)
		return err
	})
	if err == nil && reserved {
		err = keep.Sync(p.cfg.DB)
	}
	if err != nil {
		l.known, l.nextSeq, l.endOfSeq = false, 0, 0
	}
	return ok, err
}

// seq uses up the lane's next sequence number.
func (l *lane) seq() uint64 {
	l.nextSeq++
	return l.nextSeq - 1
}

// holdOn renews the lease until ctx ends, and cancels the question if it is lost.
func (p *Purse) holdOn(ctx context.Context, l *lane, lost context.CancelCauseFunc) {
	t := time.NewTicker(p.lease / 3)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		n, err := change(ctx, p.cfg.DB, `UPDATE purse_lanes SET held_until = ?`+whereLane+`AND holder = ?`,
			append([]any{p.cfg.Now().Add(p.lease).UnixMilli()}, key(l.ref, p.holder)...)...)
		if err != nil {
			continue // the next tick tries again before the lease ends
		}
		if n == 0 {
			lost(fmt.Errorf("lane %s: %w", l.ref, ErrLease))
			return
		}
	}
}

// release gives l back, to this process and to others.
func (p *Purse) release(l *lane) {
	defer p.unbusy(l, true)
	if !l.leased {
		return // the question's end has told it already
	}
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Second)
	defer stop()
	if _, err := change(ctx, p.cfg.DB, `UPDATE purse_lanes SET holder = '', held_until = 0`+whereLane+`AND holder = ?`,
		key(l.ref, p.holder)...); err != nil {
		p.cfg.Log.Warn("lane stays leased until the lease ends", "lane", l.ref.String(), "error", err)
	}
}
