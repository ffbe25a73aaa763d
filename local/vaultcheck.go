package local

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/library"
)

// CheckVault compares all that the vault of a home in which nothing runs has with its
// hashes, and has SQLite look through its databases. Its documents are in the database
// at db, or in the home.
func CheckVault(ctx context.Context, dir, db string, progress func(done, all int)) (c library.Checked, err error) {
	h, err := home.Open(dir)
	if err != nil {
		return c, err
	}
	release, err := holdHome(ctx, h)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, release()) }()
	folder := h.Path("vault")
	if _, err := os.Stat(folder); err != nil {
		return c, fmt.Errorf("check vault: %w; this home has no vault yet", err)
	}
	if c, err = library.Check(ctx, library.Config{Dir: folder, DB: vaultDB(db), Owner: owner(h)}, progress); err != nil {
		return c, err
	}
	for _, name := range []string{vault.MoneyFile, vault.CrawlFile} {
		path := h.Path("vault", name)
		if _, err := os.Stat(path); err != nil {
			continue // it has none
		}
		faults, err := library.Integrity(ctx, path, 10)
		if err != nil {
			return c, fmt.Errorf("check vault: %w", err)
		}
		for _, f := range faults {
			c.Fault("%s: %s", path, f)
		}
	}
	return c, nil
}
