package ingest

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/weal-network/weal/vault/ingest/pdf"
)

// looks is how the text of a document looks for the most part.
type looks struct {
	size   float64   // of most characters
	gap    float64   // between the lines of a paragraph, in parts of the size
	levels []float64 // the sizes of headings, the largest first
	bold   bool      // lines in bold of the size of the text are headings as well
}

const (
	// maxHeadingLine is the most bytes of a line that is a heading.
	maxHeadingLine = 160
	// headingShare is the most of a text that headings make up: where there is more
	// that is large, as on slides, its size says nothing.
	headingShare = 0.25
	maxLevels    = 5
)

func looksOf(pages [][]pdf.Line) looks {
	sizes, gaps := map[float64]int{}, map[float64]int{}
	total, boldBytes := 0, 0
	for _, lines := range pages {
		for i, l := range lines {
			sizes[half(l.Size)] += len(l.Text)
			total += len(l.Text)
			if l.Bold {
				boldBytes += len(l.Text)
			}
			if i > 0 && half(lines[i-1].Size) == half(l.Size) && l.Size > 0 {
				if g := (lines[i-1].Y - l.Y) / l.Size; g > 0.8 && g < 3 {
					gaps[math.Round(g*20)/20]++
				}
			}
		}
	}
	k := looks{size: most(sizes, 10), gap: most(gaps, 1.2), bold: float64(boldBytes) < headingShare*float64(total)}
	large := 0
	for _, size := range slices.Sorted(keysOf(sizes)) {
		if size >= 1.12*k.size {
			k.levels = append(k.levels, size)
			large += sizes[size]
		}
	}
	if float64(large) > headingShare*float64(total) {
		k.levels = nil
	}
	slices.Reverse(k.levels)
	return k
}

func keysOf(m map[float64]int) func(func(float64) bool) {
	return func(yield func(float64) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// half rounds to halves.
func half(n float64) float64 { return math.Round(2*n) / 2 }

// most returns the key with the highest count, the smaller one of equals.
func most(counts map[float64]int, none float64) float64 {
	if len(counts) == 0 {
		return none
	}
	keys := slices.Sorted(keysOf(counts))
	return slices.MaxFunc(keys, func(a, b float64) int {
		return cmp.Or(cmp.Compare(counts[a], counts[b]), cmp.Compare(b, a))
	})
}

// leading is the distance below which a line of this size goes on a paragraph.
func (k *looks) leading(size float64) float64 { return (k.gap + 0.3) * size }

// heading returns the level of the heading that a line is, or 0.
func (k *looks) heading(l pdf.Line) int {
	letters := 0
	for _, r := range l.Text {
		if unicode.IsLetter(r) {
			letters++
		}
	}
	if letters < 2 || len(l.Text) > maxHeadingLine || strings.Contains(l.Text, "\t") || l.Turn != 0 {
		return 0
	}
	for i, size := range k.levels {
		if half(l.Size) >= size {
			return min(i+1, maxLevels)
		}
	}
	if k.bold && l.Bold && half(l.Size) >= k.size && !strings.ContainsAny(l.Text[len(l.Text)-1:], ".,;:") && !isBullet(l.Text) {
		return min(len(k.levels), maxLevels) + 1
	}
	return 0
}

// isBullet reports whether a line begins with a list's mark that is no number.
func isBullet(s string) bool { return isItem(s) && (s[0] < '0' || s[0] > '9') }

// Running heads and page numbers are within so many lines of a page's edge, and on
// at least so many pages.
const (
	edgeLines = 3
	edgePages = 3
)

// withoutEdges leaves out what stands at the edge of at least half of the pages,
// but for the numbers in it.
func withoutEdges(pages [][]pdf.Line) [][]pdf.Line {
	counts := map[string]int{}
	for _, lines := range pages {
		seen := map[string]bool{}
		for i, l := range lines {
			if key := edgeKey(l.Text); atEdge(i, len(lines)) && !seen[key] {
				seen[key] = true
				counts[key]++
			}
		}
	}
	for i, lines := range pages {
		var kept []pdf.Line
		for j, l := range lines {
			n := counts[edgeKey(l.Text)]
			if atEdge(j, len(lines)) && n >= edgePages && 2*n >= len(pages) {
				continue
			}
			kept = append(kept, l)
		}
		pages[i] = kept
	}
	return pages
}

func atEdge(i, n int) bool { return i < edgeLines || i >= n-edgeLines }

// edgeKey is what a line says but for its numbers.
func edgeKey(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsDigit(r) || unicode.IsSpace(r) }), " ")
}
