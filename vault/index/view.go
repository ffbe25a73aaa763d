package index

import (
	"slices"
	"sync"
)

// View returns a view of docs.
func (x *Index) View(docs []Doc) *View {
	x.mu.RLock()
	defer x.mu.RUnlock()
	v := &View{index: x, live: make([]bool, len(x.docs)), counts: &counts{found: map[string]found{}}}
	var words, chunks uint64
	for _, d := range docs {
		if v.live[d] {
			continue
		}
		v.live[d] = true
		v.docs++
		words += x.docs[d].length
		chunks += uint64(x.docs[d].chunks)
	}
	v.chunks = int(chunks)
	if v.docs > 0 && words > 0 {
		v.docMean = float64(words) / float64(v.docs)
		v.chunkMean = float64(words) / float64(chunks)
	}
	return v
}

// View is a fixed set of documents, in which questions are answered.
type View struct {
	index              *Index
	live               []bool // by Doc
	docs, chunks       int
	docMean, chunkMean float64 // words
	// lists are those of the question that the view is ready for, if the index has
	// its words elsewhere.
	lists map[string][]posting
	*counts
}

// counts are those of the words that were asked for.
type counts struct {
	mu    sync.Mutex
	found map[string]found
}

// found counts the documents and chunks of a view that have a word.
type found struct{ docs, chunks int }

// wanted is a word of a question.
type wanted struct {
	times float64
	list  []posting
	found found
}

// wants looks up the words of a question, in the order of their first place.
func (v *View) wants(question string) []wanted {
	at := map[string]int{}
	var ws []wanted
	for _, t := range Terms(question) {
		if i, ok := at[t]; ok {
			ws[i].times++
			continue
		}
		at[t] = len(ws)
		w := wanted{times: 1, list: v.list(t)}
		if len(w.list) > 0 {
			w.found = v.count(t, w.list)
		}
		ws = append(ws, w)
	}
	return slices.DeleteFunc(ws, func(w wanted) bool { return len(w.list) == 0 })
}

// list returns where a word stands.
func (v *View) list(word string) []posting {
	if v.lists != nil {
		return v.lists[word]
	}
	if i, ok := v.index.words[word]; ok {
		return v.index.lists[i]
	}
	return nil
}

// count returns how often a word is found. It is the same for as long as the view
// is there, so it is counted once.
func (v *View) count(word string, list []posting) found {
	v.mu.Lock()
	f, ok := v.found[word]
	v.mu.Unlock()
	if ok {
		return f
	}
	for i := 0; i < len(list); {
		_, tf, next := v.document(list, i)
		if tf > 0 {
			f.docs++
		}
		if v.has(list[i]) {
			f.chunks += next - i
		}
		i = next
	}
	v.mu.Lock()
	v.found[word] = f
	v.mu.Unlock()
	return f
}

// has reports whether a posting is of a document in the view.
func (v *View) has(p posting) bool {
	doc := v.index.chunks[p.chunk].doc
	return int(doc) < len(v.live) && v.live[doc]
}
