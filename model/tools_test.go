package model_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/model/meter"
	"github.com/weal-network/weal/model/modeltest"
	"github.com/weal-network/weal/model/prompt"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/x402"
)

const toolsField = `"tools":[ {"type":"function","function":{"name":"get_weather","parameters":{"type":"object"}}} ]`

// calling has the model answer by an HTTP upstream that calls tools.
func calling(t *testing.T, events ...string) *lab {
	t.Helper()
	l := newLab(t)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, e := range events {
			_, _ = io.WriteString(w, "data: "+e+"\n\n")
		}
	}))
	t.Cleanup(s.Close)
	l.upstream = model.NewHTTP(s.URL, "", "scripted")
	l.can = []string{wire.NeedsTools}
	return l
}

func part(s string) string {
	return `{"choices":[{"index":0,"delta":{"tool_calls":[` + s + `]},"finish_reason":null}]}`
}

const (
	saysText = `{"choices":[{"index":0,"delta":{"content":"Let me look."},"finish_reason":null}]}`
	ends     = `{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}`
)

// asking is a body with tools, and its right order.
func (l *lab) asking(maxTokens int, fields string) ([]byte, pay.Order) {
	l.t.Helper()
	b := bytes.TrimSuffix(body(maxTokens), []byte("}"))
	b = append(b, ","+fields+"}"...)
	var req wire.ChatRequest
	require.NoError(l.t, json.Unmarshal(b, &req))
	size, err := prompt.Size(req)
	require.NoError(l.t, err)
	m, err := meter.New(perTick, size, maxTokens)
	require.NoError(l.t, err)
	o := l.payer.Order(asset)
	o.Price, o.Tokens, o.Prompt, o.Most = types.NewAmount(tickPrice), m.Tokens, m.Prompt, m.Most
	return b, o
}

// TestToolCalls: names and arguments of calls are metered as text is, cut where ticks
// are due, signed for, and given again as they were.
func TestToolCalls(t *testing.T) {
	l := calling(t, saysText,
		part(`{"index":0,"id":"call_theirs","type":"function","function":{"name":"get_weather_of_the_place","arguments":""}}`),
		part(`{"index":0,"function":{"arguments":"{\"city\":\"Zür"}}`), part(`{"index":0,"function":{"arguments":"ich\"}"}}`),
		part(`{"index":1,"id":"call_2","function":{"name":"now","arguments":"{}"}}`), ends)
	b, o := l.asking(100, toolsField)
	s := l.payer.Sign(o)
	a := l.send(t.Context(), s, b, l.honest(o))
	require.Nil(t, a.err)
	require.NoError(t, a.cut)
	require.Equal(t, "tool_calls", a.finish)
	require.Equal(t, `Let me look.get_weather_of_the_place{"city":"Zürich"}now{}`, a.text)
	require.Equal(t, "Let me look.", a.content)
	calls := a.calls()
	require.Len(t, calls, 2)
	require.Equal(t, wire.FunctionCall{Name: "get_weather_of_the_place", Arguments: `{"city":"Zürich"}`}, calls[0].Function)
	require.Equal(t, wire.FunctionCall{Name: "now", Arguments: "{}"}, calls[1].Function)
	require.NotEqual(t, calls[0].ID, calls[1].ID)
	require.NotContains(t, calls[0].ID, "theirs", "what is not metered must follow from the order")
	l.checkReceipt(a, o, meter.Meter{Tokens: o.Tokens, Prompt: o.Prompt, Most: o.Most}.Owed(len(a.text)))

	again := l.send(t.Context(), s, b, nil)
	require.Equal(t, a.text, again.text)
	require.Equal(t, a.calls(), again.calls())
	require.Equal(t, a.content, again.content)
	require.Equal(t, a.finish, again.finish)
	require.Equal(t, a.receipts, again.receipts)
	require.Equal(t, 1, l.asked)
}

// TestToolCallsUnpaid: a payer that reveals nothing gets one tick of a call, too.
func TestToolCallsUnpaid(t *testing.T) {
	l := calling(t, part(`{"index":0,"id":"a","function":{"name":"n","arguments":"`+strings.Repeat("x", 400)+`"}}`), ends)
	l.wait = 1
	l.start()
	b, o := l.asking(400, toolsField)
	a := l.send(t.Context(), l.payer.Sign(o), b, nil)
	require.Equal(t, "unpaid", a.err.Code)
	require.Len(t, a.text, perTick*types.TokenBytes)
}

// TestToolCallsEnd: a call ends where max_tokens does.
func TestToolCallsEnd(t *testing.T) {
	l := calling(t, part(`{"index":0,"id":"a","function":{"name":"n","arguments":"`+strings.Repeat("x", 400)+`"}}`), ends)
	b, o := l.asking(8, toolsField)
	a := l.send(t.Context(), l.payer.Sign(o), b, l.honest(o))
	require.Equal(t, "length", a.finish)
	require.Len(t, a.text, 8*types.TokenBytes)
}

// TestToolCallsAsUpstreamsSendThem: indices that are missing, or all the same.
func TestToolCallsAsUpstreamsSendThem(t *testing.T) {
	for name, events := range map[string][]string{
		"no index":   {part(`{"id":"a","function":{"name":"f","arguments":"1"}},{"id":"b","function":{"name":"g","arguments":"2"}}`)},
		"same index": {part(`{"index":0,"id":"a","function":{"name":"f","arguments":"1"}}`), part(`{"index":0,"id":"b","function":{"name":"g","arguments":"2"}}`)},
		"in turns":   {part(`{"index":0,"id":"a","function":{"name":"f"}}`), part(`{"index":1,"id":"b","function":{"name":"g"}}`), part(`{"index":0,"function":{"arguments":"1"}},{"index":1,"function":{"arguments":"2"}}`)},
		"from one":   {part(`{"index":1,"id":"a","function":{"name":"f"}}`), part(`{"index":1,"id":"a","function":{"arguments":"1"}}`), part(`{"index":2,"id":"b","function":{"name":"g","arguments":"2"}}`)},
		"no ids":     {part(`{"function":{"name":"f"}}`), part(`{"function":{"arguments":"1"}}`), part(`{"function":{"name":"g","arguments":"2"}}`)},
	} {
		t.Run(name, func(t *testing.T) {
			l := calling(t, append(events, ends)...)
			b, o := l.asking(100, toolsField)
			a := l.send(t.Context(), l.payer.Sign(o), b, l.honest(o))
			require.Nil(t, a.err)
			require.Len(t, a.calls(), 2)
			for i, want := range []wire.FunctionCall{{Name: "f", Arguments: "1"}, {Name: "g", Arguments: "2"}} {
				require.Equal(t, want, a.calls()[i].Function)
			}
		})
	}
	l := calling(t, part(`{"index":0,"function":{"arguments":"1"}}`), ends)
	b, o := l.asking(100, toolsField)
	require.Equal(t, model.CodeNonsense, l.send(t.Context(), l.payer.Sign(o), b, nil).err.Code)
}

// TestUnsupported: what an upstream cannot do is refused before anything is paid.
func TestUnsupported(t *testing.T) {
	l := newLab(t, "text")
	for param, fields := range map[string]string{
		"tools":           toolsField,
		"response_format": `"response_format":{"type":"json_object"}`,
	} {
		b, o := l.asking(20, fields)
		a := l.send(t.Context(), l.payer.Sign(o), b, nil)
		require.Equal(t, http.StatusBadRequest, a.status)
		require.Equal(t, "unsupported_"+param, a.err.Code)
		require.Equal(t, param, *a.err.Param)
	}
	require.Zero(t, l.asked)
	require.True(t, l.exposed().IsZero())
	b, o := l.asking(20, `"response_format":{"type":"text"},"tools":[]`)
	require.Equal(t, "text", l.send(t.Context(), l.payer.Sign(o), b, l.honest(o)).text)
}

// TestToolsArePaidFor: a prompt whose tools were not counted is refused.
func TestToolsArePaidFor(t *testing.T) {
	l := calling(t, ends)
	b, _ := l.asking(20, toolsField)
	a := l.send(t.Context(), l.payer.Sign(l.order(20)), b, nil)
	require.Equal(t, "prompt_too_big", a.err.Code)
	require.Zero(t, l.asked)
}

// tasks is a lab whose upstream does tasks.
func tasks(t *testing.T, answer string) (*lab, *[]string) {
	t.Helper()
	l := newLab(t)
	var bodies []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		bodies = append(bodies, r.URL.Path+" "+string(b))
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	up := model.NewHTTP(s.URL, "", "chat")
	up.Embeddings, up.Rerank = "embedder", "ranker"
	l.upstream, l.can = up, up.Supports()
	return l, &bodies
}

// taskPrice asks what a task costs.
func (l *lab) task(path, body string, headers ...string) *http.Response {
	l.t.Helper()
	req, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, l.server.URL+path, strings.NewReader(body))
	require.NoError(l.t, err)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := l.server.Client().Do(req)
	require.NoError(l.t, err)
	l.t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func (l *lab) payTask(path, body string, s modeltest.Signed) *http.Response {
	l.t.Helper()
	leaf := s.Leaves[asset]
	header, err := wire.EncodeHeader(wire.ModelPayment{Voucher: s.Voucher, Leaf: &leaf})
	require.NoError(l.t, err)
	return l.task(path, body, wire.HeaderPayment, header)
}

func (l *lab) firmTask(price uint64) pay.Order {
	o := l.payer.Order(asset)
	o.Items, o.Price = pay.ItemsHash(nil), types.NewAmount(price)
	return o
}

// TestEmbeddings: texts are paid at once by their bytes, and served once.
func TestEmbeddings(t *testing.T) {
	l, asked := tasks(t, `{"data":[{"index":1,"embedding":[0.5,-1]},{"index":0,"embedding":"AACAPwAAAEA="}],"model":"x"}`)
	const ask = `{"model":"m","input":["0123456789abcdef","x"],"encoding_format":"float"}`
	// 17 bytes are 5 tokens, in ticks of 4 two.
	cheap := l.firmTask(2*tickPrice - 1)
	refusedBy(t, l.payTask(wire.PathEmbeddings, ask, l.payer.Sign(cheap)), "wrong_price")
	require.Empty(t, *asked)
	s := l.payer.Sign(l.firmTask(2 * tickPrice))
	first := readText(t, l.payTask(wire.PathEmbeddings, ask, s))
	require.Len(t, *asked, 1)
	require.Contains(t, (*asked)[0], `/embeddings {"encoding_format":"float","input":["0123456789abcdef","x"],"model":"embedder"}`)
	require.Equal(t, first, readText(t, l.payTask(wire.PathEmbeddings, ask, s)))
	require.Len(t, *asked, 1, "a payment is served once")
	out, err := wire.TaskAnswer(wire.PathEmbeddings, []byte(ask), first, "m", nil, nil)
	require.NoError(t, err)
	b, err := json.Marshal(out)
	require.NoError(t, err)
	require.JSONEq(t, `{"object":"list","model":"m","data":[{"object":"embedding","index":0,"embedding":[1,2]},{"object":"embedding","index":1,"embedding":[0.5,-1]}]}`, string(b))

	other := l.payTask(wire.PathEmbeddings, strings.Replace(ask, "x", "y", 1), s)
	refusedBy(t, other, "order_served")
}

// TestRerank: documents come best first, as many as were asked for.
func TestRerank(t *testing.T) {
	l, asked := tasks(t, `{"results":[{"index":0,"relevance_score":0.1},{"index":2,"relevance_score":0.9},{"index":1,"relevance_score":0.5}]}`)
	const ask = `{"query":"q","documents":["a",{"text":"b"},"c"],"top_n":2,"return_documents":true}`
	text := readText(t, l.payTask(wire.PathRerank, ask, l.payer.Sign(l.firmTask(tickPrice))))
	require.Contains(t, (*asked)[0], `"documents":["a","b","c"],"model":"ranker","query":"q","top_n":2`)
	out, err := wire.TaskAnswer(wire.PathRerank, []byte(ask), text, "m", nil, nil)
	require.NoError(t, err)
	ranked := out.(wire.Reranking) //nolint:errcheck // that is what it is
	require.Len(t, ranked.Results, 2)
	require.Equal(t, 2, ranked.Results[0].Index)
	require.Equal(t, "c", ranked.Results[0].Document.Text)
}

// TestTasksFail: what an upstream answers that is no task costs an error, not nonsense.
func TestTasksFail(t *testing.T) {
	const ask = `{"input":["a","b"]}`
	for name, answer := range map[string]string{
		"one missing": `{"data":[{"index":0,"embedding":[1]}]}`, "lengths": `{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]}`,
		"no json": `<html>`, "same index": `{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}`,
		"bad base64": `{"data":[{"index":0,"embedding":"!"},{"index":1,"embedding":"!"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			l, _ := tasks(t, answer)
			refusedBy(t, l.payTask(wire.PathEmbeddings, ask, l.payer.Sign(l.firmTask(tickPrice))), model.CodeNonsense)
		})
	}
	l, _ := tasks(t, `{"data":[{"index":0,"embedding":[1]}]}`)
	refusedBy(t, l.payTask(wire.PathEmbeddings, `{"input":"a","dimensions":2}`, l.payer.Sign(l.firmTask(tickPrice))), model.CodeRefused)
	refusedBy(t, l.payTask(wire.PathEmbeddings, `{"input":[[1,2]]}`, l.payer.Sign(l.firmTask(tickPrice))), "token_ids")
	l = newLab(t)
	refusedBy(t, l.task(wire.PathEmbeddings, ask), "not_configured")
}

func refusedBy(t *testing.T, resp *http.Response, code string) {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NotEqual(t, http.StatusOK, resp.StatusCode, string(b))
	require.Equal(t, code, wire.ReadError(resp.StatusCode, b).Code, string(b))
}

// readText reads the text of a stream.
func readText(t *testing.T, resp *http.Response) string {
	t.Helper()
	if resp.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(resp.Body)
		require.Fail(t, "refused", "%d %s", resp.StatusCode, b)
	}
	events := wire.NewEventReader(resp.Body)
	var text strings.Builder
	for {
		data, err := events.Next()
		if err != nil {
			return text.String()
		}
		var c wire.Completion
		require.NoError(t, json.Unmarshal(data, &c))
		require.Nil(t, c.Error)
		for _, choice := range c.Choices {
			text.WriteString(choice.Delta.Content)
		}
	}
}

// FuzzReadTask: whatever comes, a task is read or refused with OpenAI's error.
func FuzzReadTask(f *testing.F) {
	for _, s := range []string{`{"input":"a"}`, `{"input":["a",""]}`, `{"input":[1]}`, `{"query":"q","documents":["d",{"text":"e"}]}`, `{"dimensions":-1}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, path := range []string{wire.PathEmbeddings, wire.PathRerank} {
			in, err := wire.ReadTask(path, body)
			if err != nil {
				var e *wire.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, http.StatusBadRequest, e.Status)
				continue
			}
			require.Positive(t, in.Bytes)
		}
	})
}

// TestEmbeddingsDirect: a client without a gateway pays for a task by x402, too.
func TestEmbeddingsDirect(t *testing.T) {
	l, asked := tasks(t, `{"data":[{"index":0,"embedding":[1,2]}]}`)
	const ask = `{"input":"0123456789abcdef!"}` // 5 tokens: two ticks
	o, terms := l.challenged(l.task(wire.PathEmbeddings, ask), "no_payment")
	require.Equal(t, types.NewAmount(2*tickPrice).String(), o.Amount)
	s := l.payer.Sign(l.firmOrder(o, terms))
	payload, err := json.Marshal(x402.Voucher{Type: x402.TypeVoucher, Voucher: &s.Voucher, Leaves: []wire.PaidLeaf{s.Leaves[asset]}})
	require.NoError(t, err)
	h, err := x402.Payment{X402Version: 2, Payload: payload, Accepted: o}.Header()
	require.NoError(t, err)
	resp := l.task(wire.PathEmbeddings, ask, x402.HeaderPayment, h)
	var said wire.EmbeddingList
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&said))
	require.Equal(t, []float32{1, 2}, said.Data[0].Vector.Values)
	require.True(t, said.Data[0].Vector.Floats)
	require.EqualValues(t, 5, said.Usage.PromptTokens)
	require.Len(t, said.Weal.Receipts, 1)
	refusedBy(t, l.task(wire.PathEmbeddings, strings.Replace(ask, "0", "1", 1), x402.HeaderPayment, h), "wrong_body")
	require.Len(t, *asked, 1)
}
