package purse

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/wire/sealed"
)

// Ask is a question and whom to ask.
type Ask struct {
	// Gateway is the base URL of the gateway, without a path.
	Gateway string
	// App is the gateway's asset; it may be zero if all lanes are for one.
	App types.AssetID
	// Body is an OpenAI chat completion request. It is always streamed.
	Body []byte
	// AtMost bounds what the question can cost, firm and ticks; zero for no bound.
	AtMost types.Amount
	// OnCitations, if set, is told the passages, checked, before the text begins.
	OnCitations func([]Citation)
	// OnDelta, if set, is told each piece of the answer's text as it arrives, OnCalls
	// each part of the tools that it calls. All are called from the goroutine that reads
	// the stream: they should be quick.
	OnDelta func(string)
	OnCalls func([]wire.ToolCall)
	// Answers is how many of the app's models are to answer, each for itself, from the
	// same passages; zero is one. OnWriter, if set, is told which of several models writes
	// what follows.
	Answers  int
	OnWriter func(types.AssetID)
	// Approve, if set, is shown what the answer can cost at most when the quote was
	// checked. If it returns an error, nothing is signed and Ask returns the error.
	Approve func(ctx context.Context, b Bill) error
}

// question is an Ask on its way.
type question struct {
	Ask
	path string
	body []byte // what is sent, and hashed
	hash types.Hash
	// key opens what a search gets; nil if an answer is asked for.
	key *sealed.Private
	// task is whether a task is asked for, which is paid at once.
	task bool
	// rank is the place of each passage in a search's quote, from 1.
	rank map[types.Hash]int
	lane *lane
	seq  uint64
	// booked is the question as it is counted until its cost is known.
	booked openQuery
}

// Ask asks a question, pays for it and checks what it gets.
//
// On an error the Answer is nil if nothing was signed. Otherwise it tells what
// arrived and what it cost; what was signed stays promised.
func (p *Purse) Ask(ctx context.Context, ask Ask) (*Answer, error) {
	body, err := streamed(ask.Body)
	if err != nil {
		return nil, err
	}
	return p.buy(ctx, &question{Ask: ask, path: wire.PathCompletions, body: body, hash: sha256.Sum256(body)})
}

// buy asks for what q says, pays for it and checks what comes.
func (p *Purse) buy(ctx context.Context, q *question) (*Answer, error) {
	l, err := p.take(ctx, wanted{app: q.App})
	if err != nil {
		return nil, err
	}
	defer p.release(l)

	q.lane, q.seq = l, l.seq()
	quote, err := p.quote(ctx, q)
	if err != nil {
		return nil, err
	}
	b, err := p.check(ctx, q, quote)
	if err != nil {
		return nil, err
	}
	if over(b.most, q.AtMost) {
		return nil, fmt.Errorf("%w: the question can cost %s %s, at most %s was to be paid for it; nothing was signed", ErrLimit, b.most, b.denom, q.AtMost)
	}
	if q.key != nil {
		q.rank = rank(quote.Vaults)
	}
	if err := q.approve(ctx, b); err != nil {
		return nil, err
	}
	if err := p.sign(ctx, q, b); err != nil {
		return nil, err
	}
	return p.serve(ctx, q, b)
}

// streamed sets "stream" in an OpenAI request and keeps everything else.
func streamed(body []byte) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := wire.Decode(body, &fields); err != nil {
		return nil, err
	}
	if fields == nil {
		return nil, errors.New("ask: the body must be a JSON object, a chat completion request")
	}
	fields["stream"] = json.RawMessage("true")
	return wire.Marshal(fields)
}
