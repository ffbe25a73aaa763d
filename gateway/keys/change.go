package keys

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Change is what the owner says of a key; what is nil stays as it is.
type Change struct {
	Name *string      `json:"name,omitempty"`
	Tab  *types.TabID `json:"tab,omitempty"`
	// Denom is what Total and Budget are in; if it is not empty it must be the tab's.
	Denom string `json:"denom,omitempty"`
	// Total is the most in all, Budget the most in each period Per; zero is no limit.
	// Without Per the period stays as it is; without any, Budget is Total.
	Total    *types.Amount `json:"total,omitempty"`
	Budget   *types.Amount `json:"budget,omitempty"`
	Per      Period        `json:"per,omitempty"`
	Requests *uint32       `json:"requests_per_minute,omitempty"`
	Tokens   *uint32       `json:"tokens_per_minute,omitempty"`
	Parallel *uint32       `json:"parallel,omitempty"`
	// Expires is Unix seconds; zero is never.
	Expires  *int64 `json:"expires,omitempty"`
	Disabled *bool  `json:"disabled,omitempty"`
}

func invalid(format string, args ...any) error {
	return wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "bad_key_settings", format, args...)
}

// apply changes r, which was read in tx.
func (m *Meter) apply(ctx context.Context, tx *sql.Tx, r *row, c Change, denom string) error {
	now := m.cfg.Now()
	if c.Name != nil {
		r.name = *c.Name
	}
	if c.Tab != nil {
		r.tab = *c.Tab
	}
	switch {
	case c.Denom != "" && c.Denom != denom:
		return invalid("budgets of this key are in %s, as its tab is, not in %s", denom, c.Denom)
	case r.denom != "" && r.denom != denom:
		return invalid("the key counts %s, that tab is in %s; make another key for it", r.denom, denom)
	}
	r.denom = denom
	if c.Budget != nil && c.Per == Never && r.per == Never {
		if c.Total != nil {
			return invalid("there are two budgets in all; say the period of one")
		}
		c.Total, c.Budget = c.Budget, nil
	}
	if c.Total != nil {
		r.total = *c.Total
	}
	if c.Expires != nil {
		if *c.Expires != 0 && *c.Expires <= now.Unix() || *c.Expires < 0 || *c.Expires > maxTime {
			return invalid("expires: want a time to come")
		}
		r.expires = *c.Expires * 1000
	}
	if c.Disabled != nil {
		r.disabled = *c.Disabled
	}
	for _, l := range []struct {
		to   *uint32
		from *uint32
	}{{&r.limits.Requests, c.Requests}, {&r.limits.Tokens, c.Tokens}, {&r.limits.Parallel, c.Parallel}} {
		if l.from != nil {
			*l.to = *l.from
		}
	}
	if err := checkName(r.name); err != nil {
		return err
	}
	return r.setBudget(ctx, tx, c, now)
}

// maxTime is the last second that a key can expire in: the end of the year 9999.
const maxTime = 253402300799

func checkName(name string) error {
	_, err := strconv.ParseUint(name, 10, 64)
	odd := strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) || r == '/' || r == unicode.ReplacementChar })
	if strings.TrimSpace(name) != name || name == "" || len(name) > 64 || odd || err == nil {
		return invalid("name: want up to 64 letters, not only digits and without /, got %.70q", name)
	}
	return nil
}

// setBudget sets the budget of a period. What was used since the period's start
// counts in it, also if it is another period than before.
func (r *row) setBudget(ctx context.Context, tx *sql.Tx, c Change, now time.Time) error {
	if c.Budget == nil && c.Per == Never {
		return nil
	}
	if c.Budget != nil {
		r.budget = *c.Budget
	} else if r.budget.IsZero() {
		return invalid("a period wants a budget")
	}
	if c.Per != Never {
		r.per = c.Per
	}
	r.period, r.periodSpent = 0, types.Amount{}
	if r.budget.IsZero() {
		r.per = Never
		return nil
	}
	if _, err := ParsePeriod(string(r.per)); err != nil {
		return invalid("per: %v", err)
	}
	r.turn(now)
	if r.id == 0 {
		return nil
	}
	since, err := list(ctx, tx, readUse, `SELECT `+useColumns+` FROM gateway_key_uses WHERE key = ? AND time >= ?`, r.id, r.period)
	if err != nil {
		return err
	}
	for _, u := range since {
		var ok bool
		if r.periodSpent, ok = r.periodSpent.Add(u.cost); !ok {
			return fmt.Errorf("key %d: what it has spent does not fit 128 bits", r.id)
		}
	}
	_, err = tx.ExecContext(ctx, `UPDATE gateway_key_uses SET period = CASE WHEN time >= ? THEN ? ELSE 0 END WHERE key = ? AND (open OR time >= ?)`,
		r.period, r.period, r.id, r.period)
	return err
}

// prefix is what every key's text begins with.
const prefix = "sk-weal-"

// Create makes a key and returns its text, which is kept nowhere.
func (m *Meter) Create(ctx context.Context, c Change) (k Key, text string, err error) {
	text = prefix + rand.Text() + rand.Text()
	k, err = m.create(ctx, c, text)
	return k, text, err
}

// Ensure makes a key of a text that was made elsewhere, if none was ever made of
// it: one that was revoked stays so.
func (m *Meter) Ensure(ctx context.Context, name, text string) error {
	if len(text) < 20 || len(text) > maxKey {
		return errors.New("make a key: its text is too short, or too long")
	}
	hash := digest(text)
	_, err := find(ctx, m.cfg.DB, `hash = ?`, hash[:])
	if errors.Is(err, ErrNoKey) {
		_, err = m.create(ctx, Change{Name: &name}, text)
	}
	return err
}

func (m *Meter) create(ctx context.Context, c Change, text string) (Key, error) {
	hash := digest(text)
	r := row{hash: hash[:], hint: "…" + text[len(text)-4:]}
	return m.change(ctx, c, func(context.Context, *sql.Tx) (row, error) { return r, nil })
}

// nameless returns the key of a name that has no text, and makes it at first use.
func (m *Meter) nameless(ctx context.Context, name string) (row, error) {
	const where = `name = ? AND hint = '' ORDER BY id DESC LIMIT 1`
	r, err := find(ctx, m.cfg.DB, where, name)
	if !errors.Is(err, ErrNoKey) {
		return r, err
	}
	hash := digest(rand.Text() + rand.Text())
	_, err = m.change(ctx, Change{Name: &name}, func(ctx context.Context, tx *sql.Tx) (row, error) {
		r, err := find(ctx, tx, where, name)
		if errors.Is(err, ErrNoKey) {
			return row{hash: hash[:]}, nil
		}
		return r, err
	})
	if err != nil {
		return r, err
	}
	return find(ctx, m.cfg.DB, where, name)
}

// change reads a key, changes it, and writes it.
func (m *Meter) change(ctx context.Context, c Change, read func(context.Context, *sql.Tx) (row, error)) (k Key, err error) {
	tab := types.TabID(0)
	if c.Tab != nil {
		tab = *c.Tab
	} else if err := m.within(ctx, func(tx *sql.Tx) error {
		r, err := read(ctx, tx)
		tab = r.tab
		return err
	}); err != nil {
		return k, err
	}
	bound, denom, err := m.cfg.Tabs.Bind(ctx, tab) // asks the chain: not with the database held
	if err != nil {
		return k, err
	}
	if c.Tab != nil {
		c.Tab = &bound
	}
	err = m.within(ctx, func(tx *sql.Tx) error {
		r, err := read(ctx, tx)
		if err != nil {
			return err
		}
		if r.revoked > 0 {
			return invalid("key %d was revoked; make another: weal gateway key create", r.id)
		}
		if r.id == 0 {
			r.created = m.cfg.Now().UnixMilli()
		}
		if err := m.apply(ctx, tx, &r, c, denom); err != nil {
			return err
		}
		if other, err := find(ctx, tx, `name = ? AND revoked = 0 AND id <> ?`, r.name, r.id); !errors.Is(err, ErrNoKey) {
			return errors.Join(err, invalid("there is a key %q already, number %d; choose another name", r.name, other.id))
		}
		if err := r.write(ctx, tx); err != nil {
			return err
		}
		k, err = m.told(ctx, tx, r)
		return err
	})
	return k, err
}

// Set changes the key that ref names.
func (m *Meter) Set(ctx context.Context, ref string, c Change) (Key, error) {
	return m.change(ctx, c, func(ctx context.Context, tx *sql.Tx) (row, error) { return byRef(ctx, tx, ref) })
}

// Revoke ends the use of a key for ever. Requests that were let in before are
// served, unless their voucher is not signed yet.
func (m *Meter) Revoke(ctx context.Context, ref string) (k Key, err error) {
	err = m.within(ctx, func(tx *sql.Tx) error {
		r, err := byRef(ctx, tx, ref)
		if err != nil {
			return err
		}
		if r.revoked == 0 {
			r.revoked = max(1, m.cfg.Now().UnixMilli())
		}
		if err := r.write(ctx, tx); err != nil {
			return err
		}
		k, err = m.told(ctx, tx, r)
		return err
	})
	return k, err
}
