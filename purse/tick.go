package purse

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
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

// meters reveal the ticks of a question beside the stream, so that reading never
// waits for a tick's answer. Later preimages pay for earlier ones: if the network
// is slow, ticks are skipped, not queued. What is due at once goes out together.
type meters struct {
	p    *Purse
	q    *question
	all  []*meter
	got  atomic.Int64 // bytes of text received
	wake chan struct{}
	done chan struct{}
	stop context.CancelFunc
}

// meter is one asset's ticks. It belongs to the goroutine that reveals, until that
// has ended.
type meter struct {
	leaf     pay.TickLeaf
	chain    *pay.HashChain
	revealed uint32
	err      error
}

// startMeters begins to reveal ticks for b, up to what owe says. Revealing does
// not end with ctx: what was received is paid for.
func (p *Purse) startMeters(ctx context.Context, q *question, b *bill) *meters {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	ms := &meters{p: p, q: q, wake: make(chan struct{}, 1), done: make(chan struct{}), stop: stop}
	for _, t := range q.lane.open {
		m := &meter{leaf: t.TickLeaf}
		for _, v := range b.payees {
			if v.asset.ID == t.Asset {
				m.chain = v.chain
			}
		}
		ms.all = append(ms.all, m)
	}
	go ms.run(ctx)
	return ms
}

// owe is told the bytes of text received so far.
func (ms *meters) owe(n int) {
	ms.got.Store(int64(n))
	select {
	case ms.wake <- struct{}{}:
	default: // it is awake, and looks again when it comes round
	}
}

// finish waits until what is due was revealed, and writes into the lane how much
// that is. It returns what went wrong.
func (ms *meters) finish(l *lane) []string {
	close(ms.wake)
	late := time.AfterFunc(lastTicks, ms.stop)
	<-ms.done
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

func (ms *meters) run(ctx context.Context) {
	defer close(ms.done)
	for range ms.wake {
		ms.catchUp(ctx)
	}
	ms.catchUp(ctx)
}

// catchUp reveals what is due, until nothing more is.
func (ms *meters) catchUp(ctx context.Context) {
	for ctx.Err() == nil {
		var due []*meter
		var ticks []wire.Tick
		n := int(ms.got.Load())
		for _, m := range ms.all {
			if k := owed(m.leaf, n); k > m.revealed && m.err == nil {
				due = append(due, m)
				ticks = append(ticks, wire.Tick{Lane: ms.q.lane.ref, Seq: ms.q.seq, Asset: m.leaf.Asset, K: k, Preimage: m.chain.Preimage(k)})
			}
		}
		if len(due) == 0 {
			return
		}
		ms.reveal(ctx, due, ticks)
	}
}

// reveal writes down that ticks are paid, and then pays them: all at once, or one
// by one if that is refused, so that one asset's trouble is not another's.
func (ms *meters) reveal(ctx context.Context, due []*meter, ticks []wire.Tick) {
	err := ms.write(ctx, ticks)
	if err == nil {
		for i, m := range due {
			m.revealed = ticks[i].K
		}
		err = ms.send(ctx, wire.TickRequest{Tick: ticks[0], And: ticks[1:]})
	}
	for i, m := range due {
		if m.err = err; err != nil && m.revealed == ticks[i].K && len(due) > 1 {
			m.err = ms.send(ctx, wire.TickRequest{Tick: ticks[i]})
		}
	}
}

// write keeps what is about to be revealed. Whoever takes the lease reads at once
// what was revealed, and what is revealed after that would be missing from its
// leaves: so only the holder reveals.
func (ms *meters) write(ctx context.Context, ticks []wire.Tick) error {
	ref := ms.q.lane.ref
	open := slices.Clone(ms.q.lane.open)
	for i, m := range ms.all {
		open[i].revealed = m.revealed
	}
	for _, t := range ticks {
		open[slices.IndexFunc(open, func(o openTick) bool { return o.Asset == t.Asset })].revealed = t.K
	}
	n, err := change(ctx, ms.p.cfg.DB, `UPDATE purse_lanes SET ticks = ?`+whereLane+`AND holder = ? AND last_seq = ?`,
		append([]any{encodeTicks(open)}, key(ref, ms.p.holder, int64(ms.q.seq))...)...)
	if err == nil && n != 1 {
		err = fmt.Errorf("lane %s: %w", ref, ErrLease)
	}
	if err != nil {
		return fmt.Errorf("write tick: %w", err)
	}
	return nil
}

// send brings ticks to the gateway; what is lost on the way is sent again.
func (ms *meters) send(ctx context.Context, ticks wire.TickRequest) error {
	body, err := wire.Marshal(ticks)
	if err != nil {
		return err
	}
	pause := ms.p.pause
	for try := 1; ; try++ {
		final, err := ms.sendOnce(ctx, body)
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
func (ms *meters) sendOnce(ctx context.Context, body []byte) (final bool, err error) {
	resp, err := ms.p.post(ctx, ms.q, wire.PathTicks, body, "", "")
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
