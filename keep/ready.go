package keep

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

const (
	createReady = `CREATE TABLE IF NOT EXISTS keep_ready (id INTEGER PRIMARY KEY, at BIGINT NOT NULL)`
	putReady    = `INSERT INTO keep_ready (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at`
)

// Ready writes one row and returns why it cannot: a full disk, a database that may only
// be read, or one that is damaged.
func Ready(ctx context.Context, db *sql.DB) error {
	err := Write(ctx, db, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, createReady); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, putReady, time.Now().Unix())
		return err
	})
	if err != nil {
		return fmt.Errorf("write to the database: %w", err)
	}
	return nil
}
