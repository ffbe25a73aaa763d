package gateway

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/weal-network/weal/model/prompt"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// answer is one answer on its way to the purse.
type answer struct {
	g      *Gateway
	d      *deal
	w      http.ResponseWriter
	stream bool
	// refused is told why an answer that is sent whole ends as a refused payment.
	refused func(code string)
	events  *wire.Events    // nil until the first byte, and if the answer is sent whole
	chunk   wire.Completion // what all chunks have in common

	// released waits for the passages of the vaults; nil until they are asked for.
	released func() ([]*wire.Release, error)
	text     strings.Builder // all that was given
	said     wire.Said
	finish   string
	index    int    // of the model that writes, if several do
	between  func() // called before one of several writes that is not the first
	paid     bool   // the app's own tick
	gone     error
	cited    []wire.Citation
	boxes    []wire.SealedRelease // of a search, instead of cited and text
	receipts []pay.SignedReceipt
	charges  []wire.Charge
	told     int // of receipts: sent with the passages
	// attribution is the record that the app's receipt commits to.
	attribution attribution.Record

	start   time.Time
	first   time.Time     // when the first piece came
	waiting time.Duration // for the model, or for the payer's tick
}

// servePayment answers a request that pays. It returns an error only as long as
// nothing was written.
func (g *Gateway) servePayment(w http.ResponseWriter, r *http.Request, body []byte) error {
	start := time.Now()
	d, err := g.readPayment(r, body, false)
	if err != nil {
		return err
	}
	a := g.newAnswer(w, d, start, true)
	if d.app.leaf == nil {
		// The vaults check the payment for themselves, so that they can do it while the
		// gateway does. What they release before a refusal of its own is paid, and theirs
		// to give again when the same payment comes again.
		ctx, stop := context.WithCancel(r.Context())
		defer stop()
		a.released = beginRelease(ctx, g, d, checkRelease)
	}
	done, err := g.accept(r.Context(), d)
	if err != nil {
		return err
	}
	defer done()
	return g.serveDeal(r.Context(), a)
}

// serveDeal answers a payment that was accepted.
func (g *Gateway) serveDeal(ctx context.Context, a *answer) error {
	if a.released == nil {
		a.released = beginRelease(ctx, g, a.d, checkRelease)
	}
	releases, failure := a.released()
	if failure != nil && !slices.ContainsFunc(releases, func(r *wire.Release) bool { return r != nil }) {
		return failure
	}
	if a.stream {
		a.events = wire.NewEvents(a.w)
	}
	a.passages(releases)
	if failure == nil {
		failure = a.write(ctx)
	}
	a.end(ctx, failure)
	return nil
}

func (g *Gateway) newAnswer(w http.ResponseWriter, d *deal, start time.Time, stream bool) *answer {
	return &answer{
		g: g, d: d, w: w, stream: stream, start: start, paid: d.app.leaf != nil,
		chunk: wire.Completion{
			ID: "chatcmpl-" + d.order.String()[:24], Object: "chat.completion.chunk", Created: g.cfg.Now().Unix(), Model: g.app.Name,
			Choices: []wire.Choice{},
		},
	}
}

// passages hands over what was released: from here on it is the payer's.
func (a *answer) passages(releases []*wire.Release) {
	a.cited = a.d.citations(releases)
	for i, r := range releases {
		if r != nil && !a.g.cfg.Unpaid {
			a.receipts = append(a.receipts, r.Receipt)
			asset := a.d.Quote.Vaults[i].Asset
			a.charges = append(a.charges, wire.Charge{Asset: asset, Kind: types.KindData, Amount: a.d.leaves[asset].Order.Price})
		}
	}
	c := a.chunk
	c.Choices = []wire.Choice{{Delta: &wire.Content{Role: "assistant"}}}
	c.Weal = &wire.Trailer{Citations: a.cited, Receipts: a.receipts}
	a.send(c)
	if a.events != nil {
		a.told = len(a.receipts)
	}
}

func (a *answer) send(c wire.Completion) {
	if a.events == nil {
		return // it is sent whole, at the end
	}
	if err := a.events.Send(c); err != nil && a.gone == nil {
		a.gone = err
	}
}

// prompt builds what the model is asked, within what was quoted for it.
func (a *answer) prompt() ([]byte, error) {
	if a.d.req.task != "" {
		return a.d.req.body, nil
	}
	passages := make([]prompt.Passage, len(a.cited))
	for i, c := range a.cited {
		passages[i] = prompt.Passage{N: c.N, Source: c.Passage.Source, Heading: c.Passage.Heading, Text: c.Passage.Text}
	}
	messages, err := a.d.req.prompt(a.g.prompt, prompt.Fit(passages, prompt.Bound(a.d.sizes())))
	if err != nil {
		return nil, err
	}
	return a.d.req.modelBody(a.g.app, messages, a.d.MaxTokens)
}

// emit passes a piece on. Before the app is paid, the first one goes out, and more up
// to wire.UseGrace.
func (a *answer) emit(ctx context.Context, piece wire.Content) error {
	if a.first.IsZero() {
		a.first = time.Now()
		if a.between != nil {
			a.between()
		}
	}
	switch had := a.text.Len(); {
	case had == 0:
		a.g.book.Give(a.d.order)
	case had >= wire.UseGrace:
		if err := a.await(ctx); err != nil {
			return err
		}
	}
	nameCalls(piece, &a.said, a.d.order.String()[:24])
	if err := a.said.Add(piece); err != nil {
		return modelError("model_cut", "the model sent what is no answer: %v", err)
	}
	a.text.WriteString(piece.Given())
	c := a.chunk
	c.Choices = []wire.Choice{{Index: a.index, Delta: &piece}}
	a.send(c)
	return a.gone
}

// errUnpaid ends an answer for which the app itself was not paid.
var errUnpaid = errors.New("the app's tick did not come")

// await waits for the app's own tick.
func (a *answer) await(ctx context.Context) error {
	if a.paid || a.g.cfg.Unpaid {
		return nil
	}
	began := time.Now()
	defer func() { a.waiting += time.Since(began) }()
	limited, cancel := context.WithTimeoutCause(ctx, a.g.app.Limits.TickWait, errUnpaid)
	defer cancel()
	if err := a.g.book.AwaitTicks(limited, a.d.Quote.Lane, a.d.Quote.Seq, 1); err != nil {
		return err
	}
	a.paid = true
	return nil
}
