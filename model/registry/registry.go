// Package registry is what the chain says of assets, with a short memory: prices
// and versions are needed for every question and change rarely.
//
// What always holds: no answer is older than Fresh, unless the chain cannot be
// asked; then answers up to Stale old are good enough to quote and serve by, as a
// voucher is checked against the chain anyway before work is done for it.
package registry

import (
	"context"
	"sync"
	"time"

	"github.com/weal-network/weal/types"
)

const (
	// Fresh is how old an answer may be.
	Fresh = 2 * time.Second
	// Stale is how old an answer may be while the chain is out of reach.
	Stale = time.Minute
)

// Chain answers from the chain's latest block.
type Chain interface {
	Asset(ctx context.Context, id types.AssetID) (types.Asset, error)
}

// Registry is a Chain with a memory. It is safe for concurrent use. It is for
// the few assets that a role works with: it never forgets one.
type Registry struct {
	chain Chain
	now   func() time.Time
	mu    sync.Mutex
	known map[types.AssetID]*entry
}

type entry struct {
	mu    sync.Mutex // held while the chain is asked: once at a time
	asset types.Asset
	at    time.Time
}

var _ Chain = (*Registry)(nil)

// New returns a registry before chain, by the clock now.
func New(chain Chain, now func() time.Time) *Registry {
	return &Registry{chain: chain, now: now, known: map[types.AssetID]*entry{}}
}

// Asset implements Chain.
func (r *Registry) Asset(ctx context.Context, id types.AssetID) (types.Asset, error) {
	r.mu.Lock()
	e := r.known[id]
	if e == nil {
		e = &entry{}
		r.known[id] = e
	}
	r.mu.Unlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	age := r.now().Sub(e.at)
	if !e.at.IsZero() && age < Fresh {
		return e.asset, nil
	}
	a, err := r.chain.Asset(ctx, id)
	switch {
	case err == nil:
		e.asset, e.at = a, r.now()
	case e.at.IsZero() || age >= Stale:
		return types.Asset{}, err
	}
	return e.asset, nil
}
