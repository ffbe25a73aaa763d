package purse

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/wire/sealed"
)

// Search is a question for passages and no answer. They come sealed to a key that
// the purse makes for it: the gateway finds them and cannot read them.
type Search struct {
	// Gateway is the base URL of the gateway, without a path.
	Gateway string
	// App is the gateway's asset; it may be zero if all lanes are for one. Model is
	// its name there, or empty.
	App   types.AssetID
	Model string
	// Question is what to look for, Limit the most passages wanted (zero: as many as
	// the app buys for an answer), Filter which documents count (empty: all).
	Question string
	Limit    int
	Filter   string
	// AtMost bounds what the search can cost; zero for no bound.
	AtMost types.Amount
	// Approve is as in Ask.
	Approve func(ctx context.Context, b Bill) error
}

// Search finds passages, pays for them, opens what was sealed and checks it. What
// it returns is as for Ask, with no text.
func (p *Purse) Search(ctx context.Context, s Search) (*Answer, error) {
	key, err := sealed.NewPrivate()
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	body, err := wire.Marshal(wire.SearchRequest{Model: s.Model, Question: s.Question, Limit: s.Limit, Filter: s.Filter, Seal: key.Key()})
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	return p.buy(ctx, &question{
		Ask:  Ask{Gateway: s.Gateway, App: s.App, AtMost: s.AtMost, Approve: s.Approve},
		path: wire.PathSearch, body: body, hash: sha256.Sum256(body), key: key,
	})
}

// seal is the key that what q buys is to be sealed to; zero for none.
func (q *question) seal() types.Hash {
	if q.key == nil {
		return types.Hash{}
	}
	return q.key.Key()
}

// onlyFound refuses what a search is not to pay for.
func (q *question) onlyFound(meters []wire.Meter) error {
	for _, m := range meters {
		if q.key != nil && m.Kind != types.KindApp {
			return bad("asset %d is in it, a %s; a search is for passages alone", m.Asset, m.Kind)
		}
	}
	return nil
}

// rank numbers offered passages from 1, best first: by band, then by their place in
// their offer, then by the quote's order of vaults.
func rank(offers []wire.Offer) map[types.Hash]int {
	type place struct {
		id            types.Hash
		band          uint8
		vault, offset int
	}
	var all []place
	for v, o := range offers {
		for i, item := range o.Items {
			all = append(all, place{item.ID, item.Band, v, i})
		}
	}
	slices.SortStableFunc(all, func(a, b place) int {
		return cmp.Or(cmp.Compare(b.band, a.band), cmp.Compare(a.offset, b.offset), cmp.Compare(a.vault, b.vault))
	})
	out := make(map[types.Hash]int, len(all))
	for i, p := range all {
		out[p.id] = i + 1
	}
	return out
}

// open opens what vaults have sealed, and checks it. The app gets its tick when all
// that was bought came and holds.
func (r *reading) open(boxes []wire.SealedRelease) {
	if r.q.key == nil {
		r.problem("sealed passages came, and none were asked for")
		return
	}
	for _, box := range boxes {
		r.boxes = append(r.boxes, box)
		v := r.bought.vaults[box.Asset]
		if v == nil {
			r.problem("sealed passages are said to be of asset %d, from which nothing was bought", box.Asset)
			continue
		}
		if _, twice := r.outputs[box.Asset]; twice {
			r.problem("asset %d: its passages came twice", box.Asset)
			continue
		}
		release, err := openRelease(r.q.key, v, box)
		if err != nil {
			r.bought.problems = append(r.bought.problems, fmt.Sprintf("the sealed passages of asset %d: %v", box.Asset, err))
			r.bought.flags = append(r.bought.flags, flag{box.Asset, err.Error()})
			continue
		}
		r.unpack(release)
	}
	slices.SortStableFunc(r.a.Citations, func(a, b Citation) int { return cmp.Compare(a.N, b.N) })
	if r.bought.whole() {
		r.m.owe(1)
	}
}

// unpack takes in what a vault has released.
func (r *reading) unpack(release wire.Release) {
	chunks := make([]types.Hash, len(release.Passages))
	for i, p := range release.Passages {
		c := r.bought.check(wire.Citation{
			N: r.q.rank[p.ID], Asset: release.Asset, Version: release.Version, Passage: p, Salt: release.Salt, Root: release.Root,
		})
		chunks[i] = c.Chunk
		r.a.Citations = append(r.a.Citations, c)
	}
	r.outputs[release.Asset] = pay.ItemsHash(chunks)
	r.take([]pay.SignedReceipt{release.Receipt})
}

// openRelease opens what v has sealed for its order.
func openRelease(key *sealed.Private, v *payee, box wire.SealedRelease) (wire.Release, error) {
	text, err := key.Open(v.hash, box.Sealed)
	if err != nil {
		return wire.Release{}, err
	}
	return readRelease(v, text)
}

// readRelease reads what was sealed for v's order.
func readRelease(v *payee, text []byte) (wire.Release, error) {
	var out wire.Release
	if err := wire.Unmarshal(text, &out); err != nil {
		return wire.Release{}, fmt.Errorf("what is sealed is no release: %.200s", strings.ToValidUTF8(err.Error(), "?"))
	}
	switch {
	case out.Asset != v.asset.ID || out.Version != v.order.Version || out.Root != v.root:
		return wire.Release{}, fmt.Errorf("it is a release of asset %d version %d, ordered was asset %d version %d", out.Asset, out.Version, v.asset.ID, v.order.Version)
	case len(out.Passages) != len(v.ids):
		return wire.Release{}, fmt.Errorf("it has %d passages, ordered were %d", len(out.Passages), len(v.ids))
	}
	for i, p := range out.Passages {
		if p.ID != v.ids[i] {
			return wire.Release{}, fmt.Errorf("passage %d is not the one that was ordered there", i+1)
		}
	}
	return out, nil
}

// whole reports whether all that was bought came, and holds.
func (w *purchase) whole() bool {
	for _, ids := range w.awaited {
		if len(ids) > 0 {
			return false
		}
	}
	return len(w.problems) == 0
}

// output is what v's receipt must be over, and false if that is not known.
func (r *reading) output(v *payee) (types.Hash, bool) {
	switch {
	case !v.metered() && !r.q.task:
		h, known := r.outputs[v.asset.ID]
		return h, known
	case r.q.key != nil:
		return wire.SealedOutput(r.boxes), true
	}
	return r.givenBy(v), true
}
