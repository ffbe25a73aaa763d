package ingest

import (
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/weal-network/weal/types"
)

const (
	// DefaultSize is the most metered tokens of a chunk: about 300 English words.
	DefaultSize = 450
	// MinSize keeps chunks from falling apart into words.
	MinSize = 16
	// Separator joins the headings above a chunk.
	Separator = " › "
	// maxHeading is the most bytes that one heading gives to the path.
	maxHeading = 120
)

// Chunk is one piece of a document's text: Body[Start:End].
type Chunk struct {
	Heading    string // the headings above it, outermost first, joined by Separator
	Start, End int    // bytes
	Text       string
	// Page and PageEnd are the pages, from 1, on which it begins and ends; 0 if
	// the document has none.
	Page, PageEnd int
}

// Split cuts t into chunks of at most size metered tokens (types.Tokens). A
// section's headings stand at the head of its first chunk. Chunks of a program
// have what encloses their beginning as their heading.
func Split(t Text, size int) []Chunk {
	limit := max(size, MinSize) * types.TokenBytes
	var chunks []Chunk
	var path headings
	for i := 0; i < len(t.Blocks); {
		var units []span
		for ; i < len(t.Blocks) && t.Blocks[i].Kind == Heading; i++ {
			path.enter(t.Blocks[i].Level, t.Body[t.Blocks[i].Start:t.Blocks[i].End])
			units = append(units, cut(t, t.Blocks[i], limit)...)
		}
		for ; i < len(t.Blocks) && t.Blocks[i].Kind != Heading; i++ {
			units = append(units, cut(t, t.Blocks[i], limit)...)
		}
		heading := path.String()
		for _, s := range pack(units, limit) {
			chunks = append(chunks, Chunk{
				Heading: join(heading, t.scope(s.start)), Start: s.start, End: s.end, Text: t.Body[s.start:s.end],
				Page: t.page(s.start), PageEnd: t.page(s.end - 1),
			})
		}
	}
	return chunks
}

// page returns the page that the byte at is on.
func (t *Text) page(at int) int {
	return sort.Search(len(t.Pages), func(i int) bool { return t.Pages[i] > at })
}

// scope returns what encloses the byte at.
func (t *Text) scope(at int) string {
	if i := sort.Search(len(t.Scopes), func(i int) bool { return t.Scopes[i].At > at }); i > 0 {
		return t.Scopes[i-1].Name
	}
	return ""
}

// join puts a name below a heading path.
func join(path, name string) string {
	if path == "" || name == "" {
		return path + name
	}
	return path + Separator + name
}

// span is a piece of a text's body.
type span struct{ start, end int }

// pack joins neighbouring units into spans of at most limit bytes and of about
// the same size, so that a section does not end in a scrap.
func pack(units []span, limit int) []span {
	if len(units) == 0 {
		return nil
	}
	total := units[len(units)-1].end - units[0].start
	pieces := (total + limit - 1) / limit
	target := (total + pieces - 1) / pieces
	spans := []span{units[0]}
	for _, u := range units[1:] {
		last := &spans[len(spans)-1]
		if last.end-last.start >= target || u.end-last.start > limit {
			spans = append(spans, u)
			continue
		}
		last.end = u.end
	}
	return spans
}

// headings is the way from a document's title down to where a chunk stands.
type headings struct {
	levels []int
	names  []string
}

// enter goes into a section; sections of the same or a deeper level are left.
func (h *headings) enter(level int, name string) {
	for n := len(h.levels); n > 0 && h.levels[n-1] >= level; n = len(h.levels) {
		h.levels, h.names = h.levels[:n-1], h.names[:n-1]
	}
	h.levels, h.names = append(h.levels, level), append(h.names, clip(name, maxHeading))
}

// String returns the names of the way.
func (h *headings) String() string { return strings.Join(h.names, Separator) }

// clip shortens s to at most n bytes, between runes.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimSpace(s[:n]) + "…"
}
