package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/index"
	"github.com/weal-network/weal/vault/seal"
)

// ErrNoGeneration is returned if the library has no generation as asked for.
var ErrNoGeneration = errors.New("no such generation of documents")

// ErrRemoved is returned for a passage of a document that its owner has removed.
var ErrRemoved = errors.New("its owner has removed the document; the hash of the passage stays provable")

// Generation is a fixed set of documents. Its passages are numbered by their
// place in the Merkle tree.
type Generation struct {
	ID        int64
	Root      types.Hash
	Documents int

	library *Library
	view    *index.View
	tree    *pay.Tree
	hashes  []types.Hash // of the chunks, in the tree's order
	sizes   []uint32     // bytes of text of the chunks
	docs    []member     // ascend by source, and so by first
	at      map[index.Doc]int
	byID    sync.Once
	places  map[int64]int         // see members
	live    []int                 // the places in docs of those that are not removed
	reach   atomic.Pointer[reach] // nil until all have vectors
}

// member is a document of a generation.
type member struct {
	id     int64
	source string
	meta   map[string]string
	first  int // its first chunk
}

// Found is a passage that answers a question.
type Found struct {
	Number int        // in the generation
	Hash   types.Hash // of the chunk
	Bytes  uint32     // of its text
	Band   uint8      // 9 for the best score, down to 0: tenths of it
}

// Len returns how many passages there are.
func (g *Generation) Len() int { return len(g.hashes) }

// Search returns the best passages for a question, at most limit, as Ask does.
func (g *Generation) Search(ctx context.Context, question string, limit int) ([]Found, error) {
	answer, err := g.Ask(ctx, Ask{Question: question, Limit: limit})
	return answer.Found, err
}

// Sources returns the names of the best documents for a question, at most limit.
func (g *Generation) Sources(ctx context.Context, question string, limit int) ([]string, error) {
	view, err := g.view.Ready(ctx, question)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	hits := view.Documents(question, limit)
	sources := make([]string, len(hits))
	for i, h := range hits {
		sources[i] = g.docs[g.at[h.Doc]].source
	}
	return sources, nil
}

// Source returns the name of the document that passage n is of.
func (g *Generation) Source(n int) string { return g.member(n).source }

func (g *Generation) member(n int) member { return g.docs[g.place(n)] }

// place returns where in docs the document of passage n is.
func (g *Generation) place(n int) int {
	return sort.Search(len(g.docs), func(i int) bool { return g.docs[i].first > n }) - 1
}

// chunks returns how many chunks the document at a place has.
func (g *Generation) chunks(place int) int {
	if place+1 < len(g.docs) {
		return g.docs[place+1].first - g.docs[place].first
	}
	return g.Len() - g.docs[place].first
}

// Passage reads passage n and proves that it is under Root.
func (g *Generation) Passage(ctx context.Context, n int) (pay.Chunk, pay.Proof, error) {
	if n < 0 || n >= g.Len() {
		return pay.Chunk{}, pay.Proof{}, fmt.Errorf("read passage %d of %d: there is none", n, g.Len())
	}
	m := g.member(n)
	key := textKey{document: m.id, place: n - m.first}
	known, round, ok := g.library.texts.get(key)
	if ok {
		return known, g.tree.Proof(n), nil
	}
	p, err := g.library.passage(ctx, g.library.read, m.id, n-m.first)
	if err != nil {
		return pay.Chunk{}, pay.Proof{}, fmt.Errorf("read passage %d: %w", n, err)
	}
	c := pay.Chunk{Source: m.source, Heading: p.heading, Start: p.start, End: p.start + uint64(len(p.text)), Text: p.text}
	if c.Hash() != g.hashes[n] {
		return pay.Chunk{}, pay.Proof{}, fmt.Errorf("read passage %d: its text is not what was added; restore the vault's backup", n)
	}
	g.library.texts.put(key, c, round)
	return c, g.tree.Proof(n), nil
}

// Proof proves that the chunk of passage n, with Hash, is under Root. It needs no
// text: also a passage that was removed is provable.
func (g *Generation) Proof(n int) (pay.Proof, error) {
	if n < 0 || n >= g.Len() {
		return pay.Proof{}, fmt.Errorf("prove passage %d of %d: there is none", n, g.Len())
	}
	return g.tree.Proof(n), nil
}

// querier is a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// passage reads a chunk of a document.
func (l *Library) passage(ctx context.Context, db querier, id int64, place int) (p passage, err error) {
	const query = `SELECT place, data FROM texts WHERE document = $1 AND place <= $2 ORDER BY place DESC LIMIT 1`
	var first int64
	var b []byte
	err = db.QueryRowContext(ctx, query, id, place).Scan(&first, &b)
	if errors.Is(err, sql.ErrNoRows) {
		return p, whyGone(ctx, db, id)
	}
	if err == nil {
		b, err = open(l.sealed.texts, b, seal.At(id, first))
	}
	if err != nil {
		return p, err
	}
	return decodePassage(b, place-int(first))
}

// whyGone says why a document has no text.
func whyGone(ctx context.Context, db querier, id int64) error {
	var removed int64
	err := db.QueryRowContext(ctx, `SELECT removed FROM documents WHERE id = $1`, id).Scan(&removed)
	switch {
	case err != nil && !errors.Is(err, sql.ErrNoRows):
		return err
	case err == nil && removed == 0:
		return seal.ErrChanged
	}
	return ErrRemoved
}

// Latest returns the newest generation.
func (l *Library) Latest(ctx context.Context) (*Generation, error) {
	return l.generation(ctx, `SELECT id FROM generations ORDER BY id DESC LIMIT 1`)
}

// ByRoot returns the newest generation with a root.
func (l *Library) ByRoot(ctx context.Context, root types.Hash) (*Generation, error) {
	if g := l.recall(func(g *Generation) bool { return g.Root == root }); g != nil {
		return g, nil
	}
	return l.generation(ctx, `SELECT id FROM generations WHERE root = $1 ORDER BY id DESC LIMIT 1`, root[:])
}

// ByID returns the generation with an id.
func (l *Library) ByID(ctx context.Context, id int64) (*Generation, error) {
	if g := l.recall(func(g *Generation) bool { return g.ID == id }); g != nil {
		return g, nil
	}
	return l.generation(ctx, `SELECT id FROM generations WHERE id = $1`, id)
}

func (l *Library) generation(ctx context.Context, query string, args ...any) (*Generation, error) {
	var id int64
	err := l.read.QueryRowContext(ctx, query, args...).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNoGeneration
	}
	if err != nil {
		return nil, fmt.Errorf("find generation: %w", err)
	}
	is := func(g *Generation) bool { return g.ID == id }
	if g := l.recall(is); g != nil {
		return g, nil
	}
	l.loading.Lock()
	defer l.loading.Unlock()
	if g := l.recall(is); g != nil {
		return g, nil // another call was faster
	}
	g, err := l.load(ctx, l.read, id)
	if err != nil {
		return nil, fmt.Errorf("load generation %d: %w", id, err)
	}
	l.remember(g)
	return g, nil
}

// Hash returns the hash of the chunk of passage n.
func (g *Generation) Hash(n int) types.Hash { return g.hashes[n] }
