package model

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// keepTime bounds how long writing down an answer may take.
const keepTime = 10 * time.Second

// stream sends one answer under the tick rule.
type stream struct {
	m      *Model
	o      *order
	w      http.ResponseWriter
	events *wire.Events    // nil if the answer is sent whole
	chunk  wire.Completion // what all chunks have in common
	text   strings.Builder // all that was given
	said   wire.Said
	parts  []wire.Content // in their order, if a tool was called
	paid   uint32         // ticks known to be paid
	gone   error          // why nobody listens any more
}

var (
	// errLength ends a stream that has sent all that its order can pay.
	errLength = errors.New("the order's limit is reached")
	// errUnpaid ends a stream whose ticks did not come.
	errUnpaid = errors.New("the ticks did not come")
)

func (m *Model) newStream(w http.ResponseWriter, o *order) *stream {
	s := &stream{
		m: m, o: o, w: w,
		chunk: wire.Completion{
			ID: "chatcmpl-" + o.hash.String()[:24], Object: "chat.completion.chunk", Created: m.cfg.Now().Unix(), Model: m.cfg.Name,
			Choices: []wire.Choice{},
		},
	}
	if o.stream {
		s.events = wire.NewEvents(w)
	}
	if o.firm() {
		s.paid = o.meter.Most
	}
	return s
}

// run sends the answer. It returns why it ended well, or what went wrong.
func (s *stream) run(ctx context.Context, a Answer, piece wire.Content, err error) (finish string, _ error) {
	for err == nil {
		if err := s.send(ctx, piece); err != nil {
			if errors.Is(err, errLength) {
				return finishLength, nil
			}
			return "", err
		}
		piece, err = a.Next()
	}
	if errors.Is(err, io.EOF) {
		return a.Finish(), nil
	}
	s.m.cfg.Log.Warn("upstream failed in the middle of an answer", "order", s.o.hash.String(), "err", err)
	return "", err
}

// send sends a piece, in parts as they are paid for.
func (s *stream) send(ctx context.Context, piece wire.Content) error {
	piece = valid(piece)
	for piece.Given() != "" {
		head, rest := cut(piece, s.o.meter.Room(s.paid)-s.text.Len())
		switch {
		case head.Given() != "":
			s.emit(head)
			piece = rest
			if s.gone != nil {
				return s.gone
			}
		case s.o.meter.Room(s.paid) == s.o.meter.Limit():
			return errLength
		default:
			if err := s.await(ctx, s.o.meter.Next(s.paid)); err != nil {
				return err
			}
		}
	}
	return nil
}

// await waits until k ticks are paid.
func (s *stream) await(ctx context.Context, k uint32) error {
	if k > s.paid && !s.m.cfg.Unpaid {
		limited, cancel := context.WithTimeoutCause(ctx, s.m.cfg.TickWait, errUnpaid)
		defer cancel()
		if err := s.m.book.AwaitTicks(limited, s.o.Lane, s.o.Seq, k); err != nil {
			return err
		}
		s.paid = k
	}
	return nil
}

// emit sends what may be sent: text, or a part of one call.
func (s *stream) emit(piece wire.Content) {
	if s.text.Len() == 0 && !s.m.cfg.Unpaid {
		s.m.book.Give(s.o.hash)
	}
	s.add(piece)
	if s.events == nil {
		return
	}
	c := s.chunk
	c.Choices = []wire.Choice{{Delta: &piece}}
	s.note(s.events.Send(c))
}

func (s *stream) note(err error) {
	if err != nil && s.gone == nil {
		s.gone = err
	}
}

// end keeps the answer and sends the last event. Of an answer that ended well the
// last ticks are not waited for: all of its text is given, so that who does not pay
// them gains no more than by leaving a moment sooner, and what they are worth stays
// in the tab's exposure until they come.
func (s *stream) end(ctx context.Context, finish string, failure error) {
	if failure != nil && !errors.Is(failure, errUnpaid) {
		_ = s.await(ctx, s.o.meter.Owed(s.text.Len())) // failure says why it ended
	}
	// What was sent is kept even if nobody listens any more.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
	defer cancel()
	if s.m.cfg.Unpaid {
		s.last(record{Text: s.text.String(), Finish: finish, Error: s.explain(failure)})
		return
	}
	rec := record{Input: s.o.input.String(), Text: s.text.String(), Parts: s.parts, Finish: finish, Error: s.explain(failure)}
	receipt, err := s.receipt(ctx, failure)
	if err == nil {
		rec.Trailer.Receipts = []pay.SignedReceipt{receipt}
		err = s.keep(ctx, rec)
	}
	if err != nil {
		s.m.cfg.Log.Error("answer not kept", "order", s.o.hash.String(), "err", err)
		rec.Finish, rec.Error = "", wire.NewError(http.StatusInternalServerError, wire.TypeServer, "internal",
			"the answer could not be kept: %v; retry with the same payment", err)
	}
	s.m.seen.ended(ctx, s.o.prompt, s.text.Len(), rec.Error)
	s.last(rec)
}

// keep writes the answer down.
func (s *stream) keep(ctx context.Context, rec record) error {
	b, err := wire.Marshal(rec)
	if err != nil {
		return err
	}
	return s.m.keepAnswer(ctx, s.o.hash, b, s.o.meter.Owed(s.text.Len()))
}

// receipt signs over what was sent and what it costs.
func (s *stream) receipt(ctx context.Context, failure error) (pay.SignedReceipt, error) {
	amount, err := s.amount(ctx, failure)
	if err != nil {
		return pay.SignedReceipt{}, err
	}
	return s.m.book.Sign(pay.Receipt{
		Chain: s.m.chain, Lane: s.o.Lane, Seq: s.o.Seq, Asset: s.o.Asset, Version: s.o.Version, Order: s.o.hash,
		Input: s.o.input, Output: types.Hash(sha256.Sum256([]byte(s.text.String()))), Amount: amount,
		Policy: pay.PolicyAudit, Time: s.m.cfg.Now().UnixMilli(),
	}, s.m.cfg.Key)
}

// amount returns what the order costs: what its text owes, or what of that was
// paid if the answer did not end well.
func (s *stream) amount(ctx context.Context, failure error) (_ types.Amount, err error) {
	if s.o.firm() {
		return s.o.Price, nil
	}
	ticks := s.o.meter.Owed(s.text.Len())
	if failure != nil {
		// A tick of zero changes nothing, and tells how many are paid.
		if ticks, err = s.m.book.Tick(ctx, wire.Tick{Lane: s.o.Lane, Seq: s.o.Seq, Asset: s.o.Asset}); err != nil {
			return types.Amount{}, err
		}
	}
	amount, ok := s.o.Price.Mul(uint64(ticks))
	if !ok {
		return types.Amount{}, errors.New("sign receipt: the amount does not fit 128 bits")
	}
	return amount, nil
}

// explain turns what ended a stream early into the error that its client sees.
func (s *stream) explain(err error) *wire.Error {
	var e *wire.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	case errors.Is(err, errUnpaid):
		return refuse("unpaid", "the answer stopped: its next tick did not come within %s; the receipt is over what was paid", s.m.cfg.TickWait)
	}
	return wire.NewError(http.StatusBadGateway, wire.TypeServer, "cut", "the answer was cut: %v; a retry gets what was sent", err)
}

// last sends the event that ends an answer, and the end of the stream.
func (s *stream) last(rec record) {
	c := s.chunk
	c.Error, c.Weal = rec.Error, &rec.Trailer
	if rec.Error == nil {
		c.Choices = []wire.Choice{{Delta: &wire.Content{}, FinishReason: &rec.Finish}}
	}
	out := types.Tokens(len(rec.Text))
	c.Usage = &wire.Usage{PromptTokens: s.o.prompt, CompletionTokens: out, TotalTokens: s.o.prompt + out}
	if s.events == nil {
		s.whole(c, rec)
		return
	}
	s.note(s.events.Last(c))
}
