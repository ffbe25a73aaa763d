package library

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/weal-network/weal/keep"
)

// A folder whose documents are in PostgreSQL says so in a file: who forgets to
// name the database must not find an empty vault.

// elsewhereFile is its name.
const elsewhereFile = "database"

// ErrElsewhere is returned by Open for a folder whose documents are in another
// place than the one asked for.
var ErrElsewhere = errors.New("the documents are elsewhere")

// Elsewhere reports whether a folder's documents are in a database of another place.
func Elsewhere(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, elsewhereFile))
	return err == nil
}

// checkPlace refuses a folder whose documents are in a database that is not named.
func checkPlace(cfg Config) error {
	if cfg.Dir == "" || keep.IsPostgres(cfg.DB) {
		return nil
	}
	if cfg.DB != "" {
		return fmt.Errorf("database %q: want postgres://USER:PASSWORD@HOST:PORT/NAME, or nothing for a file in the vault's folder", cfg.DB)
	}
	b, err := os.ReadFile(filepath.Join(cfg.Dir, elsewhereFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: in %s; name it with --db or WEAL_VAULT_DB, or bring them back with weal vault copy",
		ErrElsewhere, strings.TrimSpace(string(b)))
}

// notePlace refuses an empty database for a folder that has documents, and else
// notes in the folder where they are.
func (l *Library) notePlace(ctx context.Context) error {
	if l.cfg.Dir == "" || l.cfg.DB == "" {
		return nil
	}
	if err := os.MkdirAll(l.cfg.Dir, 0o700); err != nil {
		return err
	}
	_, err := os.Stat(filepath.Join(l.cfg.Dir, FileName))
	if err == nil {
		var n int
		if err := l.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM generations`).Scan(&n); err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%w: in %s, and the database is empty; move them with: weal vault copy --to URL",
				ErrElsewhere, filepath.Join(l.cfg.Dir, FileName))
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.WriteFile(filepath.Join(l.cfg.Dir, elsewhereFile), []byte(withoutPassword(l.cfg.DB)+"\n"), 0o600)
}

// withoutPassword returns a database's URL for people.
func withoutPassword(db string) string {
	u, err := url.Parse(db)
	if err != nil {
		return "PostgreSQL"
	}
	query := u.Query()
	query.Del("password")
	u.RawQuery = query.Encode()
	return u.Redacted()
}
