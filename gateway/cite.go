package gateway

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

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
	for at := 0; ; {
		open := strings.IndexByte(text[at:], '[')
		if open < 0 {
			return out
		}
		open += at
		at = open + 1
		end := at + len(text[at:]) - len(strings.TrimLeft(text[at:], "0123456789"))
		if end == at || end-at > 4 || !strings.HasPrefix(text[end:], "]") {
			continue
		}
		n, err := strconv.Atoi(text[at:end])
		if c := byNumber[n]; err == nil && c != nil {
			c.Quoted = true
			start := utf8.RuneCountInString(text[:open])
			out = append(out, wire.Annotation{Type: "url_citation", URLCitation: wire.URLCitation{
				StartIndex: start, EndIndex: start + end + 1 - open, URL: sourceURL(*c), Title: title(*c),
			}})
		}
	}
}

// sourceURL names a passage where every reader can look it up: asset, version,
// document and bytes.
func sourceURL(c wire.Citation) string {
	return fmt.Sprintf("weal://asset/%d/version/%d/%s#bytes=%d-%d", c.Asset, c.Version, url.PathEscape(c.Passage.Source), c.Passage.Start, c.Passage.End)
}

func title(c wire.Citation) string {
	if c.Passage.Heading == "" {
		return c.Passage.Source
	}
	return c.Passage.Source + " › " + c.Passage.Heading
}
