package library

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/embed"
	"github.com/weal-network/weal/vault/seal"
	"github.com/weal-network/weal/vault/vector"
)

// embedAll makes the vectors of all generations in memory, the newest first, until
// ctx ends. What fails is tried again, with growing pauses.
func (l *Library) embedAll(ctx context.Context) {
	pause := firstPause
	for {
		err := l.embedRecent(ctx)
		var again <-chan time.Time
		if err != nil && ctx.Err() == nil && !errors.Is(err, errForgotten) {
			again = time.After(pause)
			pause = min(2*pause, lastPause)
		} else {
			pause = firstPause
		}
		select {
		case <-ctx.Done():
			return
		case <-l.meaning.kick:
		case <-again:
		}
	}
}

func (l *Library) embedRecent(ctx context.Context) error {
	for l.meaning.client.Load() != nil {
		l.mu.Lock()
		recent := slices.Clone(l.recent)
		l.mu.Unlock()
		slices.SortFunc(recent, func(a, b *Generation) int { return int(b.ID - a.ID) })
		i := slices.IndexFunc(recent, func(g *Generation) bool { return g.reach.Load() == nil })
		if i < 0 {
			return nil
		}
		if err := l.Embed(ctx, recent[i], nil); err != nil {
			return err
		}
	}
	return nil
}

// Embed makes the vectors of g that are not there yet. Until it has, g is searched
// by words. It goes on where an earlier call was stopped. progress may be nil.
func (l *Library) Embed(ctx context.Context, g *Generation, progress func(done, all int)) error {
	m := &l.meaning
	if m.client.Load() == nil {
		return ErrLexical
	}
	if err := m.fill(ctx, g, progress); err != nil {
		return err
	}
	defer m.filling.Unlock()
	if g.reach.Load() != nil {
		return nil
	}
	err := l.embed(ctx, g, progress)
	if errors.Is(err, errForgotten) {
		return err
	}
	m.note(err)
	if err != nil {
		return fmt.Errorf("make vectors: %w", err)
	}
	return nil
}

// fill waits until no other makes vectors, and locks m.filling.
func (m *meaning) fill(ctx context.Context, g *Generation, progress func(done, all int)) error {
	for !m.filling.TryLock() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(progressEvery):
		}
		if progress != nil {
			m.mu.Lock()
			made := m.made
			m.mu.Unlock()
			progress(min(made, g.Len()), g.Len())
		}
	}
	return nil
}

// place is a chunk of a document that has no vector in memory.
type place struct {
	member int
	chunk  int
}

func (l *Library) embed(ctx context.Context, g *Generation, progress func(done, all int)) error {
	m := &l.meaning
	m.mu.Lock()
	round := m.round
	client := m.client.Load()
	m.mu.Unlock()
	if client == nil {
		return errForgotten
	}
	elsewhere := l.far()
	if elsewhere != nil {
		ids, err := elsewhere.known(ctx, client.Name())
		if err == nil {
			err = m.remember(ids, round)
		}
		if err != nil {
			return err
		}
	}
	m.mu.Lock()
	var fresh []int // members
	for _, i := range g.live {
		if _, ok := m.first[g.docs[i].id]; !ok {
			fresh = append(fresh, i)
		}
	}
	m.mu.Unlock()
	var places []place
	texts := embed.Texts{Text: func(ctx context.Context, i int) (string, error) {
		p, err := l.passage(ctx, l.read, g.docs[places[i].member].id, places[i].chunk)
		return EmbeddedText(p.heading, p.text), err
	}}
	for _, i := range fresh {
		hashes, err := l.embeddedHashes(ctx, l.read, g.docs[i].id, g.chunks(i))
		if err != nil {
			return m.unless(round, err)
		}
		for chunk := range hashes {
			places = append(places, place{i, chunk})
		}
		texts.Hashes = append(texts.Hashes, hashes...)
	}
	had := g.Len() - len(places)
	there, err := l.vectorsKept(ctx, client.Name(), texts.Hashes)
	if err != nil {
		return m.unless(round, err)
	}
	m.progressed(had+there, round)
	var document [][]float32
	use := func(i int, v []float32) error {
		document = append(document, v)
		if i+1 < len(places) && places[i+1].member == places[i].member {
			return nil
		}
		id, vectors := g.docs[places[i].member].id, document
		document = nil
		m.skip(id, vectors, round)
		if elsewhere != nil {
			return elsewhere.keep(ctx, client.Name(), id, vectors)
		}
		return m.take(id, vectors, round)
	}
	err = client.Fill(ctx, &guarded{l, round}, texts, use, func(done, _ int) {
		m.progressed(had+done, round)
		if progress != nil {
			progress(had+done, g.Len())
		}
	})
	if err == nil && elsewhere != nil {
		err = elsewhere.settled(ctx, client.Name())
	}
	if err != nil {
		return m.unless(round, err)
	}
	return m.reachOf(g, client, elsewhere, round)
}

// unless returns err, or errForgotten if all was forgotten since round.
func (m *meaning) unless(round int, err error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.round != round {
		return errForgotten
	}
	return err
}

// embeddedHashes returns the hashes of what is embedded of a document's n chunks.
func (l *Library) embeddedHashes(ctx context.Context, db querier, id int64, n int) (hashes []types.Hash, err error) {
	rows, err := db.QueryContext(ctx, `SELECT place, data FROM texts WHERE document = $1 ORDER BY place`, id)
	if err != nil {
		return nil, err
	}
	type sealedSegment struct {
		first int
		data  []byte
	}
	var all []sealedSegment
	err = each(rows, func() error {
		var s sealedSegment
		err := rows.Scan(&s.first, &s.data)
		all = append(all, s)
		return err
	})
	for i, s := range all {
		if err != nil {
			break
		}
		end := n
		if i+1 < len(all) {
			end = all[i+1].first
		}
		var b []byte
		if b, err = open(l.sealed.texts, s.data, seal.At(id, int64(s.first))); err != nil {
			break
		}
		for chunk := s.first; chunk < end && err == nil; chunk++ {
			var p passage
			p, err = decodePassage(b, chunk-s.first)
			hashes = append(hashes, EmbeddedHash(p.heading, p.text))
		}
	}
	if err == nil && len(hashes) != n {
		err = whyGone(ctx, db, id)
	}
	return hashes, err
}

// take adds the vectors of a whole document.
func (m *meaning) take(id int64, vectors [][]float32, round int) (err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.round != round {
		return errForgotten
	}
	if m.set == nil {
		dims := dimsOf(vectors, m.client.Load())
		if dims == 0 {
			return fmt.Errorf("%w: its first vectors are all zeros", embed.ErrReply)
		}
		if m.set, err = vector.New(dims); err != nil {
			return err
		}
	}
	if len(m.blank[id]) > 0 {
		stand := make([]float32, m.set.Dims())
		stand[0] = 1 // it keeps the place of what does not count
		vectors = slices.Clone(vectors)
		for _, chunk := range m.blank[id] {
			vectors[chunk] = stand
		}
	}
	m.first[id], err = m.set.Add(vectors...)
	return err
}

// dimsOf returns how many dimensions vectors have, by themselves or by their client,
// which may be nil; 0 if neither knows.
func dimsOf(vectors [][]float32, client *embed.Client) int {
	for _, v := range vectors {
		if v != nil {
			return len(v)
		}
	}
	if client == nil {
		return 0
	}
	return client.Dims()
}

// skip notes which of a document's vectors do not count.
func (m *meaning) skip(id int64, vectors [][]float32, round int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.round != round {
		return
	}
	delete(m.blank, id)
	for chunk, v := range vectors {
		if v == nil {
			m.blank[id] = append(m.blank[id], chunk)
		}
	}
}

// progressed notes that so many vectors are there.
func (m *meaning) progressed(n, round int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.round == round {
		m.made = max(m.made, n)
	}
}

// reachOf lets g be searched by meaning.
func (m *meaning) reachOf(g *Generation, client *embed.Client, elsewhere far, round int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.round != round {
		return errForgotten
	}
	if elsewhere != nil {
		g.reach.Store(&reach{client: client, far: elsewhere})
		m.made = g.Len()
		return nil
	}
	r := &reach{client: client, set: m.set, first: make([]uint32, len(g.docs))}
	if m.set != nil {
		r.among, r.numbers = vector.NewBitmap(m.set.Len()), make([]int32, m.set.Len())
	}
	for _, i := range g.live {
		first := m.first[g.docs[i].id]
		r.first[i] = first
		for chunk := range g.chunks(i) {
			if !slices.Contains(m.blank[g.docs[i].id], chunk) {
				r.among.Set(first + uint32(chunk))
			}
			r.numbers[first+uint32(chunk)] = int32(g.docs[i].first + chunk)
		}
	}
	g.reach.Store(r)
	m.made = g.Len()
	return nil
}

// guarded keeps vectors unless documents were removed since: of those, none may come
// back.
type guarded struct {
	l     *Library
	round int
}

func (c *guarded) Vectors(ctx context.Context, model string, hashes []types.Hash) ([][]byte, error) {
	return c.l.Vectors(ctx, model, hashes)
}

func (c *guarded) PutVectors(ctx context.Context, model string, hashes []types.Hash, data [][]byte) error {
	c.l.loading.Lock() // which is held while documents are removed
	defer c.l.loading.Unlock()
	c.l.meaning.mu.Lock()
	round := c.l.meaning.round
	c.l.meaning.mu.Unlock()
	if round != c.round {
		return errForgotten
	}
	return c.l.PutVectors(ctx, model, hashes, data)
}
