package library_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/vault/filter"
	"github.com/weal-network/weal/vault/library"
)

// TestVectorsOfZerosStopNothing: a passage of which the endpoint says nothing is found
// by words, its document is named, and all others are found by meaning.
func TestVectorsOfZerosStopNothing(t *testing.T) { both(t, testVectorsOfZerosStopNothing) }

func testVectorsOfZerosStopNothing(t *testing.T) {
	docs := folder(t.TempDir())
	docs.write(t, "blank.md", "# One\n\nBlanks are found by words.\n\n# Two\n\nGranite is here as well.\n")
	docs.write(t, "leaves.md", "# Plants\n\nPhotosynthesis in leaves turns light into sugar.")
	docs.write(t, "empty.md", "Blanks only.")
	e, c := endpoint(t, func(text string) []float32 {
		if strings.Contains(text, "Blanks") {
			return make([]float32, 3)
		}
		return subjects(text)
	})
	dir := t.TempDir()
	l := openHybrid(t, dir, c)
	add(t, l, string(docs))
	g := ready(t, l)
	s, err := l.Meaning(t.Context())
	require.NoError(t, err)
	require.True(t, s.Ready)
	require.Equal(t, []string{"blank.md", "empty.md"}, s.Blank)
	require.Equal(t, 2, s.Vectors)
	require.Equal(t, 4, s.Chunks)
	require.Empty(t, s.Problem)
	for question, want := range map[string]string{"greenery": "leaves.md", "volcanoes": "blank.md", "blanks only": "empty.md"} {
		got, missing := answered(t, g, library.Ask{Question: question})
		require.NoError(t, missing, question)
		require.Equal(t, want, got[0], question)
	}
	f, err := filter.Parse("source=empty.md")
	require.NoError(t, err)
	got, missing := answered(t, g, library.Ask{Question: "volcanoes", Filter: f})
	require.NoError(t, missing)
	require.Empty(t, got, "what points nowhere is near to nothing")

	// After a restart only these are asked for again.
	require.NoError(t, l.Close())
	sent := len(e.Inputs())
	l = openHybrid(t, dir, c)
	ready(t, l)
	again := slices.DeleteFunc(e.Inputs()[sent:], func(s string) bool { return s == "-" })
	for _, input := range again {
		require.Contains(t, input, "Blanks")
	}
}

// TestStatusOfAnEndpointThatIsDown: what is said of the vectors that are there, and of
// how questions are answered, holds.
func TestStatusOfAnEndpointThatIsDown(t *testing.T) {
	docs, dir := folder(t.TempDir()), t.TempDir()
	for i := range 5 {
		docs.write(t, fmt.Sprintf("d%d.md", i), fmt.Sprintf("Apples of kind %d.", i))
	}
	e, c := endpoint(t, nil)
	l := openHybrid(t, dir, c)
	add(t, l, string(docs))
	ready(t, l)
	e.Fail(400, 400, 400, 400)
	s, err := l.Meaning(t.Context())
	require.NoError(t, err)
	require.True(t, s.Ready)
	require.Contains(t, s.Down, "for the test")
	require.NoError(t, l.Close())

	// With one vector missing and nobody to make it, the others are still counted.
	l = open(t, dir)
	docs.write(t, "more.md", "One more.")
	add(t, l, string(docs))
	require.NoError(t, l.Close())
	e, c = endpoint(t, nil)
	e.Fail(slices.Repeat([]int{400}, 100)...)
	l = openHybrid(t, dir, c)
	g, err := l.Latest(t.Context())
	require.NoError(t, err)
	require.Error(t, l.Embed(t.Context(), g, nil))
	s, err = l.Meaning(t.Context())
	require.NoError(t, err)
	require.False(t, s.Ready)
	require.NotEmpty(t, s.Problem)
	require.Equal(t, []int{5, 6}, []int{s.Vectors, s.Chunks})
}
