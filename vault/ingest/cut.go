package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cut returns a block as units of at most limit bytes: whole if it fits, else by
// sentences, lines or what a program has between empty lines, and these by words.
func cut(t Text, b Block, limit int) []span {
	if b.End-b.Start <= limit {
		return []span{{b.Start, b.End}}
	}
	switch b.Kind {
	case Source:
		return cutSource(t.Body, span{b.Start, b.End}, limit)
	case Lines:
		return cutAt(t.Body, span{b.Start, b.End}, lineEnds, limit)
	}
	return cutAt(t.Body, span{b.Start, b.End}, sentenceEnds, limit)
}

// cutAt cuts s at the ends of its pieces, and pieces that are too long by words.
func cutAt(body string, s span, ends func(string) []int, limit int) (units []span) {
	start := s.start
	for _, end := range append(ends(body[s.start:s.end]), s.end-s.start) {
		units = append(units, cutWords(body, trim(body, span{start, s.start + end}), limit)...)
		start = s.start + end
	}
	return units
}

// cutSource cuts s at empty lines, and what is then too long between lines.
func cutSource(body string, s span, limit int) (units []span) {
	start := s.start
	for _, end := range append(gapEnds(body[s.start:s.end]), s.end-s.start) {
		piece := trimLines(body, span{start, s.start + end})
		start = s.start + end
		if piece.end-piece.start <= limit {
			if piece.end > piece.start {
				units = append(units, piece)
			}
			continue
		}
		for at := piece.start; at < piece.end; {
			next := piece.end
			if i := strings.IndexByte(body[at:piece.end], '\n'); i >= 0 {
				next = at + i + 1
			}
			if line := trimLines(body, span{at, next}); line.end-line.start <= limit {
				if line.end > line.start {
					units = append(units, line)
				}
			} else {
				units = append(units, cutWords(body, trim(body, line), limit)...)
			}
			at = next
		}
	}
	return units
}

// gapEnds returns where the runs of empty lines of s end, in bytes.
func gapEnds(s string) (ends []int) {
	empty := false
	for at := 0; at < len(s); {
		next := len(s)
		if i := strings.IndexByte(s[at:], '\n'); i >= 0 {
			next = at + i + 1
		}
		blank := strings.TrimSpace(s[at:next]) == ""
		if empty && !blank {
			ends = append(ends, at)
		}
		empty, at = blank, next
	}
	return ends
}

// trimLines takes empty lines off both ends of s; the first line keeps its
// indentation.
func trimLines(body string, s span) span {
	t := trim(body, s)
	if t.end > t.start {
		t.start = max(s.start, strings.LastIndexByte(body[:t.start], '\n')+1)
	}
	return t
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
