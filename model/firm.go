package model

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// bodies keeps, of each lane's last firm order, the body that it was accepted for:
// such an order says what it pays, and not for how much, as one by ticks does.
type bodies struct{ db *sql.DB }

func openBodies(ctx context.Context, db *sql.DB) (*bodies, error) {
	err := keep.Schema(ctx, db, "model", 1, `CREATE TABLE model_firm (
		tab INTEGER NOT NULL, epoch INTEGER NOT NULL, lane INTEGER NOT NULL,
		firm BLOB NOT NULL, input BLOB NOT NULL, PRIMARY KEY (tab, epoch, lane)) WITHOUT ROWID`)
	if err != nil {
		return nil, err
	}
	return &bodies{db: db}, nil
}

// put keeps the body of o.
func (b *bodies) put(ctx context.Context, o *order) error {
	_, err := b.db.ExecContext(ctx, `INSERT INTO model_firm (tab, epoch, lane, firm, input) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (tab, epoch, lane) DO UPDATE SET firm = excluded.firm, input = excluded.input`,
		int64(o.Lane.Tab), int64(o.Lane.Epoch), int64(o.Lane.Lane), o.hash[:], o.input[:])
	if err != nil {
		return fmt.Errorf("keep body: %w", err)
	}
	return nil
}

// get returns the body that o was accepted for, and whether it is known.
func (b *bodies) get(ctx context.Context, o *order) (input types.Hash, known bool, err error) {
	var raw []byte
	err = b.db.QueryRowContext(ctx, `SELECT input FROM model_firm WHERE tab = ? AND epoch = ? AND lane = ? AND firm = ?`,
		int64(o.Lane.Tab), int64(o.Lane.Epoch), int64(o.Lane.Lane), o.hash[:]).Scan(&raw)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return input, false, nil
	case err != nil:
		return input, false, fmt.Errorf("read kept body: %w", err)
	case len(raw) != len(input):
		return input, false, errors.New("read kept body: it is no hash")
	}
	return types.Hash(raw), true, nil
}

// sameBody checks that a firm order which was accepted before comes with the body
// that it was accepted for.
func (m *Model) sameBody(ctx context.Context, o *order) error {
	input, known, err := m.bodies.get(ctx, o)
	if err != nil {
		return err
	}
	if known {
		if input != o.input {
			return errOtherBody
		}
		return nil
	}
	// A crash came between the payment and its body: this is the first one seen.
	_, price, err := m.price(ctx, o)
	if err != nil {
		return err
	}
	need, err := o.firmPrice(price)
	switch {
	case err != nil:
		return err
	case o.Price.Cmp(need) < 0:
		return errOtherBody
	}
	return m.bodies.put(ctx, o)
}

var errOtherBody = wire.NewError(http.StatusConflict, wire.TypeInvalidRequest, "order_served",
	"this order was taken for another body; it can only be sent again as it was")
