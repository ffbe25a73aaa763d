package library

import (
	"sync"

	"github.com/weal-network/weal/pay"
)

// maxTexts is how many bytes of text stay in memory.
const maxTexts = 16 << 20

// texts are passages that were read lately, whose hashes were right.
type texts struct {
	mu    sync.Mutex
	known map[textKey]pay.Chunk
	bytes int
	round int // counts how often all was forgotten
}

// textKey is a chunk of a document.
type textKey struct {
	document int64
	place    int
}

// get returns a passage if it is known, and the round to put it in if it is not.
func (t *texts) get(k textKey) (c pay.Chunk, round int, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c, ok = t.known[k]
	return c, t.round, ok
}

// put remembers a passage, unless all was forgotten since it was looked for. When
// there are too many, it begins anew.
func (t *texts) put(k textKey, c pay.Chunk, round int) {
	size := len(c.Text) + len(c.Heading)
	t.mu.Lock()
	defer t.mu.Unlock()
	if round != t.round {
		return
	}
	if t.known == nil || t.bytes+size > maxTexts {
		t.known, t.bytes = map[textKey]pay.Chunk{}, 0
	}
	if _, twice := t.known[k]; !twice {
		t.known[k] = c
		t.bytes += size
	}
}

// forget lets go of all.
func (t *texts) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.known, t.bytes = nil, 0
	t.round++
}
