package gateway

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/weal-network/weal/wire"
)

// inputItem is one item of a response's input, of any of the types that are read.
type inputItem struct {
	Type      string          `json:"type"`
	Role      string          `json:"role"`
	Content   json.RawMessage `json:"content"`
	CallID    string          `json:"call_id"`
	Name      string          `json:"name"`
	Arguments string          `json:"arguments"`
	Output    json.RawMessage `json:"output"`
}

// messages returns the input as messages of a chat.
func (r *responseRequest) messages() ([]wire.ChatMessage, error) {
	var out []wire.ChatMessage
	if r.Instructions != nil && *r.Instructions != "" {
		out = append(out, wire.TextMessage("developer", *r.Instructions))
	}
	var text string
	if len(r.Input) > 0 && json.Unmarshal(r.Input, &text) == nil {
		return append(out, wire.TextMessage("user", text)), nil
	}
	var items []inputItem
	if err := json.Unmarshal(r.Input, &items); err != nil {
		return nil, badParam("input", "bad_input", "input: want a text, or a list of items")
	}
	for i, item := range items {
		m, err := item.message(i)
		if err != nil {
			return nil, err
		}
		last := len(out) - 1
		switch {
		case m == nil:
		case len(m.ToolCalls) > 0 && last >= 0 && out[last].Role == "assistant":
			out[last].ToolCalls = append(out[last].ToolCalls, m.ToolCalls...)
		default:
			out = append(out, *m)
		}
	}
	return out, nil
}

// message returns an item as a message; nil for one that says nothing to a model.
func (it inputItem) message(i int) (*wire.ChatMessage, error) {
	at := fmt.Sprintf("input[%d]", i)
	switch it.Type {
	case "", "message":
		text, err := partsText(it.Content, at+".content")
		if err != nil {
			return nil, err
		}
		m := wire.TextMessage(it.Role, text)
		return &m, nil
	case "function_call":
		m := wire.ChatMessage{Role: "assistant", Content: json.RawMessage("null"), ToolCalls: []wire.ToolCall{{
			ID: it.CallID, Type: "function", Function: wire.FunctionCall{Name: it.Name, Arguments: it.Arguments},
		}}}
		return &m, nil
	case "function_call_output":
		text, err := partsText(it.Output, at+".output")
		if err != nil {
			return nil, err
		}
		m := wire.TextMessage("tool", text)
		m.ToolCallID = it.CallID
		return &m, nil
	case "reasoning":
		return nil, nil
	case "item_reference":
		return nil, badParam(at, "unsupported_item_reference", "item %d refers to one that was stored; nothing is stored here: send the item itself (with store: false, libraries do)", i)
	}
	return nil, badParam(at, "unsupported_input", "item %d of type %.40q is not supported here; send messages, function calls and their outputs", i, it.Type)
}

// partsText returns the text of a content: a string, or parts of text.
func partsText(raw json.RawMessage, param string) (string, error) {
	var text string
	if len(raw) == 0 || json.Unmarshal(raw, &text) == nil {
		return text, nil
	}
	var parts []struct {
		Type    string `json:"type"`
		Text    string `json:"text"`
		Refusal string `json:"refusal"`
	}
	if json.Unmarshal(raw, &parts) != nil {
		return "", badParam(param, "bad_content", "%s: want a text, or a list of parts", param)
	}
	var texts []string
	for _, p := range parts {
		switch p.Type {
		case "input_text", "output_text", "text":
			texts = append(texts, p.Text)
		case "refusal":
			texts = append(texts, p.Refusal)
		default:
			return "", badParam(param, "unsupported_content", "content of type %.40q is not supported here; send text", p.Type)
		}
	}
	return strings.Join(texts, "\n"), nil
}
