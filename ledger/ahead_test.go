package ledger_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

// slow is a connection on which questions about one asset, after the first, wait to be
// let go.
type slow struct {
	grpc.ClientConnInterface
	asked   atomic.Int32
	waiting atomic.Bool
	letGo   chan struct{}
}

func (s *slow) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	if strings.HasSuffix(method, "/Asset") && s.asked.Add(1) > 1 {
		s.waiting.Store(true)
		select {
		case <-s.letGo:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return s.ClientConnInterface.Invoke(ctx, method, args, reply, opts...)
}

// TestAskedAhead: who asks about an asset again and again does not wait for the chain:
// it is asked before what is known is too old.
func TestAskedAhead(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(1))
	id, _, err := sender(t, open(t, net), net.Accounts[0]).Register(t.Context(), registration(types.KindWork))
	require.NoError(t, err)
	conn := &slow{ClientConnInterface: net.Conn(), letGo: make(chan struct{})}
	l, err := ledger.New(conn, types.LocalChainID)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for !conn.waiting.Load() {
		a, err := l.Asset(ctx, id)
		require.NoError(t, err)
		require.Equal(t, id, a.ID)
		time.Sleep(time.Millisecond) // the clock is what is waited for
	}
	a, err := l.Asset(ctx, id)
	require.NoError(t, err, "the question of before is not answered, and nobody waits for it")
	require.Equal(t, id, a.ID)
	close(conn.letGo)
}
