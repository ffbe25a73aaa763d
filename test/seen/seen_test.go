package seen_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// span is a span with its place in the tree.
type span struct {
	tracetest.SpanStub
	role string
}

func (s span) attr(name string) string {
	for _, a := range s.Attributes {
		if string(a.Key) == name {
			return a.Value.Emit()
		}
	}
	return ""
}

// tree returns the spans of all that has ended, and by role, kind and name the first of
// them.
func (l *lab) tree() (all []span, find func(role string, kind trace.SpanKind, name string, more ...string) span) {
	for name := range l.urls {
		l.page(name)
	}
	for _, s := range l.spans.GetSpans() {
		role, _ := s.Resource.Set().Value(attribute.Key("weal.role"))
		all = append(all, span{s, role.AsString()})
	}
	return all, func(role string, kind trace.SpanKind, name string, more ...string) span {
		l.t.Helper()
		i := slices.IndexFunc(all, func(s span) bool {
			return s.role == role && s.SpanKind == kind && s.Name == name && (len(more) == 0 || s.attr(more[0]) == more[1])
		})
		require.GreaterOrEqual(l.t, i, 0, "%s %s %s %v", role, kind, name, more)
		return all[i]
	}
}

func TestOneQuestionIsOneTrace(t *testing.T) {
	l := newLab(t)
	a, err := l.ask("Who sleeps, the " + askedWord + "?")
	require.NoError(t, err)
	require.Contains(t, a.Text, answerWord)
	require.NotEmpty(t, a.Citations)

	const client, server = trace.SpanKindClient, trace.SpanKindServer
	const chat = "POST " + wire.PathCompletions
	_, find := l.tree()
	root := find("purse", trace.SpanKindInternal, "ask")
	require.False(t, root.Parent.IsValid())
	child := func(of span, s span) span {
		t.Helper()
		require.Equal(t, of.SpanContext.SpanID(), s.Parent.SpanID(), "%s %s below %s %s", s.role, s.Name, of.role, of.Name)
		require.Equal(t, root.SpanContext.TraceID(), s.SpanContext.TraceID())
		return s
	}
	quote := child(find("purse", client, chat), find("gateway", server, chat, "weal.way", "quote"))
	require.Equal(t, root.SpanContext.SpanID(), quote.below(l).Parent.SpanID())
	require.Equal(t, "402", quote.attr("http.response.status_code"))
	offers := child(quote, find("gateway", client, "POST "+wire.PathOffers))
	child(offers, find("vault", server, "POST "+wire.PathOffers))

	paid := find("gateway", server, chat, "weal.way", "lane")
	require.Equal(t, root.SpanContext.TraceID(), paid.SpanContext.TraceID())
	require.Equal(t, root.SpanContext.SpanID(), paid.below(l).Parent.SpanID())
	require.Equal(t, []string{"7/0/0", "1"}, []string{paid.attr("weal.lane"), paid.attr("weal.seq")})
	require.NotEmpty(t, paid.attr("gen_ai.usage.output_tokens"))
	release := child(child(paid, find("gateway", client, "POST "+wire.PathRelease)), find("vault", server, "POST "+wire.PathRelease))
	require.Equal(t, "7/0/0", release.attr("weal.lane"))
	answer := child(child(paid, find("gateway", client, chat)), find("model", server, chat))
	require.NotEmpty(t, answer.attr("gen_ai.usage.input_tokens"))
	up := child(answer, find("model", client, "POST /v1/chat/completions"))
	require.Contains(t, l.trace.Get("Traceparent"), up.SpanContext.SpanID().String(), "the upstream can go on with it")

	// What settles it later is a trace of its own, and leads back to it.
	for role, at := range map[string]span{"vault": release, "model": answer, "gateway": paid} {
		l.settle(role, nil)
		_, find := l.tree()
		s := find(role, trace.SpanKindInternal, "settle")
		require.False(t, s.Parent.IsValid())
		require.NotEqual(t, root.SpanContext.TraceID(), s.SpanContext.TraceID())
		require.Len(t, s.Links, 1)
		require.Equal(t, at.SpanContext.SpanID(), s.Links[0].SpanContext.SpanID(), role)
		require.Equal(t, root.SpanContext.TraceID(), s.Links[0].SpanContext.TraceID())
		require.Contains(t, s.Links[0].Attributes, attribute.String("weal.lane", "7/0/0"))
		require.Contains(t, s.Links[0].Attributes, attribute.Int64("weal.seq", 1))
	}
	l.quiet()
}

// below is the span that s is a child of.
func (s span) below(l *lab) span {
	l.t.Helper()
	all, _ := l.tree()
	i := slices.IndexFunc(all, func(o span) bool { return o.SpanContext.SpanID() == s.Parent.SpanID() })
	require.GreaterOrEqual(l.t, i, 0, "%s has no parent here", s.Name)
	return all[i]
}

// settling fails as often as it is told to.
type settling struct {
	l   *lab
	err error
}

func (s settling) Settle(ctx context.Context, all []pay.Settlement) error {
	if s.err != nil {
		return s.err
	}
	return s.l.chain.Settle(ctx, all)
}

// settle brings what a role is owed, once the purse has paid the ticks.
func (l *lab) settle(role string, fail error) {
	l.t.Helper()
	require.Eventually(l.t, func() bool {
		_, owed, err := l.books[role].Earned(l.t.Context())
		return err == nil && !owed.IsZero()
	}, 5*time.Second, 5*time.Millisecond)
	_, err := l.books[role].Settle(l.t.Context(), l.settlers(fail)[role])
	require.ErrorIs(l.t, err, fail)
}

// settlers are made once for each role.
func (l *lab) settlers(fail error) map[string]earn.Settler {
	if l.settles == nil {
		l.settles = map[string]earn.Settler{}
		for name := range l.books {
			l.settles[name] = earn.Seen(&l.settling, l.roles[name])
		}
	}
	l.settling = settling{l, fail}
	return l.settles
}

func TestSettlementThatFailsIsLinkedAgain(t *testing.T) {
	l := newLab(t)
	for range 3 {
		_, err := l.ask("Who sleeps?")
		require.NoError(t, err)
	}
	l.settle("vault", errors.New("the chain says no"))
	l.settle("vault", nil)
	all, _ := l.tree()
	settled := slices.DeleteFunc(all, func(s span) bool { return s.Name != "settle" })
	require.Len(t, settled, 2)
	require.Len(t, settled[0].Links, 3)
	require.Equal(t, "error", settled[0].attr("error.type"))
	require.NotContains(t, settled[0].Status.Description, "chain")
	require.Equal(t, settled[0].Links, settled[1].Links, "what was not brought is brought again")
	for _, line := range []string{
		`weal_settlements_total{result="failed",role="vault"} 1`, `weal_settlements_total{result="ok",role="vault"} 1`,
		`weal_earn_settled{denom="aweal",role="vault"} 3000`, `weal_earn_unsettled{denom="aweal",role="vault"} 0`,
	} {
		require.Contains(t, l.page("vault"), line)
	}
}

func TestWhatIsCounted(t *testing.T) {
	l := newLab(t)
	const n = 3
	for range n {
		_, err := l.ask("Who sleeps?")
		require.NoError(t, err)
	}
	_, err := l.ask("Nothing is known of xylophones")
	require.ErrorIs(t, err, purse.ErrNothing)
	for role, lines := range map[string][]string{
		"gateway": {
			`weal_http_requests_total{role="gateway",route="POST /v1/chat/completions",status="2xx",way="lane"} 3`,
			`weal_http_requests_total{role="gateway",route="POST /v1/chat/completions",status="4xx",way="quote"} 4`,
			`weal_http_refusals_total{code="no_match",role="gateway"} 1`,
			`weal_gateway_answers_total{result="ok",role="gateway"} 3`, `weal_gateway_overhead_seconds_count{role="gateway"} 3`,
			`weal_gateway_answer_cost_count{denom="aweal",role="gateway"} 3`,
			`gen_ai_client_operation_duration_seconds_count{gen_ai_operation_name="chat",gen_ai_provider_name="weal",gen_ai_request_model="spec",role="gateway"} 3`,
			`gen_ai_client_token_usage_count{gen_ai_operation_name="chat",gen_ai_provider_name="weal",gen_ai_request_model="spec",gen_ai_token_type="output",role="gateway"} 3`,
			`weal_earn_exposure_limit{of="tab",role="gateway"} 1e+06`, `weal_role_asset{role="gateway"} 12`, `weal_ready{check="database",role="gateway"} 1`,
		},
		"vault": {
			`weal_http_requests_total{role="vault",route="POST /weal/v1/release",status="2xx",way=""} 3`,
			`weal_vault_passages_offered_total{role="vault"} 3`, `weal_vault_passages_released_total{role="vault"} 3`,
			`weal_vault_questions_unanswered_total{role="vault"} 1`, `weal_vault_index{of="chunks",role="vault"} 1`,
			`weal_earn_earned{denom="aweal",role="vault"} 3000`, `weal_earn_unsettled{denom="aweal",role="vault"} 3000`,
			`weal_ready{check="documents",role="vault"} 1`,
		},
		"model": {
			`weal_model_answers_total{result="ok",role="model"} 3`,
			`gen_ai_server_time_to_first_token_seconds_count{gen_ai_operation_name="chat",gen_ai_provider_name="weal",gen_ai_request_model="m",role="model"} 3`,
		},
	} {
		page := l.page(role)
		for _, line := range lines {
			require.Contains(t, page, line+"\n", role)
		}
	}
	require.NotContains(t, l.page("model"), `weal_model_tokens_total{role="model",type="output"} 0`)
	l.quiet()
}

// TestNothingIsToldOfWhatIsSaid plays what goes wrong: an upstream that repeats its
// prompt in an error, one that breaks off, requests that are none, and a vault that
// answers with what it was asked.
func TestNothingIsToldOfWhatIsSaid(t *testing.T) {
	l := newLab(t)
	question := "Who sleeps, the " + askedWord + " or the " + passageWord + "?"
	for _, upstream := range []http.HandlerFunc{
		answers("The " + answerWord),
		func(w http.ResponseWriter, r *http.Request) { // an error that repeats the prompt
			body, _ := wire.ReadBody(r)
			wire.WriteError(w, wire.NewError(http.StatusBadRequest, "invalid_request_error", answerWord, "cannot answer %s", body))
		},
		func(w http.ResponseWriter, r *http.Request) { // words and no error object
			body, _ := wire.ReadBody(r)
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = w.Write(body)
		},
		func(w http.ResponseWriter, _ *http.Request) { // an error in mid-stream
			e := wire.NewEvents(w)
			_ = e.Send(wire.Completion{Choices: []wire.Choice{{Delta: &wire.Content{Content: answerWord}}}})
			_ = e.Send(map[string]any{"error": map[string]string{"message": "stopped at " + answerWord}})
		},
		func(w http.ResponseWriter, _ *http.Request) { // what is no completion
			e := wire.NewEvents(w)
			_ = e.Send(answerWord)
		},
		func(w http.ResponseWriter, _ *http.Request) { // a stream that is cut
			e := wire.NewEvents(w)
			_ = e.Send(wire.Completion{Choices: []wire.Choice{{Delta: &wire.Content{Content: answerWord}}}})
		},
	} {
		l.upstream.set(upstream)
		_, _ = l.ask(question)
	}
	for _, url := range l.urls {
		for _, path := range []string{wire.PathCompletions, wire.PathSearch, wire.PathOffers, wire.PathRelease, wire.PathTicks, "/" + askedWord} {
			for _, body := range []string{askedWord, `{"messages":"` + askedWord + `"}`, `{"question":"` + askedWord + `","limit":99}`} {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+path+"?q="+askedWord, strings.NewReader(body))
				require.NoError(t, err)
				req.Header.Set(wire.HeaderLane, "7/0/0 99")
				req.Header.Set("Authorization", "Bearer "+askedWord)
				req.Header.Set("Traceparent", askedWord)
				req.Header.Set("User-Agent", askedWord)
				resp, err := http.DefaultClient.Do(req)
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
			}
		}
	}
	require.NotEmpty(t, l.log.String(), "there is something to look at")
	require.Contains(t, l.log.String(), `"code":"bad_json"`)
	require.Contains(t, l.log.String(), "upstream failed")
	require.Contains(t, l.page("model"), `weal_http_refusals_total{code="upstream_refused",role="model"} 2`)
	l.quiet()
}

// TestTraceOfAClient: a client that sends a traceparent of its own is the parent.
func TestTraceOfAClient(t *testing.T) {
	l := newLab(t)
	const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.urls["gateway"]+wire.PathCompletions,
		strings.NewReader(`{"messages":[{"role":"user","content":"Who sleeps?"}],"stream":true}`))
	require.NoError(t, err)
	req.Header.Set(wire.HeaderLane, wire.FormatLane(types.LaneRef{Tab: 7}, 1))
	req.Header.Set("Traceparent", parent)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusPaymentRequired, resp.StatusCode)
	all, find := l.tree()
	for _, s := range all {
		require.Equal(t, "0af7651916cd43dd8448eb211c80319c", s.SpanContext.TraceID().String(), s.Name)
	}
	require.Equal(t, "b7ad6b7169203331", find("gateway", trace.SpanKindServer, "POST "+wire.PathCompletions).Parent.SpanID().String())
}

// TestModelOfAnother: a model that is not this program's says what it likes in its errors,
// in a status and in its stream.
func TestModelOfAnother(t *testing.T) {
	l := newLab(t)
	at, err := url.Parse(l.urls["model"])
	require.NoError(t, err)
	real := httputil.NewSingleHostReverseProxy(at)
	calls := 0
	said := map[string]any{"error": map[string]string{"message": "no " + answerWord, "type": askedWord, "code": answerWord}}
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method != http.MethodPost || r.URL.Path != wire.PathCompletions:
			real.ServeHTTP(w, r)
		case calls == 0:
			calls++
			wire.WriteJSON(w, http.StatusTeapot, said)
		default:
			e := wire.NewEvents(w)
			_ = e.Send(wire.Completion{Choices: []wire.Choice{{Delta: &wire.Content{Content: answerWord}}}})
			_ = e.Last(said)
		}
	}))
	defer other.Close()
	l.urls["model"] = other.URL
	for range 2 {
		_, err := l.ask("Who sleeps?")
		require.ErrorIs(t, err, purse.ErrCut)
	}
	require.Contains(t, l.page("gateway"), `weal_gateway_answers_total{result="relayed",role="gateway"} 2`)
	l.quiet()
}
