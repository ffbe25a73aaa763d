package library

import (
	"context"
	"errors"
	"fmt"

	"github.com/weal-network/weal/vault/filter"
	"github.com/weal-network/weal/vault/fuse"
	"github.com/weal-network/weal/vault/index"
	"github.com/weal-network/weal/vault/rerank"
	"github.com/weal-network/weal/vault/vector"
)

// reranked is how many passages are given to a reranker.
const reranked = 50

// Ask is a question to a generation.
type Ask struct {
	Question string
	Limit    int // of passages
	Filter   filter.Filter
}

// Answer is what was found, the best first. No passage says the same as another.
type Answer struct {
	Found []Found
	// Missing says what did not count, and why: errors of the endpoints, and
	// ErrLexical. It is nil if all did.
	Missing error
}

// Lists are what was found by words and by meaning, the best first.
type Lists struct {
	Words, Meaning []fuse.Hit
	// Missing says why nothing was looked for by meaning.
	Missing error
}

// Ask answers a question.
func (g *Generation) Ask(ctx context.Context, a Ask) (Answer, error) {
	if a.Limit < 1 {
		return Answer{}, nil
	}
	depth := max(fuse.Depth, a.Limit)
	if g.library.meaning.client.Load() == nil && g.library.meaning.reranker.Load() == nil {
		depth = 2*a.Limit + 8 // some say the same as others
	}
	for {
		answer, more, err := g.ask(ctx, a, depth)
		if !more || err != nil {
			return answer, err
		}
		depth *= 4
	}
}

// ask answers from the first passages of each list, as many as depth; more says that
// there are too few that differ, and more to be had.
func (g *Generation) ask(ctx context.Context, a Ask, depth int) (answer Answer, more bool, err error) {
	lists, err := g.Passages(ctx, a.Question, depth, a.Filter)
	if err := errors.Join(err, ctx.Err()); err != nil {
		return Answer{}, false, err
	}
	answer.Missing = lists.Missing
	hits := lists.Words
	if lists.Missing == nil {
		hits = fuse.Fuse(lists.Words, lists.Meaning, g.library.Weight())
	}
	reranker := g.library.meaning.reranker.Load()
	if reranker != nil {
		if hits, err = g.rerank(ctx, reranker, a, hits); err != nil {
			answer.Missing = errors.Join(answer.Missing, err)
		}
	}
	answer.Found, err = g.distinct(ctx, hits, a.Limit)
	return answer, len(answer.Found) < a.Limit && len(lists.Words) == depth && reranker == nil, err
}

// distinct returns the first hits that say something new, at most limit.
func (g *Generation) distinct(ctx context.Context, hits []fuse.Hit, limit int) (found []Found, err error) {
	var seen fuse.Seen
	for _, h := range hits {
		if len(found) == limit {
			break
		}
		n := int(h.ID)
		text, err := g.text(ctx, n)
		if errors.Is(err, ErrRemoved) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !seen.New(text) {
			continue
		}
		found = append(found, Found{Number: n, Hash: g.hashes[n], Bytes: g.sizes[n], Band: band(h.Score, hits[0].Score)})
	}
	return found, nil
}

// band is the tenth of the best score that a score is in.
func band(score, best float64) uint8 {
	if best <= 0 {
		return 0
	}
	return uint8(max(0, min(9, int(10*score/best))))
}

// rerank returns the best hits in a new order, and all of them as they were if that
// fails.
func (g *Generation) rerank(ctx context.Context, reranker *rerank.Client, a Ask, hits []fuse.Hit) ([]fuse.Hit, error) {
	top := hits[:min(len(hits), max(reranked, a.Limit))]
	texts := make([]string, len(top))
	for i, h := range top {
		var err error
		if texts[i], err = g.text(ctx, int(h.ID)); err != nil && !errors.Is(err, ErrRemoved) {
			return hits, err
		}
	}
	order, err := reranker.Order(ctx, a.Question, texts)
	if err != nil {
		return hits, err
	}
	out := make([]fuse.Hit, 0, len(top))
	for _, o := range order {
		out = append(out, fuse.Hit{ID: top[o.Place].ID, Score: o.Score})
	}
	return out, nil
}

// text reads the text of passage n.
func (g *Generation) text(ctx context.Context, n int) (string, error) {
	c, _, err := g.Passage(ctx, n)
	return c.Text, err
}

// Passages returns the passages that are found, by their numbers, at most limit of
// each list.
func (g *Generation) Passages(ctx context.Context, question string, limit int, f filter.Filter) (l Lists, err error) {
	hits := g.nearMeanwhile(ctx, question, limit, f)
	view, err := g.view.Ready(ctx, question)
	if err != nil {
		return l, fmt.Errorf("search: %w", err)
	}
	for _, p := range view.PassagesOf(question, limit, g.only(f)) {
		l.Words = append(l.Words, fuse.Hit{ID: uint32(g.docs[g.at[p.Doc]].first + p.Chunk), Score: p.Score})
	}
	near := <-hits
	l.Missing = near.err
	for _, h := range near.hits {
		l.Meaning = append(l.Meaning, fuse.Hit{ID: h.ID, Score: float64(h.Score)})
	}
	return l, nil
}

// perDocument is how many passages are looked for by meaning to have one document.
const perDocument = 3

// ByDocument returns the documents that are found, by their place among all, at most
// limit of each list. SourceOf names them.
func (g *Generation) ByDocument(ctx context.Context, question string, limit int, f filter.Filter) (l Lists, err error) {
	hits := g.nearMeanwhile(ctx, question, perDocument*limit, f)
	view, err := g.view.Ready(ctx, question)
	if err != nil {
		return l, fmt.Errorf("search: %w", err)
	}
	for _, h := range view.DocumentsOf(question, limit, g.only(f)) {
		l.Words = append(l.Words, fuse.Hit{ID: uint32(g.at[h.Doc]), Score: h.Score})
	}
	near := <-hits
	l.Missing = near.err
	seen := map[uint32]bool{}
	for _, h := range near.hits {
		doc := uint32(g.place(int(h.ID)))
		if !seen[doc] && len(l.Meaning) < limit {
			seen[doc] = true
			l.Meaning = append(l.Meaning, fuse.Hit{ID: doc, Score: float64(h.Score)})
		}
	}
	return l, nil
}

// nearby is what near returns.
type nearby struct {
	hits []vector.Hit
	err  error
}

// nearMeanwhile has near look while the caller does something else.
func (g *Generation) nearMeanwhile(ctx context.Context, question string, limit int, f filter.Filter) <-chan nearby {
	c := make(chan nearby, 1)
	if g.library.meaning.client.Load() == nil {
		c <- nearby{err: ErrLexical}
		return c
	}
	go func() {
		hits, err := g.near(ctx, question, limit, f)
		c <- nearby{hits, err}
	}()
	return c
}

// SourceOf returns the name of the document at a place.
func (g *Generation) SourceOf(place int) string { return g.docs[place].source }

// near returns the passages whose vectors are nearest to a question's, by number.
func (g *Generation) near(ctx context.Context, question string, limit int, f filter.Filter) ([]vector.Hit, error) {
	r := g.reach.Load()
	if r == nil {
		return nil, ErrNotReady
	}
	if r.far == nil && r.set == nil {
		return nil, nil
	}
	v, err := r.client.Query(ctx, question)
	if err != nil {
		return nil, err
	}
	if r.far != nil {
		var lets func(place int) bool
		if !f.All() {
			lets = func(place int) bool { return g.lets(f, place) }
		}
		hits, err := g.nearFar(ctx, r.far, r.client.Name(), v, limit, lets)
		if err != nil {
			return nil, fmt.Errorf("search by meaning: %w", err)
		}
		return hits, nil
	}
	among := r.among
	if !f.All() {
		among = vector.NewBitmap(64 * len(r.among))
		for _, i := range g.live {
			if !g.lets(f, i) {
				continue
			}
			for chunk := range g.chunks(i) {
				if id := r.first[i] + uint32(chunk); r.among.Has(id) {
					among.Set(id)
				}
			}
		}
	}
	hits, err := r.set.Search(make([]vector.Hit, 0, limit), v, limit, among)
	if err != nil {
		return nil, fmt.Errorf("search by meaning: %w", err)
	}
	for i := range hits {
		hits[i].ID = uint32(r.numbers[hits[i].ID])
	}
	return hits, nil
}

// only returns what the index is to look at, nil for all.
func (g *Generation) only(f filter.Filter) func(index.Doc) bool {
	if f.All() {
		return nil
	}
	return func(d index.Doc) bool {
		i, ok := g.at[d]
		return ok && g.lets(f, i)
	}
}

// lets reports whether a filter lets the document at a place through. Beside what
// is known of it, its source counts as "source".
func (g *Generation) lets(f filter.Filter, place int) bool {
	m := g.docs[place]
	return f.Match(func(name string) (string, bool) {
		if name == "source" {
			return m.source, true
		}
		v, ok := m.meta[name]
		return v, ok
	})
}
