package prompt

import (
	"strings"

	"github.com/weal-network/weal/wire"
)

// Read returns the passages of a request's messages and the question: the text
// of the last message of role user.
func Read(messages []wire.ChatMessage) (passages []Passage, question string, err error) {
	for i, m := range messages {
		text, err := m.Text()
		if err != nil {
			return nil, "", err
		}
		switch {
		case i == 0 && m.Role == "system":
			passages = Parse(text)
		case m.Role == "user":
			question = text
		}
	}
	return passages, question, nil
}

// Parse returns the passages of the first block that Format wrote into text; it
// returns none if there is no block.
func Parse(text string) []Passage {
	text, ok := cutBlock(text)
	if !ok {
		return nil
	}
	var passages []Passage
	var lines []string
	flush := func() {
		if len(passages) > 0 {
			passages[len(passages)-1].Text = strings.TrimRight(strings.Join(lines, "\n"), "\n")
		}
		lines = lines[:0]
	}
	for line := range strings.SplitSeq(text, "\n") {
		if n, title, ok := cutNumber(line); ok {
			flush()
			source, heading, _ := strings.Cut(strings.TrimPrefix(title, " "), arrow)
			passages = append(passages, Passage{N: n, Source: source, Heading: heading})
			continue
		}
		if strings.HasPrefix(line, " ") && special(line) {
			line = line[1:]
		}
		lines = append(lines, line)
	}
	flush()
	return passages
}

// cutBlock returns what is between the markers, each on a line of its own.
func cutBlock(text string) (string, bool) {
	_, text, ok := strings.Cut("\n"+text, "\n"+first+"\n")
	if !ok {
		return "", false
	}
	text, _, _ = strings.Cut("\n"+text+"\n", "\n"+last+"\n")
	return strings.TrimPrefix(text, "\n"), true
}
