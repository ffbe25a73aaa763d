package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/weal-network/weal/keep"
)

// ErrDamaged is returned by Open for a database whose file is not what SQLite has
// written.
var ErrDamaged = errors.New("the file is damaged")

// What SQLite says of a file that is none of its own, or no longer whole.
const (
	sqliteCorrupt = 11
	sqliteNotADB  = 26
)

// damage says of an error of the embedded engine which file is damaged and what to do.
func damage(cfg Config, err error) error {
	var said interface{ Code() int }
	if err == nil || keep.IsPostgres(cfg.DB) || !errors.As(err, &said) {
		return err
	}
	if code := said.Code() & 0xff; code != sqliteCorrupt && code != sqliteNotADB {
		return err
	}
	path := filepath.Join(cfg.Dir, FileName)
	return fmt.Errorf("%w: %s: %w; see what is left with: weal vault check. Then put back a backup of the folder %s, "+
		"or move the folder away to begin an empty vault; nothing was changed", ErrDamaged, path, err, cfg.Dir)
}

// Integrity returns what is wrong with the SQLite database at path, at most so many
// things; nothing if it is whole.
func Integrity(ctx context.Context, path string, most int) (faults []string, err error) {
	db, err := keep.Open(path)
	if err != nil {
		return []string{err.Error()}, nil //nolint:nilerr // that is what is wrong with it
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return integrity(ctx, db, most)
}

func integrity(ctx context.Context, db *sql.DB, most int) (faults []string, err error) {
	rows, err := db.QueryContext(ctx, fmt.Sprintf(`PRAGMA integrity_check(%d)`, most)) //nolint:sqlclosecheck // each closes them
	if err == nil {
		err = each(rows, func() error {
			var said string
			err := rows.Scan(&said)
			if said != "ok" {
				faults = append(faults, said)
			}
			return err
		})
	}
	if err != nil && ctx.Err() == nil {
		return append(faults, err.Error()), nil
	}
	return faults, err
}
