package model

import "github.com/weal-network/weal/wire"

// add takes down what is sent, and names a call in its first part.
func (s *stream) add(piece wire.Content) {
	for i := range piece.ToolCalls {
		if call := &piece.ToolCalls[i]; *call.Index == len(s.said.Calls()) {
			call.ID, call.Type = callID(s.o.hash, *call.Index), "function"
		}
	}
	before := s.text.Len()
	s.text.WriteString(piece.Given())
	_ = s.said.Add(piece) // pieces are numbered in their order, by calls.number
	switch last := len(s.parts) - 1; {
	case len(s.said.Calls()) == 0:
		return // the text tells it all
	case last < 0 && before > 0:
		s.parts = []wire.Content{{Content: s.text.String()[:before]}, piece}
	case last >= 0 && follows(s.parts[last], piece):
		s.parts[last] = joined(s.parts[last], piece)
	default:
		s.parts = append(s.parts, piece)
	}
}

// follows reports whether b goes on with what a is about, so that they can be one
// without changing what is given.
func follows(a, b wire.Content) bool {
	if len(a.ToolCalls) == 0 || len(b.ToolCalls) == 0 {
		return len(a.ToolCalls) == len(b.ToolCalls)
	}
	return *a.ToolCalls[0].Index == *b.ToolCalls[0].Index &&
		(b.ToolCalls[0].Function.Name == "" || a.ToolCalls[0].Function.Arguments == "")
}

func joined(a, b wire.Content) wire.Content {
	if len(a.ToolCalls) == 0 {
		return wire.Content{Content: a.Content + b.Content}
	}
	call := a.ToolCalls[0]
	call.Function.Name += b.ToolCalls[0].Function.Name
	call.Function.Arguments += b.ToolCalls[0].Function.Arguments
	return wire.Content{ToolCalls: []wire.ToolCall{call}}
}

// pieces are what a record's answer is given again in.
func (r record) pieces() []wire.Content {
	if len(r.Parts) == 0 && r.Text != "" {
		return []wire.Content{{Content: r.Text}}
	}
	return r.Parts
}
