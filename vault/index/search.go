package index

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"sync"
)

// Hit is a document with its BM25 score.
type Hit struct {
	Doc   Doc
	Score float64
}

// Passage is a chunk with its score, see the package's documentation.
type Passage struct {
	Doc   Doc
	Chunk int // of the document, from 0
	Score float64
}

// Documents returns the best documents for a question, at most limit.
func (v *View) Documents(question string, limit int) []Hit {
	return v.DocumentsOf(question, limit, nil)
}

// DocumentsOf is Documents among those that only lets through; nil lets all. What it
// does not let through still counts for how common words are.
func (v *View) DocumentsOf(question string, limit int, only func(Doc) bool) []Hit {
	v.index.mu.RLock()
	defer v.index.mu.RUnlock()
	return v.documents(v.wants(question), limit, only)
}

// Passages returns the best passages for a question, at most limit.
func (v *View) Passages(question string, limit int) []Passage {
	return v.PassagesOf(question, limit, nil)
}

// PassagesOf is Passages of the documents that only lets through; nil lets all.
func (v *View) PassagesOf(question string, limit int, only func(Doc) bool) []Passage {
	v.index.mu.RLock()
	defer v.index.mu.RUnlock()
	ws := v.wants(question)
	hits := v.documents(ws, limit, only) // a document's best passage has its score, so no other can be among the first
	chunkIDF := make([]float64, len(ws))
	for i, w := range ws {
		chunkIDF[i] = idf(v.chunks, w.found.chunks)
	}
	type ranked struct {
		Passage
		rank int // of its document
	}
	var all []ranked
	for i, h := range hits {
		for _, p := range v.within(h, ws, chunkIDF) {
			all = append(all, ranked{p, i})
		}
	}
	slices.SortFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.rank, b.rank), cmp.Compare(a.Chunk, b.Chunk))
	})
	best := make([]Passage, min(len(all), max(limit, 0)))
	for i := range best {
		best[i] = all[i].Passage
	}
	return best
}

// sums are the scores of one search; the documents touched are set back to zero
// after it, so that a search costs what it finds and not what there is.
type sums struct {
	scores  []float64
	touched []Doc
}

var pool = sync.Pool{New: func() any { return &sums{} }}

func (v *View) documents(ws []wanted, limit int, only func(Doc) bool) []Hit {
	s := pool.Get().(*sums)
	defer pool.Put(s)
	if len(s.scores) < len(v.live) {
		s.scores = make([]float64, len(v.live))
	}
	for _, w := range ws {
		v.score(s, w)
	}
	hits := make([]Hit, 0, len(s.touched))
	for _, d := range s.touched {
		if only == nil || only(d) {
			hits = append(hits, Hit{Doc: d, Score: s.scores[d]})
		}
		s.scores[d] = 0
	}
	s.touched = s.touched[:0]
	return v.best(hits, limit)
}

// score adds what one word gives to every document.
func (v *View) score(s *sums, w wanted) {
	weight := w.times * idf(v.docs, w.found.docs)
	for i := 0; i < len(w.list); {
		doc, tf, next := v.document(w.list, i)
		i = next
		if tf == 0 {
			continue
		}
		if s.scores[doc] == 0 {
			s.touched = append(s.touched, doc)
		}
		s.scores[doc] += weight * saturate(float64(tf), float64(v.index.docs[doc].length), v.docMean)
	}
}

// document sums the postings of the document at list[i]; next is where the
// following document begins. A document that is not in the view sums to zero.
func (v *View) document(list []posting, i int) (doc Doc, tf uint64, next int) {
	doc = v.index.chunks[list[i].chunk].doc
	end := v.index.docs[doc].first + v.index.docs[doc].chunks
	for next = i; next < len(list) && list[next].chunk < end; next++ {
		tf += uint64(list[next].text)
	}
	if !v.has(list[i]) {
		tf = 0
	}
	return doc, tf, next
}

// within scores the chunks of one found document that have a word asked for.
func (v *View) within(h Hit, ws []wanted, chunkIDF []float64) []Passage {
	d := v.index.docs[h.Doc]
	scores := make([]float64, d.chunks)
	for i, w := range ws {
		from := sort.Search(len(w.list), func(j int) bool { return w.list[j].chunk >= d.first })
		for _, p := range w.list[from:] {
			if p.chunk >= d.first+d.chunks {
				break
			}
			tf, length := float64(p.text)+float64(p.above), float64(v.index.chunks[p.chunk].length)
			scores[p.chunk-d.first] += w.times * chunkIDF[i] * saturate(tf, length, v.chunkMean)
		}
	}
	best := slices.Max(scores)
	var found []Passage
	for i, s := range scores {
		if s > 0 {
			found = append(found, Passage{Doc: h.Doc, Chunk: i, Score: h.Score * (s / best)})
		}
	}
	return found
}

// best returns the first of hits in order. It sorts a few at a time: a common
// word finds many documents, of which few are wanted.
func (v *View) best(hits []Hit, limit int) []Hit {
	order := func(a, c Hit) int {
		return cmp.Or(cmp.Compare(c.Score, a.Score), cmp.Compare(v.index.docs[a.Doc].source, v.index.docs[c.Doc].source),
			cmp.Compare(a.Doc, c.Doc))
	}
	limit = max(limit, 0)
	kept, least := hits[:0], 0.0 // no score below least can be among the first
	for _, h := range hits {
		if h.Score < least {
			continue
		}
		if kept = append(kept, h); len(kept) >= 4*limit+64 {
			slices.SortFunc(kept, order)
			if kept = kept[:limit]; limit > 0 {
				least = kept[limit-1].Score
			}
		}
	}
	slices.SortFunc(kept, order)
	return kept[:min(len(kept), limit)]
}

// idf is the weight of a word that n of all documents have. It is always positive.
func idf(all, n int) float64 {
	return math.Log(1 + (float64(all)-float64(n)+0.5)/(float64(n)+0.5))
}

// saturate is the share of a word's weight that tf occurrences earn in a text of
// the given length.
func saturate(tf, length, mean float64) float64 {
	return tf * (k1 + 1) / (tf + k1*(1-b+b*length/mean))
}
