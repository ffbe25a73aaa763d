package model_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/model/meter"
	"github.com/weal-network/weal/model/modeltest"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// admit asks whether the payer would be served.
func (l *lab) admit(ref types.LaneRef) *wire.Error {
	l.t.Helper()
	b, err := json.Marshal(wire.AdmitRequest{Lane: ref})
	require.NoError(l.t, err)
	resp, err := l.server.Client().Post(l.server.URL+wire.PathAdmit, "application/json", bytes.NewReader(b))
	require.NoError(l.t, err)
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	require.NoError(l.t, err)
	if resp.StatusCode != http.StatusOK {
		return wire.ReadError(resp.StatusCode, said)
	}
	var a wire.Admission
	require.NoError(l.t, json.Unmarshal(said, &a))
	require.Equal(l.t, asset, a.Asset)
	return nil
}

func TestClosedModelServesOnlyHolders(t *testing.T) {
	l := newLab(t, "text")
	require.Nil(t, l.admit(l.payer.Lane.Ref))
	l.chain.Close(asset)
	l.start()
	e := l.admit(l.payer.Lane.Ref)
	require.NotNil(t, e)
	require.Equal(t, http.StatusForbidden, e.Status)
	require.Equal(t, earn.CodeCredential, e.Code)
	require.Contains(t, e.Message, l.payer.Lane.Payer)
	require.NotNil(t, l.admit(types.LaneRef{Tab: 99}), "no such lane")

	o := l.order(40)
	s := l.payer.Sign(o)
	a := l.send(t.Context(), s, body(40), nil)
	require.Equal(t, http.StatusForbidden, a.status)
	require.Equal(t, earn.CodeCredential, a.err.Code)
	require.Zero(t, l.asked, "the upstream does not work for whom it may not")

	l.chain.SetPermit(asset, l.payer.Lane.Payer, types.Permit{Allowed: true})
	l.start()
	require.Nil(t, l.admit(l.payer.Lane.Ref))
	a = l.send(t.Context(), s, body(40), l.honest(o))
	require.Nil(t, a.err)
	require.Equal(t, "text", a.text)
}

// TestRevokedInTheMiddleOfAStream: what was accepted is served to its end, and
// the next order is not.
func TestRevokedInTheMiddleOfAStream(t *testing.T) {
	text := strings.Repeat("A voucher is signed. ", 10)
	l := newLab(t, text[:60], text[60:])
	l.chain.Close(asset)
	l.chain.SetPermit(asset, l.payer.Lane.Payer, types.Permit{Allowed: true})
	o := l.order(100)
	pay := l.honest(o)
	a := l.send(t.Context(), l.payer.Sign(o), body(100), func(n int) {
		l.chain.SetPermit(asset, l.payer.Lane.Payer, types.Permit{Reason: "it was revoked"})
		pay(n)
	})
	require.Nil(t, a.err)
	require.Equal(t, text, a.text)
	m := meter.Meter{Tokens: o.Tokens, Prompt: o.Prompt, Most: o.Most}
	l.checkReceipt(a, o, m.Owed(len(text)))

	l.start() // forgets what it was told of the chain
	a = l.send(t.Context(), l.payer.Sign(l.order(100)), body(100), nil)
	require.Equal(t, http.StatusForbidden, a.status)
	require.Equal(t, earn.CodeCredential, a.err.Code)
	require.Equal(t, 1, l.asked)
}

func TestModelCountsUses(t *testing.T) {
	l := newLab(t, "text")
	l.chain.Close(asset)
	l.chain.SetPermit(asset, l.payer.Lane.Payer, types.Permit{
		Allowed: true, Counted: true, Credential: &types.Credential{Uses: 2, Used: 1, Height: 8},
	})
	o := l.order(40)
	s := l.payer.Sign(o)
	for range 2 { // the second time it is the same answer again
		a := l.send(t.Context(), s, body(40), l.honest(o))
		require.Nil(t, a.err)
		require.Equal(t, "text", a.text)
	}
	require.Equal(t, earn.CodeUsedUp, l.admit(l.payer.Lane.Ref).Code)
	a := l.send(t.Context(), l.payer.Sign(l.order(40)), body(40), nil)
	require.Equal(t, http.StatusForbidden, a.status)
	require.Equal(t, earn.CodeUsedUp, a.err.Code)

	other := modeltest.NewPayer(t, l.chain, 8, app, 1_000_000)
	require.Equal(t, earn.CodeCredential, l.admit(other.Lane.Ref).Code, "another payer's credential is no help")
}
