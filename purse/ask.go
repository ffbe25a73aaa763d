package purse

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Ask is a question and whom to ask.
type Ask struct {
	// Gateway is the base URL of the gateway, without a path.
	Gateway string
	// App is the gateway's asset; it may be zero if all lanes are for one.
	App types.AssetID
	// Body is an OpenAI chat completion request. It is always streamed.
	Body []byte
	// OnCitations, if set, is told the passages, checked, before the text begins.
	OnCitations func([]Citation)
	// OnDelta, if set, is told each piece of the answer's text as it arrives. Both
	// are called from the goroutine that reads the stream: they should be quick.
	OnDelta func(string)
	// Approve, if set, is shown what the answer can cost at most when the quote was
	// checked. If it returns an error, nothing is signed and Ask returns the error.
	Approve func(ctx context.Context, b Bill) error
}

// question is an Ask on its way.
type question struct {
	Ask
	body []byte // what is sent, and hashed
	hash types.Hash
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
	app, left, err := p.usable(ctx, ask.App)
	if err != nil {
		return nil, err
	}
	l, err := p.take(ctx, app, left)
	if err != nil {
		return nil, err
	}
	defer p.release(l)
	ctx, lost := context.WithCancelCause(ctx)
	defer lost(nil)
	go p.holdOn(ctx, l, lost)

	q := &question{Ask: ask, body: body, hash: sha256.Sum256(body), lane: l, seq: l.seq()}
	quote, err := p.quote(ctx, q)
	if err != nil {
		return nil, err
	}
	b, err := p.check(ctx, q, quote)
	if err != nil {
		return nil, err
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

// usable finds the app to ask and how much is left of each open lane to it: of
// those that no question of this process uses, if that is enough to find one.
func (p *Purse) usable(ctx context.Context, app types.AssetID) (types.AssetID, map[types.LaneRef]types.Amount, error) {
	found, left, err := p.look(ctx, app, true)
	if err != nil || len(left) == 0 {
		return p.look(ctx, app, false)
	}
	return found, left, nil
}

// look is usable over all lanes, or over those that are idle.
func (p *Purse) look(ctx context.Context, app types.AssetID, idle bool) (types.AssetID, map[types.LaneRef]types.Amount, error) {
	p.mu.Lock()
	promised := map[types.LaneRef]types.Amount{}
	var first types.AssetID
	for _, l := range p.lanes {
		if first == 0 {
			first = l.gateway
		}
		if app == 0 && l.gateway != first {
			p.mu.Unlock()
			return 0, nil, fmt.Errorf("%w: there are lanes for several apps; say which app to ask", ErrNoLane)
		}
		if (app == 0 || l.gateway == app) && !(idle && l.busy) {
			promised[l.ref] = l.promised
		}
	}
	p.mu.Unlock()
	if app == 0 {
		app = first
	}
	if len(promised) == 0 {
		return 0, nil, fmt.Errorf("%w: open a tab with a lane for app %d first", ErrNoLane, app)
	}
	left, spent := map[types.LaneRef]types.Amount{}, 0
	for ref, total := range promised {
		onChain, err := p.cfg.Chain.Lane(ctx, ref)
		if err != nil {
			return 0, nil, fmt.Errorf("look up lane %s: %w", ref, err)
		}
		if onChain.State != types.LaneOpen {
			continue
		}
		if rest, ok := onChain.Cap.Sub(total); ok && !rest.IsZero() {
			left[ref] = rest
		} else {
			spent++
		}
	}
	switch {
	case len(left) > 0:
		return app, left, nil
	case spent > 0:
		return 0, nil, fmt.Errorf("%w: every lane for app %d is used up; fund the tab with a new lane", ErrFunds, app)
	}
	return 0, nil, fmt.Errorf("%w: no lane for app %d is open; open a new tab", ErrNoLane, app)
}
