package vector

import (
	"cmp"
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/viterin/vek/vek32"
)

const (
	// deviations is how many standard deviations of an estimate's error are allowed for.
	deviations = 3
	// ahead is how many times the wanted hits are scored to learn how good they are.
	ahead = 4
	// alone is up to how many blocks one goroutine searches by itself.
	alone = 8
	// rounding bounds the error of inner products in float32, whatever the order.
	rounding = 1.0 / (1 << 24)
)

// Hit is a vector that was found.
type Hit struct {
	ID    uint32
	Score float32 // the inner product, 1 for the same direction
}

// order puts the better hit first.
func order(a, b Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) }

// none is less than any score.
const none = -2

// search is one search with what it needs in memory.
type search struct {
	set     *Set
	query   query
	among   Bitmap
	blocks  int       // how many
	bases   []float32 // what the means give
	bounds  []float32 // by id: what the score cannot be above
	next    atomic.Int64
	workers []worker
	hits    []Hit
	more    []Hit
}

// worker is one goroutine's part of a search.
type worker struct {
	best     best
	products [BlockSize]int32
}

var searches = sync.Pool{New: func() any { return new(search) }}

// Search appends the k nearest vectors of among to dst, the nearest first. A nil
// among is all. dst may be nil; with room for k hits nothing is allocated for them.
func (s *Set) Search(dst []Hit, question []float32, k int, among Bitmap) ([]Hit, error) {
	length, err := s.length(question)
	if err != nil {
		return dst, err
	}
	if k < 1 {
		return dst, nil
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	r := searches.Get().(*search)
	defer searches.Put(r)
	r.set, r.among, r.blocks = s, among, len(s.blocks)
	defer func() { r.set, r.among = nil, nil }()
	r.query.prepare(question, length, s.turn)
	return r.run(dst, k), nil
}

func (r *search) run(dst []Hit, k int) []Hit {
	r.estimate(ahead * k)
	// The best by the first estimate, scored, say what the others must reach; then
	// the best by the second.
	top := &r.workers[0].best
	for i := range r.workers[1:] {
		for _, h := range r.workers[1+i].best.hits {
			top.take(h)
		}
	}
	limit := r.limit(top.hits, k)
	r.refine(limit)
	top.reset(ahead * k)
	for _, h := range r.hits {
		top.take(h)
	}
	limit = max(limit, r.limit(top.hits, k))
	return r.score(dst, k, limit)
}

// words returns the bits of the vectors that count in block b from 64·w on.
func (r *search) words(b, w int) uint64 {
	blk := r.set.blocks[b]
	word := ^blk.dead[w]
	if left := blk.n - 64*w; left < 64 {
		if left <= 0 {
			return 0
		}
		word &= 1<<left - 1
	}
	if r.among != nil {
		at := b*(BlockSize/64) + w
		if at >= len(r.among) {
			return 0
		}
		word &= r.among[at]
	}
	return word
}

// estimate fills r.bounds, and of each worker what is best by estimate, at most n.
// The newest vectors, which have no codes, are scored instead.
func (r *search) estimate(n int) {
	r.bounds = resize(r.bounds, r.blocks*BlockSize)
	r.bases = resize(r.bases, r.blocks)
	workers := 1
	if r.blocks > alone {
		workers = min(runtime.GOMAXPROCS(0), r.blocks/(alone/2))
	}
	r.workers = resize(r.workers, workers)
	r.next.Store(0)
	var wait sync.WaitGroup
	for i := 1; i < workers; i++ {
		wait.Go(func() { r.work(&r.workers[i], n) })
	}
	r.work(&r.workers[0], n)
	wait.Wait()
}

func (r *search) work(w *worker, n int) {
	w.best.reset(n)
	for b := int(r.next.Add(1) - 1); b < r.blocks; b = int(r.next.Add(1) - 1) {
		r.block(w, b)
	}
}

// block estimates one block.
func (r *search) block(w *worker, b int) {
	bounds := r.bounds[b*BlockSize:][:BlockSize]
	var words [BlockSize / 64]uint64
	count := 0
	for i := range words {
		words[i] = r.words(b, i)
		count += bits.OnesCount64(words[i])
	}
	if count < BlockSize {
		for i := range bounds {
			bounds[i] = none
		}
	}
	c, q := r.set.blocks[b].codes, &r.query
	if c != nil {
		r.bases[b] = float32(dot64(q.unit, c.mean))
		if count > BlockSize/4 {
			q.products(c.signs, &w.products)
		}
	}
	for at, word := range words {
		for ; word != 0; word &= word - 1 {
			i := 64*at + bits.TrailingZeros64(word)
			h := Hit{ID: uint32(b*BlockSize + i)}
			if c == nil {
				h.Score = r.dot(h.ID)
				bounds[i] = h.Score
			} else {
				n := int(w.products[i])
				if count <= BlockSize/4 {
					n = q.product(c.signs, i)
				}
				h.Score = q.estimate1(c, i, n, r.bases[b])
				bounds[i] = q.bound1(c, i, h.Score)
			}
			if h.Score >= w.best.least {
				w.best.take(h)
			}
		}
	}
}

func (r *search) dot(id uint32) float32 { return vek32.Dot(r.query.unit, r.set.vector(id)) }

// limit scores hits and returns the kth best score, or less than any if there are
// fewer. It leaves hits with their scores.
func (r *search) limit(hits []Hit, k int) float32 {
	for i := range hits {
		hits[i].Score = r.dot(hits[i].ID)
	}
	if len(hits) < k {
		return none
	}
	slices.SortFunc(hits, order)
	return hits[k-1].Score
}

// slack is the error of an inner product of the set's vectors in float32.
func (r *search) slack() float32 { return rounding * float32(r.set.dims+8) }

// refine fills r.hits with what could have a score of at least limit by both
// estimates, with the second one, or the score where there is one.
func (r *search) refine(limit float32) {
	r.hits = r.hits[:0]
	limit -= 2 * r.slack()
	for id, bound := range r.bounds {
		if bound < limit || bound == none {
			continue
		}
		b, i := id/BlockSize, id%BlockSize
		c, e := r.set.blocks[b].codes, bound
		if c != nil {
			e = r.query.estimate2(c, i, r.bases[b])
			if r.query.bound2(c, i, e) < limit {
				continue
			}
		}
		r.hits = append(r.hits, Hit{uint32(id), e})
	}
}

// score appends the k best of r.hits, which have second estimates, to dst.
func (r *search) score(dst []Hit, k int, limit float32) []Hit {
	limit -= 2 * r.slack()
	r.more = r.more[:0]
	for _, h := range r.hits {
		c := r.set.blocks[h.ID/BlockSize].codes
		if c != nil && r.query.bound2(c, int(h.ID%BlockSize), h.Score) < limit {
			continue
		}
		if s := r.dot(h.ID); s >= limit {
			r.more = append(r.more, Hit{h.ID, float32(dot64(r.query.unit, r.set.vector(h.ID)))})
		}
	}
	slices.SortFunc(r.more, order)
	return append(dst, r.more[:min(k, len(r.more))]...)
}

// resize returns a slice of n elements, s if it has room.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
