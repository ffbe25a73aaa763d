package pdf

import (
	"math"
	"strings"
	"unicode/utf8"
)

// Line is a line of a page.
type Line struct {
	// Text is what it says; the cells of a row have a tab between them.
	Text string
	// X and End are where it begins and ends, and Y where its baseline is, from
	// the lower left of a page that is turned so that the line runs rightwards.
	X, End, Y float64
	Size      float64
	Bold      bool
	// Turn is the direction in which the line runs, in degrees.
	Turn int
}

// fragment is what one operator shows.
type fragment struct {
	text      string
	x, end, y float64
	size      float64
	turn      int
	bold      bool
	blank     bool // a blank was shown before it
}

// place sets where a fragment begins and ends, turned to run rightwards.
func (f *fragment) place(from, to matrix) {
	angle := math.Atan2(from[1], from[0])
	sin, cos := math.Sincos(angle)
	f.turn = int(math.Round(angle * 180 / math.Pi))
	f.x, f.y = from[4]*cos+from[5]*sin, from[5]*cos-from[4]*sin
	f.end = to[4]*cos + to[5]*sin
}

// ok refuses what a page cannot show.
func (f *fragment) ok() bool {
	for _, n := range []float64{f.x, f.y, f.end, f.size} {
		if math.IsNaN(n) || math.Abs(n) > 1e7 {
			return false
		}
	}
	return f.size > 0
}

// Gaps in parts of the size: between words, and between the cells of a row.
const (
	wordGap  = 0.13
	blankGap = 0.05 // if there is a blank
	cellGap  = 1.6
)

// isGap reports whether there is a blank between two letters.
func isGap(gap, size float64, blank bool) bool {
	return gap > wordGap*size || (blank && gap > blankGap*size)
}

// lines joins what was shown, in the order in which it was shown.
func (p *painter) lines() []Line {
	var lines []Line
	var b strings.Builder
	var open Line
	bold := 0 // bytes
	flush := func() {
		if s := strings.Trim(b.String(), " \t"); s != "" {
			open.Text, open.Bold = s, 2*bold > b.Len()
			lines = append(lines, open)
		}
		b.Reset()
		bold = 0
	}
	for _, f := range p.shown {
		s := clean(f.text)
		if s == "" {
			continue
		}
		size := max(f.size, open.Size)
		gap := f.x - open.End
		same := b.Len() > 0 && f.turn == open.Turn && math.Abs(f.y-open.Y) < 0.5*size &&
			gap > -1.5*size && f.x > open.X-0.5*size
		if !same {
			flush()
			open = Line{X: f.x, End: f.end, Y: f.y, Size: f.size, Turn: f.turn}
		} else {
			switch said := b.String(); {
			case gap > cellGap*size && !isMark(said):
				b.WriteByte('\t')
			case isGap(gap, size, f.blank) && !strings.HasSuffix(said, " ") && s[0] != ' ':
				b.WriteByte(' ')
			}
			if utf8.RuneCountInString(f.text) > 1 && f.size > open.Size { // a first letter or a note's number
				open.Size, open.Y = f.size, f.y
			}
			open.End = max(open.End, f.end)
		}
		b.WriteString(s)
		if f.bold {
			bold += len(s)
		}
	}
	flush()
	return lines
}

// isMark reports whether a line so far is only what stands ahead of a list's item.
func isMark(s string) bool {
	s = strings.TrimSpace(s)
	return utf8.RuneCountInString(s) <= 4 && (strings.HasSuffix(s, ".") || strings.HasSuffix(s, ")") || !strings.ContainsFunc(s, isWord))
}

func isWord(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0xC0
}

var cleaner = strings.NewReplacer("\uFB00", "ff", "\uFB01", "fi", "\uFB02", "fl", "\uFB03", "ffi", "\uFB04", "ffl",
	"\uF0B7", "•", "\u00A0", " ", "\t", " ", "\n", " ", "\r", " ", "\u00AD", "-", "\uFFFD", "", "\u200B", "", "\uFEFF", "")

// clean takes ligatures apart and leaves out what is not to be read.
func clean(s string) string {
	s = cleaner.Replace(strings.ToValidUTF8(s, ""))
	return strings.Map(func(r rune) rune {
		if r < ' ' || (r >= 0xE000 && r <= 0xF8FF) {
			return -1
		}
		return r
	}, s)
}
