package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/types"
)

// TestKillWhileStarting kills `up` at many moments of its first start, each home at
// several, and starts it again: whatever was done is found, nothing is done twice.
func TestKillWhileStarting(t *testing.T) {
	t.Parallel()
	exists := func(h *house, path ...string) func() bool {
		return func() bool {
			_, err := os.Stat(filepath.Join(append([]string{h.dir}, path...)...))
			return err == nil
		}
	}
	t.Run("making files", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		for _, path := range [][]string{
			{"home.json"}, {"keys", "payer"}, {"keys", "lane-3"}, {"chain"}, {"chain", "config", "genesis.json"}, {"vault"},
		} {
			up := h.launch(t)
			seen := exists(h, path...)
			await(t, path[0], func() bool { return seen() || !up.running() })
			up.kill()
			require.NotContains(t, up.err.String(), "error")
		}
		h.start(t)
		h.up.kill() // as soon as it is ready
		h.checkOnce(t)
	})
	for _, moments := range [][]time.Duration{
		{0, 1500 * time.Millisecond},
		{400 * time.Millisecond, 900 * time.Millisecond},
		{1200 * time.Millisecond, 300 * time.Millisecond},
		{1800 * time.Millisecond, 2400 * time.Millisecond, 600 * time.Millisecond},
	} {
		t.Run(fmt.Sprint("after ", moments), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			for _, moment := range moments {
				up := h.launch(t)
				await(t, "the chain to listen", func() bool { return h.listens() || !up.running() })
				select {
				case <-up.done:
					require.Fail(t, "up ended", up.err.String())
				case <-time.After(moment):
				}
				up.kill()
			}
			h.checkOnce(t)
		})
	}
}

// listens reports whether the home's chain takes connections.
func (h *house) listens() bool {
	c, err := net.Dial("tcp", home.Loopback(h.ports.GRPC))
	if err != nil {
		return false
	}
	return c.Close() == nil
}

// checkOnce starts the home and checks that everything is there once, and works.
func (h *house) checkOnce(t *testing.T) {
	t.Helper()
	h.start(t)
	var assets []assetJSON
	h.read(t, &assets, "asset", "list")
	require.Len(t, assets, 3)
	require.Equal(t, 1, h.openTabs(t))
	said := h.ask(t, question).items(t)
	earned, _ := h.books(t)
	require.Equal(t, said, earned)
	h.up.kill() // right after an answer
	h.start(t)
	earned, _ = h.books(t)
	require.Equal(t, said, earned)
}

// crowd asks at once, over and over, as processes of their own.
type crowd struct {
	h    *house
	stop atomic.Bool
	wg   sync.WaitGroup

	mu       sync.Mutex
	answers  []answerJSON
	failures []outcome
}

// gather starts n askers.
func (h *house) gather(t *testing.T, n int) *crowd {
	t.Helper()
	c := &crowd{h: h}
	t.Cleanup(c.leave)
	for i := range n {
		c.wg.Go(func() {
			for k := i; !c.stop.Load(); k++ {
				c.ask(t, asked[k%len(asked)])
			}
		})
	}
	return c
}

func (c *crowd) ask(t *testing.T, question string) {
	p := spawn(t, "ask", question, "--output", "json", "--home", c.h.dir)
	select {
	case <-p.done:
	case <-time.After(patience):
		p.kill()
	}
	o := outcome{p.cmd.ProcessState.ExitCode(), p.out.String(), p.err.String()}
	var a answerJSON
	whole := o.code == 0 && json.Unmarshal([]byte(o.out), &a) == nil
	c.mu.Lock()
	defer c.mu.Unlock()
	if whole {
		c.answers = append(c.answers, a)
	} else {
		c.failures = append(c.failures, o)
	}
}

// answered counts the answers so far.
func (c *crowd) answered() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.answers)
}

// leave ends the askers after the question each is at.
func (c *crowd) leave() {
	c.stop.Store(true)
	c.wg.Wait()
}

// ledgerOf is what a story of crashes has promised so far.
type ledgerOf struct {
	said     sums // by whole answers
	receipts map[string]bool
}

// take adds what a crowd was told, and says how many questions were in flight.
func (l *ledgerOf) take(t *testing.T, c *crowd) (cut int) {
	t.Helper()
	for _, a := range c.answers {
		l.add(t, a)
	}
	for _, f := range c.failures {
		require.Contains(t, []int{1, 5}, f.code, f.err)
		require.NotContains(t, f.err, "panic")
	}
	return len(c.failures)
}

// add adds what an answer said.
func (l *ledgerOf) add(t *testing.T, a answerJSON) {
	t.Helper()
	a.check(t)
	for asset, amount := range a.items(t) {
		l.said.add(t, asset, amount)
	}
	for _, r := range a.Receipts {
		require.False(t, l.receipts[r.ID], "a receipt is given once")
		l.receipts[r.ID] = true
	}
}

// covered reports whether everyone has earned what was said.
func (l *ledgerOf) covered(earned sums) bool {
	for asset, said := range l.said {
		if earned[asset].Cmp(said) < 0 {
			return false
		}
	}
	return true
}

// check compares the home with what was promised. cut is how many questions were
// in flight at kills: those may have been paid for too. Last ticks of answers that a
// killed gateway did not take are paid by the next question of each lane.
func (l *ledgerOf) check(t *testing.T, h *house, cut int) {
	t.Helper()
	var receipts []receiptJSON
	h.read(t, &receipts, "receipts", "--limit", "100000")
	listed := map[string]bool{}
	for _, r := range receipts {
		require.False(t, listed[r.ID], "listed once")
		listed[r.ID] = true
	}
	for id := range l.receipts {
		require.True(t, listed[id], "receipt %s of an answer that was given is gone", id)
	}
	var tab tabJSON
	h.read(t, &tab, "tab", "show")
	earned, _ := h.books(t)
	for i := 0; i < len(tab.Lanes) && !l.covered(earned); i++ {
		l.add(t, h.ask(t, question))
		earned, _ = h.books(t)
	}
	require.Len(t, earned, 3)
	for asset, said := range l.said {
		require.GreaterOrEqual(t, earned[asset].Cmp(said), 0, "asset %d has %s of %s", asset, earned[asset], said)
		if cut == 0 {
			require.Equal(t, said, earned[asset], "asset %d", asset)
		}
	}
	h.read(t, &tab, "tab", "show")
	promised := sums{}
	for _, lane := range tab.Lanes {
		require.LessOrEqual(t, lane.Credited.Cmp(lane.Promised), 0)
		require.LessOrEqual(t, lane.Promised.Cmp(lane.Cap), 0)
		promised.add(t, 0, lane.Promised)
	}
	require.GreaterOrEqual(t, promised[0].Cmp(l.said.total(t)), 0, "the purse knows of all that it has paid")
	var assets []assetJSON
	h.read(t, &assets, "asset", "list")
	require.Len(t, assets, 3)
	require.Equal(t, 1, h.openTabs(t))
}

// TestKillWhileWorking kills a home with questions in flight, in the middle of an
// add, in the middle of a settlement, and kills askers; in the end everyone who
// worked for an answer that was given is paid for it, once.
func TestKillWhileWorking(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.start(t)
	l := &ledgerOf{said: sums{}, receipts: map[string]bool{}}
	cut := 0

	for range 2 { // questions in flight
		c := h.gather(t, 6)
		await(t, "answers", func() bool { return c.answered() >= 8 })
		h.kill()
		c.leave()
		cut += l.take(t, c)
		h.start(t)
		l.check(t, h, cut)
	}
	h.killAskers(t)
	h.killDuringAdd(t)
	l.check(t, h, cut+1)
	h.killDuringSettle(t)
	l.check(t, h, cut+1)

	c := h.gather(t, 3)
	await(t, "answers", func() bool { return c.answered() >= 6 })
	c.leave()
	require.Zero(t, l.take(t, c), "no question fails any more: %v", c.failures)
	l.check(t, h, cut+1)
	h.settleAll(t, l.said)
}

// killAskers kills processes that ask, each at another moment.
func (h *house) killAskers(t *testing.T) {
	t.Helper()
	for i := range 8 {
		p := spawn(t, "ask", question, "--output", "json", "--home", h.dir)
		select {
		case <-p.done:
		case <-time.After(time.Duration(30+15*i) * time.Millisecond):
			p.kill()
		}
	}
}

// killDuringAdd kills the home while it reads a folder, and adds it again.
func (h *house) killDuringAdd(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for i := range 400 {
		write(t, fmt.Sprintf("# Note %d\n\nThe lighthouse of island %d burns with oil of kind %d.\n", i, i, i), dir, fmt.Sprintf("note-%d.md", i))
	}
	add := spawn(t, "vault", "add", dir, "--home", h.dir)
	await(t, "the add to run", func() bool {
		var v vaultJSON
		o := h.run(t, "vault", "status", "--output", "json")
		return (o.code == 0 && json.Unmarshal([]byte(o.out), &v) == nil && v.Adding) || !add.running()
	})
	h.kill()
	add.wait(t)
	h.start(t)
	var r reportJSON
	h.read(t, &r, "vault", "add", dir)
	require.Equal(t, 400, r.Added+r.Unchanged)
	require.True(t, r.Published)
	await(t, "the new knowledge", func() bool {
		a := h.ask(t, "Which oil does the lighthouse of island 7 burn?")
		return slices.ContainsFunc(a.Citations, func(c citationJSON) bool { return strings.HasPrefix(c.Source, "note-") })
	})
}

// killDuringSettle kills the home as soon as the chain has credited something, when
// the role that brought it may not know yet.
func (h *house) killDuringSettle(t *testing.T) {
	t.Helper()
	l := h.ledger(t)
	before, rows := h.books(t)
	settle := spawn(t, "settle", "--home", h.dir)
	await(t, "the first credit", func() bool {
		now, err := l.Revenue(t.Context(), rows[0].Asset)
		require.NoError(t, err)
		return now[0].Credited != rows[0].Credited || !settle.running()
	})
	h.kill()
	require.NotZero(t, settle.wait(t), "it was in the middle of it")
	h.start(t)
	await(t, "the roles to find out what was settled", func() bool {
		after, _ := h.books(t)
		return maps.Equal(before, after)
	})
}

// settleAll settles and claims all that was earned, which is at least what was said.
func (h *house) settleAll(t *testing.T, said sums) {
	t.Helper()
	earned, _ := h.books(t)
	var settled []settlementJSON
	h.read(t, &settled, "settle")
	now, rows := h.books(t)
	require.Equal(t, earned, now, "settling moves what is owed, it makes nothing")
	for asset, amount := range now {
		require.GreaterOrEqual(t, amount.Cmp(said[asset]), 0, "asset %d has %s of %s", asset, amount, said[asset])
	}
	var credited, inLanes types.Amount
	for _, e := range rows {
		require.True(t, e.Unsettled.IsZero(), "asset %d", e.Asset)
		credited, _ = credited.Add(e.Credited)
	}
	var tab tabJSON
	h.read(t, &tab, "tab", "show")
	for _, lane := range tab.Lanes {
		inLanes, _ = inLanes.Add(lane.Credited)
	}
	require.Equal(t, credited, inLanes, "what lanes have paid is what assets were credited")
	h.claims(t, now)
}
