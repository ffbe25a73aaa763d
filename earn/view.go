package earn

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/weal-network/weal/types"
)

const (
	// fresh is how old an answer of the chain may be. A lane that closes within
	// it can still be settled, since its window is much longer.
	fresh = time.Second
	// maxViews bounds what the cache holds; then it starts anew.
	maxViews = 10_000
)

// view is the chain with a short memory, which asks one question once at a time.
type view struct {
	chain Chain
	now   func() time.Time

	mu      sync.Mutex
	lanes   map[types.LaneRef]*answer[types.Lane]
	assets  map[types.AssetID]*answer[types.Asset]
	permits map[permitKey]*answer[types.Permit]
	fees    map[types.TabID]*answer[reserve]
}

type permitKey struct {
	asset  types.AssetID
	holder string
}

type answer[T any] struct {
	mu    sync.Mutex // held while the chain is asked
	at    time.Time
	value T
}

func newView(c Chain, now func() time.Time) *view {
	return &view{
		chain: c, now: now,
		lanes: map[types.LaneRef]*answer[types.Lane]{}, assets: map[types.AssetID]*answer[types.Asset]{},
		permits: map[permitKey]*answer[types.Permit]{}, fees: map[types.TabID]*answer[reserve]{},
	}
}

// lane returns what the chain said of ref no longer than age ago.
func (v *view) lane(ctx context.Context, ref types.LaneRef, age time.Duration) (types.Lane, error) {
	return look(ctx, v, v.lanes, ref, age, v.chain.Lane)
}

// asset returns what the chain said of id no longer than age ago.
func (v *view) asset(ctx context.Context, id types.AssetID, age time.Duration) (types.Asset, error) {
	return look(ctx, v, v.assets, id, age, v.chain.Asset)
}

// permit returns what the chain said of holder and asset no longer than age ago.
func (v *view) permit(ctx context.Context, asset types.AssetID, holder string, age time.Duration) (types.Permit, error) {
	ask := func(ctx context.Context, k permitKey) (types.Permit, error) {
		return v.chain.Permit(ctx, k.asset, k.holder)
	}
	return look(ctx, v, v.permits, permitKey{asset, holder}, age, ask)
}

// reserve returns what chain said of a tab's fee reserve no longer than age ago.
func (v *view) reserve(ctx context.Context, chain Reserver, id types.TabID, age time.Duration) (reserve, error) {
	ask := func(ctx context.Context, id types.TabID) (r reserve, err error) {
		r.left, r.refund, r.worth, err = chain.Reserve(ctx, id)
		return r, err
	}
	return look(ctx, v, v.fees, id, age, ask)
}

func look[K comparable, T any](ctx context.Context, v *view, m map[K]*answer[T], key K, age time.Duration,
	ask func(context.Context, K) (T, error),
) (T, error) {
	v.mu.Lock()
	a := m[key]
	if a == nil {
		if len(m) >= maxViews {
			clear(m)
		}
		a = &answer[T]{}
		m[key] = a
	}
	v.mu.Unlock()

	a.mu.Lock()
	defer a.mu.Unlock()
	now := v.now()
	if !a.at.IsZero() && now.Sub(a.at) < age {
		return a.value, nil
	}
	value, err := ask(ctx, key)
	if err != nil {
		return value, err
	}
	a.value, a.at = value, now
	return value, nil
}

// Funded returns the lane ref if it can be paid from: it is on the chain, open,
// not used up, and in a denomination that the asset earns in. The answer may be a
// second old. Whether its payer may use the asset is for Admit.
func (b *Book) Funded(ctx context.Context, ref types.LaneRef) (types.Lane, error) {
	asset := b.Asset()
	if asset == 0 {
		return types.Lane{}, errNoAsset
	}
	l, err := b.view.lane(ctx, ref, fresh)
	switch {
	case errors.Is(err, types.ErrNotFound):
		return types.Lane{}, refuseLane("there is no lane %s on this chain", ref)
	case err != nil:
		return types.Lane{}, chainDown(err)
	case l.State != types.LaneOpen:
		b.closes(ref)
		return types.Lane{}, refuseClosing(l)
	case l.Credited.Cmp(l.Cap) >= 0:
		return types.Lane{}, refuse(CodeOverCap, "lane %s is used up; open another lane", ref)
	}
	a, err := b.view.asset(ctx, asset, fresh)
	if err != nil {
		return types.Lane{}, chainDown(fmt.Errorf("asset %d: %w", asset, err))
	}
	if slices.Contains(a.Denoms, l.Denom) {
		return l, nil
	}
	return types.Lane{}, refuse(CodeWrongDenom, "asset %d does not earn in %s; pay from a tab in one of %v", asset, l.Denom, a.Denoms)
}
