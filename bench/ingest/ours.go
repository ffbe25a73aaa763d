package ingest

import (
	"context"
	"errors"
	"time"

	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/seal"
)

// takeIn has a new library at dir take in the documents of a folder.
func takeIn(ctx context.Context, docs, dir string) (t taken, err error) {
	start := time.Now()
	l, err := library.Open(ctx, library.Config{Dir: dir, Owner: seal.Fresh()})
	if err != nil {
		return t, err
	}
	r, err := l.Add(ctx, []string{docs}, nil)
	err = errors.Join(err, l.Close())
	return taken{time: time.Since(start), files: r.Added + r.Failed, failed: r.Failed, chunks: r.Chunks}, err
}
