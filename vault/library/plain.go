package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/index"
	"github.com/weal-network/weal/vault/ingest"
)

// A library of version 1 had its content plain. Opening it seals it: its tables
// are set aside, then in one transaction everything is written anew, sealed, and
// the plain rows are erased. A crash between leaves the tables aside, and the next
// opening goes on.

// plainTables are those of version 1.
var plainTables = []string{"originals", "documents", "contents", "chunks", "generations", "problems"}

const aside = "plain_"

// setPlainAside renames the tables of version 1.
func setPlainAside(ctx context.Context, db *sql.DB) error {
	var n int
	err := db.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'keep_schema'`).Scan(&n)
	if err != nil || n == 0 {
		return err
	}
	if err := db.QueryRowContext(ctx, `SELECT COUNT(*) FROM keep_schema WHERE name = 'library' AND version = 1`).Scan(&n); err != nil || n == 0 {
		return err
	}
	return transact(ctx, db, func(tx *batch) error {
		for _, t := range plainTables {
			if err := tx.exec(ctx, `ALTER TABLE `+t+` RENAME TO `+aside+t); err != nil {
				return fmt.Errorf("set the plain tables aside: %w", err)
			}
		}
		return tx.exec(ctx, `DELETE FROM keep_schema WHERE name = 'library'`)
	})
}

// sealPlain seals what a library of version 1 has left.
func (l *Library) sealPlain(ctx context.Context) error {
	if _, ok := l.engine.(*sqlite); !ok {
		return nil // there was no other engine then
	}
	var n int
	err := l.write.QueryRowContext(ctx, `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = '`+aside+`documents'`).Scan(&n)
	if err != nil || n == 0 {
		return err
	}
	err = l.engine.erase(ctx, l.write, func(tx *batch) error {
		if err := l.copyPlain(ctx, tx); err != nil {
			return err
		}
		for _, t := range plainTables {
			if err := tx.exec(ctx, `DROP TABLE `+aside+t); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		_, err = l.write.ExecContext(ctx, `VACUUM`) // also of what was deleted plain before
	}
	if err == nil {
		err = emptyLog(ctx, l.write)
	}
	if err != nil {
		return fmt.Errorf("seal a library of version 1: %w", err)
	}
	return nil
}

func (l *Library) copyPlain(ctx context.Context, tx *batch) error {
	err := tx.exec(ctx, `INSERT INTO generations (id, root, documents, chunks, made, published)
		SELECT id, root, documents, chunks, made, published FROM `+aside+`generations`)
	if err != nil {
		return err
	}
	ids, err := plainIDs(ctx, tx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		d, err := plainDocument(ctx, tx, id)
		if err == nil {
			err = l.insert(ctx, tx, d)
		}
		if err == nil {
			err = l.engine.post(ctx, tx, []posted{{id: id, packed: d.postings}})
		}
		if err != nil {
			return fmt.Errorf("document %d: %w", id, err)
		}
	}
	return l.copyProblems(ctx, tx)
}

func plainIDs(ctx context.Context, tx *batch) (ids []int64, err error) {
	rows, err := tx.tx.QueryContext(ctx, `SELECT id FROM `+aside+`documents`) //nolint:sqlclosecheck // each closes them
	if err != nil {
		return nil, err
	}
	err = each(rows, func() error {
		var id int64
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// plainDocument reads a document as the old tables have it.
func plainDocument(ctx context.Context, tx *batch, id int64) (document, error) {
	d := document{id: id}
	var sha, text []byte
	err := tx.tx.QueryRowContext(ctx, `SELECT d.path, d.source, d.sha, d.size, d.added, d.born, d.died, o.data, t.text, t.postings
		FROM `+aside+`documents d JOIN `+aside+`originals o ON o.sha = d.sha JOIN `+aside+`contents t ON t.document = d.id
		WHERE d.id = $1`, id).Scan(&d.Path, &d.Source, &sha, &d.Size, &d.added, &d.born, &d.died, &d.Data, &text, &d.postings)
	if err != nil {
		return d, err
	}
	if d.SHA, err = types.HashFromBytes(sha); err != nil {
		return d, err
	}
	var p index.Postings
	if err := p.UnmarshalBinary(d.postings); err != nil {
		return d, err
	}
	d.list.words = p.Lengths
	rows, err := tx.tx.QueryContext(ctx, `SELECT heading, first, size, hash FROM `+aside+`chunks WHERE document = $1 ORDER BY place`, id)
	if err != nil {
		return d, err
	}
	err = each(rows, func() error {
		var c ingest.Chunk
		var size int
		var hash []byte
		if err := rows.Scan(&c.Heading, &c.Start, &size, &hash); err != nil {
			return err
		}
		c.End = c.Start + size
		if c.Start < 0 || c.End > len(text) || c.End < c.Start {
			return errors.New("a chunk is not within its text; restore the vault's backup")
		}
		c.Text = string(text[c.Start:c.End])
		h, err := types.HashFromBytes(hash)
		d.Chunks = append(d.Chunks, c)
		d.list.hashes, d.list.sizes = append(d.list.hashes, h), append(d.list.sizes, uint32(size))
		return err
	})
	d.original, d.postings, d.texts = pack(d.Data), pack(d.postings), segments(d.Chunks)
	return d, err
}

func (l *Library) copyProblems(ctx context.Context, tx *batch) error {
	rows, err := tx.tx.QueryContext(ctx, `SELECT path, source, reason, seen FROM `+aside+`problems`)
	if err != nil {
		return err
	}
	type row struct {
		problem
		seen int64
	}
	var all []row
	err = each(rows, func() error {
		var r row
		err := rows.Scan(&r.Path, &r.Source, &r.Reason, &r.seen)
		all = append(all, r)
		return err
	})
	for _, r := range all {
		if err != nil {
			break
		}
		var name, data []byte
		if name, data, err = l.sealed.sealProblem(r.problem); err == nil {
			err = tx.exec(ctx, `INSERT INTO problems (name, data, seen) VALUES ($1, $2, $3)`, name, data, r.seen)
		}
	}
	return err
}
