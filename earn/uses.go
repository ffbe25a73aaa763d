package earn

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"github.com/weal-network/weal/types"
)

const (
	selectUses = `SELECT height, used FROM earn_uses WHERE asset = ? AND holder = ?`
	// takeUse counts one use, and begins anew with a newer grant.
	takeUse = `INSERT INTO earn_uses (asset, holder, height, used) VALUES (?, ?, ?, 1)
		ON CONFLICT (asset, holder) DO UPDATE SET
		used = CASE WHEN excluded.height > height THEN 1 ELSE used + 1 END, height = excluded.height`
)

// uses returns how many uses of a payer's credential were served, and of which
// grant; zero if none were ever counted.
func (s *store) uses(ctx context.Context, asset types.AssetID, u use) (height int64, used uint64, err error) {
	return readUses(ctx, s.db, asset, u.holder())
}

type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func readUses(ctx context.Context, q queryer, asset types.AssetID, holder string) (height int64, used uint64, err error) {
	err = q.QueryRowContext(ctx, selectUses, int64(asset), holder).Scan(&height, &used)
	if errors.Is(err, sql.ErrNoRows) {
		return math.MinInt64, 0, nil
	}
	if err != nil {
		return 0, 0, fmt.Errorf("read uses of a credential: %w", err)
	}
	return height, used, nil
}

// putCounted writes a lane's row and takes a use, or says that there is none
// left. Transactions take turns, so that no two orders take the same use.
func (s *store) putCounted(ctx context.Context, asset types.AssetID, u use, row []any) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("keep order: %w", err)
	}
	height, used, err := readUses(ctx, tx, asset, u.holder())
	if err == nil {
		err = u.check(asset, height, used)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, takeUse, int64(asset), u.holder(), u.height)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, putLane, row...)
	}
	if err != nil {
		_ = tx.Rollback() // err says more
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("keep order: %w", err)
	}
	return nil
}
