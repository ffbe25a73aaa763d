package watcher_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/watcher"
	"github.com/weal-network/weal/wire"
)

// TestContributorIsKilledAfterItWasPaid: its book has handed the claim over; the
// payer closes, and the watcher brings it.
func TestContributorIsKilledAfterItWasPaid(t *testing.T) {
	l := newLab(t)
	client, err := watcher.NewClient(l.url + "/")
	require.NoError(t, err)
	db, err := keep.Open(filepath.Join(t.TempDir(), "earn.db"))
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	book, err := earn.Open(t.Context(), earn.Config{
		ChainID: chainID, Asset: asset, Exposure: n(1000), Chain: l.chain, DB: db, Watcher: client,
	})
	require.NoError(t, err)
	ctx, kill := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); book.Run(ctx, l.chain, time.Hour) }()

	o := pay.Order{Lane: lane(0), Seq: 1, Gateway: gateway, Asset: asset, Version: 1, Price: n(300)}
	s := l.claimOf(lane(0), 1, pay.Leaf{Asset: asset, Amount: n(300), Order: o.Hash()})
	paid := wire.PaidLeaf{LeafProof: wire.LeafProof{Leaf: *s.Claims[0].Leaf, Path: s.Claims[0].LeafPath}, Order: o}
	require.NoError(t, book.AcceptLeaf(t.Context(), s.Voucher, paid, n(300)))
	l.chain.ends(lane(0), types.LaneClosing)
	for deadline := time.Now().Add(10 * time.Second); l.chain.paid(lane(0)) != n(300); {
		require.True(t, time.Now().Before(deadline), "the watcher does not bring it")
		l.sweep()
		l.later(watcher.DefaultGrace)
	}
	kill()
	<-done
	require.Equal(t, n(30), l.chain.fees)
}
