package watcher

import (
	"sync"
	"time"
)

// bucket lets at most so many things happen in a second.
type bucket struct {
	most int
	now  func() time.Time

	mu   sync.Mutex
	left int
	from time.Time // of the second
}

func newBucket(most int, now func() time.Time) *bucket { return &bucket{most: most, now: now} }

// take reports whether one more may happen now.
func (b *bucket) take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := b.now(); now.Sub(b.from) >= time.Second {
		b.left, b.from = b.most, now
	}
	if b.left == 0 {
		return false
	}
	b.left--
	return true
}
