package vectors

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/weal-network/weal/vault/embed"
	"github.com/weal-network/weal/vault/embed/embedtest"
	"github.com/weal-network/weal/vault/filter"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/seal"
	"github.com/weal-network/weal/vault/vector"
)

// DatabaseFigures is what RunDatabase measured.
type DatabaseFigures struct {
	Chunks int    `json:"chunks"`
	Dims   int    `json:"dims"`
	Engine string `json:"engine"`
	// Query: the 10 nearest of a question and its best words, in the database.
	QueryP50Millis float64 `json:"query_p50_ms"`
	QueryP99Millis float64 `json:"query_p99_ms"`
	Recall10       float64 `json:"recall10"`
	// Hybrid: an answer of 8 passages, read and opened.
	HybridP50Millis float64 `json:"hybrid_p50_ms"`
	HybridP99Millis float64 `json:"hybrid_p99_ms"`
	MemoryMB        float64 `json:"memory_mb"` // of this process, not of the server
	AddSeconds      float64 `json:"add_seconds"`
	EmbedSeconds    float64 `json:"embed_seconds"` // with the index of vectors
	Cores           int     `json:"cores"`
	Method          string  `json:"method"`
}

const databaseMethod = "documents with seeded vectors that lie as embeddings do, in a library in the PostgreSQL database, which should be empty; " +
	"one question at a time, after a round to warm up; recall against a scan of all vectors in float64"

// RunDatabase measures a library in the PostgreSQL database at url, which must not
// have one yet.
func RunDatabase(ctx context.Context, cfg Config, url string) (f DatabaseFigures, err error) {
	cfg = cfg.orDefaults()
	if err := cfg.check(); err != nil {
		return f, err
	}
	f = DatabaseFigures{Chunks: cfg.Chunks, Dims: cfg.Dims, Cores: runtime.GOMAXPROCS(0), Method: databaseMethod}
	if err := f.run(ctx, cfg, url); err != nil {
		return f, fmt.Errorf("measure a library in a database: %w", err)
	}
	return f, nil
}

func (f *DatabaseFigures) run(ctx context.Context, cfg Config, url string) (err error) {
	t := newTexts(likeTexts(cfg.Chunks, cfg.Questions, cfg.Dims, seed))
	set, err := vector.New(cfg.Dims)
	if err == nil {
		_, err = set.Add(t.d.vectors...)
	}
	if err != nil {
		return err
	}
	truth, err := exact(ctx, cfg, set, t.d.questions)
	if err != nil {
		return err
	}
	set = nil
	base, stop, err := embedtest.New(t.vector).Start()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	client, err := embed.New(embed.Config{URL: base, Model: embedtest.Model, Base64: true, Batch: 128})
	if err != nil {
		return err
	}
	lib, err := library.Open(ctx, library.Config{DB: url, Owner: seal.Fresh(), Embeddings: client})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lib.Close()) }()
	f.Engine = lib.Sealing().Engine
	began := time.Now()
	if _, err := lib.Put(ctx, t.inputs(), 0, func(p library.Progress) { cfg.Progress("documents", p.Chunks, cfg.Chunks) }); err != nil {
		return err
	}
	f.AddSeconds = time.Since(began).Seconds()
	g, err := lib.Latest(ctx)
	if err != nil {
		return err
	}
	if g.Len() != cfg.Chunks {
		return fmt.Errorf("the documents have %d chunks, want %d", g.Len(), cfg.Chunks)
	}
	began = time.Now()
	if err := lib.Embed(ctx, g, func(done, all int) { cfg.Progress("embed", done, all) }); err != nil {
		return err
	}
	f.EmbedSeconds = time.Since(began).Seconds()
	t.d.vectors = nil
	return f.ask(ctx, cfg, t, g, truth)
}

func (f *DatabaseFigures) ask(ctx context.Context, cfg Config, t *texts, g *library.Generation, truth [][]uint32) error {
	var query, hybrid []time.Duration
	found := make([][]uint32, cfg.Questions)
	for round := range 1 + again {
		for i := range cfg.Questions {
			cfg.Progress("ask", round*cfg.Questions+i, (1+again)*cfg.Questions)
			began := time.Now()
			lists, err := g.Passages(ctx, t.question(i), wanted, filter.Filter{})
			if err := errors.Join(err, lists.Missing); err != nil {
				return err
			}
			once := time.Since(began)
			began = time.Now()
			answer, err := g.Ask(ctx, library.Ask{Question: t.question(i), Limit: offered})
			if err := errors.Join(err, answer.Missing); err != nil {
				return err
			}
			if round == 0 {
				for _, h := range lists.Meaning { // documents sort as their chunks are numbered
					found[i] = append(found[i], h.ID)
				}
				continue
			}
			query, hybrid = append(query, once), append(hybrid, time.Since(began))
		}
	}
	slices.Sort(query)
	slices.Sort(hybrid)
	f.QueryP50Millis, f.QueryP99Millis = quantile(query, 50), quantile(query, 99)
	f.HybridP50Millis, f.HybridP99Millis = quantile(hybrid, 50), quantile(hybrid, 99)
	f.Recall10, f.MemoryMB = recall(found, truth), heap()
	return nil
}
