package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/weal-network/weal/wire"
)

// readSettings takes what goes to the model as it is. What an upstream has to read of
// it counts as text of the prompt.
func (r *request) readSettings(app App, c wire.ChatRequest, fields map[string]json.RawMessage) error {
	names := forwarded
	r.needs = c.Needs()
	if slices.Contains(r.needs, wire.NeedsTools) {
		names = slices.Concat(names, withTools)
	}
	if slices.Contains(r.needs, wire.NeedsFormat) {
		names = append(slices.Clone(names), wire.NeedsFormat)
	}
	for _, name := range names {
		v, ok := fields[name]
		if !ok || string(v) == "null" {
			continue
		}
		r.settings[name] = v
		if name != wire.NeedsTools && name != wire.NeedsFormat {
			continue
		}
		written, err := wire.Marshal(v)
		if err != nil {
			return badParam(name, "bad_json", "%s: %v", name, err)
		}
		r.extra += len(written)
	}
	if r.extra > app.Limits.MessageBytes {
		return badParam(r.needs[0], "messages_too_long", "tools and response_format have %d bytes, at most %d are taken; send fewer, or shorter descriptions",
			r.extra, app.Limits.MessageBytes)
	}
	return nil
}

// called is a message of an assistant that called tools, or of a tool that answers it,
// as the model gets it.
func called(i int, m wire.ChatMessage, text string) (wire.ChatMessage, error) {
	out := wire.TextMessage(m.Role, text)
	if m.Role == "tool" {
		if out.ToolCallID = m.ToolCallID; out.ToolCallID == "" || len(out.ToolCallID) > maxCallID {
			return out, badParam(fmt.Sprintf("messages[%d].tool_call_id", i), "bad_content", "message %d: say which call it answers, as tool_call_id", i)
		}
		return out, nil
	}
	if len(m.ToolCalls) > wire.MaxCalls {
		return out, badParam(fmt.Sprintf("messages[%d].tool_calls", i), "bad_content", "message %d has more than %d calls", i, wire.MaxCalls)
	}
	for _, c := range m.ToolCalls {
		if c.Function.Name == "" || c.ID == "" || len(c.ID) > maxCallID {
			return out, badParam(fmt.Sprintf("messages[%d].tool_calls", i), "bad_content", "message %d: a call has an id, and a function with a name", i)
		}
		out.ToolCalls = append(out.ToolCalls, wire.ToolCall{ID: c.ID, Type: "function", Function: c.Function})
	}
	if text == "" && len(m.ToolCalls) > 0 {
		out.Content = json.RawMessage("null")
	}
	return out, nil
}

// maxCallID bounds what clients call a call.
const maxCallID = 256

// about says which field of a request err is about.
func about(err error, param string) error {
	var e *wire.Error
	if !errors.As(err, &e) {
		return err
	}
	out := *e
	out.Param = &param
	return &out
}
