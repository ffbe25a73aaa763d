package gateway_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/wire"
)

func TestRequestsAreAnsweredHonestly(t *testing.T) {
	w := newWorld(t)
	msg := func(more string) string {
		return `{"messages":[{"role":"user","content":"voucher?"}]` + more + `}`
	}
	for text, want := range map[string]struct {
		status int
		code   string
	}{
		"":                                     {400, "bad_json"},
		"[]":                                   {400, "bad_json"},
		"{} {}":                                {400, "bad_json"},
		"{\"model\":\"\xff\"}":                 {400, "bad_json"},
		"{}":                                   {400, "no_question"},
		`{"messages":[]}`:                      {400, "no_question"},
		msg(`,"model":"gpt-4o"`):               {404, "model_not_found"},
		msg(`,"n":2`):                          {400, "unsupported_n"},
		msg(`,"tools":[{"a":1}]`):              {400, "unsupported_tools"},
		msg(`,"functions":[{}]`):               {400, "unsupported_functions"},
		msg(`,"logprobs":true`):                {400, "unsupported_logprobs"},
		msg(`,"top_logprobs":2`):               {400, "unsupported_top_logprobs"},
		msg(`,"modalities":["text","audio"]`):  {400, "unsupported_modalities"},
		msg(`,"audio":{"voice":"x"}`):          {400, "unsupported_audio"},
		msg(`,"max_tokens":0`):                 {400, "bad_max_tokens"},
		msg(`,"max_completion_tokens":-4`):     {400, "bad_max_tokens"},
		msg(`,"max_tokens":"x"`):               {400, "bad_json"},
		msg(`,"weal":"source=a"`):              {400, "bad_weal"},
		msg(`,"weal":{"filters":"source=a"}`):  {400, "bad_weal"},
		msg(`,"weal":{"filter":["source=a"]}`): {400, "bad_filter"},
		msg(`,"weal":{"filter":"source"}`):     {400, "bad_filter"},
		msg(`,"weal":{"filter":"a=1","filter":"b=2"}`):                                                                  {400, "bad_json"},
		msg(`,"messages":[]`):                                                                                           {400, "bad_json"}, // a name that comes twice
		`{"messages":[{"role":"user","content":[{"type":"image_url"}]}]}`:                                               {400, "unsupported_content"},
		`{"messages":[{"role":"user","content":7}]}`:                                                                    {400, "bad_content"},
		`{"messages":[{"role":"critic","content":"x"}]}`:                                                                {400, "unsupported_role"},
		`{"messages":[{"role":"user","content":"` + strings.Repeat("x", 5000) + `"}]}`:                                  {400, "question_too_long"},
		`{"messages":[{"role":"system","content":"` + strings.Repeat("x", 70000) + `"},{"role":"user","content":"x"}]}`: {400, "messages_too_long"},
	} {
		w.refused(w.askQuote(text), want.status, want.code)
	}
	for _, fine := range []string{
		"", `,"n":1`, `,"tools":[]`, `,"tools":null`, `,"logprobs":false`, `,"modalities":["text"]`, `,"max_tokens":5`,
		`,"unknown":{"deep":[1]}`, `,"stream_options":null`, `,"response_format":{"type":"text"}`,
		`,"weal":null`, `,"weal":{}`, `,"weal":{"filter":""}`, `,"weal":{"filter":null}`,
	} {
		w.quote(msg(fine))
	}
	w.quote(`{"messages":[{"role":"developer","content":"x"},{"role":"user","content":[{"type":"text","text":"voucher?"}]}]}`)
}

// TestFilterGoesToTheVaults: and is bound in the quote as the body is.
func TestFilterGoesToTheVaults(t *testing.T) {
	w := newWorld(t)
	const filter = `author=\"Smith, J.\"|Jones, date>=2026-01-01`
	const narrow = `{"messages":[{"role":"user","content":"voucher?"}],"weal":{"filter":"` + filter + `"}}`
	q := w.quote(narrow)
	for _, s := range []*shelf{w.a, w.b} {
		require.Equal(t, `author="Smith, J."|Jones, date>=2026-01-01`, s.asked.Load().Filter)
	}
	wide := strings.Replace(narrow, "2026", "1026", 1)
	w.refused(w.pay(t.Context(), w.payment(q), wide), http.StatusPaymentRequired, "wrong_body")
	w.quote(`{"messages":[{"role":"user","content":"voucher?"}]}`)
	require.Empty(t, w.a.asked.Load().Filter)
	none := func(rw http.ResponseWriter, _ *http.Request) bool {
		wire.WriteJSON(rw, 200, wire.Offer{ID: "o", Asset: vaultA, Items: []wire.OfferedPassage{}})
		return true
	}
	w.a.fail(none)
	w.b.fail(down)
	e := w.refused(w.askQuote(narrow), http.StatusNotFound, "no_match")
	require.Contains(t, e.Message, "filter")
}

// FuzzExtras reads the field weal of a request, whatever it is.
func FuzzExtras(f *testing.F) {
	for _, seed := range []string{`{"filter":"a=b"}`, `{"filter":3}`, `null`, `[]`, `{"x":1}`, `"`} {
		f.Add(seed)
	}
	w := newWorld(f)
	f.Fuzz(func(t *testing.T, extras string) {
		body := `{"messages":[{"role":"user","content":"voucher?"}],"weal":` + extras + `}`
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, wire.PathCompletions, strings.NewReader(body))
		r.Header.Set(wire.HeaderLane, wire.FormatLane(w.payer.Lane.Ref, 1))
		rec := httptest.NewRecorder()
		w.gateway.Handler().ServeHTTP(rec, r)
		require.Contains(t, []int{http.StatusPaymentRequired, http.StatusBadRequest, http.StatusNotFound}, rec.Code, rec.Body.String())
	})
}

func TestMaxTokensBoundsTheAnswer(t *testing.T) {
	w := newWorld(t)
	q, _, g := w.ask(`{"messages":[{"role":"user","content":"voucher?"}],"max_tokens":30}`)
	require.Nil(t, g.err)
	require.LessOrEqual(t, len(g.text), 30*4+7*4, "rounded up to a tick")
	m := q.Meters[0]
	require.EqualValues(t, 4, m.Most-m.Prompt)
	require.Contains(t, w.prompts[0], `"max_tokens":30`)
}

func FuzzHeaders(f *testing.F) {
	f.Add("7/0/0 1", "", "", body)
	f.Add("", "e30", "", body)
	f.Add("", "", "Bearer x", `{"messages":[{"role":"user","content":"x"}],"n":1}`)
	f.Add("", "eyJxdW90ZSI6IngiLCJsZWF2ZXMiOlt7fV0sInRpY2tzIjpbe31dfQ", "", body)
	w := newWorld(f)
	h := w.gateway.Handler()
	f.Fuzz(func(t *testing.T, lane, payment, key, body string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, wire.PathCompletions, strings.NewReader(body))
		r.Header.Set(wire.HeaderLane, lane)
		r.Header.Set(wire.HeaderPayment, payment)
		r.Header.Set("Authorization", key)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		require.GreaterOrEqual(t, rec.Code, 400)
		require.NotEmpty(t, wire.ReadError(rec.Code, rec.Body.Bytes()).Code)
	})
}
