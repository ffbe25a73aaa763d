package vector

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
)

// MaxDims is the most dimensions of a vector.
const MaxDims = 8192

// ErrVector is returned for a vector that cannot be taken in or asked for.
var ErrVector = errors.New("not a vector of this set")

// Set is a growing set of vectors. It may be used by many goroutines.
type Set struct {
	dims int
	turn *rotation

	adding sync.Mutex // held while vectors are added
	mu     sync.RWMutex
	blocks []*block // all but the last are full
}

// New returns an empty set of vectors with dims dimensions.
func New(dims int) (*Set, error) {
	if dims < 1 || dims > MaxDims {
		return nil, fmt.Errorf("%w: want 1 to %d dimensions, got %d", ErrVector, MaxDims, dims)
	}
	return &Set{dims: dims, turn: newRotation(dims)}, nil
}

// Dims returns how many dimensions the vectors have.
func (s *Set) Dims() int { return s.dims }

// Len returns how many vectors were added.
func (s *Set) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.len()
}

func (s *Set) len() int {
	if len(s.blocks) == 0 {
		return 0
	}
	return (len(s.blocks)-1)*BlockSize + s.blocks[len(s.blocks)-1].n
}

// Add brings vectors to length one and takes them in. The first has the id that is
// returned, the others those that follow. All are taken in or none.
func (s *Set) Add(vectors ...[]float32) (first uint32, err error) {
	for i, v := range vectors {
		if _, err := s.length(v); err != nil {
			return 0, fmt.Errorf("vector %d: %w", i, err)
		}
	}
	s.adding.Lock()
	defer s.adding.Unlock()
	n := s.Len()
	if n+len(vectors) > math.MaxUint32 {
		return 0, fmt.Errorf("%w: the set is full", ErrVector)
	}
	for len(vectors) > 0 { // a piece at a time, so that searches come between
		size := min(len(vectors), 64*BlockSize)
		s.add(vectors[:size])
		vectors = vectors[size:]
	}
	return uint32(n), nil
}

// add takes in vectors; searches see them at the end. The caller holds s.adding.
func (s *Set) add(vectors [][]float32) {
	var last *block // which is not full
	var grown block
	if n := len(s.blocks); n > 0 && s.blocks[n-1].n < BlockSize {
		last = s.blocks[n-1]
		grown = block{vectors: last.vectors, n: last.n}
		left := min(BlockSize-last.n, len(vectors))
		s.fill(&grown, vectors[:left]) // beyond what searches read
		vectors = vectors[left:]
		if grown.n == BlockSize {
			grown.codes = newCodes(grown.vectors, s.dims, s.turn)
		}
	}
	fresh := make([]*block, (len(vectors)+BlockSize-1)/BlockSize)
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(fresh)) {
		wait.Go(func() {
			for i := int(next.Add(1) - 1); i < len(fresh); i = int(next.Add(1) - 1) {
				b := &block{vectors: make([]float32, 0, BlockSize*s.dims)}
				s.fill(b, vectors[i*BlockSize:min(len(vectors), (i+1)*BlockSize)])
				if b.n == BlockSize {
					b.codes = newCodes(b.vectors, s.dims, s.turn)
				}
				fresh[i] = b
			}
		})
	}
	wait.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if last != nil {
		last.vectors, last.n, last.codes = grown.vectors, grown.n, grown.codes
	}
	s.blocks = append(s.blocks, fresh...)
}

// fill appends vectors at length one to a block that has room for them.
func (s *Set) fill(b *block, vectors [][]float32) {
	for _, v := range vectors {
		length := math.Sqrt(dot64(v, v))
		for _, x := range v {
			b.vectors = append(b.vectors, float32(float64(x)/length))
		}
	}
	b.n += len(vectors)
}

// length returns the length of v, which must be one that can be brought to one.
func (s *Set) length(v []float32) (float64, error) {
	if len(v) != s.dims {
		return 0, fmt.Errorf("%w: it has %d dimensions, the set %d", ErrVector, len(v), s.dims)
	}
	length := math.Sqrt(dot64(v, v))
	if !(length > 1e-30) || math.IsInf(length, 0) {
		return 0, fmt.Errorf("%w: its length is %g", ErrVector, length)
	}
	return length, nil
}

// Remove takes vectors out; their ids are not given again. Ids that there are none
// of are passed over.
func (s *Set) Remove(ids ...uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if int(id) < s.len() {
			at := id % BlockSize
			s.blocks[id/BlockSize].dead[at/64] |= 1 << (at % 64)
		}
	}
}

// Vector returns the vector of an id, at length one. It must not be written to. Of
// an id that there is none of it returns nil.
func (s *Set) Vector(id uint32) []float32 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if int(id) >= s.len() {
		return nil
	}
	return s.vector(id)
}

func (s *Set) vector(id uint32) []float32 {
	at := int(id%BlockSize) * s.dims
	return s.blocks[id/BlockSize].vectors[at : at+s.dims : at+s.dims]
}

// Bitmap is a set of ids.
type Bitmap []uint64

// NewBitmap returns a bitmap with room for ids below n.
func NewBitmap(n int) Bitmap { return make(Bitmap, (n+63)/64) }

// Set puts an id in, for which there must be room.
func (b Bitmap) Set(id uint32) { b[id/64] |= 1 << (id % 64) }

// Has reports whether an id is in.
func (b Bitmap) Has(id uint32) bool { return int(id/64) < len(b) && b[id/64]>>(id%64)&1 == 1 }
