package library_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/vault/fuse"
	"github.com/weal-network/weal/vault/library"
)

func TestParseQuestions(t *testing.T) {
	got, err := library.ParseQuestions(strings.NewReader(`# mine
{"question":"how?","source":"a.md"}

{"question":"why?","sources":["a.md","b.md"]}
when is it?	notes/c.md
`))
	require.NoError(t, err)
	require.Equal(t, []library.TuneQuestion{
		{Question: "how?", Sources: []string{"a.md"}}, {Question: "why?", Sources: []string{"a.md", "b.md"}},
		{Question: "when is it?", Sources: []string{"notes/c.md"}},
	}, got)
	for _, text := range []string{"just a question", "\tx.md\n", `{"question":"q"}`, `{"source":"a"}`, `{"question":1}`, `{`} {
		_, err := library.ParseQuestions(strings.NewReader("a\tb\n" + text))
		if strings.HasPrefix(text, "\t") {
			text = "x.md" // blanks around a line do not count
		}
		require.ErrorIs(t, err, library.ErrQuestions, text)
		require.ErrorContains(t, err, "line 2")
	}
}

func FuzzQuestions(f *testing.F) {
	f.Add("{\"question\":\"q\",\"source\":\"s\"}\na\tb\n#x\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := library.ParseQuestions(strings.NewReader(text))
		if err != nil && !errors.Is(err, library.ErrQuestions) {
			t.Fatal(err)
		}
		for _, q := range got {
			if q.Question == "" || len(q.Sources) == 0 {
				t.Fatalf("%+v", q)
			}
		}
	})
}

// TestTune: every document is found by meaning alone, so tuning moves the weight.
func TestTune(t *testing.T) {
	docs := folder(t.TempDir())
	vector := func(text string) []float32 {
		v := make([]float32, 13)
		v[12] = 0.1
		for i := range 12 {
			if strings.Contains(text, fmt.Sprintf("stone%dx", i)) || strings.Contains(text, fmt.Sprintf("rock%dx", i)) {
				v[i] = 1
			}
		}
		return v
	}
	var questions []library.TuneQuestion
	for i := range 12 {
		docs.write(t, fmt.Sprintf("d%d.md", i), fmt.Sprintf("stone%dx and common words", i))
		docs.write(t, fmt.Sprintf("e%d.md", i), strings.Repeat("common words ", 1+i))
		questions = append(questions, library.TuneQuestion{Question: fmt.Sprintf("common words of rock%dx", i), Sources: []string{fmt.Sprintf("d%d.md", i)}})
	}
	_, c := endpoint(t, vector)
	dir := t.TempDir()
	l := openHybrid(t, dir, c)
	add(t, l, string(docs))
	ready(t, l)
	require.NoError(t, l.SetWeight(t.Context(), 0))
	tuned, err := l.Tune(t.Context(), questions, false)
	require.NoError(t, err)
	require.Greater(t, tuned.After, tuned.Before)
	require.GreaterOrEqual(t, tuned.After, max(tuned.Words, tuned.Meaning)-fuse.Tolerance)
	require.Zero(t, l.Weight(), "it was only tried")
	_, err = l.Tune(t.Context(), questions, true)
	require.NoError(t, err)
	require.Equal(t, tuned.Weight, l.Weight())
	_, err = l.Tune(t.Context(), questions[:3], true)
	require.ErrorIs(t, err, fuse.ErrTooFew)
	_, err = l.Tune(t.Context(), []library.TuneQuestion{{Question: "q", Sources: []string{"gone.md"}}}, true)
	require.ErrorIs(t, err, library.ErrUnknownSource)
	require.NoError(t, l.Close())
	plain := open(t, dir)
	_, err = plain.Tune(t.Context(), questions, true)
	require.ErrorIs(t, err, library.ErrLexical)
}
