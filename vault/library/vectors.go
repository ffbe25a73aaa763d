package library

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"

	"github.com/weal-network/weal/types"
)

// EmbeddedText returns what of a chunk is embedded.
func EmbeddedText(heading, text string) string {
	if heading == "" {
		return text
	}
	return heading + "\n\n" + text
}

// EmbeddedHash returns the hash by which a chunk's vectors are kept: that of what
// is embedded, so that a chunk that has moved keeps its vector.
func EmbeddedHash(heading, text string) types.Hash {
	return sha256.Sum256([]byte(EmbeddedText(heading, text)))
}

// fewVectors is up to how many are looked up one by one.
const fewVectors = 256

// Vectors returns what a model made of the texts with hashes; nil for those that
// it has not been asked for.
func (l *Library) Vectors(ctx context.Context, model string, hashes []types.Hash) ([][]byte, error) {
	names := make(map[string][]int, len(hashes))
	for i, h := range hashes {
		name := string(l.sealed.Name(nameChunk, h[:]))
		names[name] = append(names[name], i)
	}
	found := make([][]byte, len(hashes))
	take := func(name, sealed []byte) error {
		at, ok := names[string(name)]
		if !ok {
			return nil
		}
		plain, err := l.sealed.vectors.Open(sealed, vectorPlace(model, name))
		for _, i := range at {
			found[i] = plain
		}
		return err
	}
	var err error
	if len(hashes) <= fewVectors {
		err = l.someVectors(ctx, model, names, take)
	} else {
		err = l.allVectors(ctx, model, take)
	}
	if err != nil {
		return nil, fmt.Errorf("read vectors: %w", err)
	}
	return found, nil
}

func (l *Library) someVectors(ctx context.Context, model string, names map[string][]int, take func(name, sealed []byte) error) error {
	for name := range names {
		var data []byte
		err := l.read.QueryRowContext(ctx, `SELECT data FROM vectors WHERE model = $1 AND name = $2`, model, []byte(name)).Scan(&data)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err == nil {
			err = take([]byte(name), data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *Library) allVectors(ctx context.Context, model string, take func(name, sealed []byte) error) error {
	rows, err := l.read.QueryContext(ctx, `SELECT name, data FROM vectors WHERE model = $1`, model) //nolint:sqlclosecheck // each closes them
	if err != nil {
		return err
	}
	return each(rows, func() error {
		var name, data []byte
		if err := rows.Scan(&name, &data); err != nil {
			return err
		}
		return take(name, data)
	})
}

// vectorsKept returns of how many of the texts with hashes a model's vector is kept.
func (l *Library) vectorsKept(ctx context.Context, model string, hashes []types.Hash) (n int, err error) {
	kept := map[string]bool{}
	rows, err := l.read.QueryContext(ctx, `SELECT name FROM vectors WHERE model = $1`, model) //nolint:sqlclosecheck // each closes them
	if err == nil {
		err = each(rows, func() error {
			var name []byte
			err := rows.Scan(&name)
			kept[string(name)] = true
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("count vectors: %w", err)
	}
	for _, h := range hashes {
		if kept[string(l.sealed.Name(nameChunk, h[:]))] {
			n++
		}
	}
	return n, nil
}

// PutVectors keeps what a model made of the texts with hashes, all or nothing.
func (l *Library) PutVectors(ctx context.Context, model string, hashes []types.Hash, data [][]byte) error {
	var names, all [][]byte
	seen := map[types.Hash]bool{}
	for i, h := range hashes {
		if seen[h] {
			continue
		}
		seen[h] = true
		name := l.sealed.Name(nameChunk, h[:])
		names, all = append(names, name), append(all, l.sealed.vectors.Seal(data[i], vectorPlace(model, name)))
	}
	err := transact(ctx, l.write, func(tx *batch) error { return l.engine.putVectors(ctx, tx, model, names, all) })
	if err != nil {
		return fmt.Errorf("keep vectors: %w", err)
	}
	return nil
}

// Setting returns what SetSetting has kept under name, or nil.
func (l *Library) Setting(ctx context.Context, name string) ([]byte, error) {
	var b []byte
	err := l.read.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, name).Scan(&b)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err == nil {
		b, err = l.sealed.settings.Open(b, []byte(name))
	}
	if err != nil {
		return nil, fmt.Errorf("read setting %s: %w", name, err)
	}
	return b, nil
}

// SetSetting keeps a value under name.
func (l *Library) SetSetting(ctx context.Context, name string, value []byte) error {
	_, err := l.write.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, l.sealed.settings.Seal(value, []byte(name)))
	if err != nil {
		return fmt.Errorf("keep setting %s: %w", name, err)
	}
	return nil
}
