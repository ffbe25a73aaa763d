package keep

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// IsPostgres reports whether a name of a database is the URL of a PostgreSQL one.
func IsPostgres(url string) bool {
	return strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://")
}

// ErrInUse is returned for a database that another process writes to.
var ErrInUse = errors.New("another process has this database open; stop it first")

// The server takes a moment to notice that a process was killed.
const (
	lockPatience = 2 * time.Second
	lockPause    = 50 * time.Millisecond
)

// OpenPostgres opens the PostgreSQL database at a URL, as libpq writes them, with
// up to conns connections, each of which runs setup first. What was committed is as
// durable as the server has it. A connection that is lost is made anew.
func OpenPostgres(ctx context.Context, url string, conns int, setup ...string) (*sql.DB, error) {
	return openPostgres(ctx, url, conns, func(ctx context.Context, c *pgx.Conn) error {
		for _, s := range setup {
			if _, err := c.Exec(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// OpenPostgresAlone is OpenPostgres with one connection, and only for one process
// at a time, of those that call it with the same name.
func OpenPostgresAlone(ctx context.Context, url, name string) (*sql.DB, error) {
	return openPostgres(ctx, url, 1, func(ctx context.Context, c *pgx.Conn) error {
		const lock = `SELECT pg_try_advisory_lock(hashtext($1), hashtext(current_schema()))`
		for begun := time.Now(); ; time.Sleep(lockPause) {
			var alone bool
			if err := c.QueryRow(ctx, lock, name).Scan(&alone); alone || err != nil {
				return err
			}
			if time.Since(begun) > lockPatience {
				return ErrInUse
			}
		}
	})
}

func openPostgres(ctx context.Context, url string, conns int, connected func(context.Context, *pgx.Conn) error) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("open database: %w; want postgres://USER:PASSWORD@HOST:PORT/NAME", err)
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "weal"
	}
	// A connection is asked whether it is still there before it is used again: a
	// statement that fails on the way cannot be told from one that was done.
	ask := stdlib.OptionShouldPing(func(context.Context, stdlib.ShouldPingParams) bool { return true })
	db := stdlib.OpenDB(*cfg, ask, stdlib.OptionAfterConnect(connected))
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	if err := db.PingContext(ctx); err != nil {
		if !errors.Is(err, ErrInUse) {
			err = fmt.Errorf("%w; check the URL and that the server runs", err)
		}
		where := fmt.Sprintf("%s:%d/%s", cfg.Host, cfg.Port, cfg.Database) // without the password
		return nil, errors.Join(fmt.Errorf("open database %s: %w", where, err), db.Close())
	}
	return db, nil
}
