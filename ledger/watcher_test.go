package ledger_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/watcher"
	"github.com/weal-network/weal/wire"
)

var (
	_ earn.Reserver = (*ledger.Ledger)(nil)
	_ watcher.Chain = (*ledger.Ledger)(nil)
)

// TestFirstOrderNeedsTheReserveOfTheTab: a lane that owes a vault nothing yet is
// worked for by small orders only while the tab's fee reserve refunds bringing them.
func TestFirstOrderNeedsTheReserveOfTheTab(t *testing.T) {
	s := newShop(t)
	refused := func(err error) {
		t.Helper()
		var e *wire.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, earn.CodeReserve, e.Code, e.Message)
	}
	refused(s.buy(0, 1000))
	const refund = 250_000_000_000
	_, err := s.payer.Fund(t.Context(), s.tab, types.Amount{}, types.NewAmount(refund), nil)
	require.NoError(t, err)
	s.later()
	require.NoError(t, s.buy(0, 1000))
	refused(s.buy(1, 1000))
	require.NoError(t, s.buy(1, 20*refund), "worth bringing by itself")
	left, back, worth, err := s.l.Reserve(t.Context(), s.tab)
	require.NoError(t, err)
	require.Equal(t, []types.Amount{types.NewAmount(refund), types.NewAmount(refund), types.NewAmount(20 * refund)}, []types.Amount{left, back, worth})
	_, err = s.Settle(t.Context(), s.owner)
	require.NoError(t, err)
	s.later()
	require.NoError(t, s.buy(0, 1000), "a lane in use needs no reserve")
}

// TestWatcherOnAChain: the owner names a watcher, which gets its part of what it
// settles, and nobody else does.
func TestWatcherOnAChain(t *testing.T) {
	s := newShop(t)
	ctx := t.Context()
	none, err := s.l.Watcher(ctx, s.asset)
	require.NoError(t, err)
	require.Equal(t, ledger.Watcher{Asset: s.asset}, none)
	who := s.payer.Address() // another account than the owner's
	require.ErrorContains(t, s.payer.SetWatcher(ctx, s.asset, who, 500), "is controlled by")
	require.ErrorContains(t, s.owner.SetWatcher(ctx, s.asset, who, 1001), "at most 1000 basis points")
	require.NoError(t, s.owner.SetWatcher(ctx, s.asset, who, 500))
	named, err := s.l.Watcher(ctx, s.asset)
	require.NoError(t, err)
	require.Equal(t, ledger.Watcher{Asset: s.asset, Account: who, BasisPoints: 500}, named)
	all, err := s.l.Watched(ctx, strings.ToLower(who))
	require.NoError(t, err)
	require.Equal(t, map[types.AssetID]uint32{s.asset: 500}, all)
	window, err := s.l.Window(ctx)
	require.NoError(t, err)
	require.Equal(t, 10*time.Minute, window)

	require.NoError(t, s.buy(0, milli))
	claims, err := s.Unsettled(ctx)
	require.NoError(t, err)
	require.NoError(t, s.payer.Settle(ctx, claims))
	rows, err := s.l.Revenue(ctx, s.asset)
	require.NoError(t, err)
	require.Equal(t, types.NewAmount(milli*95/100), rows[0].Credited)
	paid, err := s.l.Credited(ctx, s.ref(0), s.asset)
	require.NoError(t, err)
	require.Equal(t, types.NewAmount(milli), paid)
	_, unsettled, err := s.Earned(ctx)
	require.NoError(t, err)
	require.Equal(t, types.NewAmount(milli), unsettled, "the book has not heard of it")
	_, err = s.Settle(ctx, s.owner)
	require.NoError(t, err)
	_, unsettled, err = s.Earned(ctx)
	require.NoError(t, err)
	require.True(t, unsettled.IsZero())

	require.NoError(t, s.owner.SetWatcher(ctx, s.asset, "", 0))
	all, err = s.l.Watched(ctx, who)
	require.NoError(t, err)
	require.Empty(t, all)
	require.True(t, errors.Is(s.owner.SetWatcher(ctx, 999, who, 1), ledger.ErrChain))
}
