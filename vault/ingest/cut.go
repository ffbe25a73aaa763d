package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cut returns a block as units of at most limit bytes: whole if it fits, else by
// sentences or lines, and these by words.
func cut(t Text, b Block, limit int) []span {
	if b.End-b.Start <= limit {
		return []span{{b.Start, b.End}}
	}
	ends := sentenceEnds
	if b.Kind == Lines {
		ends = lineEnds
	}
	var units []span
	start := b.Start
	for _, end := range append(ends(t.Body[b.Start:b.End]), b.End-b.Start) {
		units = append(units, cutWords(t.Body, trim(t.Body, span{start, b.Start + end}), limit)...)
		start = b.Start + end
	}
	return units
}

// trim takes white space off both ends of s. A span of nothing else is empty.
func trim(body string, s span) span {
	text := body[s.start:s.end]
	s.start += len(text) - len(strings.TrimLeftFunc(text, unicode.IsSpace))
	return span{s.start, s.start + len(strings.TrimSpace(text))}
}

// lineEnds returns where the lines of s end, in bytes.
func lineEnds(s string) (ends []int) {
	for i := range len(s) {
		if s[i] == '\n' {
			ends = append(ends, i+1)
		}
	}
	return ends
}

// sentenceEnds returns where the sentences of s end, in bytes: after a full stop,
// exclamation or question mark and the quotes and brackets that close with it, if
// a blank follows and then no lower-case letter, as would after "e.g.".
func sentenceEnds(s string) (ends []int) {
	ended := -1 // where the open sentence's closing marks end; -1 while there are none
	blank := false
	for i, r := range s {
		switch {
		case strings.ContainsRune(".!?…", r):
			ended, blank = i+utf8.RuneLen(r), false
		case strings.ContainsRune("。！？", r):
			ended, blank = i+utf8.RuneLen(r), true // these need no blank after them
		case ended == i && strings.ContainsRune("\"'”’»)]", r):
			ended = i + utf8.RuneLen(r)
		case unicode.IsSpace(r):
			blank = true
		default:
			if ended >= 0 && blank && !unicode.IsLower(r) {
				ends = append(ends, ended)
			}
			ended, blank = -1, false
		}
	}
	return ends
}

// cutWords cuts s into units of at most limit bytes, between words where there
// are any, else between runes.
func cutWords(body string, s span, limit int) (units []span) {
	for s.end-s.start > limit {
		at := s.start + limit
		for !utf8.RuneStart(body[at]) {
			at--
		}
		if i := strings.LastIndexAny(body[s.start:at], " \t\n"); i > 0 {
			at = s.start + i
		}
		units = append(units, trim(body, span{s.start, at}))
		s = trim(body, span{at, s.end})
	}
	if s.end > s.start {
		units = append(units, s)
	}
	return units
}
