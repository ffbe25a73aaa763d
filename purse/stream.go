package purse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

const (
	// laterTries and laterPause bound how long a payment is sent again that is to
	// be tried again shortly.
	laterTries = 30
	laterPause = 100 * time.Millisecond
)

// errNothingCame marks a connection that failed before the first event: the
// payment can be sent again.
var errNothingCame = errors.New("nothing came back")

// reading is an answer as it arrives.
type reading struct {
	p *Purse
	q *question
	b *bill
	a *Answer
	m *meters

	text     strings.Builder // all that was given
	parts    wire.Said
	bought   *purchase
	receipts []pay.SignedReceipt
	checks   map[int]*verifying // of receipts, by their place
	charges  []wire.Charge
	counted  attribution.Record           // what the gateway says the passages counted
	boxes    []wire.SealedRelease         // that came, of a search
	outputs  map[types.AssetID]types.Hash // what the receipt of each is over, of those that opened
	said     *wire.Error                  // that the stream ended with
	turns    []turn                       // of several models
	began    bool
}

// serve sends the payment, reads the answer, and keeps what came.
func (p *Purse) serve(ctx context.Context, q *question, b *bill) (*Answer, error) {
	r := &reading{p: p, q: q, b: b, m: p.startMeters(ctx, q, b), bought: newPurchase(b), outputs: map[types.AssetID]types.Hash{}}
	r.a = &Answer{Denom: b.denom, Lane: q.lane.ref, Seq: q.seq, Citations: []Citation{}, Receipts: []pay.SignedReceipt{}}
	err := r.read(ctx)
	r.a.Problems = append(r.a.Problems, r.m.finish()...)
	r.conclude()
	if kept := p.finish(ctx, r); kept != nil {
		err = errors.Join(err, kept)
	}
	return r.a, err
}

// read sends the payment until something comes back, and reads it to its end. The
// same payment can be sent again: whoever served it answers the same.
func (r *reading) read(ctx context.Context) error {
	header, err := wire.EncodeHeader(r.b.payment)
	if err != nil {
		return err
	}
	for lost, later := false, 0; ; {
		err := r.once(ctx, header)
		switch {
		case err == nil || r.began || ctx.Err() != nil:
			return err
		case errors.Is(err, errNothingCame) && !lost:
			lost = true
		case tryLater(err) && later < laterTries:
			later++
			select {
			case <-ctx.Done():
				return err
			case <-time.After(laterPause):
			}
		default:
			return err
		}
	}
}

// tryLater reports whether the gateway asked for the same payment again: a lost
// connection was not noticed yet, or a contributor is settling.
func tryLater(err error) bool {
	var said *wire.Error
	return errors.As(err, &said) && (said.Code == "order_in_progress" || said.Status == http.StatusTooManyRequests)
}

// once sends the payment and reads the stream that answers it.
func (r *reading) once(ctx context.Context, header string) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	patience := r.p.cfg.Patience
	silent := time.AfterFunc(patience, func() {
		cancel(fmt.Errorf("the gateway said nothing for %s", patience))
	})
	defer silent.Stop()
	resp, err := r.p.post(ctx, r.q, r.q.path, r.q.body, wire.HeaderPayment, header)
	if err != nil {
		return fmt.Errorf("pay: %w: %w: %w", ErrDown, errNothingCame, because(ctx, err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, err := readAll(resp)
		if err != nil {
			return fmt.Errorf("pay: %w: %w: %w", ErrDown, errNothingCame, because(ctx, err))
		}
		return refusal("pay", resp.StatusCode, body)
	}
	events := wire.NewEventReader(resp.Body)
	for {
		event, err := events.Next()
		switch {
		case errors.Is(err, io.EOF) && r.said != nil:
			return fmt.Errorf("%w: %w", ErrCut, r.said)
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !r.began:
			return fmt.Errorf("read answer: %w: %w: %w", ErrCut, errNothingCame, because(ctx, err))
		case err != nil:
			return fmt.Errorf("read answer: %w: %w", ErrCut, because(ctx, err))
		}
		silent.Reset(patience)
		r.began = true
		if err := r.event(event); err != nil {
			return fmt.Errorf("read answer: %w: %w", ErrCut, err)
		}
	}
}

// because prefers the reason for which ctx was cancelled over what it caused.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// event takes one event in.
func (r *reading) event(data []byte) error {
	var c wire.Completion
	if err := wire.Unmarshal(data, &c); err != nil {
		return fmt.Errorf("an event is no completion chunk: %w", err)
	}
	if c.Error != nil {
		r.said = c.Error
	}
	if w := c.Weal; w != nil {
		if w.Writer != 0 {
			if err := r.hasWriter(w.Writer); err != nil {
				return err
			}
		}
		if len(w.Citations) > 0 {
			r.citations(w.Citations)
		}
		if len(w.Sealed) > 0 {
			r.open(w.Sealed)
		}
		r.take(w.Receipts)
		r.charges = append(r.charges, w.Charges...)
		r.counted = append(r.counted, w.Attribution...)
		r.a.OverheadMillis += w.OverheadMillis
	}
	for _, choice := range c.Choices {
		if choice.FinishReason != nil {
			r.finished(choice.Index, *choice.FinishReason)
		}
		if choice.Delta == nil {
			continue
		}
		if err := r.parts.Add(*choice.Delta); err != nil {
			return err
		}
		given := choice.Delta.Given()
		if given == "" {
			continue
		}
		if r.text.Len()+len(given) > wire.MaxBody {
			return fmt.Errorf("the text is larger than %d MiB", wire.MaxBody>>20)
		}
		if err := r.writes(len(given)); err != nil {
			return err
		}
		r.text.WriteString(given)
		r.m.owe(r.text.Len())
		r.tell(*choice.Delta)
	}
	return nil
}

// tell passes a piece on.
func (r *reading) tell(piece wire.Content) {
	if r.q.OnDelta != nil && piece.Content != "" {
		r.q.OnDelta(piece.Content)
	}
	if r.q.OnCalls != nil && len(piece.ToolCalls) > 0 {
		r.q.OnCalls(piece.ToolCalls)
	}
}

// citations checks passages; they come ahead of the text, in one event.
func (r *reading) citations(cited []wire.Citation) {
	var checked []Citation
	for _, c := range cited {
		checked = append(checked, r.bought.check(c))
	}
	r.a.Citations = append(r.a.Citations, checked...)
	if r.q.OnCitations != nil {
		r.q.OnCitations(checked)
	}
}
