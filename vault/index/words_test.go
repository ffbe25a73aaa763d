package index_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/vault/index"
)

func TestTerms(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "",
		"The quick brown foxes":          "quick brown fox",
		"relational Relate RELATED":      "relat relat relat",
		"the and of it would could":      "",
		"don't isn't we've they'll":      "",
		"The user's guide":               "user guid",
		"U.S. and e.g. I.B.M., B. Smith": "us eg ibm b smith",
		"end.Next v1.2.3 3.14":           "end next v1 2 3 3 14",
		"snake_case and kebab-case":      "snake case kebab case",
		"C and C++":                      "c c",
		"café CAFÉ cafe\u0301":           "café café café",
		"ﬁnd ＡＢＣ":                        "find abc",
		"检索增强 生":                         "检索 索增 增强 生",
		"Go语言":                           "go 语言",
		strings.Repeat("x", 70) + " y":   strings.Repeat("x", 64) + " y",
		"naïve Öl Москва":                "naïv öl москва",
	} {
		require.Equal(t, want, strings.Join(index.Terms(text), " "), "%q", text)
	}
}

func TestTermsOfPlainWordsAreSplitAtEverythingElse(t *testing.T) {
	text := "Rates (per year): 12% of all-time highs; see page 4/5, \"quoted\" & <tagged>!"
	var want []string
	for _, w := range strings.FieldsFunc(text, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
	}) {
		want = append(want, index.Terms(w)...)
	}
	require.Equal(t, want, index.Terms(text))
}

func FuzzTerms(f *testing.F) {
	f.Add("U.S. e.g. don't 检索 ก\xff")
	f.Add("a.b.c.d. yy''s")
	f.Fuzz(func(t *testing.T, text string) {
		for _, w := range index.Terms(text) {
			if w == "" || len(w) > 200 {
				t.Fatalf("term %q of %q", w, text)
			}
		}
	})
}
