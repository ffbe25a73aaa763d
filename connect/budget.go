package connect

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// NothingFound reports whether err says that no document has anything for a question.
func NothingFound(err error) bool {
	var said *wire.Error
	return errors.Is(err, purse.ErrNothing) || errors.As(err, &said) && (said.Code == "no_match" || said.Code == "empty_vault")
}

// reserve takes an amount from what a person has for a day, if it is there.
func (d *Desk) reserve(ctx context.Context, m Message, day int64, amount types.Amount) (ok bool, err error) {
	return ok, d.change(ctx, m, day, func(spent types.Amount) (types.Amount, error) {
		sum, fits := spent.Add(amount)
		ok = fits && (d.cfg.Limits.PerDay.IsZero() || sum.Cmp(d.cfg.Limits.PerDay) <= 0)
		if !ok {
			return spent, nil
		}
		return sum, nil
	})
}

// giveBack gives a person back what was reserved and not spent.
func (d *Desk) giveBack(ctx context.Context, m Message, day int64, amount types.Amount) error {
	return d.change(ctx, m, day, func(spent types.Amount) (types.Amount, error) {
		rest, ok := spent.Sub(amount)
		if !ok {
			return spent, errors.New("more is given back than was taken")
		}
		return rest, nil
	})
}

// change changes what a person has spent in a day, in one step.
func (d *Desk) change(ctx context.Context, m Message, day int64, f func(types.Amount) (types.Amount, error)) error {
	err := keep.Write(ctx, d.cfg.DB, func(tx *sql.Tx) error {
		var text string
		var spent types.Amount
		err := tx.QueryRowContext(ctx, `SELECT spent FROM connect_spent WHERE platform = $1 AND person = $2 AND day = $3`,
			m.Platform, m.User, day).Scan(&text)
		if err == nil {
			spent, err = types.ParseAmount(text)
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if spent, err = f(spent); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO connect_spent (platform, person, day, spent) VALUES ($1, $2, $3, $4)
			ON CONFLICT (platform, person, day) DO UPDATE SET spent = excluded.spent`, m.Platform, m.User, day, spent.String())
		return err
	})
	if err != nil {
		return fmt.Errorf("connect: the budget of a person: %w", err)
	}
	return nil
}

// Spent is what a person has cost on the desk's day, with what is under way.
func (d *Desk) Spent(ctx context.Context, platform, user string) (types.Amount, error) {
	var text string
	err := d.cfg.DB.QueryRowContext(ctx, `SELECT spent FROM connect_spent WHERE platform = $1 AND person = $2 AND day = $3`,
		platform, user, d.cfg.Now().Unix()/(24*60*60)).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return types.Amount{}, nil
	}
	if err != nil {
		return types.Amount{}, err
	}
	return types.ParseAmount(text)
}
