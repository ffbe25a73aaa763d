package gateway

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/wire/sealed"
)

// search serves passages alone, sealed to who asks: this gateway finds them, is paid
// for that, and cannot read them.
func (g *Gateway) search(w http.ResponseWriter, r *http.Request) {
	body, err := wire.ReadBody(r)
	switch {
	case err != nil:
	case g.cfg.Unpaid:
		err = notFound("searches are paid; this gateway takes no payment")
	case r.Header.Get(wire.HeaderPayment) != "":
		err = g.serveSearch(w, r, body)
	case r.Header.Get(wire.HeaderLane) != "":
		err = g.quoteSearch(w, r, body)
	default:
		err = wrongPayment("no_payment", "a search is paid from a lane: ask with a purse (weal search --app N), which sends %s", wire.HeaderLane)
	}
	if err != nil {
		wire.WriteError(w, err)
	}
}

func (g *Gateway) quoteSearch(w http.ResponseWriter, r *http.Request, body []byte) error {
	lane, seq, err := wire.ParseLane(r.Header.Get(wire.HeaderLane))
	if err != nil {
		return err
	}
	req, err := parseSearch(g.app, body)
	if err != nil {
		return err
	}
	return g.sendQuote(w, r, lane, seq, req, false)
}

// parse reads a body of either kind.
func (g *Gateway) parse(body []byte, search bool) (*request, error) {
	if search {
		return parseSearch(g.app, body)
	}
	return parseRequest(g.app, body)
}

// parseSearch reads a search for the app.
func parseSearch(app App, body []byte) (*request, error) {
	if !utf8.Valid(body) {
		return nil, badRequest("bad_json", "the body is not UTF-8")
	}
	var s wire.SearchRequest
	if err := wire.Decode(body, &s); err != nil {
		return nil, err
	}
	switch err := sealed.Check(s.Seal); {
	case s.Model != "" && s.Model != app.Name:
		return nil, wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "model_not_found",
			"there is no model %.100q here; this gateway serves %q", s.Model, app.Name)
	case strings.TrimSpace(s.Question) == "":
		return nil, badRequest("no_question", "there is no question: send it as question")
	case len(s.Question) > app.Limits.QuestionBytes:
		return nil, badRequest("question_too_long", "the question has %d bytes, at most %d are searched for; shorten it", len(s.Question), app.Limits.QuestionBytes)
	case s.Limit < 0 || s.Limit > maxPassages:
		return nil, badRequest("bad_limit", "limit is %d; want 1 to %d passages", s.Limit, maxPassages)
	case s.Seal.IsZero():
		return nil, badRequest("bad_key", "there is no key: send your X25519 key as seal, 64 hex digits, made for this request")
	case err != nil:
		return nil, badRequest("bad_key", "seal: %v", err)
	}
	if err := checkFilter(s.Filter); err != nil {
		return nil, err
	}
	return &request{body: body, hash: sha256.Sum256(body), question: s.Question, bytes: len(s.Question), search: &s, stream: true}, nil
}

// passages is the most passages to buy.
func (r *request) passages(app App) int {
	if r.search != nil && r.search.Limit > 0 {
		return r.search.Limit
	}
	return app.Passages
}

// filter says which documents count.
func (r *request) filter() string {
	if r.search == nil {
		return r.which
	}
	return r.search.Filter
}

// seal is the key that passages are to be sealed to, zero for none.
func (r *request) seal() types.Hash {
	if r.search == nil {
		return types.Hash{}
	}
	return r.search.Seal
}

// serveSearch brings what vaults have sealed to who paid. It returns an error only
// as long as nothing was written.
func (g *Gateway) serveSearch(w http.ResponseWriter, r *http.Request, body []byte) error {
	start := time.Now()
	d, err := g.readPayment(r, body, true)
	if err != nil {
		return err
	}
	done, err := g.accept(r.Context(), d)
	if err != nil {
		return err
	}
	defer done()
	boxes, failure := beginRelease(r.Context(), g, d, checkSealed)()
	if !slices.ContainsFunc(boxes, func(s *wire.SealedRelease) bool { return s != nil }) {
		return failure
	}
	a := g.newAnswer(w, d, start, true)
	a.events = wire.NewEvents(w)
	a.give(r.Context(), boxes, failure)
	return nil
}

// checkSealed compares what came with what was bought, as far as one can who cannot
// read it.
func checkSealed(offer wire.Offer, r wire.SealedRelease) error {
	if r.Asset != offer.Asset || r.Version != offer.Version || r.Root != offer.Root {
		return errors.New("it released for another asset, version or root than it offered")
	}
	least := 0
	for _, item := range offer.Items {
		least += int(item.Bytes)
	}
	if len(r.Sealed) < least {
		return errors.New("what it sealed is shorter than the passages that were bought")
	}
	return nil
}

// give hands over what was sealed, and ends.
func (a *answer) give(ctx context.Context, boxes []*wire.SealedRelease, failure error) {
	for i, box := range boxes {
		if box == nil {
			continue
		}
		asset := a.d.Quote.Vaults[i].Asset
		a.boxes = append(a.boxes, *box)
		a.charges = append(a.charges, wire.Charge{Asset: asset, Kind: types.KindData, Amount: a.d.leaves[asset].Order.Price})
	}
	if a.gave() {
		a.g.book.Give(a.d.order)
	}
	c := a.chunk
	c.Weal = &wire.Trailer{Sealed: a.boxes}
	a.send(c)
	a.finish = "stop"
	a.end(ctx, errors.Join(failure, a.gone))
}

// gave reports whether anything was given for which the app is paid: text, or all
// that a search has bought.
func (a *answer) gave() bool {
	return a.text.Len() > 0 || len(a.boxes) > 0 && len(a.boxes) == len(a.d.Quote.Vaults)
}

// sealedBy are the vaults that have sealed something.
func (a *answer) sealedBy() (vaults []types.AssetID) {
	for _, box := range a.boxes {
		vaults = append(vaults, box.Asset)
	}
	return vaults
}

// output is what the app's receipt is over: the text, or what was passed on sealed.
func (a *answer) output() types.Hash {
	if a.d.req.search == nil {
		return sha256.Sum256([]byte(a.text.String()))
	}
	return wire.SealedOutput(a.boxes)
}
