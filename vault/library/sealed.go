package library

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/seal"
)

// sealed is what seals each table. A row is bound to its place: documents' to
// their id, texts' to that and their first chunk, others' to their name.
type sealed struct {
	*seal.Sealer
	originals, about, chunks, texts, postings, vectors, problems, settings, contributions seal.Table
}

func newSealed(key seal.Key) (s sealed, err error) {
	if s.Sealer, err = seal.New(key); err != nil {
		return s, err
	}
	for name, table := range map[string]*seal.Table{
		"originals": &s.originals, "about": &s.about, "chunks": &s.chunks, "texts": &s.texts,
		"postings": &s.postings, "vectors": &s.vectors, "problems": &s.problems, "settings": &s.settings,
		"contributions": &s.contributions,
	} {
		if *table, err = s.Table(name); err != nil {
			return s, err
		}
	}
	return s, nil
}

// Kinds of names.
const (
	nameOriginal = "original"
	namePath     = "path"
	nameChunk    = "chunk"
)

// unlock opens the library's data key with the owner's, or makes it in a new
// library.
func unlock(ctx context.Context, db *sql.DB, owner seal.Owner) (s sealed, kind seal.Kind, err error) {
	if owner == nil {
		return s, "", errors.New("its owner's key is missing")
	}
	var wrapped []byte
	err = db.QueryRowContext(ctx, `SELECT wrapped FROM library_key WHERE id = 1`).Scan(&wrapped)
	var key seal.Key
	switch {
	case errors.Is(err, sql.ErrNoRows):
		var n int
		err = db.QueryRowContext(ctx, `SELECT COUNT(*) FROM documents`).Scan(&n)
		if err == nil && n > 0 {
			err = errors.New("its wrapped key is gone, without which nothing of it can be read; restore the vault's backup")
		}
		if err != nil {
			return s, "", err
		}
		key = seal.NewKey()
		if wrapped, err = owner.Wrap(key); err == nil {
			_, err = db.ExecContext(ctx, `INSERT INTO library_key (id, wrapped) VALUES (1, $1)`, wrapped)
		}
	case err == nil:
		key, err = owner.Unwrap(wrapped)
	}
	if err != nil {
		return s, "", err
	}
	s, err = newSealed(key)
	return s, seal.KindOf(wrapped), err
}

// SealedBy says what opens the library.
func (l *Library) SealedBy() seal.Kind {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.kind
}

// Sealing says how a library is kept on disk.
type Sealing struct {
	Engine string    `json:"engine"`
	By     seal.Kind `json:"by"` // what opens it
	// Index says whether what searches read is sealed as well. Originals, texts,
	// headings and names always are.
	Index bool `json:"index"`
}

// String says it in words.
func (s Sealing) String() string {
	if s.Index {
		return fmt.Sprintf("%s; all content and the index are sealed, by %s", s.Engine, s.By)
	}
	return fmt.Sprintf("%s; originals, text and names are sealed, by %s; the index (words and vectors) is plain", s.Engine, s.By)
}

// Sealing says how the library is kept on disk.
func (l *Library) Sealing() Sealing {
	return Sealing{Engine: l.engine.name(), By: l.SealedBy(), Index: l.engine.sealsIndex()}
}

// Rekey wraps the library's data key for another owner, with whom it opens from
// now on. Nothing else is changed.
func (l *Library) Rekey(ctx context.Context, old, owner seal.Owner) error {
	var wrapped []byte
	if err := l.write.QueryRowContext(ctx, `SELECT wrapped FROM library_key WHERE id = 1`).Scan(&wrapped); err != nil {
		return fmt.Errorf("change vault key: %w", err)
	}
	key, err := old.Unwrap(wrapped)
	if err != nil {
		return fmt.Errorf("change vault key: %w", err)
	}
	if wrapped, err = owner.Wrap(key); err != nil {
		return fmt.Errorf("change vault key: %w", err)
	}
	if _, err = owner.Unwrap(wrapped); err != nil { // it must open before the old one is gone
		return fmt.Errorf("change vault key: %w", err)
	}
	err = l.engine.erase(ctx, l.write, func(tx *batch) error {
		return tx.exec(ctx, `UPDATE library_key SET wrapped = $1 WHERE id = 1`, wrapped)
	})
	if err != nil {
		return fmt.Errorf("change vault key: %w", err)
	}
	l.mu.Lock()
	l.kind = seal.KindOf(wrapped)
	l.mu.Unlock()
	return nil
}

// Table returns what seals rows that are kept elsewhere, under the library's key.
func (l *Library) Table(name string) (seal.Table, error) { return l.sealed.Table("other/" + name) }

// Name returns what stands for b in the names of such rows.
func (l *Library) Name(kind string, b []byte) []byte { return l.sealed.Name("other/"+kind, b) }

// about is what is known of a document beside its text. Of a removed one it is
// the source alone.
type about struct {
	Path   string            `json:"path,omitempty"`
	Source string            `json:"source"`
	SHA    types.Hash        `json:"sha,omitzero"`
	Size   int64             `json:"size,omitempty"`
	Cut    int               `json:"cut,omitempty"` // the size of chunks that was set; 0 is the default
	Meta   map[string]string `json:"meta,omitempty"`
}

func (s *sealed) sealAbout(id int64, a about) ([]byte, error) {
	b, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return s.about.Seal(b, seal.At(id)), nil
}

func (s *sealed) openAbout(id int64, b []byte) (a about, err error) {
	if b, err = s.about.Open(b, seal.At(id)); err == nil {
		err = json.Unmarshal(b, &a)
	}
	if err != nil {
		return a, fmt.Errorf("document %d: %w", id, err)
	}
	return a, nil
}

func (s *sealed) openChunks(id int64, b []byte) (c chunkList, err error) {
	if b, err = s.chunks.Open(b, seal.At(id)); err == nil {
		c, err = decodeChunks(b)
	}
	if err != nil {
		return c, fmt.Errorf("document %d: chunks: %w", id, err)
	}
	return c, nil
}

// problem is why a file is no document.
type problem struct {
	Path   string `json:"path"`
	Source string `json:"source"`
	Reason string `json:"reason"`
}

func (s *sealed) sealProblem(p problem) (name, data []byte, err error) {
	b, err := json.Marshal(p)
	if err != nil {
		return nil, nil, err
	}
	name = s.Name(namePath, []byte(p.Path))
	return name, s.problems.Seal(b, name), nil
}

func (s *sealed) openProblem(name, data []byte) (p problem, err error) {
	b, err := s.problems.Open(data, name)
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		return p, fmt.Errorf("refused file: %w", err)
	}
	return p, nil
}

// vectorPlace is where the vector of a chunk by a model belongs.
func vectorPlace(model string, name []byte) []byte {
	return slices.Concat([]byte(model), []byte{0}, name)
}
