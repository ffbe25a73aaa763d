package index

import (
	"strings"
	"sync"
)

// The constants of BM25. They are the textbook's.
const (
	k1 = 1.2
	b  = 0.75
)

// Doc numbers a document of an Index.
type Doc uint32

// Index holds the postings of documents in memory. It only grows; which documents
// count is the business of views. It may be used by many goroutines.
type Index struct {
	mu     sync.RWMutex
	words  map[string]uint32 // of a word in lists
	lists  [][]posting
	chunks []chunk
	docs   []document
	// outside has the words of an index that has none of its own.
	outside *outside
}

// posting is a word in a chunk. Lists ascend by chunk, and so by document.
type posting struct {
	chunk       uint32
	text, above uint16
}

type chunk struct {
	doc    Doc
	length uint32
}

type document struct {
	source string
	first  uint32 // its first chunk
	chunks uint32
	length uint64
}

// New returns an empty index.
func New() *Index { return &Index{words: map[string]uint32{}} }

// Add takes a document in. It is found once a view has it.
func (x *Index) Add(source string, p Postings) Doc {
	x.mu.Lock()
	defer x.mu.Unlock()
	d := document{source: source, first: uint32(len(x.chunks)), chunks: uint32(len(p.Lengths))}
	doc := Doc(len(x.docs))
	for _, n := range p.Lengths {
		x.chunks = append(x.chunks, chunk{doc: doc, length: n})
		d.length += uint64(n)
	}
	x.docs = append(x.docs, d)
	for _, t := range p.Terms {
		i, ok := x.words[t.Word]
		if !ok {
			i = uint32(len(x.lists))
			x.words[strings.Clone(t.Word)] = i
			x.lists = append(x.lists, nil)
		}
		for _, c := range t.In {
			x.lists[i] = append(x.lists[i], posting{chunk: d.first + c.Chunk, text: c.Text, above: c.Above})
		}
	}
	return doc
}

// Len returns how many documents were added.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.docs)
}
