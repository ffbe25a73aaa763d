package gateway

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// abilities remembers what models can do beyond answering with text, as they say.
type abilities struct {
	mu    sync.Mutex
	known map[types.AssetID]ability
}

type ability struct {
	supports []string
	at       time.Time
}

// able refuses what a model cannot do before anybody pays for passages of an answer
// that will not come.
func (g *Gateway) able(ctx context.Context, model types.AssetID, req *request) error {
	if len(req.needs) == 0 {
		return nil
	}
	can, err := g.supports(ctx, model)
	if err != nil {
		return modelError("model_down", "the model cannot be asked whether it would answer: %v; nothing was charged, try again", err)
	}
	for _, need := range req.needs {
		if !slices.Contains(can, need) {
			return badParam(need, "unsupported_"+need, "%s is not supported here: the model of this app, asset %d, has none; leave it out, or ask an app whose model has it", need, model)
		}
	}
	return nil
}

// supports asks a model what it can do; an answer is believed as long as an address.
func (g *Gateway) supports(ctx context.Context, model types.AssetID) ([]string, error) {
	g.can.mu.Lock()
	a, ok := g.can.known[model]
	g.can.mu.Unlock()
	if ok && g.cfg.Now().Sub(a.at) < endpointLife {
		return a.supports, nil
	}
	ctx, cancel := context.WithTimeout(ctx, g.app.Limits.OfferTimeout)
	defer cancel()
	list, err := g.peers.models(ctx, model)
	if err != nil {
		return nil, err
	}
	a = ability{at: g.cfg.Now()}
	for _, m := range list.Data {
		a.supports = append(a.supports, m.Supports...)
	}
	g.can.mu.Lock()
	defer g.can.mu.Unlock()
	if g.can.known == nil {
		g.can.known = map[types.AssetID]ability{}
	}
	g.can.known[model] = a
	return a.supports, nil
}

// models asks a model what it serves.
func (p *peers) models(ctx context.Context, id types.AssetID) (list wire.ModelList, err error) {
	url, err := p.url(ctx, id)
	if err != nil {
		return list, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+wire.PathModels, http.NoBody)
	if err != nil {
		return list, err
	}
	resp, err := p.client.Do(req)
	if err != nil {
		if ctx.Err() == nil {
			p.forget(id)
		}
		return list, err
	}
	defer resp.Body.Close()
	status, said, err := readAnswer(resp)
	switch {
	case err != nil:
		return list, err
	case status != http.StatusOK:
		return list, errors.New(wire.ReadError(status, said).Message)
	}
	return list, wire.Unmarshal(said, &list)
}
