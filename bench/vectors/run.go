package vectors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/philippgille/chromem-go"

	"github.com/weal-network/weal/vault/vector"
)

const (
	wanted = 10 // hits of a question
	again  = 3  // how often all questions are timed
	few    = 40 // how many questions chromem-go is timed with
	seed   = 1
)

// Run measures.
func Run(ctx context.Context, cfg Config) (f Figures, err error) {
	cfg = cfg.orDefaults()
	if err := cfg.check(); err != nil {
		return f, err
	}
	f = Figures{Chunks: cfg.Chunks, Dims: cfg.Dims, Cores: runtime.GOMAXPROCS(0), Method: method}
	if err := f.texts(ctx, cfg); err != nil {
		return f, fmt.Errorf("measure vectors: %w", err)
	}
	runtime.GC()
	if err := f.chance(ctx, cfg); err != nil {
		return f, fmt.Errorf("measure vectors by chance: %w", err)
	}
	runtime.GC()
	if !cfg.ScanOnly {
		if err := f.hybrid(ctx, cfg); err != nil {
			return f, fmt.Errorf("measure a library: %w", err)
		}
	}
	return f, nil
}

func (f *Figures) texts(ctx context.Context, cfg Config) error {
	set, questions, build, err := makeSet(cfg, "embeddings", likeTexts)
	if err != nil {
		return err
	}
	f.BuildSeconds = build.Seconds()
	times, found, err := ask(ctx, cfg, "scan", questions, ours(set))
	if err != nil {
		return err
	}
	f.QueryP50Millis, f.QueryP99Millis = quantile(times, 50), quantile(times, 99)
	f.VectorsMemoryMB = heap()
	f.MemoryMB = f.VectorsMemoryMB
	truth, err := exact(ctx, cfg, set, questions)
	if err != nil {
		return err
	}
	f.Recall10 = recall(found, truth)
	theirs, err := newChromem(ctx, set)
	if err != nil {
		return err
	}
	fewer := min(few, len(questions))
	if times, found, err = ask(ctx, cfg, "chromem-go", questions[:fewer], theirs); err != nil {
		return err
	}
	f.ChromemP50Millis, f.ChromemRecall10 = quantile(times, 50), recall(found, truth[:fewer])
	return nil
}

// heap returns how many megabytes of memory hold something, once garbage is collected.
func heap() float64 {
	runtime.GC()
	runtime.GC() // pools let go at the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

func (f *Figures) chance(ctx context.Context, cfg Config) error {
	set, questions, _, err := makeSet(cfg, "vectors by chance", byChance)
	if err != nil {
		return err
	}
	times, found, err := ask(ctx, cfg, "scan by chance", questions, ours(set))
	if err != nil {
		return err
	}
	truth, err := exact(ctx, cfg, set, questions)
	if err != nil {
		return err
	}
	f.ChanceQueryP50Millis, f.ChanceRecall10 = quantile(times, 50), recall(found, truth)
	return nil
}

// makeSet makes vectors, whose only place is then the set, and questions.
func makeSet(cfg Config, part string, draw func(n, q, dims int, seed uint64) data) (*vector.Set, [][]float32, time.Duration, error) {
	cfg.Progress(part, 0, 2)
	d := draw(cfg.Chunks, cfg.Questions, cfg.Dims, seed)
	cfg.Progress(part, 1, 2)
	set, err := vector.New(cfg.Dims)
	if err != nil {
		return nil, nil, 0, err
	}
	began := time.Now()
	_, err = set.Add(d.vectors...)
	cfg.Progress(part, 2, 2)
	return set, d.questions, time.Since(began), err
}

// search returns the ids of what is nearest to a question.
type search func(question []float32) ([]uint32, error)

func ours(set *vector.Set) search {
	hits := make([]vector.Hit, 0, wanted)
	return func(q []float32) (ids []uint32, err error) {
		if hits, err = set.Search(hits[:0], q, wanted, nil); err != nil {
			return nil, err
		}
		ids = make([]uint32, 0, wanted)
		for _, h := range hits {
			ids = append(ids, h.ID)
		}
		return ids, nil
	}
}

func newChromem(ctx context.Context, set *vector.Set) (search, error) {
	never := func(context.Context, string) ([]float32, error) {
		return nil, errors.New("every document has its vector")
	}
	c, err := chromem.NewDB().CreateCollection("vectors", nil, never)
	if err != nil {
		return nil, err
	}
	docs := make([]chromem.Document, set.Len())
	for i := range docs {
		docs[i] = chromem.Document{ID: strconv.Itoa(i), Embedding: set.Vector(uint32(i))}
	}
	if err := c.AddDocuments(ctx, docs, runtime.GOMAXPROCS(0)); err != nil {
		return nil, err
	}
	return func(q []float32) (ids []uint32, err error) {
		results, err := c.QueryEmbedding(ctx, q, wanted, nil, nil)
		if err != nil {
			return nil, err
		}
		for _, r := range results {
			id, err := strconv.ParseUint(r.ID, 10, 32)
			if err != nil {
				return nil, err
			}
			ids = append(ids, uint32(id))
		}
		return ids, nil
	}, nil
}

// ask times every question, after a round that is not timed, whose answers it
// returns.
func ask(ctx context.Context, cfg Config, part string, questions [][]float32, find search) (times []time.Duration, found [][]uint32, err error) {
	for round := range 1 + again {
		for i, q := range questions {
			if ctx.Err() != nil {
				return nil, nil, ctx.Err()
			}
			cfg.Progress(part, round*len(questions)+i, (1+again)*len(questions))
			began := time.Now()
			ids, err := find(q)
			took := time.Since(began)
			if err != nil {
				return nil, nil, err
			}
			if round == 0 {
				found = append(found, ids)
			} else {
				times = append(times, took)
			}
		}
	}
	slices.Sort(times)
	return times, found, nil
}

// exact returns what is nearest by a scan of all vectors in float64.
func exact(ctx context.Context, cfg Config, set *vector.Set, questions [][]float32) ([][]uint32, error) {
	type hit struct {
		id    uint32
		score float64
	}
	truth := make([][]uint32, len(questions))
	next := make(chan int)
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			hits := make([]hit, set.Len())
			for i := range next {
				for id := range hits {
					hits[id] = hit{uint32(id), dot(questions[i], set.Vector(uint32(id)))}
				}
				slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id)) })
				for _, h := range hits[:wanted] {
					truth[i] = append(truth[i], h.id)
				}
			}
		})
	}
	for i := range questions {
		if ctx.Err() != nil {
			break
		}
		cfg.Progress("scan in float64", i, len(questions))
		next <- i
	}
	close(next)
	wait.Wait()
	return truth, ctx.Err()
}

func dot(x, y []float32) (sum float64) {
	for i, v := range x {
		sum += float64(v) * float64(y[i])
	}
	return sum
}

// recall is the share of the nearest that was found.
func recall(found, truth [][]uint32) float64 {
	n, all := 0, 0
	for i, ids := range truth {
		all += len(ids)
		for _, id := range ids {
			if slices.Contains(found[i], id) {
				n++
			}
		}
	}
	return float64(n) / float64(all)
}

// quantile returns a percentile of sorted times in milliseconds.
func quantile(sorted []time.Duration, percent int) float64 {
	i := (len(sorted)*percent + 99) / 100
	return float64(sorted[max(i, 1)-1].Microseconds()) / 1000
}
