package gateway_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// do has a task done, as a purse does: quoted, paid at once, read.
func (p *handPurse) do(ctx context.Context, q keys.Question) (keys.Said, error) {
	lane := wire.FormatLane(p.w.payer.Lane.Ref, p.w.payer.Seq+1)
	resp := p.w.at(ctx, q.Path, string(q.Body), wire.HeaderLane, lane)
	b, err := io.ReadAll(resp.Body)
	var reply wire.QuoteReply
	if err != nil || resp.StatusCode != http.StatusPaymentRequired || json.Unmarshal(b, &reply) != nil || reply.Quote.ID == "" {
		return keys.Said{}, wire.ReadError(resp.StatusCode, b)
	}
	orders := p.w.orders(reply.Quote)
	bill := keys.Bill{Lane: reply.Quote.Lane, Seq: reply.Quote.Seq, Denom: reply.Quote.Denom, Tokens: 10}
	for i := range orders {
		o := &orders[i]
		o.Price, _ = o.Price.Mul(uint64(o.Most))
		o.Tokens, o.Prompt, o.Most = 0, 0, 0
		bill.Most, _ = bill.Most.Add(o.Price)
	}
	if err := q.Approve(ctx, bill); err != nil {
		return keys.Said{}, err
	}
	s := p.w.payer.Sign(orders...)
	paid := wire.Payment{Quote: reply.Quote.ID, Voucher: s.Voucher}
	for _, o := range orders {
		paid.Leaves = append(paid.Leaves, s.Leaves[o.Asset])
	}
	p.spent[bill.Seq] = bill.Most
	header, err := wire.EncodeHeader(paid)
	if err != nil {
		return keys.Said{}, err
	}
	resp = p.w.at(ctx, q.Path, string(q.Body), wire.HeaderPayment, header)
	if resp.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(resp.Body)
		return keys.Said{}, wire.ReadError(resp.StatusCode, b)
	}
	g := p.w.read(resp, nil)
	return keys.Said{Text: g.said.Text(), Finish: g.finish, Trailer: g.last}, nil
}

// scripted has the world's model ask a server that says what answer says.
func (w *world) scripted(answer func(path, body string) (kind, said string)) {
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		kind, said := answer(r.URL.Path, string(b))
		rw.Header().Set("Content-Type", kind)
		_, _ = io.WriteString(rw, said)
	}))
	w.t.Cleanup(s.Close)
	up := model.NewHTTP(s.URL, "", "scripted")
	up.Embeddings, up.Rerank = "embedder", "ranker"
	w.upstream, w.can = up, up.Supports()
}

const (
	eventStream = "text/event-stream"
	callsTool   = `data: {"choices":[{"index":0,"delta":{"content":"Looking [1]. "},"finish_reason":null}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_x","type":"function","function":{"name":"get_weather_in_a_city_of_the_world","arguments":""}}]},"finish_reason":null}]}

data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":\"Paris, the one in France\"}"}}]},"finish_reason":null}]}

data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

data: [DONE]

`
	tooled = `{"model":"spec","messages":[{"role":"user","content":"Who signs a voucher?"}],"tool_choice":"auto",
		"tools":[{"type":"function","function":{"name":"get_weather_in_a_city_of_the_world","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}]}`
	bearer = "Bearer " + theKey
)

// chunks reads an OpenAI stream.
func chunks(t *testing.T, resp *http.Response) (all []wire.Completion) {
	t.Helper()
	require.Equal(t, http.StatusOK, resp.StatusCode)
	events := wire.NewEventReader(resp.Body)
	for {
		data, err := events.Next()
		if err != nil {
			require.NotErrorIs(t, err, io.ErrUnexpectedEOF)
			return all
		}
		var c wire.Completion
		require.NoError(t, json.Unmarshal(data, &c))
		all = append(all, c)
	}
}

// TestToolCallsReachTheClient: whole in a completion, and in a stream with id and name
// whole in the first part of a call, whatever ticks have cut them into.
func TestToolCallsReachTheClient(t *testing.T) {
	w, _ := newKeyed(t)
	w.scripted(func(string, string) (string, string) { return eventStream, callsTool })
	resp := w.do(t.Context(), tooled, "Authorization", bearer)
	require.Equal(t, http.StatusOK, resp.StatusCode)
	var c struct {
		wire.Completion
		Choices []struct {
			wire.Choice
			Message map[string]any `json:"message"`
		} `json:"choices"`
	}
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&c))
	require.Equal(t, "tool_calls", *c.Choices[0].FinishReason)
	m := c.Choices[0].Message
	require.Equal(t, "Looking [1]. ", m["content"])
	require.Contains(t, m, "refusal")
	call := m["tool_calls"].([]any)[0].(map[string]any) //nolint:errcheck // that is what it is
	require.Equal(t, "function", call["type"])
	require.NotEmpty(t, call["id"])
	require.Equal(t, map[string]any{"name": "get_weather_in_a_city_of_the_world", "arguments": `{"city":"Paris, the one in France"}`}, call["function"])
	given := len("Looking [1]. ") + len("get_weather_in_a_city_of_the_world") + len(`{"city":"Paris, the one in France"}`)
	require.Equal(t, types.Tokens(given), c.Usage.CompletionTokens, "calls are metered")
	require.Contains(t, w.prompts[0], `"tool_choice":"auto"`)

	all := chunks(t, w.do(t.Context(), strings.TrimSuffix(tooled, "}")+`,"stream":true}`, "Authorization", bearer))
	var said wire.Said
	heads := 0
	for _, c := range all {
		for _, ch := range c.Choices {
			require.NoError(t, said.Add(*ch.Delta))
			for _, part := range ch.Delta.ToolCalls {
				if part.ID != "" {
					heads++
					require.Equal(t, "get_weather_in_a_city_of_the_world", part.Function.Name)
				} else {
					require.Empty(t, part.Function.Name)
				}
			}
		}
	}
	require.Equal(t, 1, heads)
	require.JSONEq(t, `{"city":"Paris, the one in France"}`, said.Calls()[0].Function.Arguments)
	last := all[len(all)-1]
	require.Equal(t, "tool_calls", *last.Choices[0].FinishReason)
	require.Len(t, last.Choices[0].Delta.Annotations, 1, "citations of the text beside the call")
}

// TestToolMessages: the answers of tools go to the model with the calls that they
// answer.
func TestToolMessages(t *testing.T) {
	w, _ := newKeyed(t)
	w.scripted(func(string, string) (string, string) {
		return "application/json", `{"choices":[{"message":{"content":"Sunny."},"finish_reason":"stop"}]}`
	})
	resp := w.do(t.Context(), `{"messages":[{"role":"user","content":"Who signs a voucher?"},
		{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},
		{"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"sun"}]}]}`, "Authorization", bearer)
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, string(b))
	require.Contains(t, w.prompts[0], `{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"sun","tool_call_id":"c1"}`)
}

// TestRefusedParameters: what cannot be honoured is refused by name, before anything
// is quoted.
func TestRefusedParameters(t *testing.T) {
	w, _ := newKeyed(t)
	with := func(fields string) string { return strings.TrimSuffix(ask, "}") + "," + fields + "}" }
	for param, fields := range map[string]string{
		"n": `"n":2`, "logprobs": `"logprobs":true`, "top_logprobs": `"top_logprobs":3`, "functions": `"functions":[{"name":"f"}]`,
		"tools": `"tools":[{"type":"function","function":{"name":"f"}}]`, "response_format": `"response_format":{"type":"json_object"}`,
		"audio": `"audio":{}`, "modalities": `"modalities":["audio"]`,
	} {
		e := w.refused(w.do(t.Context(), with(fields), "Authorization", bearer), http.StatusBadRequest, "unsupported_"+param)
		require.Equal(t, param, *e.Param)
	}
	e := w.refused(w.do(t.Context(), `{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]}`, "Authorization", bearer), 400, "unsupported_content")
	require.Equal(t, "messages[0].content", *e.Param)
	require.Contains(t, e.Message, "image_url")
	require.Empty(t, w.prompts)
	for _, harmless := range []string{
		`"n":1`, `"logprobs":false`, `"tools":[]`, `"tools":null`, `"response_format":{"type":"text"}`, `"unheard_of":{"a":1}`,
		`"parallel_tool_calls":true`, `"modalities":["text"]`, `"function_call":"none"`,
	} {
		resp := w.do(t.Context(), with(harmless), "Authorization", bearer)
		require.Equal(t, http.StatusOK, resp.StatusCode, harmless)
	}
}

// TestFinishOfCutAnswers: a client is told that max_tokens ended its answer.
func TestFinishOfCutAnswers(t *testing.T) {
	w, _ := newKeyed(t)
	resp := w.do(t.Context(), strings.TrimSuffix(ask, "}")+`,"max_tokens":8}`, "Authorization", bearer)
	var c wire.Completion
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&c))
	require.Equal(t, "length", *c.Choices[0].FinishReason)
}

// TestUsageSaysWhatItCost: in the body too, for who cannot read headers.
func TestUsageSaysWhatItCost(t *testing.T) {
	w, _ := newKeyed(t)
	resp := w.do(t.Context(), ask, "Authorization", bearer)
	var c wire.Completion
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&c))
	require.Equal(t, resp.Header.Get(gateway.HeaderCost), c.Usage.Weal.Amount.String()+" "+c.Usage.Weal.Denom)
	require.Equal(t, len(c.Weal.Charges), c.Usage.Weal.Payees)
	require.NotNil(t, c.Usage.PromptDetails)
	require.Equal(t, c.ID, resp.Header.Get(gateway.HeaderRequestID))
	require.Less(t, len(resp.Header.Get(gateway.HeaderPaidTo)), 1100)
}

// TestResponses: the same answer in the words of Responses.
func TestResponses(t *testing.T) {
	w, _ := newKeyed(t)
	resp := w.at(t.Context(), wire.PathResponses, `{"model":"spec","input":"Who signs a voucher?","instructions":"Be brief.","max_output_tokens":100,"store":true}`, "Authorization", bearer)
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, string(b))
	var r struct {
		ID, Object, Status string
		Store              bool
		Output             []struct {
			Type, Role, Status string
			Content            []struct {
				Type, Text  string
				Annotations []struct {
					Type  string
					URL   string `json:"url"`
					Start int    `json:"start_index"`
					End   int    `json:"end_index"`
				}
			}
		}
		Usage struct {
			Input  uint64 `json:"input_tokens"`
			Output uint64 `json:"output_tokens"`
			Total  uint64 `json:"total_tokens"`
		}
	}
	require.NoError(t, json.Unmarshal(b, &r))
	require.Equal(t, "response", r.Object)
	require.Equal(t, "completed", r.Status)
	require.False(t, r.Store)
	text := r.Output[0].Content[0]
	require.Contains(t, text.Text, "“A voucher is signed once by its payer.” [1]")
	require.Equal(t, "url_citation", text.Annotations[0].Type)
	require.Equal(t, "[1]", string([]rune(text.Text)[text.Annotations[0].Start:text.Annotations[0].End]))
	require.Equal(t, r.Usage.Total, r.Usage.Input+r.Usage.Output)
	require.Contains(t, resp.Header.Get(gateway.HeaderCost), "aweal")
	require.Contains(t, w.prompts[0], "Be brief.")
}

// responseEvents reads a stream of Responses, whose names and numbers must be right.
func responseEvents(t *testing.T, resp *http.Response) (names []string, last map[string]any) {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, resp.StatusCode, string(b))
	for i, block := range strings.Split(strings.TrimSpace(string(b)), "\n\n") {
		name, data, ok := strings.Cut(block, "\n")
		require.True(t, ok, block)
		last = nil
		require.NoError(t, json.Unmarshal([]byte(strings.TrimPrefix(data, "data: ")), &last))
		require.Equal(t, "event: "+last["type"].(string), name) //nolint:errcheck // that is what it is
		require.EqualValues(t, i, last["sequence_number"])
		names = append(names, last["type"].(string)) //nolint:errcheck // that is what it is
	}
	return names, last
}

// TestResponsesStream: events come in the order that libraries follow.
func TestResponsesStream(t *testing.T) {
	w, _ := newKeyed(t)
	w.scripted(func(string, string) (string, string) { return eventStream, callsTool })
	names, last := responseEvents(t, w.at(t.Context(), wire.PathResponses, `{"model":"spec","stream":true,"input":[{"role":"user","content":[{"type":"input_text","text":"Who signs a voucher?"}]}],
		"tools":[{"type":"function","name":"get_weather_in_a_city_of_the_world","parameters":{"type":"object"}}],"tool_choice":{"type":"function","name":"get_weather_in_a_city_of_the_world"}}`,
		"Authorization", bearer))
	require.Equal(t, []string{
		"response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", "response.output_text.delta",
		"response.output_text.done", "response.content_part.done", "response.output_item.done", "response.output_item.added",
		"response.function_call_arguments.delta", "response.function_call_arguments.done", "response.output_item.done", "response.completed",
	}, slices.Compact(names))
	r := last["response"].(map[string]any) //nolint:errcheck // that is what it is
	out := r["output"].([]any)             //nolint:errcheck // that is what it is
	call := out[1].(map[string]any)        //nolint:errcheck // that is what it is
	require.Equal(t, "get_weather_in_a_city_of_the_world", call["name"])
	require.JSONEq(t, `{"city":"Paris, the one in France"}`, call["arguments"].(string)) //nolint:errcheck // that is what it is
	require.Contains(t, w.prompts[0], `"tool_choice":{"function":{"name":"get_weather_in_a_city_of_the_world"},"type":"function"}`)

	names, last = responseEvents(t, w.at(t.Context(), wire.PathResponses, `{"stream":true,"max_output_tokens":2,"input":"Who signs a voucher?"}`, "Authorization", bearer))
	require.Equal(t, "response.incomplete", names[len(names)-1])
	require.Equal(t, map[string]any{"reason": "max_output_tokens"}, last["response"].(map[string]any)["incomplete_details"]) //nolint:errcheck // that is what it is
}

// TestResponsesFail: before the first byte by a status, afterwards in the stream.
func TestResponsesFail(t *testing.T) {
	w, p := newKeyed(t)
	at := func(body string) *http.Response {
		return w.at(t.Context(), wire.PathResponses, body, "Authorization", bearer)
	}
	for param, body := range map[string]string{
		"previous_response_id": `{"input":"x","previous_response_id":"resp_1"}`, "conversation": `{"input":"x","conversation":"c"}`,
		"background": `{"input":"x","background":true}`, "prompt": `{"input":"x","prompt":{"id":"p"}}`,
	} {
		require.Equal(t, param, *w.refused(at(body), 400, "unsupported_"+param).Param)
	}
	w.refused(at(`{"input":[{"type":"item_reference","id":"x"}]}`), 400, "unsupported_item_reference")
	w.refused(at(`{"input":[{"role":"user","content":[{"type":"input_image","image_url":"x"}]}]}`), 400, "unsupported_content")
	w.refused(at(`{"input":"Who signs a voucher?","tools":[{"type":"web_search_preview"}]}`), 400, "unsupported_tools")
	w.refused(at(`{"input":7}`), 400, "bad_input")
	w.refused(w.at(t.Context(), wire.PathResponses, `{"input":"x"}`), 402, "no_payment")
	w.refused(w.at(t.Context(), wire.PathResponses, `{"input":"x"}`, "Authorization", "Bearer x"), 401, "invalid_api_key")
	p.fault = &wire.Error{Message: "the model stopped", Type: wire.TypeUpstream, Code: "model_cut"}
	names, last := responseEvents(t, at(`{"input":"Who signs a voucher?","stream":true}`))
	require.Equal(t, []string{"error", "response.failed"}, names[len(names)-2:])
	require.Equal(t, "failed", last["response"].(map[string]any)["status"]) //nolint:errcheck // that is what it is
	require.Equal(t, http.StatusBadGateway, at(`{"input":"Who signs a voucher?"}`).StatusCode)
}

// TestTasks: embeddings and reranking are asked with a key, paid by its purse, and
// nowhere else.
func TestTasks(t *testing.T) {
	w, p := newKeyed(t)
	asked := 0
	w.scripted(func(path, _ string) (string, string) {
		asked++
		if path == "/rerank" {
			return "application/json", `{"results":[{"index":1,"relevance_score":0.9},{"index":0,"relevance_score":0.1}]}`
		}
		return "application/json", `{"data":[{"index":0,"embedding":[1,0.5]}]}`
	})
	const embed = `{"model":"spec","input":"0123456789012345678901234567890123456789"}`
	w.refused(w.at(t.Context(), wire.PathEmbeddings, embed, "Authorization", bearer), 404, "not_configured")
	w.app.Embeddings, w.app.Rerank = modelID, modelID
	w.start()
	w.refused(w.at(t.Context(), wire.PathEmbeddings, embed), 402, "no_payment")
	w.refused(w.at(t.Context(), wire.PathEmbeddings, `{"input":[1,2,3]}`, "Authorization", bearer), 400, "token_ids")
	w.refused(w.at(t.Context(), wire.PathEmbeddings, `{"model":"gpt-4","input":"x"}`, "Authorization", bearer), 404, "model_not_found")
	require.Zero(t, asked)
	read := func(path, body string, v any) *http.Response {
		t.Helper()
		resp := w.at(t.Context(), path, body, "Authorization", bearer)
		b, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, resp.StatusCode, string(b))
		require.NoError(t, json.Unmarshal(b, v))
		return resp
	}
	var floats struct {
		Object, Model string
		Data          []struct{ Embedding []float32 }
		Usage         wire.TaskUsage
		Weal          wire.Trailer
	}
	resp := read(wire.PathEmbeddings, embed, &floats)
	require.Equal(t, []float32{1, 0.5}, floats.Data[0].Embedding)
	require.Equal(t, "spec", floats.Model)
	require.EqualValues(t, 10, floats.Usage.PromptTokens)
	// 40 bytes are 10 tokens, in ticks of 8 two; and the app's use.
	require.Equal(t, "540 aweal", resp.Header.Get(gateway.HeaderCost))
	require.Equal(t, types.NewAmount(540), p.spent[w.payer.Seq])
	require.Len(t, floats.Weal.Receipts, 2)
	var packed struct{ Data []struct{ Embedding string } }
	read(wire.PathEmbeddings, strings.TrimSuffix(embed, "}")+`,"encoding_format":"base64"}`, &packed)
	require.Equal(t, "AACAPwAAAD8=", packed.Data[0].Embedding)
	var ranked wire.Reranking
	read(wire.PathRerank, `{"query":"q","documents":["a","b"],"return_documents":true}`, &ranked)
	require.Equal(t, 1, ranked.Results[0].Index)
	require.Equal(t, "b", ranked.Results[0].Document.Text)
	require.Equal(t, 3, asked)
}

// TestTaskBudget: a key's budget holds for tasks too, and what it forbids asks nobody.
func TestTaskBudget(t *testing.T) {
	w, _ := newKeyed(t)
	asked := 0
	w.scripted(func(string, string) (string, string) {
		asked++
		return "application/json", `{"data":[{"index":0,"embedding":[1]}]}`
	})
	w.app.Embeddings = modelID
	w.start()
	most := types.NewAmount(519)
	name := "poor"
	_, text, err := w.keyed.Create(t.Context(), keys.Change{Name: &name, Total: &most})
	require.NoError(t, err)
	w.refused(w.at(t.Context(), wire.PathEmbeddings, `{"input":"x"}`, "Authorization", "Bearer "+text), 429, "insufficient_quota")
	require.Zero(t, asked)
}

// TestTaskPayments: a quote is paid where it was asked for, at once, and served once.
func TestTaskPayments(t *testing.T) {
	w := newWorld(t)
	asked := 0
	w.scripted(func(string, string) (string, string) {
		asked++
		return "application/json", `{"data":[{"index":0,"embedding":[1]}]}`
	})
	w.app.Embeddings, w.app.Rerank = modelID, modelID
	w.start()
	const both = `{"input":"x","query":"q","documents":["d"]}`
	lane := wire.FormatLane(w.payer.Lane.Ref, w.payer.Seq+1)
	var reply wire.QuoteReply
	resp := w.at(t.Context(), wire.PathEmbeddings, both, wire.HeaderLane, lane)
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&reply))
	ticks, err := wire.EncodeHeader(w.payment(reply.Quote))
	require.NoError(t, err)
	w.refused(w.at(t.Context(), wire.PathEmbeddings, both, wire.HeaderPayment, ticks), 402, "wrong_payment")
	resp = w.at(t.Context(), wire.PathEmbeddings, both, wire.HeaderLane, wire.FormatLane(w.payer.Lane.Ref, w.payer.Seq+1))
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&reply))
	orders := w.orders(reply.Quote)
	for i := range orders {
		o := &orders[i]
		o.Price, _ = o.Price.Mul(uint64(o.Most))
		o.Tokens, o.Prompt, o.Most = 0, 0, 0
	}
	s := w.payer.Sign(orders...)
	paid := wire.Payment{Quote: reply.Quote.ID, Voucher: s.Voucher}
	for _, o := range orders {
		paid.Leaves = append(paid.Leaves, s.Leaves[o.Asset])
	}
	header, err := wire.EncodeHeader(paid)
	require.NoError(t, err)
	w.refused(w.at(t.Context(), wire.PathRerank, both, wire.HeaderPayment, header), 402, "wrong_payment")
	require.Zero(t, asked)
	first := w.read(w.at(t.Context(), wire.PathEmbeddings, both, wire.HeaderPayment, header), nil)
	again := w.read(w.at(t.Context(), wire.PathEmbeddings, both, wire.HeaderPayment, header), nil)
	require.Equal(t, first.text, again.text)
	require.Equal(t, first.last.Receipts, again.last.Receipts)
	require.Equal(t, 1, asked)
}

// TestThrough: an app whose asset has no price and that has an upstream of its own is
// given away to who has a key, within the key's limits; nobody signs anything.
func TestThrough(t *testing.T) {
	w, p := newKeyed(t)
	w.scripted(func(string, string) (string, string) { return eventStream, callsTool })
	up := w.upstream
	w.app = gateway.App{Name: "spec", Vaults: []types.AssetID{}, Upstream: &gateway.Upstream{URL: "http://127.0.0.1:1"}, MaxTokens: 200}
	w.upstreamOwn = up
	w.start()
	p.err = wire.NewError(402, wire.TypePaymentRequired, "asked", "the purse was asked")
	w.refused(w.do(t.Context(), ask, "Authorization", bearer), 402, "asked") // it has a price still
	w.chain.Change(appID, func(a *types.Asset) { a.Prices = nil })
	w.start()
	resp := w.do(t.Context(), tooled, "Authorization", bearer)
	require.Equal(t, http.StatusOK, resp.StatusCode)
	var c wire.Completion
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&c))
	require.Equal(t, "tool_calls", *c.Choices[0].FinishReason)
	require.NotEmpty(t, c.Choices[0].Message.ToolCalls[0].ID)
	require.Equal(t, "0", resp.Header.Get(gateway.HeaderCost))
	require.Empty(t, c.Weal.Receipts)
	require.Zero(t, p.w.payer.Seq, "nothing was signed")
	names, _ := responseEvents(t, w.at(t.Context(), wire.PathResponses, `{"input":"x","stream":true}`, "Authorization", bearer))
	require.Equal(t, "response.completed", names[len(names)-1])

	// Limits hold all the same.
	name, few, none := "few", uint32(50), types.NewAmount(0)
	_, text, err := w.keyed.Create(t.Context(), keys.Change{Name: &name, Tokens: &few, Total: &none})
	require.NoError(t, err)
	w.refused(w.do(t.Context(), ask, "Authorization", "Bearer "+text), 429, "request_too_large")
	small := strings.TrimSuffix(ask, "}") + `,"max_tokens":30}`
	require.Equal(t, http.StatusOK, w.do(t.Context(), small, "Authorization", "Bearer "+text).StatusCode)
	w.refused(w.do(t.Context(), small, "Authorization", "Bearer "+text), 429, "rate_limit_exceeded")
	w.refused(w.do(t.Context(), ask), 402, "no_payment")
}

// FuzzResponses: whatever comes, it becomes one JSON object or is refused with OpenAI's
// error.
func FuzzResponses(f *testing.F) {
	for _, s := range []string{
		`{"input":"x"}`, `{"input":[{"role":"user","content":[{"type":"input_text","text":"x"}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}]}`,
		`{"input":"x","tools":[{"type":"function","name":"f"}],"tool_choice":{"type":"function","name":"f"},"text":{"format":{"type":"json_schema","name":"n","schema":{}}}}`,
		`{"input":[{"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"y"}]}],"text":{"format":{"type":7}}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		chat, err := gateway.AsChat(body)
		if err != nil {
			var e *wire.Error
			require.ErrorAs(t, err, &e)
			require.GreaterOrEqual(t, e.Status, 400)
			return
		}
		var fields map[string]any
		require.NoError(t, json.Unmarshal(chat, &fields))
		require.Contains(t, fields, "messages")
	})
}
