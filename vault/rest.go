package vault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/seal"
)

// ErrDocumentsGone is returned by Open for a folder of which the documents are gone
// and what they have earned is not: a new vault in it would take their asset.
var ErrDocumentsGone = errors.New("the vault's documents are missing")

// checkDocuments refuses a folder that has lost its documents.
func (v *Vault) checkDocuments() error {
	if v.cfg.DB != "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(v.cfg.Dir, MoneyFile)); err != nil {
		return nil //nolint:nilerr // it is new: money is made after documents
	}
	path := filepath.Join(v.cfg.Dir, library.FileName)
	info, err := os.Stat(path)
	if (err == nil && info.Size() > 0) || library.Elsewhere(v.cfg.Dir) {
		return nil
	}
	return fmt.Errorf("%w: %s is not there or empty; restore it from a backup, or move the whole folder away to begin another vault", ErrDocumentsGone, path)
}

// openLibrary opens the documents with the owner's key.
func (v *Vault) openLibrary(ctx context.Context) (err error) {
	owner := v.cfg.Owner
	if owner == nil {
		if owner, err = seal.Secret(v.cfg.Key.Seed()); err != nil {
			return err
		}
	}
	v.library, err = library.Open(ctx, library.Config{Dir: v.cfg.Dir, DB: v.cfg.DB, Owner: owner, Ingest: v.cfg.Ingest, Now: v.cfg.Now})
	if err != nil {
		return err
	}
	v.answers, err = v.library.Table("answers")
	return err
}

// keepAnswer keeps what an order was served with, sealed: it has passages in it.
func (v *Vault) keepAnswer(ctx context.Context, order types.Hash, answer []byte) error {
	return v.book.MarkServed(ctx, order, v.answers.Seal(answer, order[:]))
}

// keptAnswer returns what an order was served with.
func (v *Vault) keptAnswer(ctx context.Context, order types.Hash) ([]byte, bool, error) {
	sealed, served, err := v.book.Served(ctx, order)
	if err != nil || !served {
		return nil, served, err
	}
	answer, err := v.answers.Open(sealed, order[:])
	return answer, true, err
}
