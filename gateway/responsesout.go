package gateway

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"

	"github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/wire"
)

// response is an answer in the words of OpenAI's Responses.
type response struct {
	ID         string             `json:"id"`
	Object     string             `json:"object"` // "response"
	Created    int64              `json:"created_at"`
	Status     string             `json:"status"`
	Error      *responseError     `json:"error"`
	Incomplete *incompleteDetails `json:"incomplete_details"`
	// What was asked is told again, with what holds where nothing was said.
	Instructions    *string         `json:"instructions"`
	MaxOutputTokens *int            `json:"max_output_tokens"`
	Model           string          `json:"model"`
	Output          []any           `json:"output"`
	Parallel        json.RawMessage `json:"parallel_tool_calls"`
	Previous        *string         `json:"previous_response_id"`
	Reasoning       map[string]any  `json:"reasoning"`
	Store           bool            `json:"store"`
	Temperature     json.RawMessage `json:"temperature"`
	Text            map[string]any  `json:"text"`
	ToolChoice      json.RawMessage `json:"tool_choice"`
	Tools           []responseTool  `json:"tools"`
	TopP            json.RawMessage `json:"top_p"`
	Truncation      string          `json:"truncation"`
	Metadata        json.RawMessage `json:"metadata"`
	Usage           *responseUsage  `json:"usage"`
	Weal            *wire.Trailer   `json:"weal,omitempty"`
}

// responding is a response on its way to a client with a key.
type responding struct {
	response
	g       *Gateway
	w       http.ResponseWriter
	req     *request
	events  *wire.Events // nil until the first byte of a stream
	seq     int
	calls   callHeads
	message *messageItem // that is being told; nil before and after it
	call    *callItem
}

type responseError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type incompleteDetails struct {
	Reason string `json:"reason"`
}

// responseUsage counts metered tokens.
type responseUsage struct {
	Input        uint64        `json:"input_tokens"`
	InputDetail  cachedTokens  `json:"input_tokens_details"`
	Output       uint64        `json:"output_tokens"`
	OutputDetail reasonsTokens `json:"output_tokens_details"`
	Total        uint64        `json:"total_tokens"`
	Weal         *wire.Cost    `json:"weal,omitempty"`
}

type cachedTokens struct {
	Cached uint64 `json:"cached_tokens"`
}

type reasonsTokens struct {
	Reasoning uint64 `json:"reasoning_tokens"`
}

// messageItem is the text of an answer.
type messageItem struct {
	ID      string       `json:"id"`
	Type    string       `json:"type"` // "message"
	Status  string       `json:"status"`
	Role    string       `json:"role"`
	Content []outputText `json:"content"`
}

type outputText struct {
	Type        string             `json:"type"` // "output_text"
	Text        string             `json:"text"`
	Annotations []outputAnnotation `json:"annotations"`
	Logprobs    []struct{}         `json:"logprobs"`
}

// outputAnnotation is a url_citation, flat.
type outputAnnotation struct {
	Type string `json:"type"`
	wire.URLCitation
}

// callItem is one call of a function.
type callItem struct {
	ID        string `json:"id"`
	Type      string `json:"type"` // "function_call"
	Status    string `json:"status"`
	CallID    string `json:"call_id"`
	Name      string `json:"name"`
	Arguments string `json:"arguments"`
}

// The states of a response and of its items.
const (
	inProgress = "in_progress"
	completed  = "completed"
	incomplete = "incomplete"
	failed     = "failed"
)

func newResponse(g *Gateway, w http.ResponseWriter, asked *responseRequest, req *request) *responding {
	or := func(raw json.RawMessage, value string) json.RawMessage {
		if len(raw) == 0 || string(raw) == "null" {
			return json.RawMessage(value)
		}
		return raw
	}
	format := any(asked.Text.Format)
	if asked.Text.Format == nil {
		format = map[string]string{"type": "text"}
	}
	return &responding{g: g, w: w, req: req, response: response{
		ID: "resp_" + rand.Text(), Object: "response", Created: g.cfg.Now().Unix(), Status: inProgress,
		Instructions: asked.Instructions, MaxOutputTokens: asked.MaxOutputTokens, Model: g.app.Name, Output: []any{},
		Parallel: or(asked.Parallel, "true"), Reasoning: map[string]any{"effort": or(asked.Reasoning.Effort, "null"), "summary": nil},
		Temperature: or(asked.Temperature, "null"), TopP: or(asked.TopP, "null"), Text: map[string]any{"format": format},
		ToolChoice: or(asked.ToolChoice, `"auto"`), Tools: append([]responseTool{}, asked.Tools...), Truncation: "disabled",
		Metadata: or(asked.Metadata, "{}"),
	}}
}

// finish answers with what came, whole or as the end of the stream.
func (p *responding) finish(ctx context.Context, u *keys.Use, said keys.Said, err error) error {
	t := said.Trailer
	annotate(said.Text, t.Citations) // says which were quoted
	use := p.g.account(ctx, u, p.req, said)
	p.Weal = &t
	p.Usage = &responseUsage{Input: use.PromptTokens, Output: use.CompletionTokens, Total: use.TotalTokens, Weal: use.Weal}
	if err != nil {
		e := asError(err, purseFailed)
		if p.events == nil {
			return failWhole(p.w, t, e)
		}
		p.fail(e)
		return nil
	}
	p.Status = completed
	switch said.Finish {
	case "length":
		p.Status, p.Incomplete = incomplete, &incompleteDetails{"max_output_tokens"}
	case "content_filter":
		p.Status, p.Incomplete = incomplete, &incompleteDetails{"content_filter"}
	}
	if p.req.stream {
		p.calls.flush(p.part)
		p.open()
		p.close()
		p.citeAll()
		p.event("response."+p.Status, map[string]any{"response": p.response})
		p.g.headers(p.w.Header(), t, use.Weal)
		return nil
	}
	p.whole(said)
	p.citeAll()
	p.g.headers(p.w.Header(), t, use.Weal)
	wire.WriteJSON(p.w, http.StatusOK, p.response)
	return nil
}

// cite marks the citations of a text, as far as they are known yet.
func (p *responding) cite(text string) []outputAnnotation {
	out := []outputAnnotation{}
	if p.Weal != nil {
		for _, a := range annotate(text, p.Weal.Citations) {
			out = append(out, outputAnnotation{a.Type, a.URLCitation})
		}
	}
	return out
}

// citeAll marks the citations of all items: of those too that ended before any were
// known.
func (p *responding) citeAll() {
	for _, item := range p.Output {
		if m, ok := item.(*messageItem); ok {
			m.Content[0].Annotations = p.cite(m.Content[0].Text)
		}
	}
}

// whole fills in the items of an answer that was not streamed.
func (p *responding) whole(said keys.Said) {
	if said.Text != "" || len(said.Calls) == 0 {
		p.Output = append(p.Output, newMessage(p.Status, said.Text))
	}
	for _, c := range said.Calls {
		p.Output = append(p.Output, newCall(p.Status, c))
	}
}

func newMessage(status, text string) *messageItem {
	return &messageItem{ID: "msg_" + rand.Text(), Type: "message", Status: status, Role: "assistant", Content: []outputText{{
		Type: "output_text", Text: text, Annotations: []outputAnnotation{}, Logprobs: []struct{}{},
	}}}
}

func newCall(status string, c wire.ToolCall) *callItem {
	return &callItem{ID: "fc_" + rand.Text(), Type: "function_call", Status: status, CallID: c.ID, Name: c.Function.Name, Arguments: c.Function.Arguments}
}
