package pdf

import (
	_ "embed"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// font is what a page's text needs of a font.
type font struct {
	bytes   int // of a code
	unicode *cmap
	simple  [256]string        // what the codes of a simple font stand for
	charset *encoding.Decoder  // of a composite font with a national encoding
	utf16   bool               // the codes are UTF-16
	widths  map[uint32]float64 // in thousandths of the size
	width   float64            // of the others
	bold    bool
}

// glyph is one code of a string.
type glyph struct {
	text  string
	width float64
	space bool // it is the code 32 of a simple font, which word spacing widens
}

// glyphs splits a string into its codes.
func (t *font) glyphs(s string, each func(glyph)) {
	for len(s) > 0 {
		n := min(t.bytes, len(s))
		if t.charset != nil && s[0] < 0x80 {
			n = 1
		}
		code := codeOf(text(s[:n]))
		g := glyph{width: t.width, space: n == 1 && code == ' '}
		if w, ok := t.widths[code]; ok {
			g.width = w
		}
		g.text = t.read(code, s[:n])
		each(g)
		s = s[n:]
	}
}

// read returns what a code stands for.
func (t *font) read(code uint32, raw string) string {
	if s, ok := t.unicode.lookup(code); ok && s != "" && s != "\uFFFD" {
		return s
	}
	switch {
	case t.charset != nil:
		if s, err := t.charset.String(raw); err == nil {
			return s
		}
	case t.utf16:
		return utf16Text(text(raw))
	case t.bytes == 1:
		return t.simple[code&0xFF]
	}
	return ""
}

// font returns the font of a resource, which is read once.
func (f *file) font(v any) (*font, error) {
	r, isRef := v.(ref)
	if t, ok := f.fonts[r]; ok && isRef {
		return t, nil
	}
	d := f.dict(v)
	t := &font{bytes: 1, width: 500, widths: map[uint32]float64{}}
	var err error
	if t.unicode, err = f.toUnicode(d["ToUnicode"]); err != nil {
		return nil, err
	}
	base := string(f.name(d["BaseFont"]))
	descriptor := f.dict(d["FontDescriptor"])
	if f.name(d["Subtype"]) == "Type0" {
		descriptor = f.composite(t, d)
	} else {
		f.encoding(t, d)
		f.simpleWidths(t, d, descriptor)
	}
	weight := f.number(descriptor["FontWeight"])
	low := strings.ToLower(base)
	t.bold = weight >= 600 || int(f.number(descriptor["Flags"]))&(1<<18) != 0 ||
		strings.Contains(low, "bold") || strings.Contains(low, "black") || strings.Contains(low, "heavy") || strings.Contains(low, "cmbx")
	if isRef {
		f.fonts[r] = t
	}
	return t, nil
}

func (f *file) simpleWidths(t *font, d, descriptor dict) {
	first := f.number(d["FirstChar"])
	scale := 1.0
	if f.name(d["Subtype"]) == "Type3" {
		if m := f.array(d["FontMatrix"]); len(m) == 6 {
			scale = f.number(m[0]) * 1000
		}
	}
	widths := f.array(d["Widths"])
	for i, w := range widths[:min(len(widths), 256)] {
		t.widths[uint32(first)+uint32(i)] = f.number(w) * scale
	}
	if w := f.number(descriptor["MissingWidth"]); w > 0 {
		t.width = w
	}
	if len(widths) == 0 && strings.Contains(string(f.name(d["BaseFont"])), "Courier") {
		t.width = 600
	}
}

// nationals are the encodings of composite fonts, by a part of their names.
var nationals = []struct {
	part string
	of   encoding.Encoding
}{
	{"RKSJ", japanese.ShiftJIS},
	{"EUC-H", simplifiedchinese.GBK},
	{"GBK", simplifiedchinese.GBK},
	{"B5", traditionalchinese.Big5},
	{"KSC", korean.EUCKR},
}

// composite reads a font of two-byte codes and returns its descriptor.
func (f *file) composite(t *font, d dict) dict {
	t.bytes, t.width = 2, 1000
	if t.unicode != nil && t.unicode.bytes == 1 {
		t.bytes = 1
	}
	encoding := string(f.name(d["Encoding"]))
	t.utf16 = strings.Contains(encoding, "UCS2") || strings.Contains(encoding, "UTF16")
	for _, n := range nationals {
		if !t.utf16 && strings.Contains(encoding, n.part) {
			t.charset = n.of.NewDecoder()
			break
		}
	}
	below := f.array(d["DescendantFonts"])
	if len(below) == 0 {
		return nil
	}
	cid := f.dict(below[0])
	if w, ok := f.resolve(cid["DW"]).(float64); ok {
		t.width = w
	}
	for w := f.array(cid["W"]); len(w) >= 2 && f.mapped < maxMappings; {
		first := uint32(f.number(w[0]))
		if list, ok := f.resolve(w[1]).(array); ok {
			for i, v := range list {
				t.widths[first+uint32(i)] = f.number(v)
			}
			f.mapped += len(list)
			w = w[2:]
			continue
		}
		if len(w) < 3 {
			break
		}
		for c, last := first, uint32(f.number(w[1])); c <= last && c < 1<<16 && f.mapped < maxMappings; c++ {
			t.widths[c] = f.number(w[2])
			f.mapped++
		}
		w = w[3:]
	}
	return f.dict(cid["FontDescriptor"])
}

// encoding reads what the codes of a simple font stand for.
func (f *file) encoding(t *font, d dict) {
	base := charmap.Windows1252
	mac := f.name(d["Encoding"])
	e := f.dict(d["Encoding"])
	if n := f.name(e["BaseEncoding"]); n != "" {
		mac = n
	}
	if mac == "MacRomanEncoding" {
		base = charmap.Macintosh
	}
	for i := range t.simple {
		if r := base.DecodeByte(byte(i)); r >= ' ' && r != utf8.RuneError {
			t.simple[i] = string(r)
		}
	}
	if mac == "" { // the font's own, which for text is mostly Adobe's standard
		t.simple['\''], t.simple['`'] = "’", "‘"
		for i, s := range standardHigh {
			t.simple[i] = s
		}
	}
	code := 0
	for _, v := range f.array(e["Differences"]) {
		switch v := f.resolve(v).(type) {
		case float64:
			code = int(v)
		case name:
			if code >= 0 && code < 256 {
				t.simple[code] = glyphText(string(v))
			}
			code++
		}
	}
}

// standardHigh is where Adobe's standard encoding differs above ASCII.
var standardHigh = map[int]string{
	0xA4: "⁄", 0xA6: "ƒ", 0xA8: "¤", 0xA9: "'", 0xAA: "“", 0xAC: "‹", 0xAD: "›", 0xAE: "fi", 0xAF: "fl", 0xB1: "–",
	0xB2: "†", 0xB3: "‡", 0xB4: "·", 0xB7: "•", 0xB8: "‚", 0xB9: "„", 0xBA: "”", 0xBC: "…", 0xBD: "‰", 0xD0: "—",
	0xE1: "Æ", 0xE3: "ª", 0xE8: "Ł", 0xE9: "Ø", 0xEA: "Œ", 0xEB: "º", 0xF1: "æ", 0xF5: "ı", 0xF8: "ł", 0xF9: "ø",
	0xFA: "œ", 0xFB: "ß",
}

//go:embed glyphs.txt
var glyphList string

var glyphNames = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(glyphList) {
		if glyph, hex, ok := strings.Cut(strings.TrimSpace(line), " "); ok && glyph != "#" {
			if n, err := strconv.ParseUint(hex, 16, 32); err == nil {
				m[glyph] = string(rune(n))
			}
		}
	}
	return m
})

// glyphText returns what a glyph's name stands for.
func glyphText(glyph string) string {
	glyph, _, _ = strings.Cut(glyph, ".") // a variant
	if s, ok := glyphNames()[glyph]; ok {
		return s
	}
	var out strings.Builder
	for part := range strings.SplitSeq(glyph, "_") { // a ligature
		if s, ok := glyphNames()[part]; ok {
			out.WriteString(s)
			continue
		}
		for _, prefix := range []string{"uni", "u"} {
			hex, ok := strings.CutPrefix(part, prefix)
			if n, err := strconv.ParseUint(hex, 16, 32); ok && err == nil && len(hex) >= 4 && n <= utf8.MaxRune {
				out.WriteRune(rune(n))
				break
			}
		}
	}
	return out.String()
}
