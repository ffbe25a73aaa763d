package library

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sort"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/index"
)

// ErrNoGeneration is returned if the library has no generation as asked for.
var ErrNoGeneration = errors.New("no such generation of documents")

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
	texts   texts
}

// member is a document of a generation.
type member struct {
	id     int64
	source string
	first  int // its first chunk
}

// Found is a passage that answers a question.
type Found struct {
	Number int        // in the generation
	Hash   types.Hash // of the chunk
	Bytes  uint32     // of its text
	Band   uint8      // 0 to 9, see index.Passage
}

// Len returns how many passages there are.
func (g *Generation) Len() int { return len(g.hashes) }

// Search returns the best passages for a question, at most limit.
func (g *Generation) Search(question string, limit int) []Found {
	passages := g.view.Passages(question, limit)
	found := make([]Found, len(passages))
	for i, p := range passages {
		n := g.docs[g.at[p.Doc]].first + p.Chunk
		found[i] = Found{Number: n, Hash: g.hashes[n], Bytes: g.sizes[n], Band: p.Band}
	}
	return found
}

// Sources returns the names of the best documents for a question, at most limit.
func (g *Generation) Sources(question string, limit int) []string {
	hits := g.view.Documents(question, limit)
	sources := make([]string, len(hits))
	for i, h := range hits {
		sources[i] = g.docs[g.at[h.Doc]].source
	}
	return sources
}

// Source returns the name of the document that passage n is of.
func (g *Generation) Source(n int) string { return g.member(n).source }

func (g *Generation) member(n int) member {
	return g.docs[sort.Search(len(g.docs), func(i int) bool { return g.docs[i].first > n })-1]
}

// Passage reads passage n and proves that it is under Root.
func (g *Generation) Passage(ctx context.Context, n int) (pay.Chunk, pay.Proof, error) {
	if n < 0 || n >= g.Len() {
		return pay.Chunk{}, pay.Proof{}, fmt.Errorf("read passage %d of %d: there is none", n, g.Len())
	}
	if c, ok := g.texts.get(n); ok {
		return c, g.tree.Proof(n), nil
	}
	m := g.member(n)
	const query = `SELECT c.heading, c.first, substr(t.text, c.first + 1, c.size)
		FROM chunks c JOIN contents t ON t.document = c.document WHERE c.document = $1 AND c.place = $2`
	c := pay.Chunk{Source: m.source}
	var text []byte
	err := g.library.read.QueryRowContext(ctx, query, m.id, n-m.first).Scan(&c.Heading, &c.Start, &text)
	if err != nil {
		return pay.Chunk{}, pay.Proof{}, fmt.Errorf("read passage %d: %w", n, err)
	}
	c.Text, c.End = string(text), c.Start+uint64(len(text))
	if c.Hash() != g.hashes[n] {
		return pay.Chunk{}, pay.Proof{}, fmt.Errorf("read passage %d: its text is not what was added; restore the vault's backup", n)
	}
	g.texts.put(n, c)
	return c, g.tree.Proof(n), nil
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
