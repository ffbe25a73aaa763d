package gateway_test

import (
	"context"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/model/modeltest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/wire"
)

// reported waits for what a vault is told.
func (s *shelf) reported(t *testing.T) wire.AttributionReport {
	t.Helper()
	select {
	case r := <-s.told:
		return r
	case <-time.After(20 * time.Second):
		t.Fatalf("vault %d is told nothing", s.id)
		return wire.AttributionReport{}
	}
}

// appReceipt returns the receipt of the app.
func appReceipt(t *testing.T, g *got) pay.SignedReceipt {
	t.Helper()
	i := slices.IndexFunc(g.last.Receipts, func(r pay.SignedReceipt) bool { return r.Asset == appID })
	require.GreaterOrEqual(t, i, 0)
	return g.last.Receipts[i]
}

// says has the model answer with pieces of text.
func (w *world) says(text ...string) {
	w.upstream = upstreamFunc(func(context.Context, model.Prompt) (model.Answer, error) { return pieces(text...), nil })
}

func TestAnswerIsAttributed(t *testing.T) {
	w := newWorld(t)
	w.says("A payer signs [1], once [", "1]; lanes wait [2]. Not [3].")
	q, p, g := w.ask(body)
	require.Nil(t, g.err)
	record := g.last.Attribution
	require.NoError(t, record.Check())
	require.Len(t, record, 2)
	require.Equal(t, attribution.Entry{
		Passage: attribution.Passage{N: 1, Asset: vaultA, Version: 1, Chunk: w.a.chunks[1].Hash(), Band: 9},
		Cites:   2, Equal: 500_000, Score: 555_556, Citation: 666_667,
	}, record[0])
	require.Equal(t, vaultB, record[1].Asset)
	require.EqualValues(t, 333_333, record[1].Citation)
	receipt := appReceipt(t, g)
	require.Equal(t, record.Detail(), receipt.Detail)
	require.NoError(t, receipt.Verify(pay.PublicKey(modeltest.Key("asset", uint64(appID)))))
	require.LessOrEqual(t, len(receipt.Bytes()), 400)

	for _, s := range []*shelf{w.a, w.b} {
		told := s.reported(t)
		require.Equal(t, receipt, told.Receipt)
		require.NoError(t, told.Part.Verify(receipt.Detail))
		require.Len(t, told.Part.Entries, 1, "each is told of its own passages alone")
		require.Equal(t, s.id, told.Part.Entries[0].Asset)
		require.Equal(t, p.Leaves[slices.IndexFunc(p.Leaves, func(l wire.PaidLeaf) bool { return l.Leaf.Asset == s.id })].Order.Hash(), told.Order)
	}

	again := w.read(w.pay(t.Context(), p, body), w.honest(q))
	require.Equal(t, record, again.last.Attribution)
	require.Equal(t, receipt, appReceipt(t, again), "a retry has the same receipt")
}

// TestReportsComeWhenTheVaultIsBack has a vault fail while it is told, and the
// gateway stop before it has told all.
func TestReportsComeWhenTheVaultIsBack(t *testing.T) {
	w := newWorld(t)
	w.says("So it is [1].")
	var failed atomic.Int32
	w.a.fail(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != wire.PathAttribution || failed.Add(1) > 1 {
			return false
		}
		wire.WriteError(rw, wire.NewError(http.StatusServiceUnavailable, wire.TypeServer, "down", "not now"))
		return true
	})
	_, _, first := w.ask(body)
	require.Equal(t, appReceipt(t, first), w.a.reported(t).Receipt)
	require.GreaterOrEqual(t, failed.Load(), int32(2))

	_, _, second := w.ask(body)
	w.start() // stops the gateway, which tells what is left
	require.Equal(t, appReceipt(t, second), w.a.reported(t).Receipt)
}

// TestAnswerDoesNotWaitForReports has vaults that never take one.
func TestAnswerDoesNotWaitForReports(t *testing.T) {
	w := newWorld(t)
	w.says("So it is [1].")
	hold := make(chan struct{})
	t.Cleanup(func() { close(hold) })
	for _, s := range []*shelf{w.a, w.b} {
		s.fail(func(_ http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == wire.PathAttribution {
				select {
				case <-hold:
				case <-r.Context().Done():
				}
			}
			return false
		})
	}
	for range 3 {
		_, _, g := w.ask(body)
		require.Nil(t, g.err)
		require.Len(t, g.last.Attribution, 2)
	}
}
