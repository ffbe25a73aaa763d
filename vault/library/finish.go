package library

import (
	"context"
	"errors"
	"fmt"

	"github.com/weal-network/weal/types"
)

// finish makes the next generation of what has changed, if anything has.
func (l *Library) finish(ctx context.Context, w *writer) error {
	const changes = `SELECT COUNT(*) FROM documents WHERE (born = $1 AND died = 0) OR (died = $1 AND born < $1)`
	var n int
	if err := l.write.QueryRowContext(ctx, changes, w.next).Scan(&n); err != nil {
		return fmt.Errorf("make generation: %w", err)
	}
	g, err := l.Latest(ctx)
	if err != nil && !errors.Is(err, ErrNoGeneration) {
		return err
	}
	if n > 0 {
		if err := l.engine.tidy(ctx, l.write); err != nil {
			return err
		}
		if g, err = l.make(ctx, w.next); err != nil {
			return fmt.Errorf("make generation: %w", err)
		}
		w.report.New = true
	}
	if g != nil {
		w.report.Generation, w.report.Root = g.ID, g.Root
		w.report.Documents, w.report.Chunks = g.Documents, g.Len()
	}
	return nil
}

// make loads generation id and writes its row. Documents that were loaded stay in
// the index even if that fails: their ids are never used again.
func (l *Library) make(ctx context.Context, id int64) (*Generation, error) {
	l.loading.Lock()
	defer l.loading.Unlock()
	g, err := l.load(ctx, l.read, id)
	if err != nil {
		return nil, err
	}
	_, err = l.write.ExecContext(ctx, `INSERT INTO generations (id, root, documents, chunks, made) VALUES ($1, $2, $3, $4, $5)`,
		id, g.Root[:], g.Documents, g.Len(), l.cfg.Now().Unix())
	if err != nil {
		return nil, err
	}
	l.remember(g)
	return g, nil
}

// Unpublished reports whether the chain still has to be told of g's root.
func (l *Library) Unpublished(ctx context.Context, g *Generation) (bool, error) {
	const query = `SELECT COUNT(*) FROM generations WHERE id = $1 AND published = 0`
	var n int
	err := l.read.QueryRowContext(ctx, query, g.ID).Scan(&n)
	return n > 0, err
}

// Published notes that the chain was told of g's root.
func (l *Library) Published(ctx context.Context, g *Generation) error {
	_, err := l.write.ExecContext(ctx, `UPDATE generations SET published = $1 WHERE id = $2`, l.cfg.Now().Unix(), g.ID)
	return err
}

// Original returns the bytes that a document of source had when its SHA-256 was sha.
func (l *Library) Original(ctx context.Context, sha types.Hash) ([]byte, error) {
	var data []byte
	name := l.sealed.Name(nameOriginal, sha[:])
	err := l.read.QueryRowContext(ctx, `SELECT data FROM originals WHERE name = $1`, name).Scan(&data)
	if err == nil {
		data, err = open(l.sealed.originals, data, name)
	}
	if err != nil {
		return nil, fmt.Errorf("read original %s: %w", sha, err)
	}
	return data, nil
}
