package gateway_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

func (w *world) permit(id types.AssetID, p types.Permit) {
	w.chain.SetPermit(id, w.payer.Lane.Payer, p)
}

// owed is what the vaults of the world have been paid and not settled.
func (w *world) owed() types.Amount {
	w.t.Helper()
	_, a, err := w.a.book.Earned(w.t.Context())
	require.NoError(w.t, err)
	_, b, err := w.b.book.Earned(w.t.Context())
	require.NoError(w.t, err)
	sum, _ := a.Add(b)
	return sum
}

// TestClosedAppServesOnlyHolders: a gateway checks for its own asset, at the quote
// and when it is paid.
func TestClosedAppServesOnlyHolders(t *testing.T) {
	w := newWorld(t)
	var shift atomic.Int64
	w.now = func() time.Time { return time.Now().Add(time.Duration(shift.Load())) }
	later := func() { shift.Add(int64(2 * time.Second)) }
	w.start()
	w.chain.Close(appID)
	e := w.refused(w.askQuote(body), http.StatusForbidden, earn.CodeCredential)
	require.Contains(t, e.Message, "asset 12")

	w.permit(appID, types.Permit{Allowed: true, Counted: true, Credential: &types.Credential{Uses: 1, Height: 3}})
	later()
	_, _, g := w.ask(body)
	require.Nil(t, g.err)
	require.NotEmpty(t, g.text)
	w.refused(w.askQuote(body), http.StatusForbidden, earn.CodeUsedUp)

	w.permit(appID, types.Permit{Allowed: true, Counted: true, Credential: &types.Credential{Uses: 1, Height: 4}})
	later()
	q := w.quote(body)
	w.permit(appID, types.Permit{Reason: "it was revoked"})
	later()
	owed := w.owed()
	w.refused(w.pay(t.Context(), w.payment(q), body), http.StatusForbidden, earn.CodeCredential)
	require.Equal(t, owed, w.owed(), "nothing is passed on")
}

// TestClosedModelIsAskedBeforePassagesArePaid: who would get no answer pays for no
// passages.
func TestClosedModelIsAskedBeforePassagesArePaid(t *testing.T) {
	w := newWorld(t)
	w.chain.Close(modelID)
	w.permit(modelID, types.Permit{Allowed: true, Counted: true, Credential: &types.Credential{Uses: 1, Height: 3}})
	_, _, g := w.ask(body)
	require.Nil(t, g.err)
	require.NotEmpty(t, g.text)
	e := w.refused(w.askQuote(body), http.StatusForbidden, earn.CodeUsedUp)
	require.Contains(t, e.Message, "asset 11")

	down := "http://127.0.0.1:1"
	w.modelURL.Store(&down)
	w.start()
	w.refused(w.askQuote(body), http.StatusBadGateway, "model_down")

	stranger := newWorld(t)
	stranger.chain.Close(modelID)
	stranger.refused(stranger.askQuote(body), http.StatusForbidden, earn.CodeCredential)
	require.True(t, stranger.owed().IsZero())
}

// TestClosedVaultIsLeftOut: of several vaults those that may be used answer; if
// none may, the payer learns why.
func TestClosedVaultIsLeftOut(t *testing.T) {
	w := newWorld(t)
	closed := func(rw http.ResponseWriter, r *http.Request) bool {
		_, err := w.a.book.Admit(r.Context(), w.payer.Lane.Ref)
		return refuseWith(rw, err)
	}
	w.chain.Close(vaultA)
	w.a.fail(closed)
	q := w.quote(body)
	require.Len(t, q.Vaults, 1)
	require.Equal(t, vaultB, q.Vaults[0].Asset)

	w.b.fail(closed)
	e := w.refused(w.askQuote(body), http.StatusForbidden, earn.CodeCredential)
	require.Contains(t, e.Message, "asset 10")
}

func refuseWith(w http.ResponseWriter, err error) bool {
	if err != nil {
		wire.WriteError(w, err)
	}
	return err != nil
}
