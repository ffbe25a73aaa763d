package find

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire/outside"
)

const (
	// DefaultLimit is how many assets are found if a query does not say.
	DefaultLimit = 20
	// MaxLimit is the most that can be asked for.
	MaxLimit = 500
	// askTime bounds one request to a host.
	askTime = 5 * time.Second
	// weak is the part of the best match's score below which one is no match.
	weak = 0.1
)

// Earned is what settlements have credited to an asset in its life.
type Earned struct {
	Denom  string       `json:"denom"`
	Amount types.Amount `json:"amount"`
}

// Chain is what is asked of the chain.
type Chain interface {
	// Assets returns all assets, by id.
	Assets(ctx context.Context) ([]types.Asset, error)
	// Version returns one version of an asset.
	Version(ctx context.Context, id types.AssetID, version uint32) (types.Version, error)
	// Earned returns what an asset was credited, in each of its denominations.
	Earned(ctx context.Context, id types.AssetID) ([]Earned, error)
}

// Config is what a Finder needs. Nil Now is the clock.
type Config struct {
	Chain Chain
	// Private lets manifests be on this machine and in private networks.
	Private bool
	Now     func() time.Time
}

// Finder finds assets. It is safe for concurrent use.
type Finder struct {
	chain  Chain
	client *outside.Client
	now    func() time.Time

	mu        sync.Mutex
	assets    []types.Asset // as the chain last told them
	children  map[types.AssetID]int
	manifests map[types.Hash]*manifest // those that were read
	faults    map[source]fault         // those that were not
}

// New returns a Finder that knows nothing yet.
func New(cfg Config) (*Finder, error) {
	if cfg.Chain == nil {
		return nil, errors.New("find assets: the chain is missing")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Finder{
		chain: cfg.Chain, client: outside.New(cfg.Private, askTime), now: cfg.Now,
		manifests: map[types.Hash]*manifest{}, faults: map[source]fault{},
	}, nil
}

// Close lets connections go.
func (f *Finder) Close() { f.client.Close() }

// Query says what to find. All that is set must hold.
type Query struct {
	// Topic is in the asset's own words: those of its name and description. Empty is
	// all assets.
	Topic string
	Kinds []types.Kind
	// Denom is the denomination in which assets are priced; empty is the chain's coin.
	// MaxPrice bounds what PriceOf tells in it; zero for no bound.
	Denom    string
	MaxPrice types.Amount
	// Policy is a proof policy that the manifest names; empty for any.
	Policy string
	// Open leaves out what only holders of a credential may use.
	Open bool
	// Probe asks each asset that is found whether it is there, Healthy leaves out those
	// that are not.
	Probe, Healthy bool
	// Limit is the most assets to find; zero is DefaultLimit.
	Limit int
	// Skip, if set, leaves out assets that it is true of.
	Skip func(types.AssetID) bool
}

// Found is an asset that fits a query.
type Found struct {
	Asset       types.AssetID `json:"asset"`
	Kind        types.Kind    `json:"kind"`
	Name        string        `json:"name"`
	Description string        `json:"description"`
	Endpoint    string        `json:"endpoint,omitempty"`
	Version     uint32        `json:"version"`
	Policies    []string      `json:"policies"`
	Licence     types.Licence `json:"licence"`
	Prices      []types.Price `json:"prices"`
	// Price is by what assets of a kind are compared.
	Price *Price `json:"price,omitempty"`
	// Score is how well name and description speak of the topic; zero without one.
	Score      float64    `json:"score"`
	Reputation Reputation `json:"reputation"`
	// Health is how the asset answered just now, if it was asked.
	Health *Health `json:"health,omitempty"`
	// Fault is why the manifest is not known, if it is not.
	Fault string `json:"fault,omitempty"`
}

// Reputation is what the chain holds of an asset.
type Reputation struct {
	// Credited is what settlements have credited to it.
	Credited []Earned `json:"credited"`
	// Since is the block of its registration, Versions how often it was described anew.
	Since    int64  `json:"since_height"`
	Versions uint32 `json:"versions"`
	// Children is how many assets were made from it.
	Children int `json:"children"`
}

// Result is what a query has found, best first.
type Result struct {
	Found []Found `json:"found"`
	// Assets is how many the chain has, Unread the number of those of the kinds asked
	// for whose manifest is not known: none of them can match a topic.
	Assets int `json:"assets"`
	Unread int `json:"unread"`
}

// candidate is an asset beside what is known of it.
type candidate struct {
	asset    types.Asset
	manifest *manifest // nil if it is not known
	fault    string
	score    float64
	children int
}

// Find returns what fits q, best first: by score, then by what was credited to it, then
// by age. Refresh must have been called.
func (f *Finder) Find(ctx context.Context, q Query) (Result, error) {
	if q.Limit < 0 || q.Limit > MaxLimit {
		return Result{}, fmt.Errorf("find: want a limit of 1 to %d, got %d", MaxLimit, q.Limit)
	}
	q.Limit, q.Denom = cmp.Or(q.Limit, DefaultLimit), cmp.Or(q.Denom, types.BaseDenom)
	all, result := f.fitting(q)
	if q.Topic != "" {
		all = speaking(all, q.Topic)
	}
	found := make([]Found, len(all))
	err := each(ctx, len(all), func(ctx context.Context, i int) (err error) {
		found[i], err = f.describe(ctx, all[i], q.Denom)
		return err
	})
	if err != nil {
		return result, err
	}
	slices.SortStableFunc(found, func(a, b Found) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), b.Reputation.in(q.Denom).Cmp(a.Reputation.in(q.Denom)))
	})
	if q.Healthy || q.Probe {
		if found, err = f.probeSome(ctx, found, q); err != nil {
			return result, err
		}
	}
	result.Found = found[:min(q.Limit, len(found))]
	return result, nil
}

// Choose returns the assets that fit q, from what Refresh has read and without asking
// anybody: best first, by score and then the cheapest. Probe and Healthy do not count.
func (f *Finder) Choose(q Query) (chosen []types.AssetID) {
	q.Healthy, q.Denom = false, cmp.Or(q.Denom, types.BaseDenom)
	all, _ := f.fitting(q)
	if q.Topic != "" {
		all = speaking(all, q.Topic)
	}
	price := func(c candidate) types.Amount {
		p, _ := PriceOf(c.asset, q.Denom)
		return p.Amount
	}
	slices.SortStableFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), price(a).Cmp(price(b)))
	})
	for _, c := range all[:min(len(all), cmp.Or(q.Limit, DefaultLimit))] {
		chosen = append(chosen, c.asset.ID)
	}
	return chosen
}

// fitting lists what fits q but for its topic and health, by id.
func (f *Finder) fitting(q Query) (all []candidate, r Result) {
	f.mu.Lock()
	defer f.mu.Unlock()
	r.Assets = len(f.assets)
	for _, a := range f.assets {
		if len(q.Kinds) > 0 && !slices.Contains(q.Kinds, a.Kind) {
			continue
		}
		c := candidate{asset: a, manifest: f.manifests[a.Manifest], children: f.children[a.ID]}
		if c.manifest == nil {
			r.Unread++
			c.fault = cmp.Or(f.faults[source{a.Manifest, a.ManifestURI}].why, "it was not read yet")
		}
		price, priced := PriceOf(a, q.Denom)
		switch {
		case !q.MaxPrice.IsZero() && (!priced || price.Amount.Cmp(q.MaxPrice) > 0),
			q.Policy != "" && (c.manifest == nil || !slices.Contains(c.manifest.Policies, q.Policy)),
			q.Open && a.Licence.Closed,
			q.Skip != nil && q.Skip(a.ID),
			c.manifest == nil && (q.Topic != "" || q.Healthy):
		default:
			all = append(all, c)
		}
	}
	return all, r
}

// describe adds what the chain knows of an asset.
func (f *Finder) describe(ctx context.Context, c candidate, denom string) (Found, error) {
	a := c.asset
	out := Found{
		Asset: a.ID, Kind: a.Kind, Version: a.Version, Licence: a.Licence, Prices: a.Prices, Policies: []string{}, Score: c.score, Fault: c.fault,
		Reputation: Reputation{Versions: a.Version, Children: c.children, Credited: []Earned{}},
	}
	if m := c.manifest; m != nil {
		out.Name, out.Description, out.Endpoint, out.Policies = m.Name, m.Description, m.Endpoint, m.Policies
	}
	if p, ok := PriceOf(a, denom); ok {
		out.Price = &p
	}
	earned, err := f.chain.Earned(ctx, a.ID)
	if err != nil {
		return out, err
	}
	out.Reputation.Credited = append(out.Reputation.Credited, earned...)
	first, err := f.chain.Version(ctx, a.ID, 1)
	out.Reputation.Since = first.Height
	return out, err
}

// in is what was credited in a denomination.
func (r Reputation) in(denom string) types.Amount {
	for _, e := range r.Credited {
		if e.Denom == denom {
			return e.Amount
		}
	}
	return types.Amount{}
}

// ErrNotFound is returned for an asset that a Finder does not know.
var ErrNotFound = errors.New("there is no such asset, or it is too new to be known here")

// One returns what is known of one asset, and how it answers now.
func (f *Finder) One(ctx context.Context, id types.AssetID, denom string) (Found, error) {
	f.mu.Lock()
	i, ok := slices.BinarySearchFunc(f.assets, id, func(a types.Asset, id types.AssetID) int { return cmp.Compare(a.ID, id) })
	if !ok {
		f.mu.Unlock()
		return Found{}, fmt.Errorf("asset %d: %w", id, ErrNotFound)
	}
	a := f.assets[i]
	c := candidate{asset: a, manifest: f.manifests[a.Manifest], fault: f.faults[source{a.Manifest, a.ManifestURI}].why, children: f.children[id]}
	f.mu.Unlock()
	found, err := f.describe(ctx, c, cmp.Or(denom, types.BaseDenom))
	if err == nil {
		found.Health = f.probe(ctx, found)
	}
	return found, err
}
