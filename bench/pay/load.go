package pay

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
)

// payees is how many assets a query of the load pays: vault, model and app.
const payees = 3

// ask asks the nth question and pays for it. Its error says what was lost.
func (p *pipeline) ask(ctx context.Context, n int) (*purse.Answer, error) {
	a, err := p.purse.Ask(ctx, purse.Ask{Gateway: p.URLs[roleGateway], App: p.Assets[roleGateway], Body: body(n)})
	if err != nil {
		return a, err
	}
	return a, check(a)
}

// check says what is missing in an answer.
func check(a *purse.Answer) error {
	switch {
	case len(a.Problems) > 0:
		return fmt.Errorf("%v", a.Problems)
	case len(a.Receipts) != payees || len(a.Items) != payees:
		return fmt.Errorf("%d receipts of %d payees, want %d", len(a.Receipts), len(a.Items), payees)
	case a.Text == "" || a.FinishReason != "stop" || len(a.Citations) == 0:
		return fmt.Errorf("the answer is cut: %q", a.Text)
	}
	for _, c := range a.Citations {
		if !c.Proof {
			return fmt.Errorf("passage [%d] is not proven", c.N)
		}
	}
	return nil
}

// tally is what a load came to. All queries are counted, those of the warm-up too.
type tally struct {
	mu       sync.Mutex
	queries  int
	lost     int
	failure  error                          // the first
	receipts map[types.AssetID]types.Amount // the sum of each asset's
}

// add counts a query in.
func (t *tally) add(a *purse.Answer, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.queries++
	if err != nil {
		t.lost++
		if t.failure == nil {
			t.failure = err
		}
	}
	if a == nil {
		return
	}
	if t.receipts == nil {
		t.receipts = map[types.AssetID]types.Amount{}
	}
	for _, r := range a.Receipts {
		t.receipts[r.Asset], _ = t.receipts[r.Asset].Add(r.Amount) // all that is in the tab fits
	}
}

// sum is what all receipts say.
func (t *tally) sum() (all types.Amount) {
	for _, v := range t.receipts {
		all, _ = all.Add(v)
	}
	return all
}

// rate is how fast a closed loop went.
type rate struct {
	queries int           // that ended in the time
	took    time.Duration // of it
	cpu     time.Duration // of all processes in it, but for the chain's
}

// perSecond returns queries a second.
func (r rate) perSecond() float64 { return float64(r.queries) / r.took.Seconds() }

// perQuery returns milliseconds of processor time by query.
func (r rate) perQuery() float64 { return millis(r.cpu) / float64(max(r.queries, 1)) }

// run has all lanes ask one question after the other: for the time of a warm-up,
// and then for the time that counts.
func (p *pipeline) run(ctx context.Context, cfg Config, t *tally) (r rate, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var next, ended atomic.Int64
	var over atomic.Bool
	var wg sync.WaitGroup
	for range cfg.Lanes {
		wg.Go(func() {
			for !over.Load() && ctx.Err() == nil {
				t.add(p.ask(ctx, int(next.Add(1))))
				ended.Add(1)
			}
		})
	}
	defer func() { over.Store(true); wg.Wait() }()
	if err := pause(ctx, cfg.Warm); err != nil {
		return r, err
	}
	before, err := p.cpu()
	if err != nil {
		return r, err
	}
	began, had := time.Now(), ended.Load()
	for elapsed := time.Duration(0); elapsed < cfg.Time; elapsed = time.Since(began) {
		cfg.Progress("paying, roles "+p.Set, int(elapsed.Seconds()), int(cfg.Time.Seconds()))
		if err := pause(ctx, min(time.Second, cfg.Time-elapsed)); err != nil {
			return r, err
		}
	}
	r.queries, r.took = int(ended.Load()-had), time.Since(began)
	after, err := p.cpu()
	r.cpu = after - before
	return r, err
}

// pause waits.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
