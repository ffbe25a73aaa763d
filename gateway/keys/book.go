package keys

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/weal-network/weal/types"
)

// use is a question that is paid for, or may be.
type use struct {
	key    int64
	of     types.TabID // the key's tab: which purse pays
	lane   types.LaneRef
	seq    uint64
	time   int64
	period int64 // of the key, when it was reserved
	most   types.Amount
	cost   types.Amount
	tokens int64
	open   bool
}

const useColumns = `key, of_tab, tab, epoch, lane, seq, time, period, most, cost, tokens, open`

func readUse(s scanner) (u use, err error) {
	var most, cost string
	err = s.Scan(&u.key, &u.of, &u.lane.Tab, &u.lane.Epoch, &u.lane.Lane, &u.seq, &u.time, &u.period, &most, &cost, &u.tokens, &u.open)
	if err != nil {
		return u, err
	}
	if u.most, err = types.ParseAmount(most); err != nil {
		return u, err
	}
	u.cost, err = types.ParseAmount(cost)
	return u, err
}

// place names a use.
func (u use) place() []any {
	return []any{int64(u.lane.Tab), int64(u.lane.Epoch), int64(u.lane.Lane), int64(u.seq)}
}

const wherePlace = ` WHERE tab = ? AND epoch = ? AND lane = ? AND seq = ?`

func (u use) insert(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO gateway_key_uses (`+useColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, TRUE)`,
		u.key, int64(u.of), int64(u.lane.Tab), int64(u.lane.Epoch), int64(u.lane.Lane), int64(u.seq), u.time, u.period,
		u.most.String(), u.most.String())
	return err
}

// reserve counts a bill with the most that it can cost, and writes that down.
func (m *Meter) reserve(ctx context.Context, g *Use, b Bill) (use, error) {
	var u use
	err := m.within(ctx, func(tx *sql.Tx) error {
		r, err := find(ctx, tx, `id = ?`, g.row.id)
		if err != nil {
			return err
		}
		now := m.cfg.Now()
		r.turn(now)
		switch q := r.short(b.Most); {
		case r.refuse(now) != nil:
			return r.refuse(now)
		case r.tab != g.row.tab:
			return BadKey("the key %q was bound to another tab meanwhile; ask again", r.name)
		case r.tab != 0 && b.Lane.Tab != r.tab:
			return fmt.Errorf("key %d is bound to tab %d, its purse would pay from lane %s", r.id, r.tab, b.Lane)
		case b.Denom != r.denom:
			return fmt.Errorf("key %d counts %s, its purse would pay %s", r.id, r.denom, b.Denom)
		case q != nil:
			return noQuota(g.header, &r, q, b.Most, now)
		}
		u = use{key: r.id, of: r.tab, lane: b.Lane, seq: b.Seq, time: now.UnixMilli(), period: r.period, most: b.Most, cost: b.Most, open: true}
		if err := r.count(r.period, types.Amount{}, b.Most); err != nil {
			return err
		}
		r.requests, r.used = r.requests+1, max(r.used, u.time)
		if err := u.insert(ctx, tx); err != nil {
			return err
		}
		return r.write(ctx, tx)
	})
	return u, err
}

// keepTime bounds how long writing down the end of a use may take, even if the
// one who asked is gone.
const keepTime = 10 * time.Second

// settle gives a use the cost that its purse's history knows. It reports whether
// that is final; if not, the use goes on to count with the most.
func (m *Meter) settle(ctx context.Context, u use, tokens uint64) (cost types.Amount, final bool, err error) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
	defer stop()
	p, err := m.cfg.Tabs.Purse(ctx, u.of)
	if err != nil {
		return u.most, false, err
	}
	c, signed, err := p.Cost(ctx, u.lane, u.seq)
	if err != nil || (signed && !c.Final) {
		return u.most, false, err
	}
	err = m.within(ctx, func(tx *sql.Tx) error {
		open, err := list(ctx, tx, readUse, `SELECT `+useColumns+` FROM gateway_key_uses`+wherePlace+` AND open`, u.place()...)
		if err != nil || len(open) == 0 {
			return err // it was settled before
		}
		r, err := find(ctx, tx, `id = ?`, open[0].key)
		if err != nil {
			return err
		}
		if err := r.count(open[0].period, open[0].cost, c.Amount); err != nil {
			return err
		}
		if !signed {
			r.requests--
			_, err = tx.ExecContext(ctx, `DELETE FROM gateway_key_uses`+wherePlace, u.place()...)
		} else {
			r.tokens += int64(tokens)
			_, err = tx.ExecContext(ctx, `UPDATE gateway_key_uses SET cost = ?, tokens = ?, open = FALSE`+wherePlace,
				append([]any{c.Amount.String(), int64(tokens)}, u.place()...)...)
		}
		if err != nil {
			return err
		}
		return r.write(ctx, tx)
	})
	return c.Amount, err == nil, err
}

// reconcile settles what a crash, or a purse that could not be asked, left open
// of a key, or of all keys if it is zero.
func (m *Meter) reconcile(ctx context.Context, key int64) error {
	open, err := list(ctx, m.cfg.DB, readUse, `SELECT `+useColumns+` FROM gateway_key_uses WHERE open AND (? = 0 OR key = ?) ORDER BY key`, key, key)
	if err != nil {
		return fmt.Errorf("read open uses: %w", err)
	}
	for _, u := range open {
		if m.flies(u) {
			continue
		}
		if _, _, err := m.settle(ctx, u, 0); err != nil {
			m.cfg.Log.Warn("a use goes on to count with the most that it can cost", "key", u.key, "lane", u.lane.String(), "seq", u.seq, "err", err)
		}
	}
	return nil
}

// flight names a use in this process.
type flight struct {
	lane types.LaneRef
	seq  uint64
}

func (m *Meter) flies(u use) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.flying[flight{u.lane, u.seq}]
}

// fly marks a use as under way here: only its own request settles it.
func (m *Meter) fly(lane types.LaneRef, seq uint64, yes bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if yes {
		m.flying[flight{lane, seq}] = true
	} else {
		delete(m.flying, flight{lane, seq})
	}
}
