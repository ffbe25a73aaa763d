package tally_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/keep/keeptest"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/seal"
	"github.com/weal-network/weal/vault/tally"
)

const denom = "aweal"

func n(v uint64) types.Amount { return types.NewAmount(v) }

// lab is a tally with a clock, on a database of its own.
type lab struct {
	*tally.Tally
	t    *testing.T
	path string
	db   *sql.DB
	mu   sync.Mutex
	now  time.Time
	down error // of who tells lanes
	cold bool  // contributions are not in memory
	next byte
	// journal is how much was put into journals.
	journal int
}

func newLab(t *testing.T) *lab {
	l := &lab{t: t, path: filepath.Join(t.TempDir(), "counts.db"), now: time.Unix(1_800_000_000, 0)}
	l.open()
	return l
}

var dataKey = seal.Key{1, 2, 3}

func (l *lab) open() {
	l.t.Helper()
	sealer, err := seal.New(dataKey)
	require.NoError(l.t, err)
	l.db, err = keep.Open(l.path)
	require.NoError(l.t, err)
	db := l.db
	l.t.Cleanup(func() { _ = db.Close() })
	l.Tally, err = tally.Open(l.t.Context(), tally.Config{
		DB: l.db, Table: sealer.Table, Name: sealer.Name, Now: l.clock,
		Lane: func(_ context.Context, ref types.LaneRef) (types.Lane, error) {
			l.mu.Lock()
			defer l.mu.Unlock()
			return types.Lane{Ref: ref, Payer: fmt.Sprint("payer ", ref.Tab), Denom: denom}, l.down
		},
		Contribution: func(ctx context.Context, source string) (id uint64, err error) {
			l.mu.Lock()
			defer l.mu.Unlock()
			if ctx.Err() != nil && l.cold {
				return 0, ctx.Err()
			}
			l.cold = false
			_, _ = fmt.Sscanf(source, "%d/", &id)
			return id, nil
		},
	})
	require.NoError(l.t, err)
}

// kill goes on with what a kill of the process leaves to the next.
func (l *lab) kill() {
	l.t.Helper()
	left := keeptest.Killed(l.t, l.path, l.t.TempDir())
	require.NoError(l.t, l.Close())
	require.NoError(l.t, l.db.Close())
	l.path = left
	l.open()
}

func (l *lab) clock() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

func (l *lab) pass(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = l.now.Add(d)
}

// sell notes a sale of passages of contributions, each for a price.
func (l *lab) sell(price uint64, contributions ...uint64) (order types.Hash, entries []attribution.Entry) {
	l.next++
	order = types.Hash{l.next}
	s := tally.Sale{Order: order, Lane: types.LaneRef{Tab: 1}, Seq: uint64(l.next)}
	var passages []attribution.Passage
	for i, c := range contributions {
		chunk := types.Hash{byte(c), byte(i), 7}
		s.Passages = append(s.Passages, tally.SoldPassage{Chunk: chunk, Source: fmt.Sprintf("%d/a.md", c), Heading: "A", Price: n(price)})
		passages = append(passages, attribution.Passage{N: uint32(i + 1), Chunk: chunk, Band: uint8(9 - i)})
	}
	require.NoError(l.t, l.Sold(s))
	entries, err := attribution.Make(passages, "[1] [1] [2]")
	require.NoError(l.t, err)
	return order, entries
}

func (l *lab) report(order types.Hash, entries []attribution.Entry) bool {
	l.t.Helper()
	taken, err := l.Report(order, entries)
	require.NoError(l.t, err)
	return taken
}

func (l *lab) points() []points.Points {
	l.t.Helper()
	all, err := l.Points(l.t.Context())
	require.NoError(l.t, err)
	return all
}

func (l *lab) flush() {
	l.t.Helper()
	require.NoError(l.t, l.Flush(l.t.Context()))
}

// TestPointsAreWhatWasEarned draws sales: by each rule the points of all
// contributions sum to what was earned, whatever is reported, flushed or killed after
// a flush.
func TestPointsAreWhatWasEarned(t *testing.T) {
	l := newLab(t)
	rng := rand.New(rand.NewPCG(1, 2))
	var earned uint64
	for i := range 120 {
		contributions := make([]uint64, 1+rng.IntN(6))
		for k := range contributions {
			contributions[k] = rng.Uint64N(4)
		}
		price := 1 + rng.Uint64N(1000)
		order, entries := l.sell(price, contributions...)
		earned += price * uint64(len(contributions))
		if rng.IntN(3) == 0 {
			l.flush()
		}
		if rng.IntN(4) > 0 {
			require.True(t, l.report(order, entries))
			require.False(t, l.report(order, entries), "once")
		}
		if i%10 == 0 {
			l.flush()
			l.kill()
		}
	}
	l.flush()
	l.pass(tally.ReportTime + time.Second)
	for range 2 {
		var equal, score, citation types.Amount
		for _, p := range l.points() {
			equal, _ = equal.Add(p.Equal)
			score, _ = score.Add(p.Score)
			citation, _ = citation.Add(p.Citation)
		}
		require.Equal(t, []types.Amount{n(earned), n(earned), n(earned)}, []types.Amount{equal, score, citation})
		l.kill()
	}
}

// TestKilledBeforeAFlush loses no sale and no report, whatever was flushed of them, and
// counts nothing twice.
func TestKilledBeforeAFlush(t *testing.T) {
	l := newLab(t)
	flushed, entries := l.sell(10, 1, 2)
	l.flush()
	require.True(t, l.report(flushed, entries))
	reported, entries := l.sell(10, 3)
	require.True(t, l.report(reported, entries))
	waiting, entries := l.sell(10, 4)
	l.kill()
	require.False(t, l.report(reported, entries), "it came before")
	want := []points.Points{
		{Of: 1, Denom: denom, Uses: 1, Equal: n(10), Score: n(11), Citation: n(13)},
		{Of: 2, Denom: denom, Uses: 1, Equal: n(10), Score: n(9), Citation: n(7)},
		{Of: 3, Denom: denom, Uses: 1, Equal: n(10), Score: n(10), Citation: n(10)},
	}
	require.Equal(t, want, l.points())
	l.kill()
	require.True(t, l.report(waiting, entries), "it still waits")
	want = append(want, points.Points{Of: 4, Denom: denom, Uses: 1, Equal: n(10), Score: n(10), Citation: n(10)})
	for range 2 {
		require.Equal(t, want, l.points())
		l.kill()
	}
	s, err := l.Stats(t.Context(), tally.Span{}, func(func(types.Hash) bool) {})
	require.NoError(t, err)
	require.EqualValues(t, 3, s.Total.Sales)
	require.Equal(t, tally.Sums{denom: n(40)}, s.Total.Earned)
}

// put returns how much was put into journals since put was called before.
func (l *lab) put() int {
	l.t.Helper()
	now := len(keeptest.Journal(l.t, l.path))
	before := l.journal
	l.journal = now
	return now - before
}

// TestOwnSalesAreOnlyNoted sells what belongs to no contribution: no sale and no report
// is kept by itself, a kill loses what was noted since the flush, and from the first
// passage of a contribution on it loses nothing of that.
func TestOwnSalesAreOnlyNoted(t *testing.T) {
	l := newLab(t)
	flushed, late := l.sell(10, 0, 0)
	l.flush()
	reported, entries := l.sell(10, 0)
	require.True(t, l.report(reported, entries))
	l.flush()
	lost, entries := l.sell(10, 0, 0)
	require.True(t, l.report(lost, entries))
	require.True(t, l.report(flushed, late))
	require.Zero(t, l.put())
	l.kill()
	require.False(t, l.report(lost, entries), "nobody knows it")
	require.True(t, l.report(flushed, late), "its report was lost with what came after the flush")
	own := points.Points{Of: 0, Denom: denom, Uses: 3, Equal: n(30), Score: n(30), Citation: n(30)}
	require.Equal(t, []points.Points{own}, l.points())

	// The first sale with a passage of a contribution, and others beside it.
	l.put()
	first, entries := l.sell(10, 0, 1)
	require.Positive(t, l.put())
	require.True(t, l.report(first, entries))
	require.Positive(t, l.put())
	_, _ = l.sell(10, 0)
	require.Zero(t, l.put())
	l.kill()
	require.False(t, l.report(first, entries), "it came before")
	own.Uses, own.Equal, own.Score, own.Citation = 4, n(40), n(41), n(43)
	one := points.Points{Of: 1, Denom: denom, Uses: 1, Equal: n(10), Score: n(9), Citation: n(7)}
	for range 2 {
		require.Equal(t, []points.Points{own, one}, l.points())
		l.kill()
	}
	s, err := l.Stats(t.Context(), tally.Span{}, func(func(types.Hash) bool) {})
	require.NoError(t, err)
	require.EqualValues(t, 3, s.Total.Sales)
	require.Equal(t, tally.Sums{denom: n(50)}, s.Total.Earned)
}

// TestSaleOfUnknownIsKept sells while it is not known, without waiting, whose the
// passages are.
func TestSaleOfUnknownIsKept(t *testing.T) {
	l := newLab(t)
	l.mu.Lock()
	l.cold = true
	l.mu.Unlock()
	order, entries := l.sell(10, 0, 1)
	require.Eventually(t, func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		return !l.cold
	}, time.Minute, time.Millisecond, "it is found out at once")
	l.put()
	_, _ = l.sell(10, 0)
	require.Zero(t, l.put())
	l.kill()
	require.True(t, l.report(order, entries))
	l.kill()
	require.Equal(t, points.Points{Of: 1, Denom: denom, Uses: 1, Equal: n(10), Score: n(9), Citation: n(7)}, l.points()[1])
}

// TestOwnSaleOfUnknownPayer flushes a sale of the owner's while nobody can tell who
// paid: it is written down as it is, with its report, and counted once when they can.
func TestOwnSaleOfUnknownPayer(t *testing.T) {
	l := newLab(t)
	l.mu.Lock()
	l.down = errors.New("no chain")
	l.mu.Unlock()
	order, entries := l.sell(10, 0, 0)
	l.flush()
	require.True(t, l.report(order, entries))
	l.flush()
	l.kill()
	require.False(t, l.report(order, entries), "it came before")
	l.mu.Lock()
	l.down = nil
	l.mu.Unlock()
	for range 2 {
		require.Equal(t, []points.Points{{Of: 0, Denom: denom, Uses: 2, Equal: n(20), Score: n(20), Citation: n(20)}}, l.points())
		l.kill()
	}
}

// TestNothingIsLostWhileNobodyAnswers has the chain, and then the database, fail.
func TestNothingIsLostWhileNobodyAnswers(t *testing.T) {
	l := newLab(t)
	l.down = errors.New("no chain")
	order, entries := l.sell(10, 1)
	l.flush()
	require.True(t, l.report(order, entries))
	require.Empty(t, l.points())
	l.mu.Lock()
	l.down = nil
	l.mu.Unlock()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	l.Asked(tally.Asked{Payer: "p"})
	require.Error(t, l.Flush(ended))
	require.Equal(t, n(10), l.points()[0].Equal)
	s, err := l.Stats(t.Context(), tally.Span{}, func(func(types.Hash) bool) {})
	require.NoError(t, err)
	require.EqualValues(t, 1, s.Total.Asked)
	require.EqualValues(t, 1, s.Total.Sales)
	require.Equal(t, tally.Sums{denom: n(10)}, s.Total.Earned)
}

// TestDistributionIsMadeOnce plays an owner who is killed between sending and noting.
func TestDistributionIsMadeOnce(t *testing.T) {
	l := newLab(t)
	sale := func() {
		order, entries := l.sell(10, 0, 1, 2, 3)
		require.True(t, l.report(order, entries))
	}
	sale()
	want := points.Wanted{Asset: 5, Denom: denom, Rule: attribution.Equal, Contributions: []uint64{1, 3, 9}}
	_, err := l.Prepare(t.Context(), points.Wanted{Asset: 5, Denom: "other", Rule: attribution.Equal, Contributions: []uint64{1}})
	require.ErrorIs(t, err, points.ErrNothing)
	_, err = l.Prepare(t.Context(), points.Wanted{Asset: 5, Denom: denom, Rule: "merit"})
	require.Error(t, err)
	d, err := l.Prepare(t.Context(), want)
	require.NoError(t, err)
	require.Equal(t, []points.Part{{Contribution: 1, Points: 10, Earned: n(10)}, {Contribution: 3, Points: 10, Earned: n(10)}}, d.Parts)
	require.Equal(t, d.Root, d.Evidence())
	require.Len(t, l.points(), 2, "those of 0 and 2 stay")

	sale()
	l.flush()
	l.kill()
	again, err := l.Prepare(t.Context(), want)
	require.NoError(t, err)
	require.Equal(t, d, again, "what was begun is brought to its end first")
	require.ErrorIs(t, l.Done(t.Context(), d.ID+1), points.ErrNoDistribution)
	require.NoError(t, l.Done(t.Context(), d.ID))
	require.NoError(t, l.Done(t.Context(), d.ID))
	next, err := l.Prepare(t.Context(), want)
	require.NoError(t, err)
	require.NotEqual(t, d.Root, next.Root, "also if the same was earned")
	require.Equal(t, d.Parts, next.Parts)
	require.NoError(t, l.Done(t.Context(), next.ID))
	_, err = l.Prepare(t.Context(), want)
	require.ErrorIs(t, err, points.ErrNothing)
	all, err := l.Distributions(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.NotZero(t, all[0].Done)
	require.Equal(t, next, all[0].Distribution)
}

// TestPointsFitTheChain distributes more than 64 bits hold.
func TestPointsFitTheChain(t *testing.T) {
	l := newLab(t)
	huge, err := types.ParseAmount("340282366920938463463374607431768211455")
	require.NoError(t, err)
	for i, p := range []tally.SoldPassage{
		{Chunk: types.Hash{1}, Source: "1/a", Price: huge}, {Chunk: types.Hash{2}, Source: "2/a", Price: n(1)}, {Chunk: types.Hash{1}, Source: "1/a", Price: n(1)},
	} {
		require.NoError(t, l.Sold(tally.Sale{Order: types.Hash{byte(i + 1)}, Passages: []tally.SoldPassage{p}}))
	}
	l.flush()
	l.pass(tally.ReportTime)
	d, err := l.Prepare(t.Context(), points.Wanted{Denom: denom, Rule: attribution.ByScore, Contributions: []uint64{1, 2}})
	require.NoError(t, err)
	require.Equal(t, huge, d.Parts[0].Earned, "a sum that is full stays")
	require.InDelta(t, 1e15, float64(d.Parts[0].Points), 1)
	require.EqualValues(t, 1, d.Parts[1].Points, "nobody who has earned gets none")
}

// TestManyAtOnce notes from many goroutines while it is flushed.
func TestManyAtOnce(t *testing.T) {
	l := newLab(t)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 200 {
				order := types.Hash{byte(g), byte(i), 1}
				chunk := types.Hash{byte(i)}
				l.Asked(tally.Asked{Payer: fmt.Sprint(g), Shelf: shelf{}, Found: []tally.Found{{Number: i, Chunk: chunk}}})
				assert.NoError(t, l.Sold(tally.Sale{Order: order, Passages: []tally.SoldPassage{{Chunk: chunk, Source: "1/a.md", Price: n(1)}}}))
				_, err := l.Report(order, []attribution.Entry{{Passage: attribution.Passage{Chunk: chunk}, Equal: attribution.Million, Score: attribution.Million, Citation: attribution.Million}})
				assert.NoError(t, err)
			}
		})
	}
	for range 20 {
		l.flush()
	}
	wg.Wait()
	require.Equal(t, n(1600), l.points()[0].Equal)
	s, err := l.Stats(t.Context(), tally.Span{}, func(func(types.Hash) bool) {})
	require.NoError(t, err)
	require.EqualValues(t, 1600, s.Total.Asked)
	require.EqualValues(t, 1600, s.Total.Offered)
	require.EqualValues(t, 1600, s.Total.Sold)
	require.Len(t, s.Payers, 9, "eight who ask, and the lane's")
}

// shelf names passages by their number.
type shelf struct{}

func (shelf) Source(int) string { return "1/a.md" }

func (shelf) Heading(_ context.Context, number int) (string, error) {
	return fmt.Sprint("Part ", number), nil
}

// BenchmarkNoting is what an answer pays for being counted, of the owner's own passages
// and of a contribution's.
func BenchmarkNoting(b *testing.B) {
	b.Run("own", func(b *testing.B) { benchmarkNoting(b, 0) })
	b.Run("contributed", func(b *testing.B) { benchmarkNoting(b, 1) })
}

func benchmarkNoting(b *testing.B, whose uint64) {
	sealer, err := seal.New(dataKey)
	require.NoError(b, err)
	db, err := keep.Open(filepath.Join(b.TempDir(), "counts.db"))
	require.NoError(b, err)
	defer db.Close()
	t, err := tally.Open(b.Context(), tally.Config{
		DB: db, Table: sealer.Table, Name: sealer.Name,
		Lane:         func(context.Context, types.LaneRef) (types.Lane, error) { return types.Lane{Denom: denom}, nil },
		Contribution: func(context.Context, string) (uint64, error) { return whose, nil },
	})
	require.NoError(b, err)
	found := make([]tally.Found, 8)
	passages := make([]tally.SoldPassage, 4)
	for i := range found {
		found[i] = tally.Found{Number: i, Chunk: types.Hash{byte(i)}}
	}
	for i := range passages {
		passages[i] = tally.SoldPassage{Chunk: found[i].Chunk, Source: "a.md", Price: n(1)}
	}
	i := uint32(0)
	for b.Loop() {
		i++
		t.Asked(tally.Asked{Payer: "payer", Shelf: shelf{}, Found: found})
		if err := t.Sold(tally.Sale{Order: types.Hash{byte(i), byte(i >> 8), byte(i >> 16), byte(i >> 24)}, Passages: passages}); err != nil {
			b.Fatal(err)
		}
	}
}
