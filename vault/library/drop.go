package library

import (
	"context"
	"database/sql"
	"errors"
)

// drop deletes all rows of a document, of so many chunks, that no generation has.
func (l *Library) drop(ctx context.Context, tx *batch, id int64, chunks int) error {
	if err := l.strip(ctx, tx, id, chunks); err != nil {
		return err
	}
	return tx.exec(ctx, `DELETE FROM documents WHERE id = $1`, id)
}

// strip deletes the text, what searches need and, unless another document has the same,
// the original of a document.
func (l *Library) strip(ctx context.Context, tx *batch, id int64, chunks int) error {
	if err := l.engine.unpost(ctx, tx, id, chunks); err != nil { // it may need the text
		return err
	}
	if err := tx.exec(ctx, `DELETE FROM texts WHERE document = $1`, id); err != nil {
		return err
	}
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
