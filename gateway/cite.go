package gateway

import (
	"unicode/utf8"

	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/wire"
)

// annotate marks each [n] of text that names a citation, as OpenAI's
// url_citation, and sets Quoted of the citations named. Spans are in code points,
// as clients count characters.
func annotate(text string, citations []wire.Citation) []wire.Annotation {
	byNumber := map[int]*wire.Citation{}
	for i := range citations {
		byNumber[citations[i].N] = &citations[i]
	}
	var out []wire.Annotation
	at, points := 0, 0
	for m := range attribution.Marks(text) {
		c := byNumber[int(m.N)]
		if c == nil {
			continue
		}
		c.Quoted = true
		start := points + utf8.RuneCountInString(text[at:m.Start])
		at, points = m.End, start+m.End-m.Start
		out = append(out, wire.Annotation{Type: "url_citation", URLCitation: wire.URLCitation{
			StartIndex: start, EndIndex: points, URL: sourceURL(*c), Title: title(*c),
		}})
	}
	return out
}

// sourceURL names a passage where every reader can look it up: asset, version,
// document and bytes.
func sourceURL(c wire.Citation) string {
	return wire.CitationURL(c.Asset, c.Version, c.Passage.Source, c.Passage.Start, c.Passage.End)
}

func title(c wire.Citation) string {
	if c.Passage.Heading == "" {
		return c.Passage.Source
	}
	return c.Passage.Source + " › " + c.Passage.Heading
}
