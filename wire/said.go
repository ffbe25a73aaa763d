package wire

import (
	"fmt"
	"strings"
)

// MaxCalls is the most tools that one answer may call.
const MaxCalls = 128

// maxCallID bounds the id of a call, which is not metered.
const maxCallID = 64

// Given is what c gives of an answer, as it is metered and as receipts are over it:
// its text, and then of each call the name of its function and its arguments.
func (c Content) Given() string {
	if len(c.ToolCalls) == 0 {
		return c.Content
	}
	var b strings.Builder
	b.WriteString(c.Content)
	for _, call := range c.ToolCalls {
		b.WriteString(call.Function.Name)
		b.WriteString(call.Function.Arguments)
	}
	return b.String()
}

// Given is what a message says, as it is metered.
func (m ChatMessage) Given() (string, error) {
	text, err := m.Text()
	if err != nil {
		return "", err
	}
	return Content{Content: text, ToolCalls: m.ToolCalls}.Given(), nil
}

// Said gathers what the parts of an answer come to.
type Said struct {
	text  strings.Builder
	calls []ToolCall
}

// Add takes one part. A call's parts are told apart by their index; what they say of
// the same field is joined.
func (s *Said) Add(c Content) error {
	s.text.WriteString(c.Content)
	for _, part := range c.ToolCalls {
		i := 0
		if part.Index != nil {
			i = *part.Index
		}
		if i < 0 || i > len(s.calls) || i >= MaxCalls || len(part.ID) > maxCallID {
			return fmt.Errorf("a part of call %d came where call %d was due at most; an answer has at most %d, with ids of %d bytes",
				i, len(s.calls), MaxCalls, maxCallID)
		}
		if i == len(s.calls) {
			s.calls = append(s.calls, ToolCall{Type: "function"})
		}
		call := &s.calls[i]
		if part.ID != "" {
			call.ID = part.ID
		}
		call.Function.Name += part.Function.Name
		call.Function.Arguments += part.Function.Arguments
	}
	return nil
}

// Text is the text so far.
func (s *Said) Text() string { return s.text.String() }

// Calls are the calls so far, whole, without their index.
func (s *Said) Calls() []ToolCall { return s.calls }
