package fuse_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weal-network/weal/vault/fuse"
)

func TestFuseByHand(t *testing.T) {
	words := []fuse.Hit{{1, 10}, {2, 6}, {3, 2}}
	meaning := []fuse.Hit{{3, 1}, {4, 0.75}, {1, 0.5}}
	require.Equal(t, []fuse.Hit{{1, 0.5}, {3, 0.5}, {2, 0.25}, {4, 0.25}}, fuse.Fuse(words, meaning, 0.5), "equal scores are ordered by id")
	require.Equal(t, uint32(3), fuse.Fuse(words, meaning, 0.6)[0].ID)
	require.Equal(t, words, fuse.Fuse(words, meaning, 0))
	require.Equal(t, meaning, fuse.Fuse(words, meaning, 1))
	require.Equal(t, []fuse.Hit{{7, 0.25}}, fuse.Fuse(nil, []fuse.Hit{{7, -3}}, 0.25), "the only one of a list is its best")
	require.Empty(t, fuse.Fuse(nil, nil, 0.5))
}

func TestFuseLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := func(name string) (hits []fuse.Hit) {
			ids := rapid.SliceOfNDistinct(rapid.Uint32Range(0, 30), 0, 20, rapid.ID[uint32]).Draw(t, name)
			for i, id := range ids {
				hits = append(hits, fuse.Hit{ID: id, Score: float64(len(ids)-i) / 3})
			}
			return hits
		}
		words, meaning := list("words"), list("meaning")
		got := fuse.Fuse(words, meaning, rapid.Float64Range(0.01, 0.99).Draw(t, "weight"))
		want := map[uint32]bool{}
		for _, h := range append(slices.Clone(words), meaning...) {
			want[h.ID] = true
		}
		if len(got) != len(want) {
			t.Fatalf("%d of %d", len(got), len(want))
		}
		for i, h := range got {
			if !want[h.ID] || h.Score < 0 || h.Score > 1+1e-9 || i > 0 && h.Score > got[i-1].Score {
				t.Fatalf("hit %d of %v", i, got)
			}
		}
	})
}

// questions makes questions whose right answer is found at a rank by each list.
func questions(rng *rand.Rand, n int, byWords, byMeaning func() int) (all []fuse.Question) {
	for range n {
		q := fuse.Question{Right: map[uint32]int{5: 1}}
		list := func(rank int, base uint32) (hits []fuse.Hit) {
			for i := range 50 {
				id := base + uint32(i)
				if i == rank {
					id = 5
				}
				hits = append(hits, fuse.Hit{ID: id, Score: 1 / float64(1+i)})
			}
			return hits
		}
		q.Words, q.Meaning = list(byWords(), 1000), list(byMeaning(), uint32(2000+rng.IntN(100)))
		all = append(all, q)
	}
	return all
}

func TestTuneTakesTheBetterList(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	good, bad := func() int { return rng.IntN(3) }, func() int { return 60 }
	tuned, err := fuse.Tune(questions(rng, 50, good, bad), 0.5)
	require.NoError(t, err)
	require.LessOrEqual(t, tuned.Weight, 0.5)
	require.GreaterOrEqual(t, tuned.After, tuned.Words-fuse.Tolerance)
	require.InDelta(t, tuned.Words, tuned.HeldOut, 0.01, "noise costs little on new questions")
	require.Equal(t, 0.5, tuned.WeightBefore)
	tuned, err = fuse.Tune(questions(rng, 50, bad, good), 0.5)
	require.NoError(t, err)
	require.GreaterOrEqual(t, tuned.Weight, 0.5)
	require.GreaterOrEqual(t, tuned.After, tuned.Meaning-fuse.Tolerance)
}

func TestTuneIsNoWorseThanEitherOnWhatItSaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		rank := func() int { return rng.IntN(60) }
		qs := append(questions(rng, 12, rank, rank), fuse.Question{})
		before := rapid.Float64Range(0, 1).Draw(t, "before")
		tuned, err := fuse.Tune(qs, before)
		if err != nil {
			t.Fatal(err)
		}
		if tuned.Questions != 12 || tuned.After < max(tuned.Words, tuned.Meaning)-fuse.Tolerance-1e-9 {
			t.Fatalf("%+v", tuned)
		}
	})
}

func TestTuneNeedsQuestions(t *testing.T) {
	_, err := fuse.Tune(make([]fuse.Question, 50), 0.5)
	require.ErrorIs(t, err, fuse.ErrTooFew)
	same := questions(rand.New(rand.NewPCG(1, 1)), 20, func() int { return 0 }, func() int { return 0 })
	tuned, err := fuse.Tune(same, 0.35)
	require.NoError(t, err)
	require.InDelta(t, 0.35, tuned.Weight, 1e-9, "what makes no difference stays")
}

func prose(rng *rand.Rand, n int) string {
	var words []string
	for range n {
		words = append(words, fmt.Sprintf("word%d", rng.IntN(400)))
	}
	return strings.Join(words, " ")
}

func TestSeen(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	text := prose(rng, 250)
	words := strings.Fields(text)
	for name, c := range map[string]struct {
		second string
		new    bool
	}{
		"the same":                    {text, false},
		"other marks and case":        {strings.ToUpper(strings.Join(words, ",\n ")) + "!", false},
		"one word more":               {text + " more", false},
		"one word else":               {strings.Join(append(slices.Clone(words[:100]), append([]string{"else"}, words[101:]...)...), " "), false},
		"half of it":                  {strings.Join(words[:125], " "), true},
		"the same words, other order": {strings.Join(append(slices.Clone(words[125:]), reversed(words[:125])...), " "), true},
		"nothing alike":               {prose(rng, 250), true},
		"empty":                       {"", true},
	} {
		var s fuse.Seen
		require.True(t, s.New(text))
		require.Equal(t, c.new, s.New(c.second), name)
	}
	var s fuse.Seen
	for text, want := range map[string]bool{"Yes.": true} {
		require.Equal(t, want, s.New(text))
	}
	require.False(t, s.New("yes"))
	require.True(t, s.New("no"))
	require.True(t, s.New("two words"))
	require.True(t, s.New("ein ÄPFEL drei"))
	require.False(t, s.New("ein äpfel — drei"))
}

func reversed(words []string) []string {
	r := slices.Clone(words)
	slices.Reverse(r)
	return r
}

func TestDifferentTextsAreNotTakenForAlike(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	var s fuse.Seen
	for i := range 300 {
		require.True(t, s.New(prose(rng, 5+rng.IntN(300))), "text %d", i)
	}
}

func BenchmarkSeen(b *testing.B) {
	rng := rand.New(rand.NewPCG(4, 4))
	var texts []string
	for range 50 {
		texts = append(texts, prose(rng, 280))
	}
	for b.Loop() {
		var s fuse.Seen
		for _, t := range texts {
			s.New(t)
		}
	}
}
