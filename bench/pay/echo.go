package pay

import (
	"bytes"
	"context"
	"io"

	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/wire"
)

// echoBytes is how much of a prompt the echo says.
const echoBytes = 64

// echo is a model that says the start of its prompt. It takes next to no time, as
// it is not what is measured.
type echo struct{}

// Open implements model.Upstream.
func (echo) Open(_ context.Context, p model.Prompt) (model.Answer, error) {
	a := &echoed{text: "nothing"}
	if _, prompt, ok := bytes.Cut(p.Body, []byte(`"content":"`)); ok {
		prompt = prompt[:min(len(prompt), echoBytes)]
		if end := bytes.IndexAny(prompt, `"\\`); end > 0 {
			prompt = prompt[:end]
		}
		a.text = string(prompt)
	}
	return a, nil
}

// echoed is an answer of one piece.
type echoed struct{ text string }

// Next implements model.Answer.
func (a *echoed) Next() (wire.Content, error) {
	if a.text == "" {
		return wire.Content{}, io.EOF
	}
	text := a.text
	a.text = ""
	return wire.Content{Content: text}, nil
}

// Finish implements model.Answer.
func (*echoed) Finish() string { return "stop" }

// Close implements model.Answer.
func (*echoed) Close() error { return nil }
