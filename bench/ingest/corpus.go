package ingest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// The shape of generated text: as many different words as a library of that size
// has, of which few are most of the text.
const (
	words   = 60_000
	fileMin = 1 << 10
	fileMax = 24 << 10
)

// generate writes about mb megabytes of Markdown below dir, always the same.
func generate(dir string, mb int) error {
	if mb < 1 {
		return fmt.Errorf("want at least 1 megabyte, got %d", mb)
	}
	r := rand.New(rand.NewPCG(1, 2))
	vocabulary := make([]string, words)
	for i := range vocabulary {
		vocabulary[i] = word(r)
	}
	zipf := rand.NewZipf(r, 1.1, 8, words-1)
	for size, n := 0, 0; size < mb*1e6; n++ {
		page := page(r, fileMin+r.IntN(fileMax-fileMin), func() string { return vocabulary[zipf.Uint64()] })
		path := filepath.Join(dir, fmt.Sprintf("%03d", n/500), fmt.Sprintf("%06d.md", n))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
			return err
		}
		size += len(page)
	}
	return nil
}

// word makes a word of English syllables and endings, so that stemming has work.
func word(r *rand.Rand) string {
	onsets := []string{"b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "pl", "ch", "br"}
	vowels := []string{"a", "e", "i", "o", "u", "ea", "ou", "ai"}
	endings := []string{"", "", "s", "ed", "ing", "tion", "ly", "ness", "ment", "al", "er", "ive"}
	var b strings.Builder
	for range 1 + r.IntN(3) {
		b.WriteString(onsets[r.IntN(len(onsets))])
		b.WriteString(vowels[r.IntN(len(vowels))])
	}
	b.WriteString(onsets[r.IntN(len(onsets))])
	b.WriteString(endings[r.IntN(len(endings))])
	return b.String()
}

// page writes Markdown of about size bytes: headings, paragraphs, sentences, with
// the short words of English between.
func page(r *rand.Rand, size int, next func() string) string {
	short := []string{"the", "of", "and", "to", "in", "a", "is", "that", "for", "it", "with", "as"}
	var b strings.Builder
	for b.Len() < size {
		fmt.Fprintf(&b, "## %s %s\n\n", next(), next())
		for range 2 + r.IntN(4) {
			for range 2 + r.IntN(5) {
				for i := range 6 + r.IntN(14) {
					w := next()
					if r.IntN(5) < 2 {
						w = short[r.IntN(len(short))]
					}
					if i == 0 {
						w = strings.ToUpper(w[:1]) + w[1:]
					} else {
						b.WriteByte(' ')
					}
					b.WriteString(w)
				}
				b.WriteString(". ")
			}
			b.WriteString("\n\n")
		}
	}
	return b.String()
}
