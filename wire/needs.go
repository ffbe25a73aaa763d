package wire

import (
	"encoding/json"
	"strings"
)

// What a chat completion request may need of a model beyond text; see Model.Supports.
const (
	NeedsTools  = "tools"
	NeedsFormat = "response_format"
)

// Needs lists what r needs of a model that not every model can do.
func (r ChatRequest) Needs() (all []string) {
	if given(r.Tools) && !blank(r.Tools, "[]") {
		all = append(all, NeedsTools)
	}
	var format struct {
		Type string `json:"type"`
	}
	if given(r.ResponseFormat) && (json.Unmarshal(r.ResponseFormat, &format) != nil || format.Type != "text") {
		all = append(all, NeedsFormat)
	}
	return all
}

// given reports whether a field was sent, and not as null.
func given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// blank reports whether raw is the JSON empty, whatever its spaces.
func blank(raw json.RawMessage, empty string) bool {
	return strings.Join(strings.Fields(string(raw)), "") == empty
}
