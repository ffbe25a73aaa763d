package library

import (
	"context"
	"database/sql"
	"errors"
)

// gone is a document, of so many chunks, of which the rows go.
type gone struct {
	id     int64
	chunks int
}

// drop deletes all rows of documents that no generation has.
func (l *Library) drop(ctx context.Context, tx *batch, all ...gone) error {
	if err := l.strip(ctx, tx, all...); err != nil {
		return err
	}
	for _, d := range all {
		if err := tx.exec(ctx, `DELETE FROM documents WHERE id = $1`, d.id); err != nil {
			return err
		}
	}
	return nil
}

// strip deletes the texts, what searches need and, unless another document has the
// same, the originals of documents.
func (l *Library) strip(ctx context.Context, tx *batch, all ...gone) error {
	if err := l.engine.unpost(ctx, tx, all); err != nil { // it may need the texts
		return err
	}
	for _, d := range all {
		if err := tx.exec(ctx, `DELETE FROM texts WHERE document = $1`, d.id); err != nil {
			return err
		}
		if err := dropOriginal(ctx, tx, d.id); err != nil {
			return err
		}
	}
	return nil
}

func dropOriginal(ctx context.Context, tx *batch, id int64) error {
	var original []byte
	err := tx.tx.QueryRowContext(ctx, `SELECT original FROM documents WHERE id = $1`, id).Scan(&original)
	if errors.Is(err, sql.ErrNoRows) || (err == nil && original == nil) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := tx.exec(ctx, `UPDATE documents SET original = NULL WHERE id = $1`, id); err != nil {
		return err
	}
	return tx.exec(ctx, `DELETE FROM originals WHERE name = $1 AND NOT EXISTS
		(SELECT 1 FROM documents WHERE original = $1)`, original)
}
