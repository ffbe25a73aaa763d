package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

// ledger opens the chain of a home that runs, as a role elsewhere would.
func (h *house) ledger(t *testing.T) *ledger.Ledger {
	t.Helper()
	conn, err := grpc.NewClient(home.Loopback(h.ports.GRPC), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	l, err := ledger.New(conn, types.LocalChainID)
	require.NoError(t, err)
	return l
}

// payer sends transactions of the home's payer, whose key is a file of the home.
func (h *house) payer(t *testing.T, l *ledger.Ledger) *ledger.Sender {
	t.Helper()
	opened, err := home.Open(h.dir)
	require.NoError(t, err)
	secret, err := opened.Secret("payer")
	require.NoError(t, err)
	s, err := l.Sender(secret)
	require.NoError(t, err)
	return s
}

// openTabs counts the payer's tabs that are open.
func (h *house) openTabs(t *testing.T) (n int) {
	t.Helper()
	l := h.ledger(t)
	tabs, err := l.TabsOf(t.Context(), h.payer(t, l).Address())
	require.NoError(t, err)
	for _, tab := range tabs {
		if tab.State == types.LaneOpen {
			n++
		}
	}
	return n
}
