package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/x402"
)

// A response is a chat completion in the words of OpenAI's Responses: it is read into
// the body of one, asked and paid for as one, and told in their words again
// (responsesout.go). Nothing is stored: each request says all that it is about.

// responseRequest is what is read of a request.
type responseRequest struct {
	Model           string          `json:"model"`
	Input           json.RawMessage `json:"input"`
	Instructions    *string         `json:"instructions"`
	MaxOutputTokens *int            `json:"max_output_tokens"`
	Stream          bool            `json:"stream"`
	Tools           []responseTool  `json:"tools"`
	ToolChoice      json.RawMessage `json:"tool_choice"`
	Parallel        json.RawMessage `json:"parallel_tool_calls"`
	Temperature     json.RawMessage `json:"temperature"`
	TopP            json.RawMessage `json:"top_p"`
	Text            struct {
		Format map[string]json.RawMessage `json:"format"`
	} `json:"text"`
	Reasoning struct {
		Effort json.RawMessage `json:"effort"`
	} `json:"reasoning"`
	Metadata json.RawMessage `json:"metadata"`
	Weal     json.RawMessage `json:"weal"`
}

// responseTool is a function that the model may call.
type responseTool struct {
	Type        string          `json:"type"`
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"`
	Strict      *bool           `json:"strict,omitempty"`
}

// notInResponses are fields that cannot be honoured, the values that ask for nothing,
// and what to do instead.
var notInResponses = []struct{ field, harmless, advice string }{
	{"previous_response_id", "", "nothing is stored here; send the whole conversation as input"},
	{"conversation", "", "nothing is stored here; send the whole conversation as input"},
	{"background", "false", "ask with stream instead"},
	{"prompt", "", "nothing is stored here; send instructions"},
	{"top_logprobs", "0", "they are not part of what is metered and signed for; leave it out"},
}

// responses serves what is asked in the words of Responses.
func (g *Gateway) responses(w http.ResponseWriter, r *http.Request) {
	body, err := wire.ReadBody(r)
	if err == nil {
		err = g.routeResponse(w, r, body)
	}
	if err != nil {
		wire.WriteError(w, err)
	}
}

// routeResponse returns an error only as long as nothing was written.
func (g *Gateway) routeResponse(w http.ResponseWriter, r *http.Request, body []byte) error {
	key, bearer := bearerKey(r)
	if !bearer || x402.Present(r) {
		return wrongPayment("no_payment", "%s is for API keys of this gateway, as Authorization: Bearer; who pays otherwise asks at %s",
			wire.PathResponses, wire.PathCompletions)
	}
	if g.cfg.Keyed == nil {
		return noKeys()
	}
	u, err := g.cfg.Keyed.Admit(r.Context(), key, w.Header())
	if err != nil {
		return asError(err, keysFailed)
	}
	defer u.End(r.Context())
	asked, chat, err := readResponse(body)
	if err != nil {
		return err
	}
	req, err := parseRequest(g.app, chat)
	if err != nil {
		return err
	}
	later := &patient{ResponseWriter: w}
	out := newResponse(g, later, asked, req)
	w.Header().Set(HeaderRequestID, out.ID)
	said, err := g.answerUse(r.Context(), r.Header, u, req, later, out.delta)
	return out.finish(r.Context(), u, said, err)
}

// readResponse reads a body, and returns it as the body of a chat completion too.
func readResponse(body []byte) (*responseRequest, []byte, error) {
	var fields map[string]json.RawMessage
	if err := wire.Decode(body, &fields); err != nil {
		return nil, nil, err
	}
	for _, u := range notInResponses {
		if v, ok := fields[u.field]; ok && !harmless(v, u.harmless) {
			return nil, nil, badParam(u.field, "unsupported_"+u.field, "%s is not supported here: %s", u.field, u.advice)
		}
	}
	var asked responseRequest
	if err := wire.Decode(body, &asked); err != nil {
		return nil, nil, err
	}
	messages, err := asked.messages()
	if err != nil {
		return nil, nil, err
	}
	chat := map[string]any{"model": asked.Model, "messages": messages, "stream": asked.Stream}
	for name, v := range map[string]json.RawMessage{
		"temperature": asked.Temperature, "top_p": asked.TopP, "reasoning_effort": asked.Reasoning.Effort, "weal": asked.Weal,
	} {
		if len(v) > 0 && string(v) != "null" {
			chat[name] = v
		}
	}
	if asked.MaxOutputTokens != nil {
		chat["max_completion_tokens"] = *asked.MaxOutputTokens
	}
	if err := asked.tools(chat); err != nil {
		return nil, nil, err
	}
	if err := asked.format(chat); err != nil {
		return nil, nil, err
	}
	out, err := wire.Marshal(chat)
	if err != nil {
		return nil, nil, badRequest("bad_json", "the body is not the JSON wanted here: %v", err)
	}
	return &asked, out, nil
}

// tools puts what the model may call into chat.
func (r *responseRequest) tools(chat map[string]any) error {
	if len(r.Tools) == 0 {
		return nil
	}
	var tools []map[string]any
	for i, t := range r.Tools {
		if t.Type != "function" {
			return badParam(fmt.Sprintf("tools[%d].type", i), "unsupported_tools", "tools of type %.40q are not served here; send functions, which you call yourself", t.Type)
		}
		f := map[string]any{"name": t.Name}
		if t.Description != "" {
			f["description"] = t.Description
		}
		if len(t.Parameters) > 0 && string(t.Parameters) != "null" {
			f["parameters"] = t.Parameters
		}
		if t.Strict != nil {
			f["strict"] = *t.Strict
		}
		tools = append(tools, map[string]any{"type": "function", "function": f})
	}
	chat["tools"] = tools
	if len(r.Parallel) > 0 && string(r.Parallel) != "null" {
		chat["parallel_tool_calls"] = r.Parallel
	}
	if len(r.ToolChoice) == 0 || string(r.ToolChoice) == "null" {
		return nil
	}
	var one struct{ Type, Name string }
	var word string
	switch {
	case json.Unmarshal(r.ToolChoice, &word) == nil:
		chat["tool_choice"] = word
	case json.Unmarshal(r.ToolChoice, &one) == nil && one.Type == "function":
		chat["tool_choice"] = map[string]any{"type": "function", "function": map[string]any{"name": one.Name}}
	default:
		return badParam("tool_choice", "unsupported_tool_choice", "tool_choice: want auto, none, required, or one function")
	}
	return nil
}

// format puts how the text is to look into chat.
func (r *responseRequest) format(chat map[string]any) error {
	if r.Text.Format == nil {
		return nil
	}
	var kind string
	_ = json.Unmarshal(r.Text.Format["type"], &kind) // what is no text is none of these
	switch kind {
	case "text":
	case "json_object":
		chat["response_format"] = map[string]any{"type": kind}
	case "json_schema":
		schema := map[string]json.RawMessage{}
		for name, v := range r.Text.Format {
			if name != "type" {
				schema[name] = v
			}
		}
		chat["response_format"] = map[string]any{"type": kind, "json_schema": schema}
	default:
		return badParam("text.format", "unsupported_response_format", "text.format: want text, json_object or json_schema")
	}
	return nil
}
