package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/seal"
)

// EnvVaultDB names the variable with the URL of the PostgreSQL database that has
// a vault's documents.
const EnvVaultDB = "WEAL_VAULT_DB"

// vaultDB returns the database that was named, or the one in EnvVaultDB.
func vaultDB(named string) string { return cmp.Or(named, os.Getenv(EnvVaultDB)) }

// owner returns who the home's vault belongs to.
func owner(h *home.Home) seal.Owner { return vaultOwner{home: h, ask: askPassphrase} }

// openLibrary opens the documents of a home's vault that does not run.
func openLibrary(ctx context.Context, h *home.Home, db string) (*library.Library, error) {
	dir := h.Path("vault")
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("open vault: %w; this home has no vault yet", err)
	}
	return library.Open(ctx, library.Config{Dir: dir, DB: vaultDB(db), Owner: owner(h)})
}

// Copied says what CopyVault has done.
type Copied struct {
	library.Copied
	// Crawled says that what pages of the web said of themselves was copied as well.
	Crawled bool `json:"crawled"`
}

// CopyVault copies the documents of a home in which nothing runs to the PostgreSQL
// database at to, or into the folder to. They come from the database at from, or
// from the home's folder. Into a folder goes what is known of pages of the web, too.
func CopyVault(ctx context.Context, dir, from, to string, progress func(done, all int)) (c Copied, err error) {
	h, err := home.Open(dir)
	if err != nil {
		return c, err
	}
	release, err := holdHome(ctx, h)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, release()) }()
	source := library.Config{DB: vaultDB(from), Owner: owner(h)}
	if source.DB == "" {
		source.Dir = h.Path("vault")
		if _, err := os.Stat(filepath.Join(source.Dir, library.FileName)); err != nil && !library.Elsewhere(source.Dir) {
			return c, fmt.Errorf("there is no vault to copy in %s: %w; name its home with --home", source.Dir, err)
		}
	}
	target := library.Config{Owner: owner(h)}
	if keep.IsPostgres(to) {
		target.DB = to
	} else {
		target.Dir = to
	}
	if c.Copied, err = library.Copy(ctx, source, target, progress); err != nil || target.Dir == "" {
		return c, err
	}
	c.Crawled, err = copyPages(ctx, h.Path("vault", vault.CrawlFile), filepath.Join(target.Dir, vault.CrawlFile))
	return c, err
}

// copyPages copies the database of what pages said of themselves, if there is one. It
// is sealed under the vault's key, and stays so.
func copyPages(ctx context.Context, from, to string) (bool, error) {
	if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	db, err := keep.Open(from)
	if err == nil {
		_, err = db.ExecContext(ctx, `VACUUM INTO ?`, to)
		err = errors.Join(err, db.Close())
	}
	if err == nil {
		err = os.Chmod(to, 0o600)
	}
	if err != nil {
		return false, fmt.Errorf("copy vault: what was crawled: %w; move %s away, and copy again into an empty folder", err, to)
	}
	return true, nil
}
