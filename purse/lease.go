package purse

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/weal-network/weal/keep"
)

// A lane's row names who holds the lane: the writer of a journal (see keep.Writer),
// which writes that row and the lane's others without looking. What it has used it
// holds for a while, so that a question needs no transaction. Another process takes
// a lane that nobody holds or whose holder is gone, and asks for one that is held.
const (
	// seqBlock is how many sequence numbers are reserved at once. Only a reservation
	// costs a flush to the disk.
	seqBlock = 256
	// tidyTime is how often lanes are given back that are wanted or idle.
	tidyTime = 500 * time.Millisecond
	// idleTime is how long a lane is held that no question uses.
	idleTime = 2 * time.Second
	// shunTime is how long a lane that was wanted is left to who wanted it, and for how
	// long a wish for a lane holds.
	shunTime = time.Second
	// giveBackTime bounds how long it may take to give lanes back.
	giveBackTime = 5 * time.Second
)

// hold makes sure that l is this purse's, that its state is known, and that it has a
// sequence number left.
func (p *Purse) hold(ctx context.Context, l *lane) (bool, error) {
	p.mu.Lock()
	held := l.held
	p.mu.Unlock()
	if !held || !l.known {
		ok, err := p.acquire(ctx, l)
		if !ok || err != nil {
			return false, err
		}
		p.mu.Lock()
		l.held, l.wanted, l.shunned = true, false, time.Time{}
		p.mu.Unlock()
	}
	if l.nextSeq < l.endOfSeq && l.nextSeq > l.lastSeq {
		return true, nil
	}
	return true, p.reserve(l)
}

// acquire writes this purse into the lane's row, if it can be had, and reads what the
// lane has promised.
func (p *Purse) acquire(ctx context.Context, l *lane) (ok bool, err error) {
	me, err := p.name()
	if err != nil {
		return false, err
	}
	var before string
	err = p.cfg.DB.QueryRowContext(ctx, `SELECT holder FROM purse_lanes`+whereLane, key(l.ref)...).Scan(&before)
	if err != nil {
		return false, err
	}
	if before != "" && before != me {
		if gone, err := keep.Gone(ctx, p.cfg.DB, before); !gone || err != nil {
			return false, err
		}
	}
	var open []openQuery
	err = keep.Write(ctx, p.cfg.DB, func(tx *sql.Tx) error {
		ok, open = false, nil // it may be run again
		res, err := tx.ExecContext(ctx, `UPDATE purse_lanes SET holder = ?, wanted = 0`+whereLane+`AND holder = ?`,
			append([]any{me}, key(l.ref, before)...)...)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return err // another was faster
		}
		ok = true
		if err := l.load(ctx, tx); err != nil {
			return err
		}
		open, err = list(ctx, tx, readOpenQuery, `SELECT seq, day, denom, firm, cost FROM purse_queries`+whereLane+`AND open = 1`, key(l.ref)...)
		return err
	})
	if err != nil {
		l.known = false
		return false, err
	}
	if ok {
		p.mu.Lock()
		l.heir = before != "" && before != me && !revealed(l.open, l.lastSeq).IsZero()
		p.mu.Unlock()
	}
	for _, o := range open { // that a crash has left: at most one
		if err := p.close(ctx, l, o, revealed(l.open, uint64(o.seq))); err != nil {
			return false, err
		}
	}
	return ok, nil
}

// name returns this purse's name as a holder.
func (p *Purse) name() (string, error) {
	p.claim.Lock()
	defer p.claim.Unlock()
	if p.holder == "" {
		if p.closed {
			return "", errClosed
		}
		name, err := keep.Writer(p.cfg.DB)
		if err != nil {
			return "", fmt.Errorf("hold a lane: %w", err)
		}
		p.holder = name
		p.late.Go(p.tidy)
	}
	return p.holder, nil
}

// reserve reserves sequence numbers, on the disk.
func (p *Purse) reserve(l *lane) error {
	next := max(l.endOfSeq, l.lastSeq+1)
	err := keep.Put(p.cfg.DB, keep.Change{
		Slot: "seqs " + l.ref.String(), Text: `UPDATE purse_lanes SET reserved = ?` + whereLane,
		Args: append([]any{int64(next) + seqBlock - 1}, key(l.ref)...),
	})
	if err == nil {
		err = keep.Sync(p.cfg.DB)
	}
	if err != nil {
		l.known = false
		return fmt.Errorf("reserve numbers: %w", err)
	}
	l.nextSeq, l.endOfSeq = next, next+seqBlock
	return nil
}

// release ends a question's use of l.
func (p *Purse) release(l *lane) {
	p.mu.Lock()
	l.used = p.cfg.Now()
	wanted := l.wanted
	p.mu.Unlock()
	if wanted {
		p.giveBack([]*lane{l})
	}
	p.unbusy(l, true)
}

// giveBack gives lanes to whoever wants them. The caller has marked them as busy.
func (p *Purse) giveBack(lanes []*lane) {
	ctx, stop := context.WithTimeout(context.Background(), giveBackTime)
	defer stop()
	err := keep.Write(ctx, p.cfg.DB, func(tx *sql.Tx) error {
		for _, l := range lanes {
			if _, err := tx.ExecContext(ctx, `UPDATE purse_lanes SET holder = ''`+whereLane+`AND holder = ?`, key(l.ref, p.holder)...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		p.cfg.Log.Warn("lanes stay with this process until it ends", "lanes", len(lanes), "error", err)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range lanes {
		if l.held, l.known = false, false; l.wanted {
			l.wanted, l.shunned = false, p.cfg.Now().Add(shunTime)
		}
	}
}

// wish asks for a lane that another process holds.
func (p *Purse) wish(ctx context.Context, l *lane) error {
	_, err := p.cfg.DB.ExecContext(ctx, `UPDATE purse_lanes SET wanted = ?`+whereLane,
		append([]any{p.cfg.Now().Add(shunTime).UnixMilli()}, key(l.ref)...)...)
	if err != nil {
		return fmt.Errorf("ask for lane %s: %w", l.ref, err)
	}
	return nil
}

// tidy gives back what is wanted or idle, now and then.
func (p *Purse) tidy() {
	tick := time.NewTicker(tidyTime)
	defer tick.Stop()
	for {
		select {
		case <-p.quit:
			return
		case <-tick.C:
		}
		if err := p.tidyUp(); err != nil {
			p.cfg.Log.Warn("lanes that are wanted are not seen", "error", err)
		}
	}
}

func (p *Purse) tidyUp() error {
	if len(p.heldLanes(func(*lane) bool { return true })) == 0 {
		return nil
	}
	ctx, stop := context.WithTimeout(context.Background(), giveBackTime)
	defer stop()
	// Neither who holds a lane nor who wants it is ever put, so that the tables have it.
	wanted, err := list(keep.TablesOnly(ctx), p.cfg.DB, readRef, `SELECT tab, epoch, lane FROM purse_lanes WHERE holder = ? AND wanted > ?`,
		p.holder, p.cfg.Now().UnixMilli())
	if err != nil {
		return err
	}
	for _, l := range p.heldLanes(func(l *lane) bool { return slices.Contains(wanted, l.ref) }) {
		p.mu.Lock()
		l.wanted = true
		p.mu.Unlock()
	}
	p.giveBackIf(func(l *lane) bool { return l.wanted || (p.cfg.Now().Sub(l.used) > idleTime && !l.owes()) })
	return nil
}

// heldLanes lists the held lanes for which is, which is called with p.mu held.
func (p *Purse) heldLanes(is func(*lane) bool) []*lane {
	p.mu.Lock()
	defer p.mu.Unlock()
	var some []*lane
	for _, l := range p.lanes {
		if l.held && is(l) {
			some = append(some, l)
		}
	}
	return some
}

// giveBackIf gives back the held lanes for which is, unless a question uses them.
func (p *Purse) giveBackIf(is func(*lane) bool) {
	some := p.heldLanes(func(l *lane) bool {
		if l.busy || !is(l) {
			return false
		}
		l.busy = true
		return true
	})
	if len(some) == 0 {
		return
	}
	p.giveBack(some)
	for _, l := range some {
		p.unbusy(l, true)
	}
}

// Close waits for what is still on its way to gateways, for five seconds at most, and
// gives lanes back. One whose last ticks could not be brought is left as a crash would
// leave it, so that the next process pays them. No question may be under way. The
// database stays open.
func (p *Purse) Close() {
	p.flushLate()
	p.claim.Lock()
	closed := p.closed
	p.closed = true
	p.claim.Unlock()
	if closed {
		return
	}
	close(p.quit)
	p.late.Wait() // each bounds itself
	p.giveBackIf(func(l *lane) bool { return !l.owes() })
}

// flushLate sends the last ticks of all answers now.
func (p *Purse) flushLate() {
	for _, l := range p.lanes {
		p.mu.Lock()
		ms := l.late
		p.mu.Unlock()
		if ms != nil {
			p.sendLate(l, ms)
		}
	}
}

// background runs f beside questions; Close waits for it.
func (p *Purse) background(f func()) {
	p.claim.Lock()
	defer p.claim.Unlock()
	if p.closed {
		go f()
		return
	}
	p.late.Go(f)
}
