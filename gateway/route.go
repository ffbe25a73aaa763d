package gateway

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/weal-network/weal/find"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

const (
	// maxAnswers is how many models answer one question at most.
	maxAnswers = 4
	// spares is how many models a quote names for when the one that is to write does not.
	spares = 1
)

// wanted is how many models a purse takes in a quote, and how many of them are to answer.
// One that does not say knows of one only, and would pay all that are named.
func wanted(h http.Header, req *request) (models, answers int) {
	number := func(name string) int {
		n, err := strconv.Atoi(h.Get(name))
		if err != nil || n < 1 {
			return 1
		}
		return n
	}
	models, answers = number(wire.HeaderModels), min(number(wire.HeaderAnswers), maxAnswers)
	if len(req.needs) > 0 {
		answers = 1 // calls of several would be one list
	}
	if answers > 1 {
		return min(models, answers), min(models, answers)
	}
	return min(models, 1+spares), 1
}

// writers returns the models that may write an answer for a lane, in the order in which
// they are asked, at most most. A payer that a model will refuse shall not pay for
// passages before, and so it is asked here, unless it is open to all.
func (g *Gateway) writers(ctx context.Context, lane types.Lane, req *request, most int, trace http.Header) (writers []types.AssetID, err error) {
	switch {
	case req.search != nil:
		return nil, nil
	case g.app.Upstream != nil:
		return nil, g.ownAble(req)
	}
	if id := g.app.Model; id != 0 {
		g.writes.add([]types.AssetID{id})
		return []types.AssetID{id}, g.fit(ctx, id, lane.Ref, req, trace)
	}
	var refused error
	for _, id := range g.routed(ctx, lane.Denom) {
		if len(writers) == most {
			break
		}
		if err := g.fit(ctx, id, lane.Ref, req, trace); err != nil {
			refused = cmp.Or(refused, err)
			continue
		}
		writers = append(writers, id)
	}
	switch {
	case len(writers) > 0:
		g.writes.add(writers)
		return writers, nil
	case refused != nil:
		return nil, refused
	}
	return nil, wire.NewError(http.StatusServiceUnavailable, wire.TypeUpstream, "no_model",
		"none of the app's models can be used and has a price in %s that it accepts; nothing was charged, try again later", lane.Denom)
}

// modelIDs are the models of the app.
func (g *Gateway) modelIDs(ctx context.Context, denom string) []types.AssetID {
	if g.app.Model != 0 {
		return []types.AssetID{g.app.Model}
	}
	return g.routed(ctx, denom)
}

// routed returns the app's models that have a price in denom, in the order in which they
// are asked. Those that are down come last: all may be.
func (g *Gateway) routed(ctx context.Context, denom string) []types.AssetID {
	type model struct {
		id    types.AssetID
		price types.Amount
		seen  Measure
	}
	var all []model
	for _, c := range g.app.ModelChoices() {
		for _, id := range g.chosen(ctx, c, types.KindModel, denom) {
			a, err := g.known.Asset(ctx, id)
			price, ok := find.PriceOf(a, denom)
			if _, ticks := a.Price(types.PerTick, denom); err != nil || !ok || !ticks ||
				slices.ContainsFunc(all, func(m model) bool { return m.id == id }) {
				continue
			}
			all = append(all, model{id, price.Amount, g.measures.of(id)})
		}
	}
	down := func(m model) int {
		if m.seen.Down {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(all, func(a, b model) int {
		by := 0
		switch g.app.Router {
		case RoutePrice:
			by = a.price.Cmp(b.price)
		case RouteLatency: // who was not measured yet is tried
			by = cmp.Compare(a.seen.FirstMillis, b.seen.FirstMillis)
		case RouteQuality:
			by = cmp.Compare(b.seen.quality(), a.seen.quality())
		}
		return cmp.Or(cmp.Compare(down(a), down(b)), by)
	})
	out := make([]types.AssetID, len(all))
	for i, m := range all {
		out[i] = m.id
	}
	return out
}

// fit says why a model would not answer req for a lane's payer, if it would not.
func (g *Gateway) fit(ctx context.Context, model types.AssetID, lane types.LaneRef, req *request, trace http.Header) error {
	if err := g.able(ctx, model, req); err != nil {
		return err
	}
	return g.admit(ctx, model, lane, trace)
}

// admit asks a model whether it would serve a lane's payer, if it is not open to all.
func (g *Gateway) admit(ctx context.Context, model types.AssetID, lane types.LaneRef, trace http.Header) error {
	a, err := g.known.Asset(ctx, model)
	if err != nil || !a.Licence.Closed {
		return nil //nolint:nilerr // what cannot be looked up now is said where it is priced
	}
	return g.askModel(ctx, model, wire.AdmitRequest{Lane: lane}, trace)
}

// askModel asks a model whether it would serve a payer.
func (g *Gateway) askModel(ctx context.Context, model types.AssetID, ask wire.AdmitRequest, trace http.Header) error {
	ctx, cancel := context.WithTimeout(ctx, g.app.Limits.OfferTimeout)
	defer cancel()
	var said wire.Admission
	err := g.peers.call(ctx, model, wire.PathAdmit, ask, &said, trace)
	var refusal *wire.Error
	if err == nil || errors.As(err, &refusal) {
		return err
	}
	g.measures.failed(model)
	return modelError("model_down", "the model cannot be asked whether it would answer: %v; nothing was charged, try again", err)
}

// modelSet is the models that were named in quotes: whose ticks are passed on.
type modelSet struct {
	mu  sync.Mutex
	all map[types.AssetID]bool
}

func (s *modelSet) add(models []types.AssetID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range models {
		s.all[id] = true
	}
}

func (s *modelSet) has(id types.AssetID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[id]
}
