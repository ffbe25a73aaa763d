package purse

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

const (
	// tickTries is how often one preimage is sent before its meter gives up.
	tickTries = 4
	// tickPause is how long it waits before the second try; then twice as long.
	tickPause = 50 * time.Millisecond
	// lastTicks is how long the end of a question waits for ticks on their way.
	lastTicks = 5 * time.Second
)

// owed is how many ticks of l the receiver of n bytes of text owes.
func owed(l pay.TickLeaf, n int) uint32 {
	tokens := types.Tokens(n)
	if tokens == 0 {
		return 0
	}
	ticks := uint64(l.Prompt)
	if l.Tokens > 0 {
		ticks += (tokens + uint64(l.Tokens) - 1) / uint64(l.Tokens)
	}
	return uint32(min(ticks, uint64(l.Most)))
}

// meter reveals one asset's ticks beside the stream, so that reading never waits
// for a tick's answer. Later preimages pay for earlier ones: if the network is
// slow, ticks are skipped, not queued.
type meter struct {
	p     *Purse
	q     *question
	leaf  pay.TickLeaf
	chain *pay.HashChain
	due   atomic.Uint32
	wake  chan struct{}

	// Of the goroutine; read when it has ended.
	revealed uint32
	err      error
}

// meters are all of a question.
type meters struct {
	all  []*meter
	wg   sync.WaitGroup
	stop context.CancelFunc
}

// startMeters begins to reveal ticks for b, up to what owe says. Revealing does
// not end with ctx: what was received is paid for.
func (p *Purse) startMeters(ctx context.Context, q *question, b *bill) *meters {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	ms := &meters{stop: stop}
	for _, t := range q.lane.open {
		m := &meter{p: p, q: q, leaf: t.TickLeaf, wake: make(chan struct{}, 1)}
		for _, v := range b.payees {
			if v.asset.ID == t.Asset {
				m.chain = v.chain
			}
		}
		ms.all = append(ms.all, m)
		ms.wg.Go(func() { m.run(ctx) })
	}
	return ms
}

// owe is told the bytes of text received so far.
func (ms *meters) owe(n int) {
	for _, m := range ms.all {
		if due := owed(m.leaf, n); due > m.due.Load() {
			m.due.Store(due)
			select {
			case m.wake <- struct{}{}:
			default: // it is awake, and reads due when it comes round
			}
		}
	}
}

// finish waits until what is due was revealed, and writes into the lane how much
// that is. It returns what went wrong.
func (ms *meters) finish(l *lane) []string {
	for _, m := range ms.all {
		close(m.wake)
	}
	late := time.AfterFunc(lastTicks, ms.stop)
	ms.wg.Wait()
	late.Stop()
	ms.stop()
	var problems []string
	for i, m := range ms.all {
		l.open[i].revealed = m.revealed
		if m.err != nil {
			problems = append(problems, fmt.Sprintf("ticks of asset %d: %v", m.leaf.Asset, m.err))
		}
	}
	return problems
}

func (m *meter) run(ctx context.Context) {
	for range m.wake {
		m.catchUp(ctx)
	}
	m.catchUp(ctx)
}

func (m *meter) catchUp(ctx context.Context) {
	for m.err == nil && ctx.Err() == nil {
		k := m.due.Load()
		if k <= m.revealed {
			return
		}
		m.err = m.reveal(ctx, k)
	}
}

// reveal writes down that k ticks are paid, and then pays them.
func (m *meter) reveal(ctx context.Context, k uint32) error {
	ref := m.q.lane.ref
	// Whoever takes the lease reads at once what was revealed. What is revealed
	// after that would be missing from its leaves: so only the holder reveals.
	n, err := change(ctx, m.p.cfg.DB, `UPDATE purse_ticks SET revealed = ?`+whereLane+`AND asset = ? AND seq = ?
		AND EXISTS (SELECT 1 FROM purse_lanes`+whereLane+`AND holder = ?)`,
		append(append([]any{int64(k)}, key(ref, int64(m.leaf.Asset), int64(m.q.seq))...), key(ref, m.p.holder)...)...)
	if err != nil {
		return fmt.Errorf("write tick: %w", err)
	}
	if n != 1 {
		return fmt.Errorf("lane %s: %w", ref, ErrLease)
	}
	m.revealed = k
	body, err := json.Marshal(wire.Tick{Lane: ref, Seq: m.q.seq, Asset: m.leaf.Asset, K: k, Preimage: m.chain.Preimage(k)})
	if err != nil {
		return err
	}
	return m.send(ctx, body)
}

// send brings a tick to the gateway; what is lost on the way is sent again.
func (m *meter) send(ctx context.Context, body []byte) error {
	pause := m.p.pause
	for try := 1; ; try++ {
		final, err := m.sendOnce(ctx, body)
		if err == nil || final || try == tickTries {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
			pause *= 2
		}
	}
}

// sendOnce reports as final what another try would not change.
func (m *meter) sendOnce(ctx context.Context, body []byte) (final bool, err error) {
	resp, err := m.p.post(ctx, m.q, wire.PathTicks, body, "", "")
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrDown, err)
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrDown, err)
	}
	if resp.StatusCode != http.StatusOK {
		return resp.StatusCode < 500, refusal("reveal", resp.StatusCode, said)
	}
	return true, nil
}
