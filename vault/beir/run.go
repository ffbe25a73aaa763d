package beir

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/weal-network/weal/vault/embed"
	"github.com/weal-network/weal/vault/ingest"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/measure"
	"github.com/weal-network/weal/vault/seal"
)

// Result is what a run measured. The measures are means over the questions that
// have at least one document judged above zero, the others are left out, as
// trec_eval does; a question that finds nothing counts zero.
type Result struct {
	// NDCG10 is nDCG at 10 by trec_eval's definition: the gain is the judgement's
	// score, the discount log2(rank+1), the ideal over all judged documents.
	NDCG10    float64 `json:"ndcg10"`
	Recall10  float64 `json:"recall10"`
	Recall100 float64 `json:"recall100"`
	// BaselineNDCG10 is NDCG10 of the textbook's BM25.
	BaselineNDCG10 float64 `json:"baseline_ndcg10"`
	Documents      int     `json:"documents"`
	// Empty counts the documents without text. They are in neither index.
	Empty   int `json:"empty"`
	Chunks  int `json:"chunks"`
	Queries int `json:"queries"` // that count
	// IndexSeconds is from the first document read to the generation made, with
	// everything on the way committed to the database.
	IndexSeconds float64 `json:"index_seconds"`
	// QueryP50Millis and QueryP99Millis are of one search for documents at depth
	// 100, one at a time, over all questions with a judgement.
	QueryP50Millis float64 `json:"query_p50_ms"`
	QueryP99Millis float64 `json:"query_p99_ms"`
	// Hybrid is there if there are embeddings.
	*Hybrid
	Method string `json:"method"`
}

// depth is how many documents are ranked for a question.
const depth = 100

// method says how the vault ranks and what is measured.
const method = "vault: BM25 over documents (k1 1.2, b 0.75, exact lengths, Porter2, English stop words), summed over their chunks, " +
	"through the ingest and index of a served vault; baseline: a textbook BM25 over whole documents with the same parameters and words, " +
	"ranking code of its own; nDCG as trec_eval (gain is the judgement, discount log2(rank+1)), queries without a relevant document left out; " +
	"query times of one search at depth 100, one at a time"

// Config says what to measure. Dir must be set.
type Config struct {
	Dir string
	// DB is the URL of a PostgreSQL database to measure in, in a schema that is dropped
	// at the end; empty for a file.
	DB string
	// Embeddings makes vectors, and adds Hybrid to the result.
	Embeddings *embed.Client
	// Progress, if set, is told what is going on: done of all steps of a part.
	Progress func(part string, done, all int)
}

// Run measures a folder. It needs room for a database of about four times the corpus
// in the temporary folder.
func Run(ctx context.Context, cfg Config) (result Result, err error) {
	dir := cfg.Dir
	if cfg.Progress == nil {
		cfg.Progress = func(string, int, int) {}
	}
	fail := func(err error) (Result, error) { return Result{}, fmt.Errorf("measure %s: %w", dir, err) }
	judged, err := readJudgements(dir)
	if err != nil {
		return fail(err)
	}
	questions, err := readQuestions(dir, judged)
	if err != nil {
		return fail(err)
	}
	temp, err := os.MkdirTemp("", "weal-beir-")
	if err != nil {
		return fail(err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	db := ""
	if cfg.DB != "" {
		own, drop, openErr := scratch(ctx, cfg.DB)
		if openErr != nil {
			return fail(openErr)
		}
		defer func() { err = errors.Join(err, drop()) }()
		db = own
	}
	lib, err := library.Open(ctx, library.Config{Dir: temp, DB: db, Owner: seal.Fresh(), Ingest: ingest.Options{MaxFile: 1 << 30}, Embeddings: cfg.Embeddings})
	if err != nil {
		return fail(err)
	}
	defer func() { err = errors.Join(err, lib.Close()) }()

	base, documents := newTextbook(), 0
	err = readRecords(dir, "corpus", func(r record) error {
		documents++
		base.add(r.ID, r.whole())
		return ctx.Err()
	})
	if err != nil {
		return fail(err)
	}
	began := time.Now()
	if err := put(ctx, lib, dir, documents, func(p library.Progress) { cfg.Progress("index", p.Files, p.FilesTotal) }); err != nil {
		return fail(err)
	}
	seconds := time.Since(began).Seconds()
	generation, err := lib.Latest(ctx)
	if errors.Is(err, library.ErrNoGeneration) {
		return fail(fmt.Errorf("%w: no document of the corpus has text", ErrLayout))
	}
	if err != nil {
		return fail(err)
	}
	result, err = ask(ctx, generation, base, questions, judged)
	if err != nil {
		return fail(err)
	}
	result.IndexSeconds, result.Documents, result.Empty = seconds, documents, documents-generation.Documents
	if cfg.Embeddings != nil {
		if result.Hybrid, err = hybrid(ctx, cfg, lib, generation, questions, judged); err != nil {
			return fail(err)
		}
		result.Method += hybridMethod
	}
	return result, nil
}

// put gives the corpus to the library.
func put(ctx context.Context, lib *library.Library, dir string, documents int, progress func(library.Progress)) error {
	var corpusErr error
	stop := errors.New("stopped")
	inputs := func(yield func(ingest.Input) bool) {
		corpusErr = readRecords(dir, "corpus", func(r record) error {
			text := r.whole()
			in := ingest.Input{
				Path: r.ID, Source: r.ID, Format: ingest.Plain, Size: int64(len(text)),
				Load: func() ([]byte, error) { return []byte(text), nil },
			}
			if !yield(in) {
				return stop
			}
			return nil
		})
	}
	report, err := lib.Put(ctx, inputs, documents, progress)
	if err := errors.Join(err, corpusErr); err != nil {
		return err
	}
	for _, f := range report.Files {
		if f.State == library.Failed && f.Reason != ingest.ErrEmpty.Error() {
			return fmt.Errorf("document %s: %s", f.Source, f.Reason)
		}
	}
	return nil
}

func readQuestions(dir string, judged judgements) (questions []record, err error) {
	err = readRecords(dir, "queries", func(r record) error {
		if len(measure.Gains(judged[r.ID])) > 0 {
			questions = append(questions, r)
		}
		return nil
	})
	return questions, err
}

// ask puts every question to both and measures.
func ask(ctx context.Context, g *library.Generation, base *textbook, questions []record, judged judgements) (Result, error) {
	var ours, theirs measure.Scores
	var times []time.Duration
	for _, q := range questions {
		if ctx.Err() != nil {
			return Result{}, ctx.Err()
		}
		began := time.Now()
		ranking, err := g.Sources(ctx, q.Text, depth)
		times = append(times, time.Since(began))
		if err != nil {
			return Result{}, err
		}
		measure.Add(&ours, ranking, judged[q.ID])
	}
	for _, q := range questions { // apart, so that it does not slow what is timed
		if ctx.Err() != nil {
			return Result{}, ctx.Err()
		}
		measure.Add(&theirs, base.rank(q.Text, depth), judged[q.ID])
	}
	m := ours.Mean()
	r := Result{Chunks: g.Len(), Queries: m.N, Method: method, NDCG10: m.NDCG10, Recall10: m.Recall10, Recall100: m.Recall100}
	r.BaselineNDCG10 = theirs.Mean().NDCG10
	slices.Sort(times)
	r.QueryP50Millis, r.QueryP99Millis = quantile(times, 50), quantile(times, 99)
	return r, nil
}

// quantile returns the given percentile of sorted times in milliseconds.
func quantile(sorted []time.Duration, percent int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	i := (len(sorted)*percent + 99) / 100
	return float64(sorted[max(i, 1)-1].Microseconds()) / 1000
}
