package index

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// Place is where a word stands: how often in which chunk of which document.
type Place struct {
	Doc Doc
	Count
}

// Lists finds the places of words that are not in memory. Lists returns those of
// each word, in any order; documents that the index has not been told of are left
// out.
type Lists interface {
	Lists(ctx context.Context, words []string) ([][]Place, error)
}

// NewOutside returns an empty index whose words are elsewhere: memory has the
// lengths of its documents, and up to about limit bytes of the lists that were
// asked for lately.
func NewOutside(lists Lists, limit int) *Index {
	x := New()
	x.outside = &outside{lists: lists, limit: limit}
	return x
}

// outside is where an index has its words.
type outside struct {
	lists Lists
	limit int

	mu    sync.Mutex
	known map[string][]posting
	bytes int
	round int // counts how often documents were added
}

const postingBytes = 8

// AddLengths takes in a document whose words are elsewhere already: how many
// words each of its chunks has.
func (x *Index) AddLengths(source string, lengths []uint32) Doc {
	doc := x.Add(source, Postings{Lengths: lengths})
	x.outside.forget()
	return doc
}

// forget drops all lists: they lack a document.
func (o *outside) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.known, o.bytes = nil, 0
	o.round++
}

// Ready returns the view with the words of a question at hand. In it that question
// can be answered; in a view of an index in memory, every question always can.
func (v *View) Ready(ctx context.Context, question string) (*View, error) {
	o := v.index.outside
	if o == nil {
		return v, nil
	}
	words := Terms(question)
	slices.Sort(words)
	words = slices.Compact(words)
	ready := &View{
		index: v.index, live: v.live, docs: v.docs, chunks: v.chunks, docMean: v.docMean, chunkMean: v.chunkMean,
		counts: v.counts, lists: make(map[string][]posting, len(words)),
	}
	missing, round := o.take(words, ready.lists)
	if len(missing) == 0 {
		return ready, nil
	}
	found, err := o.lists.Lists(ctx, missing)
	if err != nil {
		return nil, fmt.Errorf("find words: %w", err)
	}
	for i, word := range missing {
		list := v.index.postings(found[i])
		ready.lists[word] = list
		o.put(word, list, round)
	}
	return ready, nil
}

// take puts the lists that are known into lists, and returns the other words.
func (o *outside) take(words []string, lists map[string][]posting) (missing []string, round int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, w := range words {
		if list, ok := o.known[w]; ok {
			lists[w] = list
		} else {
			missing = append(missing, w)
		}
	}
	return missing, o.round
}

// put remembers a list, unless documents were added since it was asked for. When
// there are too many, it begins anew.
func (o *outside) put(word string, list []posting, round int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	size := postingBytes*len(list) + len(word)
	if round != o.round || size > o.limit {
		return
	}
	if o.known == nil || o.bytes+size > o.limit {
		o.known, o.bytes = map[string][]posting{}, 0
	}
	o.known[word] = list
	o.bytes += size
}

// postings numbers places as the index does, in its order.
func (x *Index) postings(places []Place) []posting {
	x.mu.RLock()
	defer x.mu.RUnlock()
	list := make([]posting, 0, len(places))
	sorted := true
	for _, p := range places {
		if int(p.Doc) >= len(x.docs) || p.Chunk >= x.docs[p.Doc].chunks {
			continue
		}
		chunk := x.docs[p.Doc].first + p.Chunk
		sorted = sorted && (len(list) == 0 || list[len(list)-1].chunk < chunk)
		list = append(list, posting{chunk: chunk, text: p.Text, above: p.Above})
	}
	if !sorted {
		slices.SortFunc(list, func(a, b posting) int { return int(int64(a.chunk) - int64(b.chunk)) })
	}
	return list
}
