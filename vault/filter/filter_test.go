package filter_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/vault/filter"
)

func get(about map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := about[name]
		return v, ok
	}
}

func TestMatch(t *testing.T) {
	about := get(map[string]string{
		"author": "Ada Lovelace", "date": "2024-05-01", "pages": "9", "source": "docs/Guide, new.md", "empty": "", "n": "nan",
	})
	for text, want := range map[string]bool{
		"":                                       true,
		"author=Ada Lovelace":                    true,
		"Author = ada lovelace":                  true,
		"author=Ada":                             false,
		"author=Ada|ada lovelace":                true,
		"author!=Ada":                            true,
		"author!=Ada|Ada Lovelace":               false,
		"author^=ada":                            true,
		"author*=LOVE":                           true,
		"date>=2024-01-01":                       true,
		"date>=2024-01-01, date<2024-05-01":      false,
		"date<=2024-05-01,date>2024-04-30":       true,
		"pages<10":                               true,
		"pages>10":                               false,
		"pages=9.0":                              false,
		"pages<=9.0":                             true,
		`source="docs/guide, new.md"`:            true,
		`source^=docs/`:                          true,
		`source="a\"b"|"docs/Guide, new.md"`:     true,
		"missing=x":                              false,
		"missing!=x":                             true,
		"missing<x":                              false,
		`empty=""`:                               true,
		`empty!=""`:                              false,
		"n>1":                                    false, // no number is above or below
		"author*=ada, pages=9 , date^=2024":      true,
		"author*=ada, pages=9 , date^=2023|1999": false,
	} {
		f, err := filter.Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, f.Match(about), text)
		again, err := filter.Parse(f.String())
		require.NoError(t, err, text)
		require.Equal(t, f, again, text)
		require.Equal(t, text == "", f.All())
	}
}

func TestWrongFilters(t *testing.T) {
	for text, want := range map[string]string{
		"author":                       "want one of",
		"=x":                           "a name is missing",
		"a=":                           `write ""`,
		"a=x,":                         "after the last comma",
		"a=x,,b=y":                     "a name is missing",
		"a=x|":                         "missing",
		`a="x`:                         "closing quotation mark",
		`a="x"y`:                       "want a comma or a bar",
		`a=x"y"`:                       "all of it in quotation marks",
		`a"b=c`:                        "want one of",
		"a~b=c, d":                     "want one of",
		strings.Repeat("a", 5000):      "at most 4096",
		strings.Repeat("a=b,", 40):     "at most 32",
		"a=b and this is long text c|": "missing",
	} {
		_, err := filter.Parse(text)
		require.ErrorIs(t, err, filter.ErrSyntax, text)
		require.ErrorContains(t, err, want, text)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`author=Smith|"Jo, nes", date>=2024-01-01`, `a="\\\""`, "a*=b|c,d!=e", "é^= ü "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		x, err := filter.Parse(text)
		if err != nil {
			return
		}
		y, err := filter.Parse(x.String())
		if err != nil && len(x.String()) <= 4096 {
			t.Fatalf("%q is written %q: %v", text, x, err)
		}
		if err == nil && y.String() != x.String() {
			t.Fatalf("%q, then %q", x, y)
		}
		x.Match(func(name string) (string, bool) { return name, len(name)%2 == 0 })
	})
}
