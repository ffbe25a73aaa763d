package gateway

import "github.com/weal-network/weal/wire"

// event sends one event with its number.
func (p *responding) event(name string, fields map[string]any) {
	fields["type"], fields["sequence_number"] = name, p.seq
	p.seq++
	_ = p.events.Named(name, fields) // a client that has gone ends the request's context
}

// open begins the stream.
func (p *responding) open() {
	if p.events != nil {
		return
	}
	p.events = newEvents(p.w)
	begun := p.response
	begun.Status, begun.Incomplete, begun.Usage, begun.Weal = inProgress, nil, nil, nil
	p.event("response.created", map[string]any{"response": begun})
	p.event("response.in_progress", map[string]any{"response": begun})
}

// delta passes a piece on, if the client streams.
func (p *responding) delta(piece wire.Content) {
	if !p.req.stream {
		return
	}
	if piece.Content != "" {
		p.part(wire.Content{Content: piece.Content})
	}
	p.calls.add(piece.ToolCalls, p.part)
}

// part tells a piece: text, or a part of one call whose first part has its name whole.
func (p *responding) part(piece wire.Content) {
	p.open()
	if len(piece.ToolCalls) == 0 {
		p.text(piece.Content)
		return
	}
	c := piece.ToolCalls[0]
	if c.ID != "" {
		p.close()
		p.call = newCall(inProgress, c)
		p.Output = append(p.Output, p.call)
		p.event("response.output_item.added", map[string]any{"output_index": p.at(), "item": *p.call})
	}
	if c.Function.Arguments == "" || p.call == nil {
		return
	}
	p.call.Arguments += c.Function.Arguments
	p.event("response.function_call_arguments.delta", map[string]any{
		"item_id": p.call.ID, "output_index": p.at(), "delta": c.Function.Arguments,
	})
}

// at is the place of the item that is being told.
func (p *responding) at() int { return len(p.Output) - 1 }

// text tells a piece of text.
func (p *responding) text(piece string) {
	if p.message == nil {
		p.close()
		p.message = newMessage(inProgress, "")
		p.Output = append(p.Output, p.message)
		begun := *p.message
		begun.Content = []outputText{}
		p.event("response.output_item.added", map[string]any{"output_index": p.at(), "item": begun})
		p.event("response.content_part.added", map[string]any{
			"item_id": p.message.ID, "output_index": p.at(), "content_index": 0, "part": p.message.Content[0],
		})
	}
	p.message.Content[0].Text += piece
	p.event("response.output_text.delta", map[string]any{
		"item_id": p.message.ID, "output_index": p.at(), "content_index": 0, "delta": piece, "logprobs": []struct{}{},
	})
}

// close ends the item that is being told, if there is one.
func (p *responding) close() {
	status := completed
	if p.Status == incomplete {
		status = incomplete
	}
	if m := p.message; m != nil {
		m.Status, m.Content[0].Annotations = status, p.cite(m.Content[0].Text)
		where := func(more map[string]any) map[string]any {
			more["item_id"], more["output_index"], more["content_index"] = m.ID, p.at(), 0
			return more
		}
		for i, a := range m.Content[0].Annotations {
			p.event("response.output_text.annotation.added", where(map[string]any{"annotation_index": i, "annotation": a}))
		}
		p.event("response.output_text.done", where(map[string]any{"text": m.Content[0].Text, "logprobs": []struct{}{}}))
		p.event("response.content_part.done", where(map[string]any{"part": m.Content[0]}))
		p.event("response.output_item.done", map[string]any{"output_index": p.at(), "item": *m})
		p.message = nil
	}
	if c := p.call; c != nil {
		c.Status = status
		p.event("response.function_call_arguments.done", map[string]any{
			"item_id": c.ID, "output_index": p.at(), "name": c.Name, "arguments": c.Arguments,
		})
		p.event("response.output_item.done", map[string]any{"output_index": p.at(), "item": *c})
		p.call = nil
	}
}

// fail ends the stream with an error.
func (p *responding) fail(e *wire.Error) {
	p.Status, p.Error = failed, &responseError{Code: e.Code, Message: e.Message}
	p.event("error", map[string]any{"code": e.Code, "message": e.Message, "param": e.Param})
	p.event("response.failed", map[string]any{"response": p.response})
}
