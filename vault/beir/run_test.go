package beir

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTinyFolder(t *testing.T) {
	last := 0
	r, err := Run(t.Context(), Config{Dir: "testdata/tiny", Progress: func(_ string, done, _ int) { last = done }})
	require.NoError(t, err)
	require.Equal(t, 5, last)
	require.Equal(t, 5, r.Documents)
	require.Equal(t, 1, r.Empty)
	require.Equal(t, 4, r.Queries, "q4 has no relevant document and does not count")
	// q1 finds its documents first and third, q2 is perfect, q3 finds nothing, q5
	// finds one of two, first.
	second := 1 / math.Log2(3)
	require.InDelta(t, ((2+0.5)/(2+second)+1+0+1/(1+second))/4, r.NDCG10, 1e-12)
	require.InDelta(t, (1+1+0+0.5)/4, r.Recall10, 1e-12)
	require.InDelta(t, r.Recall10, r.Recall100, 1e-12)
	require.Equal(t, r.BaselineNDCG10, r.NDCG10)
	b, err := json.Marshal(r)
	require.NoError(t, err)
	for _, key := range []string{"ndcg10", "recall10", "recall100", "baseline_ndcg10", "documents", "index_seconds", "query_p50_ms", "query_p99_ms", "method"} {
		require.Contains(t, string(b), `"`+key+`":`)
	}
}

// folder writes a folder in BEIR's layout, gzipped.
func folder(t *testing.T, docs, queries []record, qrels string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "qrels"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "qrels", "test.tsv"), []byte(qrels), 0o644))
	for name, records := range map[string][]record{"corpus": docs, "queries": queries} {
		f, err := os.Create(filepath.Join(dir, name+".jsonl.gz"))
		require.NoError(t, err)
		z := gzip.NewWriter(f)
		for _, r := range records {
			require.NoError(t, json.NewEncoder(z).Encode(r))
		}
		require.NoError(t, z.Close())
		require.NoError(t, f.Close())
	}
	return dir
}

// TestLongDocumentsLoseNothing: documents of many chunks, questions of repeated
// words, graded judgements; the vault ranks as the textbook does on whole texts.
func TestLongDocumentsLoseNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	word := func(topic int) string {
		if rng.IntN(4) == 0 {
			return fmt.Sprintf("topic%dword%d", topic, rng.IntN(30))
		}
		return fmt.Sprintf("w%d", int(math.Exp(rng.Float64()*7)))
	}
	text := func(topic, n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(word(topic))
			switch {
			case i%97 == 96:
				b.WriteString(".\n\n")
			case i%13 == 12:
				b.WriteString(". Then ")
			default:
				b.WriteString(" ")
			}
		}
		return b.String()
	}
	var docs, queries []record
	qrels := strings.Builder{}
	qrels.WriteString("query-id\tcorpus-id\tscore\n")
	for i := range 200 {
		docs = append(docs, record{ID: fmt.Sprint("d", i), Title: word(i % 20), Text: text(i%20, 50+rng.IntN(4000))})
	}
	for q := range 60 {
		queries = append(queries, record{ID: fmt.Sprint("q", q), Text: text(q%20, 5+rng.IntN(60))})
		for d := range 200 {
			if d%20 == q%20 {
				fmt.Fprintf(&qrels, "q%d\td%d\t%d\n", q, d, 1+d%3)
			}
		}
	}
	r, err := Run(t.Context(), Config{Dir: folder(t, docs, queries, qrels.String())})
	require.NoError(t, err)
	require.Greater(t, r.Chunks, 5*r.Documents)
	require.Greater(t, r.NDCG10, 0.3)
	require.Equal(t, r.BaselineNDCG10, r.NDCG10)
}

func TestWrongFolders(t *testing.T) {
	docs := []record{{ID: "a", Text: "text"}}
	queries := []record{{ID: "q", Text: "text"}}
	const head = "query-id\tcorpus-id\tscore\n"
	for name, dir := range map[string]string{
		"nothing":        t.TempDir(),
		"bad score":      folder(t, docs, queries, head+"q\ta\tgood\n"),
		"two columns":    folder(t, docs, queries, head+"q\ta\n"),
		"same id twice":  folder(t, append(docs, docs...), queries, head+"q\ta\t1\n"),
		"no id":          folder(t, []record{{Text: "text"}}, queries, head+"q\ta\t1\n"),
		"no text at all": folder(t, []record{{ID: "a"}}, queries, head+"q\ta\t1\n"),
	} {
		_, err := Run(t.Context(), Config{Dir: dir})
		require.ErrorIs(t, err, ErrLayout, name)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("{\"_id\":\"a\",\"text\":\"b\"}\n{\"_id\":\"c\"}", "h\nq\ta\t1\n")
	f.Add("{\"_id\":1}", "h\nq\ta\t-1\r\n\n")
	f.Fuzz(func(t *testing.T, records, qrels string) {
		n := 0
		if err := parseRecords(strings.NewReader(records), func(r record) error {
			if n++; r.ID == "" || strings.Contains(r.whole(), "\x00") {
				t.Fatalf("record %+v", r)
			}
			return nil
		}); err == nil && n > len(records) {
			t.Fatal("more records than bytes")
		}
		j, err := parseJudgements(strings.NewReader(qrels))
		if err != nil {
			return
		}
		for _, docs := range j {
			if len(docs) == 0 {
				t.Fatal("a question without judgements")
			}
		}
	})
}
