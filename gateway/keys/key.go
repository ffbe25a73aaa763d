package keys

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"github.com/weal-network/weal/types"
)

// State says whether a key is good.
type State string

// The states of a key.
const (
	Active   State = "active"
	Disabled State = "disabled" // it can be switched on again
	Expired  State = "expired"
	Revoked  State = "revoked" // for ever
)

func (r *row) state(now time.Time) State {
	switch {
	case r.revoked > 0:
		return Revoked
	case r.expires > 0 && now.UnixMilli() >= r.expires:
		return Expired
	case r.disabled:
		return Disabled
	}
	return Active
}

// Key is what is told of a key: to the owner, and to who holds it.
type Key struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	// Hint is the end of the key's text; empty if it has none.
	Hint  string `json:"hint,omitempty"`
	State State  `json:"state"`
	// Tab is what it spends from; zero is the gateway's own.
	Tab   types.TabID `json:"tab"`
	Denom string      `json:"denom"`
	// Total is the budget in all, Budget that of a period; nil if there is none.
	Total  *Quota `json:"total,omitempty"`
	Budget *Quota `json:"budget,omitempty"`
	Limits
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires,omitzero"`
	// Spent includes Reserved, which is the most that requests under way can cost.
	Spent    types.Amount `json:"spent"`
	Reserved types.Amount `json:"reserved"`
	Requests int64        `json:"requests"` // that were paid for
	Tokens   int64        `json:"tokens"`   // metered, of prompts and answers
	LastUsed time.Time    `json:"last_used,omitzero"`
}

func date(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func (r *row) key(now time.Time, reserved types.Amount) Key {
	r.turn(now)
	k := Key{
		ID: r.id, Name: r.name, Hint: r.hint, State: r.state(now), Tab: r.tab, Denom: r.denom, Limits: r.limits,
		Created: date(r.created), Expires: date(r.expires), Spent: r.spent, Reserved: reserved,
		Requests: r.requests, Tokens: r.tokens, LastUsed: date(r.used),
	}
	k.Total, k.Budget = r.quotas()
	return k
}

// byRef chooses the key that ref names: by its number, or by its name. Of keys of
// one name it is the one that was not revoked, else the last one.
func byRef(ctx context.Context, q querier, ref string) (row, error) {
	if id, err := strconv.ParseInt(ref, 10, 64); err == nil {
		return find(ctx, q, `id = ?`, id)
	}
	return find(ctx, q, `name = ? ORDER BY revoked <> 0, id DESC LIMIT 1`, ref)
}

// Show tells of the key that ref names.
func (m *Meter) Show(ctx context.Context, ref string) (k Key, err error) {
	r, err := byRef(ctx, m.cfg.DB, ref)
	if err == nil {
		err = m.reconcile(ctx, r.id)
	}
	if err != nil {
		return k, err
	}
	err = m.within(ctx, func(tx *sql.Tx) error {
		if r, err = find(ctx, tx, `id = ?`, r.id); err != nil {
			return err
		}
		k, err = m.told(ctx, tx, r)
		return err
	})
	return k, err
}

// Own tells of the key whose text is given, if it is good.
func (m *Meter) Own(ctx context.Context, text string) (k Key, err error) {
	r, err := m.known(ctx, text)
	if err != nil {
		return k, err
	}
	return m.Show(ctx, strconv.FormatInt(r.id, 10))
}

// List tells of all keys, in the order in which they were made.
func (m *Meter) List(ctx context.Context) ([]Key, error) {
	if err := m.reconcile(ctx, 0); err != nil {
		return nil, err
	}
	all := []Key{}
	err := m.within(ctx, func(tx *sql.Tx) error {
		rows, err := list(ctx, tx, readRow, `SELECT `+columns+` FROM gateway_keys ORDER BY id`)
		if err != nil {
			return err
		}
		for _, r := range rows {
			k, err := m.told(ctx, tx, r)
			if err != nil {
				return err
			}
			all = append(all, k)
		}
		return nil
	})
	return all, err
}

// told is what is told of a key.
func (m *Meter) told(ctx context.Context, tx *sql.Tx, r row) (Key, error) {
	open, err := list(ctx, tx, readUse, `SELECT `+useColumns+` FROM gateway_key_uses WHERE key = ? AND open`, r.id)
	if err != nil {
		return Key{}, err
	}
	var reserved types.Amount
	for _, u := range open {
		reserved, _ = reserved.Add(u.cost) // part of what was spent
	}
	return r.key(m.cfg.Now(), reserved), nil
}
