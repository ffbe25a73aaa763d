package earn_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// keeper is a watcher that remembers the highest value of each lane.
type keeper struct {
	mu      sync.Mutex
	kept    map[types.LaneRef]types.Amount
	calls   int
	down    error
	hangs   bool
	refuses map[types.LaneRef]bool
	called  chan struct{} // has an element after a call
}

func newKeeper() *keeper {
	return &keeper{kept: map[types.LaneRef]types.Amount{}, refuses: map[types.LaneRef]bool{}, called: make(chan struct{}, 1)}
}

var _ earn.Watcher = (*keeper)(nil)

func (k *keeper) Keep(ctx context.Context, claims []pay.Settlement) ([]error, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls++
	select {
	case k.called <- struct{}{}:
	default:
	}
	if k.hangs {
		k.mu.Unlock()
		<-ctx.Done()
		k.mu.Lock()
		return nil, ctx.Err()
	}
	if k.down != nil {
		return nil, k.down
	}
	refused := make([]error, len(claims))
	for i, s := range claims {
		if k.refuses[s.Voucher.Lane] {
			refused[i] = errors.New("refused")
			continue
		}
		_, value, err := s.Claims[0].Value(s.Voucher.Voucher)
		if err != nil {
			return nil, err
		}
		if k.kept[s.Voucher.Lane].Cmp(value) < 0 {
			k.kept[s.Voucher.Lane] = value
		}
	}
	return refused, nil
}

func (k *keeper) change(f func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f()
}

func (k *keeper) has(ref types.LaneRef) types.Amount {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.kept[ref]
}

// watchedBy lets the book hand over, as it does beside settling.
func (l *lab) watchedBy(k *keeper) (stop func()) {
	l.t.Helper()
	l.cfg.Watcher = k
	l.reopen()
	ctx, cancel := context.WithCancel(l.t.Context())
	done := make(chan struct{})
	go func() { defer close(done); l.Run(ctx, l.chain, time.Hour) }()
	return func() { cancel(); <-done }
}

// soon waits for what must be within a second, and gives slow machines more.
func soon(t *testing.T, ok func() bool, what string) {
	t.Helper()
	require.Eventually(t, ok, 10*time.Second, time.Millisecond, what)
}

func TestClaimIsHandedToTheWatcher(t *testing.T) {
	l, k := newLab(t, 1000), newKeeper()
	stop := l.watchedBy(k)
	l.mustLeaf(lane(0), 1, 40, 40)
	soon(t, func() bool { return k.has(lane(0)) == n(40) }, "firm")

	o := tickOrder(lane(1), 1)
	v, p, chain := l.metered(o, 0)
	require.NoError(t, l.AcceptTick(t.Context(), v, p, meter()))
	k.change(func() { k.calls = 0 })
	for i := range uint32(10) {
		_, err := l.Tick(t.Context(), reveal(o, chain, i+1))
		require.NoError(t, err)
	}
	soon(t, func() bool { return k.has(lane(1)) == n(30) }, "ticks")
	k.change(func() { require.LessOrEqual(t, k.calls, 3, "ticks are gathered") })

	// What was accepted a moment before the end is handed over, too.
	l.mustLeaf(lane(2), 1, 7, 7)
	stop()
	require.Equal(t, n(7), k.has(lane(2)))
}

// TestWatcherThatIsDown disturbs nobody, and gets all when it is there again.
func TestWatcherThatIsDown(t *testing.T) {
	for name, fail := range map[string]func(*keeper){
		"refuses connections": func(k *keeper) { k.down = errors.New("connection refused") },
		"does not answer":     func(k *keeper) { k.hangs = true },
	} {
		t.Run(name, func(t *testing.T) {
			l, k := newLab(t, 1000), newKeeper()
			fail(k)
			stop := l.watchedBy(k)
			defer stop()
			l.mustLeaf(lane(0), 1, 40, 40)
			<-k.called
			for i := range uint32(4) {
				l.mustLeaf(lane(i), 2, 1, 41)
			}
			count, err := l.Settle(t.Context(), l.chain)
			require.NoError(t, err)
			require.Equal(t, 4, count)
			l.mustLeaf(lane(0), 3, 9, 50)
			k.change(func() { k.down, k.hangs = nil, false })
			soon(t, func() bool { return k.has(lane(0)) == n(50) }, "all")
			require.Zero(t, k.has(lane(1)), "what was settled meanwhile needs no watcher")
		})
	}
}

// TestRefusedClaimHoldsUpNoOther: a payer cannot keep claims of others from the
// watcher by one that the watcher does not take.
func TestRefusedClaimHoldsUpNoOther(t *testing.T) {
	l, k := newLab(t, 1000), newKeeper()
	k.refuses[lane(0)] = true
	defer l.watchedBy(k)()
	l.mustLeaf(lane(0), 1, 40, 40)
	l.mustLeaf(lane(1), 1, 40, 40)
	soon(t, func() bool { return k.has(lane(1)) == n(40) }, "the other lane")
	l.mustLeaf(lane(2), 1, 40, 40)
	soon(t, func() bool { return k.has(lane(2)) == n(40) }, "and later ones, at once")
}

// TestWatcherHearsOfARestart: what was not handed over before a crash is after it.
func TestWatcherHearsOfARestart(t *testing.T) {
	l, k := newLab(t, 1000), newKeeper()
	l.mustLeaf(lane(0), 1, 40, 40)
	l.mustLeaf(lane(1), 1, 50, 50)
	_, err := l.Settle(t.Context(), l.chain)
	require.NoError(t, err)
	l.mustLeaf(lane(1), 2, 5, 55)
	defer l.watchedBy(k)()
	soon(t, func() bool { return k.has(lane(1)) == n(55) }, "what is owed")
	require.Zero(t, k.has(lane(0)))
}
