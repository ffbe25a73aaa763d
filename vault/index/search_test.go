package index_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weal-network/weal/vault/index"
)

// shelf is an index with the names of its documents.
type shelf struct {
	*index.Index
	docs  []index.Doc
	names map[index.Doc]string
}

func newShelf() *shelf { return &shelf{Index: index.New(), names: map[index.Doc]string{}} }

func (s *shelf) put(name string, chunks ...string) {
	var sections []index.Section
	for _, c := range chunks {
		sections = append(sections, index.Section{Text: c})
	}
	d := s.Add(name, index.Analyse(sections))
	s.docs = append(s.docs, d)
	s.names[d] = name
}

func (s *shelf) view() *index.View { return s.View(s.docs) }

// ranking writes "name score" of every document found.
func (s *shelf) ranking(v *index.View, question string, limit int) (out []string) {
	for _, h := range v.Documents(question, limit) {
		out = append(out, fmt.Sprintf("%s %.6f", s.names[h.Doc], h.Score))
	}
	return out
}

func TestScoresAreThoseComputedByHand(t *testing.T) {
	s := newShelf()
	s.put("a", "apple apple pear")   // length 3
	s.put("b", "apple plum")         // length 2
	s.put("c", "plum plum plum fig") // length 4
	// Three documents, mean length 3. Of apple two documents have one: its weight is
	// ln(1 + (3-2+.5)/(2+.5)) = ln 1.6 = 0.4700036. a has it twice at the mean length:
	// 2·2.2/(2+1.2) = 1.375. b has it once at 2/3 of it: 2.2/(1+1.2·(.25+.75·2/3)) = 2.2/1.9.
	v := s.view()
	require.Equal(t, []string{"a 0.646255", "b 0.544215"}, s.ranking(v, "apples", 9))
	// The word counts as often as the question has it; pear: ln(1+2.5/1.5) · 1.
	require.Equal(t, []string{"a 2.273339", "b 1.088429"}, s.ranking(v, "apple, pear, apple", 9))
	require.InDelta(t, 2*0.646255+math.Log(1+2.5/1.5), 2.273339, 1e-5)
	require.Empty(t, s.ranking(v, "the of and", 9))
	require.Empty(t, s.ranking(v, "unknown", 9))
	require.Len(t, s.ranking(v, "plum apple fig", 2), 2)
}

func TestViewsCountOnlyTheirDocuments(t *testing.T) {
	s := newShelf()
	s.put("a", "apple apple pear")
	s.put("b", "apple plum")
	s.put("c", "plum plum plum fig")
	old := s.view()
	want := s.ranking(old, "apple plum", 9)
	s.put("d", "apple apple apple")
	require.Equal(t, want, s.ranking(old, "apple plum", 9), "a view does not see what came later")
	alone := newShelf()
	alone.put("b", "apple plum")
	alone.put("d", "apple apple apple")
	require.Equal(t, alone.ranking(alone.view(), "apple plum", 9), s.ranking(s.View([]index.Doc{s.docs[1], s.docs[3]}), "apple plum", 9),
		"documents that are not in a view do not change its scores")
	require.Empty(t, s.View(nil).Passages("apple", 5))
}

func TestTiesAreOrderedBySource(t *testing.T) {
	for _, order := range [][]string{{"a", "b", "c"}, {"c", "a", "b"}, {"b", "c", "a"}} {
		s := newShelf()
		for _, name := range order {
			s.put(name, "alike words", "alike words")
		}
		var got []string
		for _, p := range s.view().Passages("alike", 9) {
			got = append(got, fmt.Sprint(s.names[p.Doc], p.Chunk))
		}
		require.Equal(t, []string{"a0", "a1", "b0", "b1", "c0", "c1"}, got)
	}
}

func TestPassagesOfOneDocumentAreRankedAmongThemselves(t *testing.T) {
	s := newShelf()
	s.put("manual", "install the program with the package manager", "remove the program", "colours of the window", "program program")
	p := s.view().Passages("how do I remove it", 9)
	require.Len(t, p, 1)
	require.Equal(t, 1, p[0].Chunk)
	p = s.view().Passages("remove the program", 9)
	require.Equal(t, 1, p[0].Chunk)
	require.Len(t, p, 3)
	require.Less(t, p[2].Score, p[0].Score)
}

func TestHeadingsFindTheChunksUnderThem(t *testing.T) {
	s := newShelf()
	d := s.Add("handbook", index.Analyse([]index.Section{
		{Heading: "Sickness", Text: "Sickness\n\ntell your manager first"},
		{Heading: "Sickness", Text: "a certificate is due on day four"},
		{Heading: "Travel", Text: "Travel\n\na certificate is not due"},
	}))
	p := s.View([]index.Doc{d}).Passages("certificate sickness", 3)
	require.Equal(t, 1, p[0].Chunk)
}

// TestChunkingChangesNoDocumentsRank: whole documents and the same documents in
// pieces have the same scores to the last bit, and their passages begin in the
// order of the documents.
func TestChunkingChangesNoDocumentsRank(t *testing.T) {
	words := strings.Fields("ant bee cat dog eel fox gnu hen ibis jay kiwi lark mole newt owl pig")
	rapid.Check(t, func(t *rapid.T) {
		whole, pieces := newShelf(), newShelf()
		word := rapid.SampledFrom(words)
		for i := range rapid.IntRange(1, 12).Draw(t, "documents") {
			chunks := rapid.SliceOfN(rapid.SliceOfN(word, 1, 20), 1, 6).Draw(t, "chunks")
			var texts []string
			for _, c := range chunks {
				texts = append(texts, strings.Join(c, " "))
			}
			whole.put(fmt.Sprint("d", i), strings.Join(texts, "\n\n"))
			pieces.put(fmt.Sprint("d", i), texts...)
		}
		question := strings.Join(rapid.SliceOfN(word, 1, 8).Draw(t, "question"), " ")
		limit := rapid.IntRange(1, 12).Draw(t, "limit")
		want := whole.view().Documents(question, limit)
		got := pieces.view().Documents(question, limit)
		if !slices.Equal(want, got) {
			t.Fatalf("whole %v, in pieces %v", want, got)
		}
		passages := pieces.view().Passages(question, 1000)
		var first []index.Doc
		for i, p := range passages {
			if !slices.Contains(first, p.Doc) {
				first = append(first, p.Doc)
			}
			if p.Score <= 0 || i > 0 && p.Score > passages[i-1].Score {
				t.Fatalf("passage %d of %v", i, passages)
			}
		}
		all := pieces.view().Documents(question, 1000)
		for i, h := range all {
			if first[i] != h.Doc {
				t.Fatalf("passages begin documents in the order %v, the documents are %v", first, all)
			}
		}
		cut := pieces.view().Passages(question, limit)
		if !slices.Equal(cut, passages[:min(limit, len(passages))]) {
			t.Fatalf("the first %d passages %v are not those of %v", limit, cut, passages)
		}
	})
}

func TestManyHitsKeepTheirOrder(t *testing.T) {
	s := newShelf()
	for i := range 2000 {
		s.put(fmt.Sprintf("d%04d", i*7919%2000), strings.Repeat("apple ", 1+i%9)+strings.Repeat("pear ", i%13))
	}
	all := s.ranking(s.view(), "apple pear", 5000)
	require.Len(t, all, 2000)
	for _, limit := range []int{0, 1, 10, 100, 500} {
		require.Equal(t, all[:limit], append([]string{}, s.ranking(s.view(), "apple pear", limit)...))
	}
}

func TestOnlySomeDocumentsAreSearched(t *testing.T) {
	s := newShelf()
	for i := range 50 {
		s.put(fmt.Sprintf("d%02d", i), strings.Repeat("apple ", 1+i%7)+"pear", "apple tart")
	}
	v := s.view()
	only := func(d index.Doc) bool { return d%3 == 1 }
	var want []index.Hit
	for _, h := range v.Documents("apple tart", 100) {
		if only(h.Doc) {
			want = append(want, h)
		}
	}
	require.Equal(t, want, v.DocumentsOf("apple tart", 100, only), "the others count for how common words are")
	require.Equal(t, want[:4], v.DocumentsOf("apple tart", 4, only))
	for _, p := range v.PassagesOf("apple tart", 10, only) {
		require.True(t, only(p.Doc))
	}
	require.Len(t, v.PassagesOf("apple tart", 10, only), 10)
	require.Empty(t, v.PassagesOf("apple", 10, func(index.Doc) bool { return false }))
}
