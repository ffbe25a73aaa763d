package connect_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/agent/agenttest"
	"github.com/weal-network/weal/connect"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/types"
)

// clock is a time that goes on when it is told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// lab is a desk over a fake agent.
type lab struct {
	t     *testing.T
	path  string
	db    *sql.DB
	fake  *agenttest.Fake
	clock *clock
	desk  *connect.Desk
}

func newLab(t *testing.T, limits connect.Limits) *lab {
	t.Helper()
	l := &lab{
		t: t, path: filepath.Join(t.TempDir(), "connect.db"), clock: &clock{now: time.Date(2027, 1, 31, 12, 0, 0, 0, time.UTC)},
		fake: &agenttest.Fake{Price: types.NewAmount(100), Words: []string{"It is bounded [1]."}},
	}
	l.open(limits)
	return l
}

func (l *lab) open(limits connect.Limits) {
	l.t.Helper()
	var err error
	l.db, err = keep.OpenShared(l.path)
	require.NoError(l.t, err)
	db := l.db
	l.t.Cleanup(func() { _ = db.Close() })
	l.desk, err = connect.Open(l.t.Context(), connect.Config{Agent: l.fake, DB: l.db, Limits: limits, Now: l.clock.time})
	require.NoError(l.t, err)
}

func limits(question, day uint64, minute int) connect.Limits {
	return connect.Limits{PerQuestion: types.NewAmount(question), PerDay: types.NewAmount(day), PerMinute: minute}
}

func ask(user, text string) connect.Message {
	return connect.Message{Platform: "telegram", User: user, Text: text}
}

func TestAnswer(t *testing.T) {
	l := newLab(t, limits(500, 0, 0))
	r := l.desk.Answer(t.Context(), ask("1", " What is exposure? "))
	require.Equal(t, "It is bounded [1].", r.Text)
	require.Len(t, r.Citations, 1)
	require.Equal(t, "0.0000000000000001 WEAL", r.Cost)
	require.Equal(t, "What is exposure?", l.fake.Asked()[0].Text)
	for _, text := range []string{"", "  \n", strings.Repeat("a", 9<<10), "a\xffb"} {
		require.NotEmpty(t, l.desk.Answer(t.Context(), ask("1", text)).Text)
	}
	require.Len(t, l.fake.Asked(), 1)
}

// TestDayIsNeverPassed: however many a person asks at once, no day costs more than its
// budget, and what was not spent is there again.
func TestDayIsNeverPassed(t *testing.T) {
	l := newLab(t, limits(150, 520, 0))
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() { l.desk.Answer(t.Context(), ask("1", fmt.Sprint(i))) })
	}
	all.Wait()
	for range 10 {
		l.desk.Answer(t.Context(), ask("1", "q"))
	}
	spent, err := l.desk.Spent(t.Context(), "telegram", "1")
	require.NoError(t, err)
	require.Equal(t, l.fake.Spent(), spent, "what is written down is what was spent")
	require.Equal(t, types.NewAmount(400), spent, "a fifth could cost 150, and 120 are left")
	require.Contains(t, l.desk.Answer(t.Context(), ask("1", "q")).Text, "used up")

	require.Equal(t, "It is bounded [1].", l.desk.Answer(t.Context(), ask("2", "q")).Text, "another person has its own")
	l.clock.add(24 * time.Hour)
	require.Equal(t, "It is bounded [1].", l.desk.Answer(t.Context(), ask("1", "q")).Text, "another day begins anew")
}

// TestBudgetOutlivesTheProcess: what a crash has left is counted with the most that it
// can have cost.
func TestBudgetOutlivesTheProcess(t *testing.T) {
	l := newLab(t, limits(150, 200, 0))
	l.fake.Hold = make(chan struct{})
	ctx, crash := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); l.desk.Answer(ctx, ask("1", "q")) }()
	require.Eventually(t, func() bool { return len(l.fake.Asked()) == 1 }, 10*time.Second, time.Millisecond)
	l.fake = &agenttest.Fake{Price: types.NewAmount(100)}
	l.open(limits(150, 200, 0))
	require.Contains(t, l.desk.Answer(t.Context(), ask("1", "q")).Text, "used up")
	crash()
	<-done
	spent, err := l.desk.Spent(t.Context(), "telegram", "1")
	require.NoError(t, err)
	require.Equal(t, types.NewAmount(150), spent, "what an answer that was cut has cost is not known")
}

func TestFailures(t *testing.T) {
	l := newLab(t, limits(99, 200, 0))
	require.Contains(t, l.desk.Answer(t.Context(), ask("1", "q")).Text, "more than a question may cost")
	spent, err := l.desk.Spent(t.Context(), "telegram", "1")
	require.NoError(t, err)
	require.Zero(t, spent, "nothing was paid")
	l.fake.Err = errors.New("lane 7/0/3 of 0xSECRET is used up")
	r := l.desk.Answer(t.Context(), ask("1", "q"))
	require.NotContains(t, r.Text, "SECRET", "the owner's affairs are the owner's")
	require.Contains(t, r.Text, "Try again later")
}

func TestMinute(t *testing.T) {
	l := newLab(t, limits(500, 0, 2))
	for range 2 {
		require.NotEmpty(t, l.desk.Answer(t.Context(), ask("1", "q")).Cost)
	}
	require.Contains(t, l.desk.Answer(t.Context(), ask("1", "q")).Text, "Wait a little")
	require.NotEmpty(t, l.desk.Answer(t.Context(), ask("2", "q")).Cost)
	l.clock.add(time.Minute)
	require.NotEmpty(t, l.desk.Answer(t.Context(), ask("1", "q")).Cost)
	require.Equal(t, types.NewAmount(400), l.fake.Spent())
}

// TestSeenOnce: over restarts, and for each platform by itself.
func TestSeenOnce(t *testing.T) {
	l := newLab(t, limits(500, 0, 0))
	first := func(platform, id string) bool {
		ok, err := l.desk.First(t.Context(), platform, id)
		require.NoError(t, err)
		return ok
	}
	require.True(t, first("telegram", "1"))
	require.False(t, first("telegram", "1"))
	require.True(t, first("discord", "1"))
	l.open(limits(500, 0, 0))
	require.False(t, first("telegram", "1"))
	l.clock.add(30 * 24 * time.Hour)
	require.True(t, first("telegram", "2"))
	require.NoError(t, l.desk.SetMark(t.Context(), "telegram", 7))
	l.open(limits(500, 0, 0))
	mark, err := l.desk.Mark(t.Context(), "telegram")
	require.NoError(t, err)
	require.Equal(t, int64(7), mark)
}

func TestSplit(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		limit int
		want  []string
	}{
		"empty":        {" \n ", 10, nil},
		"fits":         {"one two", 7, []string{"one two"}},
		"empty line":   {"one two\n\nthree", 12, []string{"one two", "three"}},
		"line":         {"one two\nthree", 10, []string{"one two", "three"}},
		"sentence":     {"One two. Three four.", 15, []string{"One two.", "Three four."}},
		"word":         {"one two three", 9, []string{"one two", "three"}},
		"at a blank":   {"one two", 3, []string{"one", "two"}},
		"no blank":     {"abcdefgh", 3, []string{"abc", "def", "gh"}},
		"two units":    {"🤔🤔🤔", 3, []string{"🤔", "🤔", "🤔"}},
		"least":        {"🤔🤔", 0, []string{"🤔", "🤔"}},
		"early blanks": {"a bcdefghijkl", 9, []string{"a", "bcdefghij", "kl"}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, connect.Split(c.text, c.limit)) })
	}
}

// FuzzSplit: every piece fits, and nothing but blanks is lost.
func FuzzSplit(f *testing.F) {
	f.Add("one two\n\nthree. four", 5)
	f.Add("🤔 a\xff b", 2)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if !utf8.ValidString(text) || limit > 1<<16 {
			return
		}
		pieces := connect.Split(text, limit)
		for _, p := range pieces {
			if n := connect.Units(p); n == 0 || n > max(limit, 2) {
				t.Fatalf("a piece of %d units, the limit is %d", n, limit)
			}
		}
		bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if bare(strings.Join(pieces, "")) != bare(text) {
			t.Fatalf("%q became %q", text, pieces)
		}
	})
}
