package purse

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/wire"
)

// A stream that is cut leaves what was signed promised, gives what arrived, and
// does not stand in the way of the next question.
func TestStreamCutAtEachPoint(t *testing.T) {
	for _, point := range []string{"cited", "text 0", "text 1", "text 2", "text 3", "trailer"} {
		t.Run(point, func(t *testing.T) {
			w := newWorld(t)
			w.gate.beforeEach(func(stage string) bool { return stage == point })
			p := w.purse(openDB(t), 1)
			a, err := p.Ask(t.Context(), w.ask())
			require.ErrorIs(t, err, ErrCut)
			require.Len(t, a.Citations, 3, "what was delivered is the payer's")
			require.True(t, a.Citations[0].Proof)
			require.Equal(t, amount(2000), a.Items[0].Amount)
			if point == "cited" {
				require.True(t, a.Items[2].Amount.IsZero(), "ticks that were not revealed cost nothing")
				require.True(t, a.Items[3].Amount.IsZero())
			}
			require.True(t, strings.HasPrefix(w.gate.text(), a.Text))
			spent, err := p.Spent(t.Context())
			require.NoError(t, err)
			require.Equal(t, a.Total, spent.Today[0].Amount)

			w.gate.beforeEach(nil)
			next, err := p.Ask(t.Context(), w.ask())
			require.NoError(t, err)
			require.Empty(t, next.Problems)
			require.Empty(t, w.gate.faults)
			require.Greater(t, next.Seq, a.Seq)
		})
	}
}

// A connection that brings nothing back is tried once more with the same payment.
func TestLostConnectionIsRetriedOnce(t *testing.T) {
	for _, point := range []string{"pay", "accepted"} {
		for lost := 1; lost <= 2; lost++ {
			t.Run(fmt.Sprint(point, " lost ", lost), func(t *testing.T) {
				w := newWorld(t)
				var times atomic.Int32
				w.gate.beforeEach(func(stage string) bool { return stage == point && times.Add(1) <= int32(lost) })
				p := w.purse(openDB(t), 1)
				a, err := p.Ask(t.Context(), w.ask())
				require.Empty(t, w.gate.faults)
				if lost == 1 {
					require.NoError(t, err)
					require.Empty(t, a.Problems)
					require.Equal(t, w.whole(), a.Total)
					return
				}
				require.True(t, errors.Is(err, ErrDown) || errors.Is(err, ErrCut), "%v", err)
				require.Empty(t, a.Text)
				require.Equal(t, amount(2700), a.Total, "leaves that were signed stay promised")
				w.gate.beforeEach(nil)
				_, err = p.Ask(t.Context(), w.ask())
				require.NoError(t, err)
				require.Empty(t, w.gate.faults)
			})
		}
	}
}

// A tick that is lost on its way is sent again.
func TestLostTickIsSentAgain(t *testing.T) {
	for _, point := range []string{"tick", "ticked"} {
		w := newWorld(t)
		var times atomic.Int32
		w.gate.beforeEach(func(stage string) bool { return stage == point && times.Add(1)%2 == 1 })
		a, err := w.purse(openDB(t), 1).Ask(t.Context(), w.ask())
		require.NoError(t, err)
		require.Empty(t, a.Problems)
		require.Empty(t, w.gate.faults)
		require.Equal(t, w.whole(), a.Total)
	}
}

// What a gateway answers with becomes an error that a command can act on.
func TestGatewayThatRefuses(t *testing.T) {
	tests := map[string]struct {
		status int
		code   string
		want   error
	}{
		"nothing found": {404, "no_match", ErrNothing},
		"no such model": {404, "model_not_found", ErrRefused},
		"vaults down":   {503, "vaults_down", ErrDown},
		"not its lane":  {403, "wrong_lane", ErrRefused},
		"bare 402":      {402, "payment_required", ErrRefused},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
				wire.WriteError(rw, wire.NewError(test.status, wire.TypeUpstream, test.code, "says the gateway"))
			}))
			defer s.Close()
			a, err := w.purse(openDB(t), 1).Ask(t.Context(), Ask{Gateway: s.URL, Body: []byte(asked)})
			require.Nil(t, a)
			require.ErrorIs(t, err, test.want)
			var said *wire.Error
			require.ErrorAs(t, err, &said)
			require.Equal(t, test.code, said.Code)
		})
	}
	t.Run("no server", func(t *testing.T) {
		w := newWorld(t)
		w.server.Close()
		_, err := w.purse(openDB(t), 1).Ask(t.Context(), w.ask())
		require.ErrorIs(t, err, ErrDown)
	})
	t.Run("not a gateway", func(t *testing.T) {
		w := newWorld(t)
		s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {}))
		defer s.Close()
		_, err := w.purse(openDB(t), 1).Ask(t.Context(), Ask{Gateway: s.URL, Body: []byte(asked)})
		require.ErrorIs(t, err, ErrQuote)
	})
}

// payRefuser answers payments with an error for some times, quotes as it should.
func payRefuser(w *world, times int32, status int, code string) (url string, stop func()) {
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get(wire.HeaderPayment) != "" && n.Add(1) <= times {
			wire.WriteError(rw, wire.NewError(status, wire.TypeServer, code, "not now"))
			return
		}
		w.server.Config.Handler.ServeHTTP(rw, r)
	}))
	return s.URL, s.Close
}

func TestPaymentRefused(t *testing.T) {
	w := newWorld(t)
	p := w.purse(openDB(t), 1)
	url, stop := payRefuser(w, 1, 500, "internal")
	defer stop()
	a, err := p.Ask(t.Context(), Ask{Gateway: url, Body: []byte(asked)})
	require.ErrorIs(t, err, ErrDown)
	require.Equal(t, amount(2700), a.Total)
	for _, code := range []string{"order_in_progress", "exposure"} {
		url, stop := payRefuser(w, 2, map[string]int{"order_in_progress": 409, "exposure": 429}[code], code)
		defer stop()
		a, err := p.Ask(t.Context(), Ask{Gateway: url, Body: []byte(asked)})
		require.NoError(t, err, "what can be tried again shortly is")
		require.Empty(t, a.Problems)
	}
	require.Empty(t, w.gate.faults)
}

// Nonsense in the stream ends it; what came before counts.
func TestStreamOfNonsense(t *testing.T) {
	w := newWorld(t)
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get(wire.HeaderPayment) == "" {
			w.server.Config.Handler.ServeHTTP(rw, r)
			return
		}
		fmt.Fprint(rw, "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: nonsense\n\ndata: [DONE]\n\n")
	}))
	defer s.Close()
	a, err := w.purse(openDB(t), 1).Ask(t.Context(), Ask{Gateway: s.URL, Body: []byte(asked)})
	require.ErrorIs(t, err, ErrCut)
	require.Equal(t, "Hi", a.Text)
}

// A gateway that says in the stream that it failed is believed.
func TestErrorInTheStream(t *testing.T) {
	w := newWorld(t)
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get(wire.HeaderPayment) == "" {
			w.server.Config.Handler.ServeHTTP(rw, r)
			return
		}
		ev := wire.NewEvents(rw)
		_ = ev.Send(wire.Completion{Error: wire.NewError(502, wire.TypeUpstream, "vault_failed", "vault 10 failed")})
		_ = ev.End()
	}))
	defer s.Close()
	a, err := w.purse(openDB(t), 1).Ask(t.Context(), Ask{Gateway: s.URL, Body: []byte(asked)})
	require.ErrorIs(t, err, ErrCut)
	var said *wire.Error
	require.ErrorAs(t, err, &said)
	require.Equal(t, "vault_failed", said.Code)
	require.Equal(t, amount(2700), a.Total)
}
