package purse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

const (
	// tickTries is how often one preimage is sent before its meter gives up.
	tickTries = 4
	// tickPause is how long it waits before the second try; then twice as long.
	tickPause = 50 * time.Millisecond
	// soon is how long a tick that nobody waits for may wait for others, or for the end
	// of the answer.
	soon = 20 * time.Millisecond
	// afterwards is how long the ticks of an answer that has ended may wait for the next
	// voucher of the lane, into which they are folded.
	afterwards = 200 * time.Millisecond
	// lastTicks is how long ticks may be on their way after the end of an answer.
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

// meters reveal the ticks of a question. Reading never waits for a tick's answer.
// Later preimages pay for earlier ones: if the network is slow, ticks are skipped, not
// queued. What is due is sent at once if its asset would give no more without it;
// otherwise soon, all together. What is left at the answer's end is sent if the lane
// signs no voucher that pays it shortly.
type meters struct {
	p    *Purse
	q    *question
	all  []*meter
	ctx  context.Context
	stop context.CancelFunc

	mu      sync.Mutex  // guards what follows, and the meters
	got     int         // bytes of text received
	soon    *time.Timer // sends what is due; nil if none is set
	sending bool        // a goroutine is at it
	over    bool        // the answer has ended
}

// meter is one asset's ticks.
type meter struct {
	leaf  pay.TickLeaf
	chain *pay.HashChain
	open  *openTick // of the lane: what of it was written down, or will be with the answer's end
	sent  uint32
	err   error // why nothing more is sent
	// apart says that own bytes of the text are its own, which of several models it is.
	apart bool
	own   int
}

// room is how many bytes of text the asset gives without another tick.
func (m *meter) room() int {
	if m.leaf.Tokens == 0 {
		return wire.UseGrace
	}
	ahead := uint64(1)
	if m.sent > m.leaf.Prompt {
		ahead += uint64(m.sent - m.leaf.Prompt)
	}
	return int(min(ahead*uint64(m.leaf.Tokens)*types.TokenBytes, wire.MaxBody))
}

// startMeters begins to reveal ticks for b, up to what owe says. Revealing does
// not end with ctx: what was received is paid for.
func (p *Purse) startMeters(ctx context.Context, q *question, b *bill) *meters {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	ms := &meters{p: p, q: q, ctx: ctx, stop: stop}
	for i := range q.lane.open {
		t := &q.lane.open[i]
		m := &meter{leaf: t.TickLeaf, open: t}
		for _, v := range b.payees {
			if v.asset.ID == t.Asset {
				m.chain = v.chain
			}
		}
		ms.all = append(ms.all, m)
	}
	return ms
}

// owe is told the bytes of text received so far.
func (ms *meters) owe(n int) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	ms.got = n
	due, urgent := false, false
	for _, m := range ms.all {
		if m.err == nil && m.owed(n) > m.sent {
			due = true
			urgent = urgent || m.given(n) >= m.room()
		}
	}
	switch {
	case urgent:
		ms.reveal()
	case due && ms.soon == nil:
		ms.soon = time.AfterFunc(soon, func() {
			ms.mu.Lock()
			defer ms.mu.Unlock()
			ms.soon = nil
			if !ms.over {
				ms.reveal()
			}
		})
	}
}

// reveal writes down what is due, and then has it sent. Called with ms.mu held.
func (ms *meters) reveal() {
	before := make([]uint32, len(ms.all))
	for i, m := range ms.all {
		before[i] = m.open.revealed
	}
	if !ms.grow() {
		return
	}
	ref := ms.q.lane.ref
	err := keep.Put(ms.p.cfg.DB, keep.Change{
		Slot: "ticks " + ref.String(), Text: `UPDATE purse_lanes SET ticks = ?` + whereLane,
		Args: append([]any{encodeTicks(ms.q.lane.open)}, key(ref)...),
	})
	if err != nil {
		for i, m := range ms.all {
			m.open.revealed, m.err = before[i], fmt.Errorf("write tick: %w", err)
		}
		return
	}
	ms.send()
}

// grow sets what is revealed to what is due, and reports whether that is more. Called
// with ms.mu held.
func (ms *meters) grow() (more bool) {
	for _, m := range ms.all {
		if k := m.owed(ms.got); m.err == nil && k > m.open.revealed {
			m.open.revealed, more = k, true
		}
	}
	return more
}

// finish ends revealing, and returns what went wrong so far. What is due and was not
// sent is written into the lane, to be kept with the answer's end.
func (ms *meters) finish() (problems []string) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	ms.over = true
	ms.grow()
	for _, m := range ms.all {
		if m.err != nil {
			problems = append(problems, fmt.Sprintf("ticks of asset %d: %v", m.leaf.Asset, m.err))
		}
	}
	if ms.soon != nil {
		ms.soon.Stop()
	}
	return problems
}

// afterEnd has what is left sent a while after the answer's end was kept, unless a
// voucher pays it before.
func (ms *meters) afterEnd() {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	if due, _ := ms.due(); len(due) == 0 && ms.brought() {
		ms.stop()
		return
	}
	p, l := ms.p, ms.q.lane
	p.mu.Lock()
	defer p.mu.Unlock()
	l.late, l.later = ms, time.AfterFunc(afterwards, func() { p.sendLate(l, ms) })
}

// sendLate sends the last ticks of an answer, unless it was done or has become needless.
func (p *Purse) sendLate(l *lane, ms *meters) {
	p.mu.Lock()
	late := l.late == ms
	p.mu.Unlock()
	if !late {
		return
	}
	ms.mu.Lock()
	defer ms.mu.Unlock()
	time.AfterFunc(lastTicks, ms.stop)
	ms.send()
}

// forgetLate drops the last ticks of l's answer: they were brought, or a voucher has paid
// them, or who holds the lane now will. Called with p.mu held.
func (l *lane) forgetLate() {
	l.heir = false
	if l.late != nil {
		l.later.Stop()
		l.late.stop()
		l.late = nil
	}
}

// send has what is due sent, beside what goes on. Called with ms.mu held.
func (ms *meters) send() {
	if !ms.sending {
		ms.sending = true
		ms.p.background(ms.sendAll)
	}
}

// sendAll sends what is due, until nothing more is: all at once, or one by one if that
// is refused, so that one asset's trouble is not another's.
func (ms *meters) sendAll() {
	for {
		ms.mu.Lock()
		due, ticks := ms.due()
		ms.sending = len(due) > 0
		ms.mu.Unlock()
		if len(due) == 0 {
			return
		}
		err := ms.bring(wire.TickRequest{Tick: ticks[0], And: ticks[1:]})
		for i, m := range due {
			one := err
			if err != nil && len(due) > 1 {
				one = ms.bring(wire.TickRequest{Tick: ticks[i]})
			}
			ms.note(m, ticks[i].K, one)
		}
	}
}

// due returns what is written down and was not sent. Called with ms.mu held.
func (ms *meters) due() (due []*meter, ticks []wire.Tick) {
	for _, m := range ms.all {
		if k := m.open.revealed; k > m.sent && m.err == nil {
			due = append(due, m)
			ticks = append(ticks, wire.Tick{Lane: ms.q.lane.ref, Seq: ms.q.seq, Asset: m.leaf.Asset, K: k, Preimage: m.chain.Preimage(k)})
		}
	}
	return due, ticks
}

// note takes down what came of sending k ticks.
func (ms *meters) note(m *meter, k uint32, err error) {
	ms.mu.Lock()
	defer ms.mu.Unlock()
	m.sent, m.err = k, err
	if !ms.over {
		return
	}
	if err != nil {
		ms.p.cfg.Log.Debug("last ticks were not taken; the next voucher pays them", "asset", uint64(m.leaf.Asset), "err", err)
		return
	}
	p, l := ms.p, ms.q.lane
	p.mu.Lock()
	defer p.mu.Unlock()
	if due, _ := ms.due(); l.late == ms && len(due) == 0 && ms.brought() {
		l.forgetLate()
	}
}

// brought reports whether nothing that was sent has failed. Called with ms.mu held.
func (ms *meters) brought() bool {
	for _, m := range ms.all {
		if m.err != nil {
			return false
		}
	}
	return true
}

// bring brings ticks to the gateway; what is lost on the way is sent again.
func (ms *meters) bring(ticks wire.TickRequest) error {
	body, err := wire.Marshal(ticks)
	if err != nil {
		return err
	}
	pause := ms.p.pause
	for try := 1; ; try++ {
		final, err := ms.bringOnce(body)
		if err == nil || final || try == tickTries {
			return err
		}
		select {
		case <-ms.ctx.Done():
			return err
		case <-time.After(pause):
			pause *= 2
		}
	}
}

// bringOnce reports as final what another try would not change.
func (ms *meters) bringOnce(body []byte) (final bool, err error) {
	resp, err := ms.p.post(ms.ctx, ms.q, wire.PathTicks, body, "", "")
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrDown, err)
	}
	said, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return false, fmt.Errorf("%w: %w", ErrDown, err)
	}
	if resp.StatusCode != http.StatusOK {
		return resp.StatusCode < 500, refusal("reveal", resp.StatusCode, said)
	}
	return true, nil
}
