package model

import (
	"strconv"
	"strings"

	"github.com/weal-network/weal/model/meter"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// callPart is a part of a tool call as upstreams send it. Some leave its index out,
// and some send every call with the same one.
type callPart struct {
	Index    *int   `json:"index"`
	ID       string `json:"id"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	} `json:"function"`
}

// calls tells an upstream's calls apart, and numbers them from 0.
type calls struct {
	open []openCall
}

// openCall is a call as its upstream names it.
type openCall struct {
	index int // -1 if it has none
	id    string
}

// pieces returns what t gives: its text, and each part of a call by itself.
func (c *calls) pieces(t text) ([]wire.Content, error) {
	var out []wire.Content
	if t.Content != "" {
		out = append(out, wire.Content{Content: t.Content})
	}
	for _, part := range t.Calls {
		i, err := c.number(part)
		if err != nil {
			return nil, err
		}
		if part.Function.Name == "" && part.Function.Arguments == "" {
			continue
		}
		out = append(out, wire.Content{ToolCalls: []wire.ToolCall{{
			Index: &i, Function: wire.FunctionCall{Name: part.Function.Name, Arguments: part.Function.Arguments},
		}}})
	}
	return out, nil
}

// number returns which call a part belongs to.
func (c *calls) number(part callPart) (int, error) {
	if i := c.find(part); i >= 0 {
		return i, nil
	}
	if len(c.open) == wire.MaxCalls || part.Function.Name == "" {
		return 0, upstreamError(CodeNonsense, "the model's upstream sent a tool call without a name, or more than %d", wire.MaxCalls)
	}
	index := -1
	if part.Index != nil {
		index = *part.Index
	}
	c.open = append(c.open, openCall{index: index, id: part.ID})
	return len(c.open) - 1, nil
}

// find returns the newest call that a part can belong to, or -1 if it begins one: by
// its index, and without one the last. One with another id is another.
func (c *calls) find(part callPart) int {
	for i := len(c.open) - 1; i >= 0; i-- {
		o := c.open[i]
		switch {
		case part.Index != nil && o.index != *part.Index:
			continue
		case part.ID != "" && part.ID != o.id, part.Index == nil && part.Function.Name != "":
			return -1
		}
		return i
	}
	return -1
}

// cut divides a piece, which is text or a part of one call, after room bytes of what
// it gives, between code points.
func cut(piece wire.Content, room int) (head, rest wire.Content) {
	if len(piece.ToolCalls) == 0 {
		n := meter.Cut(piece.Content, room)
		return wire.Content{Content: piece.Content[:n]}, wire.Content{Content: piece.Content[n:]}
	}
	part := piece.ToolCalls[0]
	f := part.Function
	n := meter.Cut(f.Name, room)
	m := 0
	if n == len(f.Name) {
		m = meter.Cut(f.Arguments, room-n)
	}
	of := func(name, arguments string) wire.Content {
		return wire.Content{ToolCalls: []wire.ToolCall{{
			Index: part.Index, Function: wire.FunctionCall{Name: name, Arguments: arguments},
		}}}
	}
	return of(f.Name[:n], f.Arguments[:m]), of(f.Name[n:], f.Arguments[m:])
}

// valid replaces what is no UTF-8: JSON would write it in more bytes than were
// counted.
func valid(piece wire.Content) wire.Content {
	fix := func(s string) string { return strings.ToValidUTF8(s, "\ufffd") }
	if len(piece.ToolCalls) == 0 {
		return wire.Content{Content: fix(piece.Content)}
	}
	part := piece.ToolCalls[0]
	part.Function = wire.FunctionCall{Name: fix(part.Function.Name), Arguments: fix(part.Function.Arguments)}
	return wire.Content{ToolCalls: []wire.ToolCall{part}}
}

// callID names call i of an order. It follows from the order, so that it gives
// nothing beyond what is metered; what the upstream calls it is of no use to others.
func callID(order types.Hash, i int) string {
	return "call_" + order.String()[:24] + strconv.Itoa(i)
}
