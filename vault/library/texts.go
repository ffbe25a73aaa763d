package library

import (
	"sync"

	"github.com/weal-network/weal/pay"
)

// maxTexts is how many bytes of text of a generation stay in memory.
const maxTexts = 16 << 20

// texts are passages that were read lately, whose hashes were right.
type texts struct {
	mu    sync.Mutex
	known map[int]pay.Chunk
	bytes int
}

func (t *texts) get(n int) (pay.Chunk, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c, ok := t.known[n]
	return c, ok
}

// put remembers a passage; when there are too many, it begins anew.
func (t *texts) put(n int, c pay.Chunk) {
	size := len(c.Text) + len(c.Heading)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known == nil || t.bytes+size > maxTexts {
		t.known, t.bytes = map[int]pay.Chunk{}, 0
	}
	if _, twice := t.known[n]; !twice {
		t.known[n] = c
		t.bytes += size
	}
}
