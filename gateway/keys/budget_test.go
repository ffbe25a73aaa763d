package keys

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
)

func TestKeyPaysWhatTheAnswerCosts(t *testing.T) {
	l := newLab(t)
	key := l.make("alice", Change{Total: ptr(amount(150))})
	require.NoError(t, ask(l.Meter, key, nil))
	k := show(t, l.Meter, "alice")
	require.Equal(t, amount(40), k.Spent, "not the most, once it is known")
	require.Equal(t, amount(110), k.Total.Left)
	require.EqualValues(t, 1, k.Requests)
	require.EqualValues(t, 10, k.Tokens)
	require.Equal(t, begin, k.LastUsed)
	require.NoError(t, ask(l.Meter, key, nil))

	h := http.Header{}
	e := refused(t, ask(l.Meter, key, h), http.StatusTooManyRequests, CodeQuota)
	require.Equal(t, CodeQuota, e.Type)
	require.Contains(t, e.Message, "70 of it are left, and this request can cost 100")
	require.Equal(t, "false", h.Get("X-Should-Retry"))
	require.Equal(t, amount(80), show(t, l.Meter, "alice").Spent, "what was refused costs nothing")
	require.Equal(t, l.purses[0].spent(), amount(80))
	booked(t, l.Meter)

	_, err := l.Set(t.Context(), "alice", Change{Total: ptr(amount(80))})
	require.NoError(t, err)
	e = refused(t, ask(l.Meter, key, nil), http.StatusTooManyRequests, CodeQuota)
	require.Contains(t, e.Message, "0 of it are left: ask")
	_, err = l.Set(t.Context(), "alice", Change{Total: ptr(amount(180))})
	require.NoError(t, err)
	require.NoError(t, ask(l.Meter, key, nil))
}

// Many ask at once, and what they spend and may yet spend never exceeds the
// budget, by not even one unit; and nothing is refused that fits.
func TestParallelRequestsNeverExceedTheBudget(t *testing.T) {
	for range 4 {
		l := newLab(t)
		p := l.purses[0]
		const budget = 5_000
		key := l.make("alice", Change{Total: ptr(amount(budget))})
		other := l.make("bob", Change{})
		p.cost = amount(97)
		var worst atomic.Uint64
		p.at = func(stage string) {
			if stage != "signed" {
				return
			}
			k := p.spent().Big().Uint64()
			for {
				w := worst.Load()
				if k <= w || worst.CompareAndSwap(w, k) {
					return
				}
			}
		}
		var wg sync.WaitGroup
		for range 90 {
			wg.Go(func() {
				if err := ask(l.Meter, key, nil); err != nil && !quotaShort(err) {
					t.Errorf("ask: %v", err)
				}
			})
		}
		wg.Wait()
		require.LessOrEqual(t, worst.Load(), uint64(budget))
		for range 90 {
			if ask(l.Meter, key, nil) != nil {
				break
			}
			require.LessOrEqual(t, p.spent().Cmp(amount(budget)), 0)
		}
		k := show(t, l.Meter, "alice")
		require.Equal(t, p.spent(), k.Spent)
		require.Less(t, k.Total.Left.Cmp(amount(100)), 0, "what fits is not refused")
		require.True(t, k.Reserved.IsZero())
		p.at = nil
		require.NoError(t, ask(l.Meter, other, nil), "another key's budget is its own")
		booked(t, l.Meter)
	}
}

// Two requests race for the last unit: one gets it.
func TestRaceForTheLastUnit(t *testing.T) {
	l := newLab(t)
	p := l.purses[0]
	p.most, p.cost = amount(1), amount(1)
	for n := uint64(1); n <= 20; n++ {
		name := string(rune('a' + n))
		key := l.make(name, Change{Total: ptr(amount(1))})
		var won atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if ask(l.Meter, key, nil) == nil {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, won.Load())
		require.Equal(t, amount(n), p.spent())
		require.Equal(t, amount(1), show(t, l.Meter, name).Spent)
	}
}

// A process dies at any moment of a request, and the next one finds what was
// spent: nothing is lost, and what was never signed is given back.
func TestKilledAtAnyMoment(t *testing.T) {
	want := map[string]struct {
		before, after uint64 // what counts when the next process starts, and when the purse knows
		final         bool
	}{
		"asked": {0, 0, true}, "approved": {0, 0, true}, "signed": {100, 40, false}, "kept": {40, 40, true},
	}
	for stage, w := range want {
		t.Run(stage, func(t *testing.T) {
			l := newLab(t)
			key := l.make("alice", Change{Total: ptr(amount(145)), Budget: ptr(amount(145)), Per: Day})
			p := l.purses[0]
			var heir *Meter
			p.at = func(now string) {
				if now != stage || heir != nil {
					return
				}
				if stage == "approved" {
					require.Equal(t, amount(100), show(t, l.Meter, "alice").Reserved, "it is written down before anything is signed")
				}
				heir = l.died()
				var open int
				require.NoError(t, heir.cfg.DB.QueryRow(`SELECT count(*) FROM gateway_key_uses WHERE open`).Scan(&open))
				require.Equal(t, stage == "signed", open > 0, "what the purse knows is looked up at once")
				k := show(t, heir, "alice")
				require.Equal(t, amount(w.before), k.Spent)
				require.Equal(t, !w.final, !k.Reserved.IsZero())
				if stage == "signed" {
					refused(t, ask(heir, key, nil), http.StatusTooManyRequests, CodeQuota)
				}
			}
			require.NoError(t, ask(l.Meter, key, nil))
			require.NotNil(t, heir)
			if stage == "asked" || stage == "approved" { // the dead process did not go on
				delete(p.said, 1)
			}
			require.NoError(t, heir.reconcile(t.Context(), 0))
			k := show(t, heir, "alice")
			require.Equal(t, amount(w.after), k.Spent)
			require.Equal(t, amount(w.after), k.Budget.Spent)
			require.True(t, k.Reserved.IsZero())
			booked(t, heir)
			p.at = nil
			require.NoError(t, ask(heir, key, nil))
			if stage == "kept" || stage == "signed" {
				require.Equal(t, p.spent(), show(t, heir, "alice").Spent)
			}
		})
	}
}

// While the purse cannot say what a question has cost, it counts with the most.
func TestPurseThatCannotBeAsked(t *testing.T) {
	l := newLab(t)
	key := l.make("alice", Change{Total: ptr(amount(150))})
	p := l.purses[0]
	p.broken = errors.New("disk full")
	require.NoError(t, ask(l.Meter, key, nil))
	require.Equal(t, amount(100), show(t, l.Meter, "alice").Spent)
	refused(t, ask(l.Meter, key, nil), http.StatusTooManyRequests, CodeQuota)
	p.broken = nil
	require.NoError(t, ask(l.Meter, key, nil), "what was left open is looked up before anybody is refused")
	require.Equal(t, p.spent(), show(t, l.Meter, "alice").Spent)
	booked(t, l.Meter)
}

// A purse that could not sign, or asks anew with another bill, holds no more than
// one reservation, and in the end none.
func TestWhatWasNotSignedIsGivenBack(t *testing.T) {
	l := newLab(t)
	key := l.make("alice", Change{Total: ptr(amount(199))})
	l.purses[0].fails = errors.New("no lane")
	require.EqualError(t, ask(l.Meter, key, nil), "no lane")
	k := show(t, l.Meter, "alice")
	require.True(t, k.Spent.IsZero())
	require.Zero(t, k.Requests)

	u, err := l.Admit(t.Context(), key, nil)
	require.NoError(t, err)
	for seq := uint64(10); seq < 15; seq++ {
		require.NoError(t, u.approve(t.Context(), Bill{Lane: l.purses[0].lane(seq), Seq: seq, Denom: denom, Most: amount(199)}))
		require.Equal(t, amount(199), show(t, l.Meter, "alice").Reserved)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	u.End(ended)
	u.End(ended)
	require.True(t, show(t, l.Meter, "alice").Spent.IsZero())
	require.Error(t, u.approve(t.Context(), Bill{Lane: l.purses[0].lane(20), Seq: 20, Denom: denom, Most: amount(1)}), "it has ended")
	require.True(t, show(t, l.Meter, "alice").Spent.IsZero())
}

// Periods begin by the calendar in UTC.
func TestPeriods(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		require.NoError(t, err)
		return v
	}
	for _, c := range []struct {
		per              Period
		now, start, next string
	}{
		{Day, "2026-07-15T23:59:59+02:00", "2026-07-15T00:00:00Z", "2026-07-16T00:00:00Z"},
		{Day, "2026-07-15T00:30:00+02:00", "2026-07-14T00:00:00Z", "2026-07-15T00:00:00Z"},
		{Week, "2026-07-15T12:00:00Z", "2026-07-13T00:00:00Z", "2026-07-20T00:00:00Z"},
		{Week, "2026-07-13T00:00:00Z", "2026-07-13T00:00:00Z", "2026-07-20T00:00:00Z"},
		{Week, "2026-07-19T23:59:59Z", "2026-07-13T00:00:00Z", "2026-07-20T00:00:00Z"},
		{Week, "2026-01-01T00:00:00Z", "2025-12-29T00:00:00Z", "2026-01-05T00:00:00Z"},
		{Month, "2028-02-29T12:00:00Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"},
		{Month, "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"},
	} {
		start := c.per.start(at(c.now))
		require.Equal(t, at(c.start), start, c.now)
		require.Equal(t, at(c.next), c.per.next(start), c.now)
	}
	for _, s := range []string{"day", "week", "month"} {
		p, err := ParsePeriod(s)
		require.NoError(t, err)
		require.Equal(t, Period(s), p)
	}
	for _, s := range []string{"", "Day", "year", "hour"} {
		_, err := ParsePeriod(s)
		require.Error(t, err, s)
	}
}

// A budget of a period begins anew with the period; what was under way then counts
// in the one that it was reserved in.
func TestBudgetOfAPeriod(t *testing.T) {
	l := newLab(t)
	key := l.make("alice", Change{Budget: ptr(amount(120)), Per: Day})
	require.NoError(t, ask(l.Meter, key, nil))
	h := http.Header{}
	refused(t, ask(l.Meter, key, h), http.StatusTooManyRequests, CodeQuota)
	require.Equal(t, "43200", h.Get("Retry-After"))
	require.Equal(t, begin.Truncate(24*time.Hour).Add(24*time.Hour), show(t, l.Meter, "alice").Budget.Resets)

	u, err := l.Admit(t.Context(), key, nil)
	require.NoError(t, err)
	bill := Bill{Lane: l.purses[0].lane(50), Seq: 50, Denom: denom, Most: amount(80)}
	require.NoError(t, u.approve(t.Context(), bill))
	l.pass(12 * time.Hour)
	require.NoError(t, ask(l.Meter, key, nil))
	require.Equal(t, amount(40), show(t, l.Meter, "alice").Budget.Spent)
	l.purses[0].write(50, Cost{Amount: amount(7), Final: true})
	u.End(t.Context())
	k := show(t, l.Meter, "alice")
	require.Equal(t, amount(40), k.Budget.Spent, "yesterday's change does not enlarge today's budget")
	require.Equal(t, amount(87), k.Spent)
	booked(t, l.Meter)
}

// A clock that goes back and forth brings a new budget once for each period at most.
func TestClockGoesBack(t *testing.T) {
	l := newLab(t)
	key := l.make("alice", Change{Budget: ptr(amount(100)), Per: Month})
	spend := func() (n int) {
		for n < 10 && ask(l.Meter, key, nil) == nil {
			n++
		}
		return n
	}
	require.Equal(t, 1, spend())
	for range 3 {
		l.pass(20 * 24 * time.Hour) // next month
		l.pass(-40 * 24 * time.Hour)
		require.Equal(t, 0, spend(), "an earlier month has no budget any more, nor has the same one")
		l.pass(20 * 24 * time.Hour)
		require.Equal(t, 0, spend())
	}
	l.pass(20 * 24 * time.Hour)
	require.Equal(t, 1, spend(), "a month that was not there before has its budget")
	l.pass(-20 * 24 * time.Hour)
	require.Equal(t, 0, spend())
	l.pass(20 * 24 * time.Hour)
	require.Equal(t, 0, spend())
	booked(t, l.Meter)
}

// What was used since a period began counts, whatever the owner changes.
func TestSetBudget(t *testing.T) {
	l := newLab(t)
	key := l.make("alice", Change{})
	require.NoError(t, ask(l.Meter, key, nil))
	l.pass(24 * time.Hour)
	require.NoError(t, ask(l.Meter, key, nil))
	for per, spent := range map[Period]uint64{Day: 40, Week: 80, Month: 80} {
		k, err := l.Set(t.Context(), "alice", Change{Budget: ptr(amount(90)), Per: per})
		require.NoError(t, err)
		require.Equal(t, amount(spent), k.Budget.Spent, per)
	}
	u, err := l.Admit(t.Context(), key, nil)
	require.NoError(t, err)
	_, err = l.Set(t.Context(), "alice", Change{Budget: ptr(amount(500)), Per: Day})
	require.NoError(t, err)
	require.NoError(t, u.approve(t.Context(), Bill{Lane: l.purses[0].lane(9), Seq: 9, Denom: denom, Most: amount(300)}))
	_, err = l.Set(t.Context(), "alice", Change{Budget: ptr(amount(500)), Per: Month})
	require.NoError(t, err)
	require.Equal(t, amount(380), show(t, l.Meter, "alice").Budget.Spent)
	u.End(t.Context())
	require.Equal(t, amount(80), show(t, l.Meter, "alice").Budget.Spent)
	booked(t, l.Meter)
	k, err := l.Set(t.Context(), "alice", Change{Budget: ptr(amount(600))})
	require.NoError(t, err)
	require.Equal(t, &Quota{Amount: amount(600), Per: Month, Spent: amount(80), Left: amount(520), Resets: k.Budget.Resets}, k.Budget)
	k, err = l.Set(t.Context(), "alice", Change{Per: Day})
	require.NoError(t, err)
	require.Equal(t, amount(560), k.Budget.Left)
	k, err = l.Set(t.Context(), "alice", Change{Budget: &types.Amount{}})
	require.NoError(t, err)
	require.Nil(t, k.Budget)
	k, err = l.Set(t.Context(), "alice", Change{Budget: ptr(amount(800))})
	require.NoError(t, err)
	require.Nil(t, k.Budget)
	require.Equal(t, amount(720), k.Total.Left, "a budget without a period is one in all")
	require.NoError(t, ask(l.Meter, key, nil))
}

// A budget may be lowered below what is spent: then nothing is left of it.
func TestBudgetBelowWhatIsSpent(t *testing.T) {
	for name, change := range map[string]Change{
		"in all":      {Total: ptr(amount(39))},
		"of a period": {Budget: ptr(amount(39)), Per: Month},
	} {
		l := newLab(t)
		first := Change{Per: change.Per}
		if first.Per != Never {
			first.Budget = ptr(amount(1_000))
		}
		key := l.make("alice", first)
		require.NoError(t, ask(l.Meter, key, nil))
		require.NoError(t, ask(l.Meter, key, nil))
		k, err := l.Set(t.Context(), "alice", change)
		require.NoError(t, err)
		for _, q := range []*Quota{k.Total, k.Budget} {
			require.True(t, q == nil || q.Left.IsZero(), name)
		}
		require.Error(t, ask(l.Meter, key, nil), name)
		require.Equal(t, amount(80), show(t, l.Meter, "alice").Spent, name)
	}
}

// Any order of requests, crashes and clocks keeps budgets and books.
func TestAnyOrderKeepsTheBudget(t *testing.T) {
	for seed := range uint64(25) {
		r := rand.New(rand.NewPCG(seed, 2))
		l := newLab(t)
		p := l.purses[0]
		m := l.Meter
		const total, daily = 3_000, 700
		key := l.make("alice", Change{Total: ptr(amount(total)), Budget: ptr(amount(daily)), Per: Day})
		days := map[string]types.Amount{} // reserved by day, at the most
		for range 60 {
			p.most, p.cost = amount(1+r.Uint64N(300)), amount(0)
			p.cost = amount(r.Uint64N(p.most.Big().Uint64() + 1))
			p.fails = nil
			if r.IntN(5) == 0 {
				p.fails = errors.New("it could not sign")
			}
			p.broken = nil
			if r.IntN(5) == 0 {
				p.broken = errors.New("it cannot be asked")
			}
			before := p.spent()
			if ask(m, key, nil) == nil {
				now := p.spent()
				cost, ok := now.Sub(before)
				require.True(t, ok)
				day := l.wall.Format(time.DateOnly)
				days[day], _ = days[day].Add(cost)
				require.LessOrEqual(t, days[day].Cmp(amount(daily)), 0, "seed %d", seed)
			}
			require.LessOrEqual(t, p.spent().Cmp(amount(total)), 0, "seed %d", seed)
			if r.IntN(8) == 0 {
				l.Meter = m
				m = l.open(l.db)
			}
			if r.IntN(6) == 0 {
				l.pass(time.Duration(r.IntN(30)) * time.Hour)
			}
			booked(t, m)
		}
		p.broken = nil
		require.NoError(t, m.reconcile(t.Context(), 0))
		require.Equal(t, p.spent(), show(t, m, "alice").Spent, "seed %d", seed)
	}
}
