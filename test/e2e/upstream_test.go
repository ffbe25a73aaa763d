package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
)

// upstream is somebody's model server, of changing health.
type upstream struct {
	mood  atomic.Pointer[http.HandlerFunc]
	asked atomic.Int32
	key   atomic.Pointer[string] // of the last request
}

// serve listens on the port that was told to the home before.
func (u *upstream) serve(t *testing.T, port int) {
	t.Helper()
	l, err := net.Listen("tcp", home.Loopback(port))
	require.NoError(t, err)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.asked.Add(1)
		key := r.Header.Get("Authorization")
		u.key.Store(&key)
		_, _ = io.Copy(io.Discard, r.Body)
		(*u.mood.Load())(w, r)
	}))
	_ = s.Listener.Close()
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
}

// says streams pieces of text, and ends well if finish is set.
func says(finish bool, pieces ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, p := range pieces {
			_, _ = fmt.Fprintf(w, "data: {\"choices\":[{\"delta\":{\"content\":%q}}]}\n\n", p)
		}
		if finish {
			_, _ = io.WriteString(w, "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
		}
	}
}

func answers(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// silent answers nothing until the other side gives up.
func silent(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// silentStream begins a stream and then says nothing.
func silentStream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	_ = http.NewResponseController(w).Flush()
	silent(w, r)
}

// TestUpstreamFaults has a model whose upstream fails in every way. The passages
// were released by then: they are paid for and handed over; who did no work gets
// nothing.
func TestUpstreamFaults(t *testing.T) {
	t.Parallel()
	h, port := newHouse(t), freePorts(t)
	h.start(t, "--upstream", home.URL(port)+"/v1", "--upstream-model", "llama", "--upstream-key", "secret", "--upstream-timeout", "300ms")
	u, said, key := &upstream{}, sums{}, h.key(t)

	h.breaks(t, said, "cannot be reached") // nobody listens there
	u.serve(t, port)
	for _, c := range []struct {
		mood http.HandlerFunc
		say  string
	}{
		{silent, "300ms"},
		{silentStream, "300ms"},
		{answers(200, "text/html", "<html>router login</html>"), "web page"},
		{answers(200, "application/json", `{"hello":"world"}`), "no chat completion"},
		{answers(200, "text/event-stream", "data: {nonsense\n\n"), "no chat completion"},
		{answers(200, "text/event-stream", ""), "without any event"},
		{answers(500, "text/plain", "out of memory"), "out of memory"},
		{answers(401, "application/json", `{"error":{"message":"bad key of the upstream","type":"x"}}`), "bad key of the upstream"},
		{answers(200, "text/event-stream", "data: {\"error\":{\"message\":\"model not loaded\"}}\n\n"), "model not loaded"},
	} {
		u.mood.Store(&c.mood)
		h.breaks(t, said, c.say)
	}
	require.Equal(t, "Bearer secret", *u.key.Load())

	slow := http.HandlerFunc(silent)
	u.mood.Store(&slow)
	e := refused(t, h.chat(t, key, nil), http.StatusBadGateway, http.StatusGatewayTimeout)
	require.Contains(t, e.Error.Message, "300ms")
	nonsense := answers(200, "text/html", "<html>")
	u.mood.Store(&nonsense)
	refused(t, h.chat(t, key, map[string]any{"stream": true}), http.StatusBadGateway)
	h.countReceipts(t, said, 2)

	h.cutShort(t, u, said)
	good := says(true, "A voucher holds ", "a total [1].")
	u.mood.Store(&good)
	a := h.ask(t, question)
	require.Equal(t, "A voucher holds a total [1].", a.Answer)
	for asset, amount := range a.items(t) {
		said.add(t, asset, amount)
	}
	await(t, "the books to agree", func() bool {
		earned, _ := h.books(t)
		return fmt.Sprint(earned) == fmt.Sprint(said)
	})
}

// breaks asks while the upstream fails before its first word.
func (h *house) breaks(t *testing.T, said sums, say string) {
	t.Helper()
	o := h.run(t, "ask", question, "--output", "json")
	require.Equal(t, 5, o.code, "%s: %s", say, o.err)
	require.Contains(t, o.err, say)
	var a answerJSON
	o.decode(t, &a)
	require.Empty(t, a.Answer)
	require.NotEmpty(t, a.Citations, "what was paid for is handed over")
	for _, c := range a.Citations {
		require.True(t, c.Proof)
	}
	for _, i := range a.Cost.Items {
		require.Equal(t, i.Kind == "data", !i.Amount.IsZero(), "%s got %s", i.Kind, i.Amount)
		said.add(t, i.Asset, i.Amount)
	}
	require.Len(t, a.Receipts, 1, "of the vault")
}

// countReceipts adds what n questions of an OpenAI client cost that got passages
// only, as the purse's last receipts tell.
func (h *house) countReceipts(t *testing.T, said sums, n int) {
	t.Helper()
	var receipts []receiptJSON
	h.read(t, &receipts, "receipts", "--limit", fmt.Sprint(n))
	require.Len(t, receipts, n)
	for _, r := range receipts {
		said.add(t, r.Asset, r.Amount)
	}
}

// cutShort asks while the upstream breaks off in the middle of its answer: what
// came is kept and paid for, and all receipts hold.
func (h *house) cutShort(t *testing.T, u *upstream, said sums) {
	t.Helper()
	cut := says(false, "A voucher holds ", "a tot")
	u.mood.Store(&cut)
	began := time.Now()
	o := h.run(t, "ask", question, "--output", "json")
	require.Equal(t, 5, o.code, o.err)
	require.Contains(t, o.err, "cut short")
	require.Contains(t, o.err, "broke off")
	require.Less(t, time.Since(began), 20*time.Second)
	var a answerJSON
	o.decode(t, &a)
	require.Equal(t, "A voucher holds a tot", a.Answer)
	require.Len(t, a.Receipts, 3)
	require.Empty(t, a.Problems)
	for _, i := range a.Cost.Items {
		require.False(t, i.Amount.IsZero(), i.Kind)
		said.add(t, i.Asset, i.Amount)
	}
}
