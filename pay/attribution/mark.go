package attribution

import (
	"iter"
	"strings"
)

// maxDigits bounds the number of a mark.
const maxDigits = 4

// Mark is one [n] in an answer's text: bytes Start to End, brackets included.
type Mark struct {
	N          uint32
	Start, End int
}

// Marks yields every [n] of text in its order, n being a decimal number of at most
// four digits without leading zeros.
func Marks(text string) iter.Seq[Mark] {
	return func(yield func(Mark) bool) {
		for at := 0; ; {
			open := strings.IndexByte(text[at:], '[')
			if open < 0 {
				return
			}
			open += at
			at = open + 1
			n, end := uint32(0), at
			for end < len(text) && end-at < maxDigits && text[end] >= '0' && text[end] <= '9' {
				n = 10*n + uint32(text[end]-'0')
				end++
			}
			if end == at || text[at] == '0' || end == len(text) || text[end] != ']' {
				continue
			}
			at = end + 1
			if !yield(Mark{N: n, Start: open, End: at}) {
				return
			}
		}
	}
}
