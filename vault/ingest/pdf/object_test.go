package pdf

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// free has no limits but a largest stream.
type free struct{}

func (free) Unpack(r io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(r, 1<<20)) }
func (free) Write(int) error                    { return nil }
func (free) Over() error                        { return nil }

func TestObjects(t *testing.T) {
	for in, want := range map[string]any{
		"12":                         12.0,
		"-.5":                        -0.5,
		"+3.":                        3.0,
		"12 0 R":                     ref{12, 0},
		"12 0 Rx":                    12.0,
		"/A#20b#zz":                  name("A b#zz"),
		`(a\(b\)(c)\n\053\0)`:        text("a(b)(c)\n+\x00"),
		"(a\\\r\nb\r\nc)":            text("ab\nc"),
		"<48 6 5 7>":                 text("Hep"),
		"[1 2 0 R /x [ ] null]":      array{1.0, ref{2, 0}, name("x"), array(nil), nil},
		"<</A 1/B<</C[2]>>/D true>>": dict{"A": 1.0, "B": dict{"C": array{2.0}}, "D": true},
		"% note\n false":             false,
		"Tj":                         keyword("Tj"),
		"1e5":                        100000.0,
		"--5":                        keyword("--5"),
	} {
		p := parser{data: []byte(in), refs: true}
		got, err := p.next()
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
	}
	for in, want := range map[string]error{
		"": errEnd, "(a": errEnd, "<4": errEnd, "[1": errEnd, "<</A": errEnd, "[ endobj": errSyntax, "<< stream": errSyntax,
		strings.Repeat("[", 100): errBig, "[" + strings.Repeat("0 ", maxValues) + "]": errBig,
	} {
		p := parser{data: []byte(in)}
		_, err := p.next()
		require.ErrorIs(t, err, want)
	}
}

func TestHeaders(t *testing.T) {
	for in, want := range map[string]ref{"12 0 ": {12, 0}, "x\n7 65535\n": {7, 65535}, "1 2 3 ": {2, 3}} {
		num, gen, ok := header([]byte(in))
		require.True(t, ok, in)
		require.Equal(t, want, ref{num, gen}, in)
	}
	for _, in := range []string{"", "end", "0 ", "a 0 ", "1234567890 0 ", "12-0 "} {
		_, _, ok := header([]byte(in))
		require.False(t, ok, in)
	}
}

func TestLaterObjectsReplaceEarlierOnes(t *testing.T) {
	f, err := open([]byte("%PDF-1.4\n1 0 obj(old)endobj 2 0 obj<</Type/ObjStm/N 1/First 4/Length 10>>stream\n1 0 (mid) \nendstream endobj\n"+
		"1 0 obj(new)endobj 3 0 obj<</Length 22>>stream\n1 0 obj (in a stream) \nendstream endobj trailer<</Root 1 0 R>>"), free{})
	require.NoError(t, err)
	require.Equal(t, "new", f.text(ref{1, 0}))
	f, err = open([]byte("%PDF-1.4\n1 0 obj(old)endobj 2 0 obj<</Type/ObjStm/N 1/First 4/Length 10>>stream\n1 0 (mid) \nendstream endobj\n"), free{})
	require.NoError(t, err)
	require.Equal(t, "mid", f.text(ref{1, 0}))
}

func TestTexts(t *testing.T) {
	require.Equal(t, "é", docText("\xFE\xFF\x00\xE9"))
	require.Equal(t, "é", docText("\xFF\xFE\xE9\x00"))
	require.Equal(t, "é", docText("\xE9"))
	require.Equal(t, "é", docText("é"))
	for glyph, want := range map[string]string{"A": "A", "ff": "ﬀ", "A.sc": "A", "f_f_i": "ffi", "uni00410042": "", "u1D400": "𝐀", "g12": ""} {
		require.Equal(t, want, glyphText(glyph), glyph)
	}
}

func FuzzObjects(f *testing.F) {
	f.Add([]byte("<</A[1 2 0 R(x\\)]/B<4 1>>>>stream"))
	f.Add([]byte("1 0 obj<</Length 1>>stream\nx\nendstream 2 0 obj[)]>>]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := parser{data: data, refs: true}
		for {
			before := p.at
			if _, err := p.next(); err != nil {
				break
			}
			if p.at <= before {
				t.Fatalf("no progress at %d", p.at)
			}
		}
		if _, err := Read(append([]byte("%PDF-1.4\n"), data...), free{}); errors.Is(err, errEnd) {
			t.Fatal("the end of an object is the end of the file")
		}
	})
}
