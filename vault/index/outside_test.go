package index_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weal-network/weal/vault/index"
)

// cellar has the words of documents elsewhere.
type cellar struct {
	places map[string][]index.Place
	calls  int
	err    error
}

func (c *cellar) Lists(_ context.Context, words []string) (all [][]index.Place, err error) {
	c.calls++
	for _, w := range words {
		places := slices.Clone(c.places[w])
		slices.Reverse(places) // in any order
		all = append(all, places)
	}
	return all, c.err
}

// put takes in a document as both kinds of index have it.
func (c *cellar) put(x *index.Index, source string, p index.Postings) index.Doc {
	doc := x.AddLengths(source, p.Lengths)
	for _, t := range p.Terms {
		for _, n := range t.In {
			c.places[t.Word] = append(c.places[t.Word], index.Place{Doc: doc, Count: n})
		}
	}
	return doc
}

// TestOutsideIsTheSame: where the words are changes nothing about any score.
func TestOutsideIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &cellar{places: map[string][]index.Place{}}
		limit := rapid.SampledFrom([]int{0, 40, 1 << 20}).Draw(t, "limit")
		inside, outside := index.New(), index.NewOutside(c, limit)
		word := rapid.SampledFrom(strings.Fields("apple pear plum cherry the quince apples"))
		text := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(word, 0, 12).Draw(t, "words"), " ") })
		var docs []index.Doc
		for i := range rapid.IntRange(1, 12).Draw(t, "documents") {
			var sections []index.Section
			for range rapid.IntRange(1, 3).Draw(t, "chunks") {
				sections = append(sections, index.Section{Heading: text.Draw(t, "heading"), Text: text.Draw(t, "text")})
			}
			p, source := index.Analyse(sections), string(rune('a'+i))
			d := inside.Add(source, p)
			require.Equal(t, d, c.put(outside, source, p))
			if rapid.Bool().Draw(t, "live") {
				docs = append(docs, d)
			}
		}
		a, b := inside.View(docs), outside.View(docs)
		for range 3 {
			q := text.Draw(t, "question")
			ready, err := b.Ready(context.Background(), q)
			require.NoError(t, err)
			require.Equal(t, a.Passages(q, 5), ready.Passages(q, 5))
			require.Equal(t, a.Documents(q, 5), ready.Documents(q, 5))
		}
	})
}

func TestListsAreAskedForOnce(t *testing.T) {
	c := &cellar{places: map[string][]index.Place{}}
	x := index.NewOutside(c, 1<<20)
	apple := index.Analyse([]index.Section{{Text: "apple"}})
	docs := []index.Doc{c.put(x, "a", apple)}
	find := func(q string) int {
		t.Helper()
		v, err := x.View(docs).Ready(t.Context(), q)
		require.NoError(t, err)
		return len(v.Documents(q, 10))
	}
	require.Equal(t, 1, find("apple apples"))
	require.Equal(t, 1, find("apple"))
	require.Equal(t, 1, c.calls)
	require.Zero(t, find("the"), "there is nothing to ask for")
	require.Equal(t, 1, c.calls)
	docs = append(docs, c.put(x, "b", apple))
	require.Equal(t, 2, find("apple"), "what was remembered lacks the new document")
	require.Equal(t, 2, c.calls)
	c.err = errors.New("it is down")
	require.Equal(t, 2, find("apple"))
	_, err := x.View(docs).Ready(t.Context(), "apple pears")
	require.ErrorIs(t, err, c.err)
}

// TestPlacesThatCannotBe are of documents or chunks that the index was not told of.
func TestPlacesThatCannotBe(t *testing.T) {
	c := &cellar{places: map[string][]index.Place{}}
	x := index.NewOutside(c, 1<<20)
	docs := []index.Doc{c.put(x, "a", index.Analyse([]index.Section{{Text: "apple"}}))}
	c.places["appl"] = append(c.places["appl"], index.Place{Doc: 9}, index.Place{Doc: 0, Count: index.Count{Chunk: 7, Text: 1}})
	v, err := x.View(docs).Ready(t.Context(), "apple")
	require.NoError(t, err)
	require.Len(t, v.Passages("apple", 10), 1)
}
