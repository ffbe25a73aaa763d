package vectors

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/weal-network/weal/vault/embed"
	"github.com/weal-network/weal/vault/embed/embedtest"
	"github.com/weal-network/weal/vault/ingest"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/seal"
)

const (
	// chunkWords is how many words a chunk has, vocabulary how many there are.
	chunkWords, vocabulary = 190, 30_000
	// offered is how many passages are asked for.
	offered = 8
)

// texts are documents whose chunks have the vectors of d: a document of documentSize
// sections, each of one chunk, named by its number.
type texts struct {
	d     data
	words []string
}

func newTexts(d data) *texts {
	rng := rand.New(rand.NewPCG(seed, 3))
	t := &texts{d: d}
	for range vocabulary {
		var b strings.Builder
		for range 2 + rng.IntN(3) {
			b.WriteByte("bcdfghklmnprstvw"[rng.IntN(16)])
			b.WriteByte("aeiou"[rng.IntN(5)])
		}
		t.words = append(t.words, b.String())
	}
	return t
}

// word draws a word: some are common, as in any language, and some belong to the
// subject.
func (t *texts) word(rng *rand.Rand, subject int) string {
	if rng.IntN(5) == 0 {
		return t.words[(subject*31+rng.IntN(40))%vocabulary]
	}
	return t.words[int(math.Pow(vocabulary, rng.Float64()))-1]
}

// chunk returns the text of a chunk under its heading.
func (t *texts) chunk(i int) string {
	rng := rand.New(rand.NewPCG(seed, uint64(i)))
	var b strings.Builder
	fmt.Fprintf(&b, "## Section c%d\n\n", i)
	for n := range chunkWords {
		b.WriteString(t.word(rng, i/documentSize/subjectSize))
		if b.WriteByte(' '); n%15 == 14 {
			b.WriteString("and so on. ")
		}
	}
	b.WriteString("\n\n")
	return b.String()
}

// question returns the text of question i: some words of a subject.
func (t *texts) question(i int) string {
	rng := rand.New(rand.NewPCG(seed, uint64(1_000_000_000+i)))
	subject := rng.IntN(1 + len(t.d.vectors)/documentSize/subjectSize)
	words := []string{fmt.Sprintf("q%d", i)}
	for range 8 {
		words = append(words, t.word(rng, subject))
	}
	return strings.Join(words, " ")
}

// vector returns what a text with the number of a chunk or a question in it has.
func (t *texts) vector(text string) []float32 {
	for _, w := range strings.Fields(text) {
		if n, err := strconv.Atoi(w[1:]); err == nil {
			if w[0] == 'c' {
				return t.d.vectors[n]
			}
			return t.d.questions[n]
		}
	}
	return t.d.questions[0]
}

// inputs are the documents.
func (t *texts) inputs() iter.Seq[ingest.Input] {
	return func(yield func(ingest.Input) bool) {
		for from := 0; from < len(t.d.vectors); from += documentSize {
			load := func() ([]byte, error) {
				var b strings.Builder
				for i := from; i < min(from+documentSize, len(t.d.vectors)); i++ {
					b.WriteString(t.chunk(i))
				}
				return []byte(b.String()), nil
			}
			name := fmt.Sprintf("document%07d.md", from)
			if !yield(ingest.Input{Path: name, Source: name, Format: ingest.Markdown, Load: load}) {
				return
			}
		}
	}
}

// hybrid measures questions to a vault's library, sealed, by words and by meaning.
func (f *Figures) hybrid(ctx context.Context, cfg Config) (err error) {
	cfg.Progress("documents", 0, cfg.Chunks)
	t := newTexts(likeTexts(cfg.Chunks, cfg.Questions, cfg.Dims, seed))
	base, stop, err := embedtest.New(t.vector).Start()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	client, err := embed.New(embed.Config{URL: base, Model: embedtest.Model, Base64: true, Batch: 128})
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "weal-vectors-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	lib, err := library.Open(ctx, library.Config{Dir: dir, Owner: seal.Fresh(), Embeddings: client})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lib.Close()) }()
	if _, err := lib.Put(ctx, t.inputs(), 0, func(p library.Progress) { cfg.Progress("documents", p.Chunks, cfg.Chunks) }); err != nil {
		return err
	}
	g, err := lib.Latest(ctx)
	if err != nil {
		return err
	}
	if g.Len() != cfg.Chunks {
		return fmt.Errorf("the documents have %d chunks, want %d", g.Len(), cfg.Chunks)
	}
	if err := lib.Embed(ctx, g, func(done, all int) { cfg.Progress("embed", done, all) }); err != nil {
		return err
	}
	t.d.vectors = nil // they are in the library now
	var times []time.Duration
	for round := range 1 + again {
		for i := range cfg.Questions {
			cfg.Progress("hybrid", round*cfg.Questions+i, (1+again)*cfg.Questions)
			began := time.Now()
			answer, err := g.Ask(ctx, library.Ask{Question: t.question(i), Limit: offered})
			if err := errors.Join(err, answer.Missing); err != nil {
				return err
			}
			if round > 0 {
				times = append(times, time.Since(began))
			}
		}
	}
	slices.Sort(times)
	f.HybridP50Millis, f.HybridP99Millis = quantile(times, 50), quantile(times, 99)
	f.MemoryMB = heap()
	return nil
}
