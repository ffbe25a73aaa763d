package vault

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNearlyTheSame(t *testing.T) {
	for _, c := range []struct {
		a, b string
		near bool
	}{
		{"Which contracts mention Smith?", "Which contracts mention Jones?", true},
		{"contracts of Smith", "CONTRACT for Smith!", true},
		{"What is exposure?", "exposure of a tab", true},
		{"What is exposure?", "exposure of a closed tab", false},
		{"red apples", "green apples", false},
		{"capital of France", "capital of Germany", false},
		{"the of and", "to be or", true}, // neither has a word that counts
		{"apples", "", false},
	} {
		require.Equal(t, c.near, wordsOf(c.a).near(wordsOf(c.b)), "%q and %q", c.a, c.b)
		require.Equal(t, c.near, wordsOf(c.b).near(wordsOf(c.a)), "%q and %q", c.b, c.a)
	}
}

// TestLongQuestionsAreEstimated: for sets of thousands of words, within a tenth.
func TestLongQuestionsAreEstimated(t *testing.T) {
	source := rand.New(rand.NewPCG(1, 2))
	wrong := 0
	const rounds = 200
	for range rounds {
		n := 200 + source.IntN(2000)
		same := source.IntN(n)
		var a, b []string
		for i := range n {
			a = append(a, fmt.Sprintf("a%d", i))
			if i < same {
				b = append(b, a[i])
			} else {
				b = append(b, fmt.Sprintf("b%d", i))
			}
		}
		share := float64(same) / float64(2*n-same)
		if near := sketchOf(a).near(sketchOf(b)); near != (share >= 0.5) && (share < 0.3 || share > 0.7) {
			wrong++
		}
	}
	require.LessOrEqual(t, wrong, rounds/50)
}

func TestOldQuestionsAreForgotten(t *testing.T) {
	var q questions
	one := func(i int, filter string) question {
		text := fmt.Sprintf("question%d of%d", i, i)
		return question{exact: exactly(text, filter), words: wordsOf(text)}
	}
	for i := range askedKept {
		require.False(t, q.known(one(i, "")))
		q.add(one(i, ""))
	}
	require.True(t, q.known(one(0, "")))
	require.False(t, q.known(one(0, "source=a")), "with another filter it is another question")
	q.add(one(0, "source=a"))
	require.Len(t, q.kept, askedKept)
	require.False(t, q.known(one(0, "")))
	require.True(t, q.known(one(1, "")))
}

func FuzzSketch(f *testing.F) {
	f.Add("a b c", "b c d")
	f.Add("", "x")
	f.Fuzz(func(t *testing.T, x, y string) {
		a, b := sketchOf(strings.Fields(x)), sketchOf(strings.Fields(y))
		require.LessOrEqual(t, len(a), sketchSize)
		require.True(t, a.near(a))
		require.Equal(t, a.near(b), b.near(a))
	})
}

func BenchmarkAskNew(b *testing.B) {
	var q questions
	for i := range askedKept {
		text := fmt.Sprintf("what does the manual of number %d say on the length of part %d and its weight", i, i+7)
		q.add(question{exact: exactly(text, ""), words: wordsOf(text)})
	}
	b.ReportAllocs()
	for b.Loop() {
		const text = "how is a tab closed when the payer has gone away and nobody settles"
		one := question{exact: exactly(text, ""), words: wordsOf(text)}
		if q.known(one) || q.near(one) {
			b.Fatal("it is neither")
		}
	}
}
