package keys

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkRequest is what metering adds to a request: to let it in, to reserve,
// and to settle.
func BenchmarkRequest(b *testing.B) {
	l := newLab(b)
	key := l.make("alice", Change{Total: ptr(amount(1 << 62)), Budget: ptr(amount(1 << 62)), Per: Month, Requests: ptr(uint32(1 << 31))})
	for b.Loop() {
		require.NoError(b, ask(l.Meter, key, nil))
	}
}
