package keep

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// ErrNewer is returned for a database that a newer program has written.
var ErrNewer = errors.New("the database was written by a newer program")

// Schema makes or upgrades the tables called name. If they are of an earlier
// version, or not there, it runs stmts in one transaction and records version,
// which counts from 1; stmts must be right for every earlier version. Tables of a
// newer version it leaves alone and returns ErrNewer.
func Schema(ctx context.Context, db *sql.DB, name string, version int, stmts ...string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("make tables of %s: %w", name, err)
	}
	err = schema(ctx, tx, name, version, stmts)
	if err == nil {
		err = tx.Commit()
	} else {
		err = errors.Join(err, tx.Rollback())
	}
	if err != nil {
		return fmt.Errorf("make tables of %s: %w", name, err)
	}
	return nil
}

func schema(ctx context.Context, tx *sql.Tx, name string, version int, stmts []string) error {
	const table = `CREATE TABLE IF NOT EXISTS keep_schema (name TEXT PRIMARY KEY, version INTEGER NOT NULL)`
	if _, err := tx.ExecContext(ctx, table); err != nil {
		return err
	}
	var have int
	err := tx.QueryRowContext(ctx, `SELECT version FROM keep_schema WHERE name = $1`, name).Scan(&have)
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return err
	case have > version:
		return fmt.Errorf("%w: it has version %d, this program knows %d; run the newer program, or restore a backup",
			ErrNewer, have, version)
	case have == version:
		return nil
	}
	for _, s := range stmts {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	const record = `INSERT INTO keep_schema (name, version) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET version = excluded.version`
	_, err = tx.ExecContext(ctx, record, name, version)
	return err
}
