package index_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/vault/index"
)

func TestAnalyseCountsTextAndHeadings(t *testing.T) {
	p := index.Analyse([]index.Section{
		{Heading: "Leave", Text: "Leave\n\nleave days and days"},
		{Heading: "Leave", Text: "more days"},
	})
	require.Equal(t, index.Postings{
		Lengths: []uint32{4, 1},
		Terms: []index.Term{
			{Word: "day", In: []index.Count{{Chunk: 0, Text: 2}, {Chunk: 1, Text: 1}}},
			{Word: "leav", In: []index.Count{{Chunk: 0, Text: 2}, {Chunk: 1, Above: 1}}},
		},
	}, p, "a heading counts above a chunk only if the chunk's text lacks the word; more is a stop word")
}

func TestPostingsRoundTrip(t *testing.T) {
	p := index.Analyse([]index.Section{{Text: "a b c apples apples"}, {Heading: "x › y", Text: "pears"}, {Text: ""}, {Text: "apples"}})
	b, err := p.MarshalBinary()
	require.NoError(t, err)
	var back index.Postings
	require.NoError(t, back.UnmarshalBinary(b))
	require.Equal(t, p, back)
	for i := range b {
		require.ErrorIs(t, back.UnmarshalBinary(b[:i]), index.ErrPostings)
	}
	require.ErrorIs(t, back.UnmarshalBinary(append(b, 0)), index.ErrPostings)
}

func FuzzPostings(f *testing.F) {
	b, _ := index.Analyse([]index.Section{{Heading: "h", Text: "apples and pears"}, {Text: "apples"}}).MarshalBinary()
	f.Add(b)
	f.Add([]byte{1, 255, 255, 255, 255, 15})
	f.Fuzz(func(t *testing.T, b []byte) {
		var p index.Postings
		if p.UnmarshalBinary(b) != nil {
			return
		}
		x := index.New()
		x.View([]index.Doc{x.Add("a", p)}).Passages("apples", 5)
	})
}
