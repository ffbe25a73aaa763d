package vault

import (
	"context"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/seal"
)

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
