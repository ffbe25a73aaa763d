package model

import (
	"context"
	"net/http"

	"github.com/weal-network/weal/wire"
)

// Prompt is what an upstream is asked.
type Prompt struct {
	// Task is what is asked for; empty for a chat completion.
	Task Task
	// Body is OpenAI's request for it. If it is Bare it says nothing of model, stream and
	// stream_options.
	Body []byte
	Bare bool
	// Trace has the W3C trace headers of the request that caused it.
	Trace http.Header
}

// Upstream is what the model's answers come from. Its errors are *wire.Error
// with one of the codes below.
type Upstream interface {
	// Open asks for an answer. The answer ends when ctx does.
	Open(ctx context.Context, p Prompt) (Answer, error)
}

// Supporter is an Upstream that can do more than answer with text. It lists what:
// parameters, such as wire.NeedsTools, and tasks. What is not in it is never asked for.
type Supporter interface {
	Supports() []string
}

func supports(u Upstream) []string {
	if s, ok := u.(Supporter); ok {
		return s.Supports()
	}
	return nil
}

// Task is something else than a chat completion: the path that it is asked at.
type Task string

// The tasks.
const (
	Embeddings Task = wire.PathEmbeddings
	Rerank     Task = wire.PathRerank
)

// Answer is an answer as it comes.
type Answer interface {
	// Next returns the next piece, which gives something: text, or a part of a call
	// with its index. After the last one it returns io.EOF.
	Next() (wire.Content, error)
	// Finish returns OpenAI's reason why the answer ended, once Next has
	// returned io.EOF.
	Finish() string
	// Close gives up what is left of the answer.
	Close() error
}

// Waiter is an Answer that tells when it has to wait for more, so that what came before
// can be sent in as few writes as it came.
type Waiter interface {
	// BeforeWait has f called whenever Next has nothing left and reads on. f is called by
	// who calls Next.
	BeforeWait(f func())
}

// The codes of an upstream's failures.
const (
	// CodeDown: no connection, or cut before the end (502).
	CodeDown = "upstream_down"
	// CodeSlow: no answer, or no next event, in time (504).
	CodeSlow = "upstream_slow"
	// CodeNonsense: answered with something that is no completion (502).
	CodeNonsense = "upstream_nonsense"
	// CodeRefused: answered with an error of its own, which is quoted (502).
	CodeRefused = "upstream_refused"
)

// The finish reasons that are used here.
const (
	finishStop   = "stop"
	finishLength = "length"
)

func upstreamError(code, format string, args ...any) *wire.Error {
	status := http.StatusBadGateway
	if code == CodeSlow {
		status = http.StatusGatewayTimeout
	}
	return wire.NewError(status, wire.TypeUpstream, code, format, args...)
}
