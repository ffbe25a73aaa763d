package ingest

import "strings"

var lineEnders = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n")

// newlines makes every line end in one LF, whatever machine wrote it.
func newlines(s string) string {
	if strings.IndexByte(s, '\r') < 0 && strings.IndexByte(s, '\f') < 0 {
		return s
	}
	return lineEnders.Replace(s)
}

// extractPlain keeps the text as it is; its paragraphs are apart by empty lines.
func extractPlain(s string) Text {
	t := Text{Body: newlines(s)}
	start, end := -1, 0 // of the paragraph that is open
	for at := 0; at < len(t.Body); {
		next := len(t.Body)
		if i := strings.IndexByte(t.Body[at:], '\n'); i >= 0 {
			next = at + i + 1
		}
		switch line := strings.TrimSpace(t.Body[at:next]); {
		case line == "" && start >= 0:
			t.Blocks = append(t.Blocks, Block{Kind: Paragraph, Start: start, End: end})
			start = -1
		case line != "":
			if start < 0 {
				start = at
			}
			end = at + len(strings.TrimRight(t.Body[at:next], " \t\n"))
		}
		at = next
	}
	if start >= 0 {
		t.Blocks = append(t.Blocks, Block{Kind: Paragraph, Start: start, End: end})
	}
	return t
}
