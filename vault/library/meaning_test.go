package library_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/embed"
	"github.com/weal-network/weal/vault/embed/embedtest"
	"github.com/weal-network/weal/vault/filter"
	"github.com/weal-network/weal/vault/fuse"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/rerank"
)

// endpoint starts an embedding endpoint and returns a client of it. vector may be nil.
func endpoint(t *testing.T, vector func(string) []float32) (*embedtest.Endpoint, *embed.Client) {
	t.Helper()
	e := embedtest.New(vector)
	base, stop, err := e.Start()
	require.NoError(t, err)
	t.Cleanup(func() { _ = stop() })
	c, err := embed.New(embed.Config{URL: base, Model: embedtest.Model, Attempts: 1, Pause: time.Microsecond, Rest: time.Nanosecond})
	require.NoError(t, err)
	return e, c
}

// openHybrid opens a library with embeddings.
func openHybrid(t *testing.T, dir string, c *embed.Client) *library.Library {
	t.Helper()
	cfg := config(t, dir)
	cfg.Embeddings = c
	l, err := library.Open(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// ready waits for the vectors of the newest generation.
func ready(t *testing.T, l *library.Library) *library.Generation {
	t.Helper()
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	require.NoError(t, l.Embed(t.Context(), g, nil))
	return g
}

// answered writes the sources of an answer.
func answered(t *testing.T, g *library.Generation, a library.Ask) (out []string, missing error) {
	t.Helper()
	if a.Limit == 0 {
		a.Limit = 5
	}
	answer, err := g.Ask(t.Context(), a)
	require.NoError(t, err)
	for _, f := range answer.Found {
		out = append(out, g.Source(f.Number))
		require.LessOrEqual(t, f.Band, uint8(9))
		require.Equal(t, g.Hash(f.Number), f.Hash)
	}
	return out, answer.Missing
}

// subjects puts texts of plants and of stones into different directions.
func subjects(text string) []float32 {
	v := []float32{0, 0, 0.1}
	for i, words := range []string{"leaves greenery Plants", "Granite volcanoes"} {
		for _, w := range strings.Fields(words) {
			if strings.Contains(text, w) {
				v[i]++
			}
		}
	}
	return v
}

func TestMeaningFindsWhatWordsDoNot(t *testing.T) { both(t, testMeaningFindsWhatWordsDoNot) }

func testMeaningFindsWhatWordsDoNot(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "leaves.md", "# Plants\n\nPhotosynthesis in leaves turns light into sugar.")
	docs.write(t, "rocks.md", "# Rocks\n\nGranite cools slowly below the ground.")
	dir := t.TempDir()
	l := open(t, dir)
	add(t, l, string(docs))
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	got, missing := answered(t, g, library.Ask{Question: "greenery"})
	require.Empty(t, got)
	require.ErrorIs(t, missing, library.ErrLexical)
	require.ErrorIs(t, l.Embed(t.Context(), g, nil), library.ErrLexical)
	status, err := l.Meaning(t.Context())
	require.NoError(t, err)
	require.Empty(t, status.Model)
	require.NoError(t, l.Close())

	e, c := endpoint(t, subjects)
	l = openHybrid(t, dir, c)
	g = ready(t, l)
	got, missing = answered(t, g, library.Ask{Question: "greenery"})
	require.NoError(t, missing)
	require.Equal(t, "leaves.md", got[0])
	status, err = l.Meaning(t.Context())
	require.NoError(t, err)
	require.Equal(t, library.MeaningStatus{
		Model: embedtest.Model, Endpoint: c.URL(), Dims: 3, Ready: true, Vectors: 2, Chunks: 2, Weight: fuse.DefaultWeight,
	}, status)

	// A new document alone is sent; after a restart nothing is.
	sent := len(e.Inputs())
	docs.write(t, "more.md", "# More\n\nSomething else.")
	add(t, l, string(docs))
	ready(t, l)
	require.Contains(t, e.Inputs()[sent], "Something else")
	for _, input := range e.Inputs()[sent:] {
		require.NotContains(t, input, "Granite")
	}
	require.NoError(t, l.Close())
	sent = len(e.Inputs())
	l = openHybrid(t, dir, c)
	g = ready(t, l)
	require.Len(t, e.Inputs(), sent)
	got, _ = answered(t, g, library.Ask{Question: "volcanoes"})
	require.Equal(t, "rocks.md", got[0])
}

func TestEndpointThatFailsLeavesWords(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "a.md", "Apples are red.")
	e, c := endpoint(t, nil)
	l := openHybrid(t, t.TempDir(), c)
	e.Fail(400)
	add(t, l, string(docs))
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	got, _ := answered(t, g, library.Ask{Question: "apples"})
	require.Equal(t, []string{"a.md"}, got, "whether or not there are vectors yet")
	require.Eventually(t, func() bool { return l.Embed(t.Context(), g, nil) == nil }, 10*time.Second, time.Millisecond)
	e.Fail(500)
	got, missing := answered(t, g, library.Ask{Question: "apples"})
	require.Equal(t, []string{"a.md"}, got)
	require.ErrorIs(t, missing, embed.ErrRefused)
	got, missing = answered(t, g, library.Ask{Question: "apples"})
	require.Equal(t, []string{"a.md"}, got)
	require.NoError(t, missing)
}

func TestRemovedDocumentsHaveNoVectors(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "secret.md", "The recipe of the lemonade.")
	docs.write(t, "open.md", "Opening hours of the shop.")
	e, c := endpoint(t, nil)
	l := openHybrid(t, t.TempDir(), c)
	add(t, l, string(docs))
	ready(t, l)
	hash := library.EmbeddedHash("", "The recipe of the lemonade.")
	kept, err := l.Vectors(t.Context(), c.Name(), []types.Hash{hash})
	require.NoError(t, err)
	require.NotNil(t, kept[0])
	_, err = l.Remove(t.Context(), string(docs), []string{"secret.md"})
	require.NoError(t, err)
	g := ready(t, l)
	kept, err = l.Vectors(t.Context(), c.Name(), []types.Hash{hash})
	require.NoError(t, err)
	require.Nil(t, kept[0])
	got, missing := answered(t, g, library.Ask{Question: "lemonades recipes"})
	require.NoError(t, missing)
	require.NotContains(t, got, "secret.md")
	n := 0
	for _, s := range e.Inputs() {
		if strings.Contains(s, "lemonade.") {
			n++
		}
	}
	require.Equal(t, 1, n)
}

func TestNoPassageTwiceInOneAnswer(t *testing.T) {
	docs := folder(t.TempDir())
	for i := range 30 {
		docs.write(t, fmt.Sprintf("copy%02d.md", i), "# Terms\n\nThe apples that are sold here were picked by hand in the orchard on the hill.")
	}
	docs.write(t, "other.md", "# Pears\n\nAll apples and pears are washed.")
	l := open(t, t.TempDir())
	add(t, l, string(docs))
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	got, _ := answered(t, g, library.Ask{Question: "apples", Limit: 3})
	require.ElementsMatch(t, []string{"copy00.md", "other.md"}, got, "though 30 say the same")
}

func TestFilters(t *testing.T) { both(t, testFilters) }

func testFilters(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "old/a.md", "---\nauthor: Ada\ndate: 2020-01-01\n---\n\nApples of Ada, long ago.")
	docs.write(t, "new/a.md", "---\nauthor: Ada\ndate: 2024-01-01\n---\n\nApples of Ada, lately.")
	docs.write(t, "new/b.md", "---\nauthor: Bob\ndate: 2024-06-01\n---\n\nApples of Bob.")
	_, c := endpoint(t, nil)
	l := openHybrid(t, t.TempDir(), c)
	add(t, l, string(docs))
	g := ready(t, l)
	for text, want := range map[string][]string{
		"":                              {"old/a.md", "new/a.md", "new/b.md"},
		"author=ada":                    {"old/a.md", "new/a.md"},
		"author=ada, date>=2024-01-01":  {"new/a.md"},
		"source^=new/":                  {"new/a.md", "new/b.md"},
		"author=nobody":                 nil,
		"extension!=md|txt, author=bob": nil,
	} {
		f, err := filter.Parse(text)
		require.NoError(t, err)
		got, missing := answered(t, g, library.Ask{Question: "apples", Filter: f})
		require.NoError(t, missing)
		require.ElementsMatch(t, want, got, text)
	}
}

func TestWeightIsKept(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "words.md", "walk walk walk")
	docs.write(t, "meaning.md", "walking")
	dir := t.TempDir()
	_, c := endpoint(t, nil)
	l := openHybrid(t, dir, c)
	add(t, l, string(docs))
	require.Equal(t, fuse.DefaultWeight, l.Weight())
	require.Error(t, l.SetWeight(t.Context(), 1.5))
	require.NoError(t, l.SetWeight(t.Context(), 0))
	g := ready(t, l)
	lists, err := g.ByDocument(t.Context(), "walk", 10, filter.Filter{})
	require.NoError(t, err)
	require.NoError(t, lists.Missing)
	got, _ := answered(t, g, library.Ask{Question: "walk"})
	require.Equal(t, g.SourceOf(int(lists.Words[0].ID)), got[0])
	require.NoError(t, l.SetWeight(t.Context(), 1))
	got, _ = answered(t, g, library.Ask{Question: "walk"})
	require.Equal(t, g.SourceOf(int(lists.Meaning[0].ID)), got[0])
	require.NoError(t, l.Close())
	require.Equal(t, 1.0, openHybrid(t, dir, c).Weight())
}

func TestReranker(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "a.md", "apples apples apples")
	docs.write(t, "b.md", "apples and pears, and much beside them")
	dir := t.TempDir()
	l := open(t, dir)
	add(t, l, string(docs))
	require.ErrorIs(t, l.SetReranker(t.Context(), &library.Reranker{URL: "nowhere"}), rerank.ErrConfig)
	s := httptest.NewServer(reranks(`[{"index":0,"score":0.1},{"index":1,"score":0.9}]`))
	require.NoError(t, l.SetReranker(t.Context(), &library.Reranker{URL: s.URL}))
	require.NoError(t, l.Close())
	l = open(t, dir) // which remembers it
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	got, _ := answered(t, g, library.Ask{Question: "apples"})
	require.Equal(t, []string{"b.md", "a.md"}, got)
	s.Close()
	got, missing := answered(t, g, library.Ask{Question: "apples"})
	require.Equal(t, []string{"a.md", "b.md"}, got, "without it the order is what it was")
	require.ErrorIs(t, missing, rerank.ErrRerank)
	require.NoError(t, l.SetReranker(t.Context(), nil))
	_, missing = answered(t, g, library.Ask{Question: "apples"})
	require.NotErrorIs(t, missing, rerank.ErrRerank)
}

func TestEmbeddingsAreSetWhileItRuns(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "leaves.md", "# Plants\n\nPhotosynthesis in leaves turns light into sugar.")
	docs.write(t, "rocks.md", "# Rocks\n\nGranite cools slowly below the ground.")
	dir := t.TempDir()
	l := open(t, dir)
	add(t, l, string(docs))
	e := embedtest.New(subjects)
	base, stop, err := e.Start()
	require.NoError(t, err)
	t.Cleanup(func() { _ = stop() })
	require.ErrorIs(t, l.SetEmbeddings(t.Context(), &library.Embeddings{URL: base, Model: "other"}), embed.ErrRefused)
	require.NoError(t, l.SetEmbeddings(t.Context(), &library.Embeddings{URL: base, Model: embedtest.Model}))
	g := ready(t, l)
	got, missing := answered(t, g, library.Ask{Question: "volcanoes"})
	require.NoError(t, missing)
	require.Equal(t, "rocks.md", got[0])
	require.NoError(t, l.Close())

	l = open(t, dir) // which remembers it
	g = ready(t, l)
	got, _ = answered(t, g, library.Ask{Question: "greenery"})
	require.Equal(t, "leaves.md", got[0])
	sent := len(e.Inputs())
	require.NoError(t, l.SetEmbeddings(t.Context(), nil))
	_, missing = answered(t, g, library.Ask{Question: "greenery"})
	require.ErrorIs(t, missing, library.ErrLexical)
	require.NoError(t, l.SetEmbeddings(t.Context(), &library.Embeddings{URL: base, Model: embedtest.Model, QueryPrefix: "query: "}))
	g = ready(t, l)
	got, _ = answered(t, g, library.Ask{Question: "greenery"})
	require.Equal(t, "leaves.md", got[0])
	require.Equal(t, []string{"Is anybody there?", "query: greenery"}, e.Inputs()[sent:], "the vectors of documents were kept")
}

// reranks answers every request with body.
func reranks(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
}

func TestQuestionsWhileDocumentsComeAndGo(t *testing.T) {
	docs := folder(t.TempDir())
	for i := range 20 {
		docs.write(t, fmt.Sprintf("d%02d.md", i), fmt.Sprintf("Apples number %d of thing%d.", i, i))
	}
	_, c := endpoint(t, nil)
	l := openHybrid(t, t.TempDir(), c)
	add(t, l, string(docs))
	ctx, stop := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	for range 2 {
		wait.Go(func() {
			for ctx.Err() == nil {
				g, err := l.Latest(ctx)
				if err == nil {
					_, err = g.Ask(ctx, library.Ask{Question: "apples of thing7", Limit: 4})
				}
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			}
		})
	}
	for i := range 5 {
		_, err := l.Remove(t.Context(), string(docs), []string{fmt.Sprintf("d%02d.md", i)})
		require.NoError(t, err)
		docs.remove(t, fmt.Sprintf("d%02d.md", i))
		docs.write(t, fmt.Sprintf("e%02d.md", i), fmt.Sprintf("Apples after %d.", i))
		add(t, l, string(docs))
	}
	stop()
	wait.Wait()
	g := ready(t, l)
	got, missing := answered(t, g, library.Ask{Question: "apples of thing7"})
	require.NoError(t, missing)
	require.Equal(t, "d07.md", got[0])
	status, err := l.Meaning(t.Context())
	require.NoError(t, err)
	require.True(t, status.Ready)
	require.Equal(t, 20, status.Vectors)
}
