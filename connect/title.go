package connect

import (
	"strings"

	"github.com/weal-network/weal/agent"
)

// Title names the passage of a citation in one line: its document and headings, cut to
// most units, as Split counts them.
func Title(c agent.Citation, most int) string {
	title := c.Source
	if c.Heading != "" {
		title += " › " + c.Heading
	}
	switch pieces := Split(strings.Join(strings.Fields(title), " "), most); len(pieces) {
	case 0:
		return title
	case 1:
		return pieces[0]
	default:
		return pieces[0] + "…"
	}
}
