package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// handPurse is a purse behind the gateway, driven by the test's payer: it really
// asks and pays. It is the gateway's own tab, too.
type handPurse struct {
	w     *world
	err   error // before anything
	fault error // after the answer
	spent map[uint64]types.Amount
}

func (p *handPurse) Bind(_ context.Context, tab types.TabID) (types.TabID, string, error) {
	return tab, "aweal", nil
}

func (p *handPurse) Purse(context.Context, types.TabID) (keys.Purse, error) { return p, nil }

func (p *handPurse) Ask(ctx context.Context, question keys.Question) (keys.Said, error) {
	if p.err != nil {
		return keys.Said{}, p.err
	}
	if question.Path != wire.PathCompletions {
		return p.do(ctx, question)
	}
	body := string(question.Body)
	resp := p.w.askQuote(body)
	var reply wire.QuoteReply
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusPaymentRequired || json.Unmarshal(b, &reply) != nil || reply.Quote.ID == "" {
		return keys.Said{}, wire.ReadError(resp.StatusCode, b)
	}
	bill := keys.Bill{Lane: reply.Quote.Lane, Seq: reply.Quote.Seq, Denom: reply.Quote.Denom}
	for _, o := range p.w.orders(reply.Quote) {
		most := o.Price
		if !o.Firm() {
			most, _ = o.Price.Mul(uint64(o.Most))
			bill.Tokens += uint64(o.Most) * uint64(o.Tokens)
		}
		bill.Most, _ = bill.Most.Add(most)
	}
	if err := question.Approve(ctx, bill); err != nil {
		return keys.Said{}, err
	}
	pays := p.w.honest(reply.Quote)
	g := p.w.readPieces(p.w.pay(ctx, p.w.payment(reply.Quote), body), func(n int, piece wire.Content) {
		pays(n)
		question.OnDelta(piece)
	})
	t := g.last
	t.Citations = g.citations
	var total types.Amount
	for _, c := range t.Charges {
		total, _ = total.Add(c.Amount)
	}
	p.spent[bill.Seq] = total
	return keys.Said{Text: g.said.Text(), Calls: g.said.Calls(), Finish: g.finish, Trailer: t}, p.fault
}

func (p *handPurse) Cost(_ context.Context, _ types.LaneRef, seq uint64) (keys.Cost, bool, error) {
	cost, signed := p.spent[seq]
	return keys.Cost{Amount: cost, Final: true}, signed, nil
}

// theKey is the text of the one key of newKeyed.
const theKey = "sk-weal-of-the-gateway-tests"

func newKeyed(t *testing.T) (*world, *handPurse) {
	w := newWorld(t)
	p := &handPurse{w: w, spent: map[uint64]types.Amount{}}
	var err error
	w.keyed, err = keys.Open(t.Context(), keys.Config{DB: w.db, Tabs: p})
	require.NoError(t, err)
	require.NoError(t, w.keyed.Ensure(t.Context(), "default", theKey))
	w.start()
	return w, p
}

const ask = `{"model":"spec","messages":[{"role":"user","content":"Who signs a voucher?"}],"user":"someone","store":true}`

func TestKeyedCompletion(t *testing.T) {
	w, _ := newKeyed(t)
	resp := w.do(t.Context(), ask, "Authorization", "Bearer "+theKey)
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Equal(t, "application/json", resp.Header.Get("Content-Type"))
	var c wire.Completion
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&c))
	require.Equal(t, "chat.completion", c.Object)
	require.Equal(t, "spec", c.Model)
	require.NotEmpty(t, c.ID)
	require.NotZero(t, c.Created)
	require.Equal(t, "stop", *c.Choices[0].FinishReason)
	m := c.Choices[0].Message
	require.Equal(t, "assistant", m.Role)
	require.Contains(t, m.Content, "“A voucher is signed once by its payer.” [1]")
	a := m.Annotations[0]
	require.Equal(t, "url_citation", a.Type)
	require.Equal(t, "[1]", string([]rune(m.Content)[a.URLCitation.StartIndex:a.URLCitation.EndIndex]))
	require.Equal(t, "weal://asset/10/version/1/doc10.md#bytes=100-138", a.URLCitation.URL)
	require.Equal(t, "doc10.md › Part", a.URLCitation.Title)
	require.Equal(t, c.Usage.TotalTokens, c.Usage.PromptTokens+c.Usage.CompletionTokens)
	require.Equal(t, types.Tokens(len(m.Content)), c.Usage.CompletionTokens)
	require.True(t, c.Weal.Citations[0].Quoted)
	require.Len(t, c.Weal.Receipts, 4)

	var total types.Amount
	for _, ch := range c.Weal.Charges {
		total, _ = total.Add(ch.Amount)
	}
	require.Equal(t, total.String()+" aweal", resp.Header.Get(gateway.HeaderCost))
	require.Contains(t, resp.Header.Get(gateway.HeaderPaidTo), "12=500")
	require.NotEmpty(t, resp.Header.Get(gateway.HeaderOverhead))
}

func TestKeyedStream(t *testing.T) {
	w, _ := newKeyed(t)
	for _, usage := range []bool{false, true} {
		options := ""
		if usage {
			options = `,"stream_options":{"include_usage":true}`
		}
		resp := w.do(t.Context(), strings.TrimSuffix(ask, "}")+`,"stream":true`+options+"}", "Authorization", "Bearer "+theKey)
		require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
		events := wire.NewEventReader(resp.Body)
		var all []wire.Completion
		text := ""
		for {
			data, err := events.Next()
			if errors.Is(err, io.EOF) {
				require.NotErrorIs(t, err, io.ErrUnexpectedEOF)
				break
			}
			require.NoError(t, err)
			var c wire.Completion
			require.NoError(t, json.Unmarshal(data, &c))
			require.Equal(t, "chat.completion.chunk", c.Object)
			all = append(all, c)
			for _, ch := range c.Choices {
				text += ch.Delta.Content
			}
		}
		require.Equal(t, "assistant", all[0].Choices[0].Delta.Role)
		require.Contains(t, text, "[1]")
		last := all[len(all)-1]
		require.NotNil(t, last.Weal)
		require.Equal(t, usage, last.Usage != nil)
		finish := last
		if usage {
			require.Empty(t, last.Choices)
			finish = all[len(all)-2]
		}
		require.Equal(t, "stop", *finish.Choices[0].FinishReason)
		require.NotEmpty(t, finish.Choices[0].Delta.Annotations)
		_, err := io.Copy(io.Discard, resp.Body)
		require.NoError(t, err)
		require.Contains(t, resp.Trailer.Get(gateway.HeaderCost), " aweal")
	}
}

func TestKeyedFailures(t *testing.T) {
	w, p := newKeyed(t)
	key := []string{"Authorization", "Bearer " + theKey}
	w.refused(w.do(t.Context(), ask), http.StatusPaymentRequired, "no_payment")
	w.refused(w.do(t.Context(), ask, "Authorization", "Bearer wrong"), http.StatusUnauthorized, "invalid_api_key")
	w.refused(w.do(t.Context(), ask, "Authorization", "Basic eA=="), http.StatusPaymentRequired, "no_payment")
	w.refused(w.do(t.Context(), `{"n":2}`, key...), http.StatusBadRequest, "unsupported_n")

	p.err = wire.NewError(402, wire.TypePaymentRequired, "over_limit", "the day's limit is reached")
	w.refused(w.do(t.Context(), ask, key...), http.StatusPaymentRequired, "over_limit")
	p.err = &wire.Error{Message: "came in a stream", Type: wire.TypeUpstream, Code: "model_cut"}
	w.refused(w.do(t.Context(), ask, key...), http.StatusBadGateway, "model_cut")
	p.err = errors.New("disk full")
	w.refused(w.do(t.Context(), ask, key...), http.StatusBadGateway, "purse_failed")
	w.a.fail(down)
	w.b.fail(down)
	p.err = nil
	w.refused(w.do(t.Context(), ask, key...), http.StatusServiceUnavailable, "vaults_down")

	w.keyed = nil
	w.start()
	w.refused(w.do(t.Context(), ask, key...), http.StatusUnauthorized, "invalid_api_key")
}

func TestKeyedFailsInTheMiddle(t *testing.T) {
	w, p := newKeyed(t)
	p.fault = &wire.Error{Message: "the model stopped", Type: wire.TypeUpstream, Code: "model_cut"}
	resp := w.do(t.Context(), ask, "Authorization", "Bearer "+theKey)
	require.Equal(t, http.StatusBadGateway, resp.StatusCode)
	var whole struct {
		Error *wire.Error
		Weal  wire.Trailer
	}
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&whole))
	require.Equal(t, "model_cut", whole.Error.Code)
	require.Len(t, whole.Weal.Citations, 2, "what was bought is handed over")

	resp = w.do(t.Context(), strings.TrimSuffix(ask, "}")+`,"stream":true}`, "Authorization", "Bearer "+theKey)
	require.Equal(t, http.StatusOK, resp.StatusCode)
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Contains(t, string(b), `"error":{"message":"the model stopped"`)
	require.True(t, strings.HasSuffix(string(b), "data: [DONE]\n\n"))
}

func TestOtherEndpoints(t *testing.T) {
	w := newWorld(t)
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/healthz": {200, `"app":"spec"`}, "/v1/models": {200, `"id":"spec"`}, "/v1/models/spec": {200, `"id":"spec"`},
		"/v1/models/gpt-4": {404, "model_not_found"}, "/weal/v1/manifest": {404, "no_manifest"}, "/v1/nothing": {404, "not_found"},
	} {
		resp, err := w.server.Client().Get(w.server.URL + path)
		require.NoError(t, err)
		b, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, want.status, resp.StatusCode, path)
		require.Contains(t, string(b), want.text)
	}
}
