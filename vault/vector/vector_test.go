package vector_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weal-network/weal/vault/vector"
)

// draw returns n vectors: of subjects if there are any, else of any direction.
func draw(rng *rand.Rand, n, dims, subjects int) (all [][]float32) {
	var centers [][]float32
	for range subjects {
		centers = append(centers, draw(rng, 1, dims, 0)[0])
	}
	for range n {
		v := make([]float32, dims)
		for i := range v {
			v[i] = float32(rng.NormFloat64() / math.Sqrt(float64(dims)))
		}
		if subjects > 0 {
			for i, x := range centers[rng.IntN(subjects)] {
				v[i] += 1.2*x + 0.05
			}
		}
		all = append(all, v)
	}
	return all
}

func newSet(t testing.TB, dims int, vectors ...[]float32) *vector.Set {
	t.Helper()
	s, err := vector.New(dims)
	require.NoError(t, err)
	_, err = s.Add(vectors...)
	require.NoError(t, err)
	return s
}

// scan is the plain way: every vector that counts, scored in float64.
func scan(s *vector.Set, question []float32, k int, counts func(uint32) bool) (hits []vector.Hit) {
	unit := func(v []float32) []float32 {
		one, err := vector.New(s.Dims())
		if err != nil {
			panic(err)
		}
		if _, err := one.Add(v); err != nil {
			panic(err)
		}
		return one.Vector(0)
	}
	q := unit(question)
	for id := range uint32(s.Len()) {
		var sum float64
		for i, x := range s.Vector(id) {
			sum += float64(x) * float64(q[i])
		}
		if counts(id) {
			hits = append(hits, vector.Hit{ID: id, Score: float32(sum)})
		}
	}
	slices.SortFunc(hits, func(a, b vector.Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) })
	return hits[:min(k, len(hits))]
}

func every(uint32) bool { return true }

// recall is the share of want that is in got.
func recall(got, want []vector.Hit) float64 {
	n := 0
	for _, w := range want {
		if slices.Contains(got, w) {
			n++
		}
	}
	return float64(n) / float64(len(want))
}

func TestRecallOnAnyKindOfVectors(t *testing.T) {
	for name, subjects := range map[string]int{"subjects": 40, "chance": 0} {
		for _, dims := range []int{100, 384} {
			rng := rand.New(rand.NewPCG(1, uint64(dims)))
			s := newSet(t, dims, draw(rng, 6000, dims, subjects)...)
			var sum float64
			const questions = 40
			for range questions {
				from := s.Vector(uint32(rng.IntN(s.Len())))
				q := draw(rng, 1, dims, 0)[0]
				for i, x := range from {
					q[i] += 0.5 * x
				}
				got, err := s.Search(nil, q, 10, nil)
				require.NoError(t, err)
				require.Len(t, got, 10)
				sum += recall(got, scan(s, q, 10, every))
			}
			require.GreaterOrEqual(t, sum/questions, 0.995, "%s of %d dimensions", name, dims)
		}
	}
}

func TestSmallSetsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		dims := rapid.IntRange(1, 200).Draw(t, "dims")
		s, err := vector.New(dims)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Add(draw(rng, rapid.IntRange(0, 300).Draw(t, "n"), dims, 3)...); err != nil {
			t.Fatal(err)
		}
		q, k := draw(rng, 1, dims, 0)[0], rapid.IntRange(1, 20).Draw(t, "k")
		got, err := s.Search(nil, q, k, nil)
		if want := scan(s, q, k, every); err != nil || !slices.Equal(got, want) {
			t.Fatalf("found %v, %v, want %v", got, err, want)
		}
	})
}

func TestResultsDoNotDependOnCoresOrBatches(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	const dims = 64
	rng := rand.New(rand.NewPCG(3, 3))
	vectors := draw(rng, 20*vector.BlockSize+77, dims, 0)
	whole := newSet(t, dims, vectors...)
	parts := newSet(t, dims)
	for rest := vectors; len(rest) > 0; {
		n := min(len(rest), 1+rng.IntN(1500))
		first, err := parts.Add(rest[:n]...)
		require.NoError(t, err)
		require.EqualValues(t, len(vectors)-len(rest), first)
		rest = rest[n:]
	}
	for _, q := range draw(rng, 20, dims, 0) {
		var want []vector.Hit
		for _, cores := range []int{1, 2, 5} {
			runtime.GOMAXPROCS(cores)
			for _, s := range []*vector.Set{whole, parts} {
				got, err := s.Search(nil, q, 10, nil)
				require.NoError(t, err)
				if want == nil {
					want = got
				}
				require.Equal(t, want, got)
			}
		}
	}
}

func TestOnlyWhatCountsIsFound(t *testing.T) {
	const dims = 48
	rng := rand.New(rand.NewPCG(4, 4))
	s := newSet(t, dims, draw(rng, 5*vector.BlockSize+300, dims, 10)...)
	for _, share := range []float64{0, 0.001, 0.05, 0.5, 0.99} {
		among, gone := vector.NewBitmap(s.Len()), map[uint32]bool{}
		for id := range uint32(s.Len()) {
			if rng.Float64() < share {
				among.Set(id)
			}
			if rng.IntN(50) == 0 {
				gone[id] = true
				s.Remove(id)
			}
		}
		counts := func(id uint32) bool { return among.Has(id) && !gone[id] }
		for _, q := range draw(rng, 10, dims, 0) {
			got, err := s.Search(nil, q, 10, among)
			require.NoError(t, err)
			want := scan(s, q, 10, counts)
			require.Len(t, got, len(want))
			for _, h := range got {
				require.True(t, counts(h.ID), "%d was removed, or does not count", h.ID)
			}
			if len(want) > 0 {
				require.Equal(t, want[0], got[0])
				require.GreaterOrEqual(t, recall(got, want), 0.9)
			}
		}
		s = newSet(t, dims, draw(rng, 5*vector.BlockSize+300, dims, 10)...)
	}
	short := vector.NewBitmap(10)
	short.Set(3)
	got, err := s.Search(nil, s.Vector(3), 5, short)
	require.NoError(t, err)
	require.Len(t, got, 1)
	require.EqualValues(t, 3, got[0].ID)
	s.Remove(3, math.MaxUint32)
	got, err = s.Search(got[:0], s.Vector(3), 5, short)
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestEqualVectorsAreOrderedByID(t *testing.T) {
	same := []float32{1, 2, 3}
	var all [][]float32
	for range 3*vector.BlockSize + 5 {
		all = append(all, same)
	}
	s := newSet(t, 3, all...)
	got, err := s.Search(nil, []float32{2, 4, 6}, 4, nil)
	require.NoError(t, err)
	for i, h := range got {
		require.EqualValues(t, i, h.ID)
		require.InDelta(t, 1, h.Score, 1e-6)
	}
}

func TestWrongVectors(t *testing.T) {
	for _, dims := range []int{0, -1, vector.MaxDims + 1} {
		_, err := vector.New(dims)
		require.ErrorIs(t, err, vector.ErrVector)
	}
	s := newSet(t, 2, []float32{1, 0})
	for _, v := range [][]float32{{}, {1}, {1, 2, 3}, {0, 0}, {float32(math.NaN()), 1}, {float32(math.Inf(1)), 1}} {
		_, err := s.Add([]float32{1, 1}, v)
		require.ErrorIs(t, err, vector.ErrVector, "%v", v)
		_, err = s.Search(nil, v, 1, nil)
		require.ErrorIs(t, err, vector.ErrVector, "%v", v)
	}
	require.Equal(t, 1, s.Len(), "all are taken in or none")
	require.Nil(t, s.Vector(1))
	got, err := s.Search(nil, []float32{1, 1}, 0, nil)
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestSearchesWhileVectorsAreAdded(t *testing.T) {
	const dims = 32
	rng := rand.New(rand.NewPCG(5, 5))
	vectors := draw(rng, 6*vector.BlockSize, dims, 0)
	s := newSet(t, dims, vectors[:100]...)
	var wait sync.WaitGroup
	wait.Go(func() {
		for rest := vectors[100:]; len(rest) > 0; rest = rest[min(len(rest), 333):] {
			if _, err := s.Add(rest[:min(len(rest), 333)]...); err != nil {
				t.Error(err)
			}
			s.Remove(50)
		}
	})
	for range 2 {
		wait.Go(func() {
			for i := range 100 {
				got, err := s.Search(nil, vectors[i%50], 3, nil)
				if err != nil || got[0].ID != uint32(i%50) {
					t.Errorf("question %d found %v, %v", i, got, err)
				}
			}
		})
	}
	wait.Wait()
	require.Equal(t, len(vectors), s.Len())
}

func TestSearchAllocatesLittle(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	s := newSet(t, 64, draw(rng, 4*vector.BlockSize, 64, 0)...)
	q, dst := draw(rng, 1, 64, 0)[0], make([]vector.Hit, 0, 10)
	require.LessOrEqual(t, testing.AllocsPerRun(50, func() {
		var err error
		if dst, err = s.Search(dst[:0], q, 10, nil); err != nil {
			t.Fatal(err)
		}
	}), 16.0, "a few for goroutines, none for each vector")
}

func BenchmarkSearch(b *testing.B) {
	const dims = 384
	rng := rand.New(rand.NewPCG(7, 7))
	s := newSet(b, dims, draw(rng, 20000, dims, 100)...)
	questions := draw(rng, 50, dims, 100)
	var dst []vector.Hit
	for i := 0; b.Loop(); i++ {
		dst, _ = s.Search(dst[:0], questions[i%50], 10, nil)
	}
}
