package points_test

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
)

const denom = "aweal"

func n(v uint64) types.Amount { return types.NewAmount(v) }

// lab is a table and what its role has in memory.
type lab struct {
	*points.Table
	t     *testing.T
	path  string
	db    *sql.DB
	sheet points.Sheet
	fails error // of the next flush
}

func newLab(t *testing.T) *lab {
	l := &lab{t: t, path: filepath.Join(t.TempDir(), "counts.db"), sheet: points.Sheet{}}
	l.open()
	t.Cleanup(func() { _ = l.db.Close() })
	return l
}

func (l *lab) open() {
	l.t.Helper()
	var err error
	l.db, err = keep.Open(l.path)
	require.NoError(l.t, err)
	l.Table, err = points.Open(l.t.Context(), points.Config{DB: l.db, Flush: l.flush, Now: func() time.Time { return time.Unix(1_800_000_000, 0) }})
	require.NoError(l.t, err)
}

func (l *lab) flush(ctx context.Context) error {
	if l.fails != nil {
		return l.fails
	}
	err := keep.Write(ctx, l.db, func(tx *sql.Tx) error { return l.Add(ctx, tx, l.sheet) })
	if err == nil {
		l.sheet = points.Sheet{}
	}
	return err
}

// kill opens the table again, without what was in memory.
func (l *lab) kill() {
	l.t.Helper()
	require.NoError(l.t, l.db.Close())
	l.sheet = points.Sheet{}
	l.open()
}

// use divides a use by citation as weights say, else equally.
func (l *lab) use(total types.Amount, of []uint64, weights ...uint64) {
	l.sheet.Divide(denom, total, of, func(rule attribution.Rule, i int) uint64 {
		if rule == attribution.ByCitation {
			return weights[i]
		}
		return 1
	})
}

func (l *lab) points() []points.Points {
	l.t.Helper()
	all, err := l.Points(l.t.Context())
	require.NoError(l.t, err)
	return all
}

func (l *lab) prepare(to func(uint64) uint64, contributions ...uint64) (points.Distribution, error) {
	return l.Prepare(l.t.Context(), points.Wanted{Asset: 5, Denom: denom, Rule: attribution.ByCitation, Contributions: contributions, To: to})
}

// TestNothingIsLostOrMade draws uses, kills and distributions: by each rule what
// waits and what was taken is what was earned, to the last unit.
func TestNothingIsLostOrMade(t *testing.T) {
	l := newLab(t)
	rng := rand.New(rand.NewPCG(3, 4))
	earned, taken := uint64(0), types.Amount{}
	for range 200 {
		of, weights := make([]uint64, 1+rng.IntN(5)), []uint64{}
		for i := range of {
			of[i] = rng.Uint64N(6)
			weights = append(weights, rng.Uint64N(3))
		}
		total := rng.Uint64N(1000)
		earned += total
		l.use(n(total), of, weights...)
		if rng.IntN(10) > 0 {
			continue
		}
		d, err := l.prepare(func(of uint64) uint64 { return of / 2 }, 1, 2) // 0 and 1 are none's
		require.NoError(t, err)
		l.kill()
		again, err := l.prepare(nil, 3, 4, 5)
		require.NoError(t, err)
		require.Equal(t, d, again)
		require.Equal(t, d.Root, again.Evidence())
		for i, p := range d.Parts {
			require.True(t, i == 0 || d.Parts[i-1].Contribution < p.Contribution)
			taken, _ = taken.Add(p.Earned)
		}
		require.NoError(t, l.Done(t.Context(), d.ID))
	}
	left := taken
	for _, p := range l.points() {
		require.Less(t, p.Of, uint64(6))
		left, _ = left.Add(p.Citation)
	}
	require.Equal(t, n(earned), left)
}

// TestWhoIsNamedTwiceHasTwoUses divides by each rule.
func TestWhoIsNamedTwiceHasTwoUses(t *testing.T) {
	l := newLab(t)
	l.use(n(10), []uint64{7, 7, 9}, 0, 1, 2)
	l.use(n(10), nil)
	require.Equal(t, []points.Points{
		{Of: 7, Denom: denom, Uses: 2, Equal: n(7), Score: n(7), Citation: n(3)},
		{Of: 9, Denom: denom, Uses: 1, Equal: n(3), Score: n(3), Citation: n(7)},
	}, l.points())
	l.use(n(2), []uint64{7, 9}, 0, 0)
	require.Equal(t, n(8), l.points()[1].Citation, "what nothing counts in counts the same")
}

// TestSumsThatAreFullStay has two that are one contribution have earned more than an
// amount holds.
func TestSumsThatAreFullStay(t *testing.T) {
	l := newLab(t)
	huge, err := types.ParseAmount("340282366920938463463374607431768211455")
	require.NoError(t, err)
	l.use(huge, []uint64{1}, 1)
	l.use(huge, []uint64{2}, 1)
	l.use(n(1), []uint64{3}, 1)
	d, err := l.prepare(func(of uint64) uint64 { return 8 + of/3 }, 8, 9)
	require.NoError(t, err)
	require.Len(t, d.Parts, 2)
	require.Equal(t, huge, d.Parts[0].Earned)
	require.Equal(t, points.Part{Contribution: 9, Points: 1, Earned: n(1)}, d.Parts[1], "nobody who has earned gets none")
	left := l.points()
	require.Len(t, left, 1)
	require.Equal(t, huge, left[0].Citation)
}

// TestNothingIsTakenOfWhatIsNotFlushed has a role fail to write what it noted.
func TestNothingIsTakenOfWhatIsNotFlushed(t *testing.T) {
	l := newLab(t)
	l.use(n(10), []uint64{1}, 1)
	l.fails = errors.New("the disk is full")
	_, err := l.prepare(nil, 1)
	require.ErrorIs(t, err, l.fails)
	l.fails = nil
	_, err = l.prepare(nil, 2)
	require.ErrorIs(t, err, points.ErrNothing)
	d, err := l.prepare(nil, 1)
	require.NoError(t, err)
	require.Equal(t, n(10), d.Parts[0].Earned)
}
