package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// asked is the request of all calls.
const asked = `{"model":"bench","stream":true,"max_tokens":64,"messages":[{"role":"user","content":"What does a gateway add to this?"}]}`

// target is whom to ask.
type target struct {
	url    string
	client *http.Client
	errors atomic.Int64

	mu    sync.Mutex
	times []time.Duration
}

func newTarget(base string) *target {
	t := http.DefaultTransport.(*http.Transport).Clone() //nolint:errcheck // that is what it is
	t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, 1024
	return &target{url: base + "/v1/chat/completions", client: &http.Client{Transport: t, Timeout: 30 * time.Second}}
}

// ask makes one call, whose time counts from due, and keeps that if it is to count.
func (t *target) ask(ctx context.Context, due time.Time, counts bool) {
	if err := t.call(ctx); err != nil {
		t.errors.Add(1)
		return
	}
	if took := time.Since(due); counts {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.times = append(t.times, took)
	}
}

func (t *target) call(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, strings.NewReader(asked))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+apiKey)
	resp, err := t.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode != http.StatusOK || !bytes.Contains(b, []byte("nothing in particular")) || !bytes.HasSuffix(b, []byte("data: [DONE]\n\n")):
		return fmt.Errorf("status %d: %.200s", resp.StatusCode, b)
	}
	return nil
}

// byTurns asks targets in an open loop, block calls of one and then of the next, until
// each had calls calls.
func byTurns(ctx context.Context, targets []*target, rate, block, calls int, counts bool, progress func(done, all int)) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	began, every := time.Now(), time.Second/time.Duration(rate)
	for i := range calls * len(targets) {
		due := began.Add(time.Duration(i) * every)
		if wait := time.Until(due); wait > 0 {
			time.Sleep(wait)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		to := targets[i/block%len(targets)]
		wg.Go(func() { to.ask(ctx, due, counts) })
		if i%1000 == 0 {
			progress(i, calls*len(targets))
		}
	}
	return nil
}

// atOnce makes calls calls, so many at a time.
func atOnce(ctx context.Context, t *target, calls, parallel int, done func()) error {
	var wg sync.WaitGroup
	var next atomic.Int64
	for range parallel {
		wg.Go(func() {
			for ctx.Err() == nil && next.Add(1) <= int64(calls) {
				t.ask(ctx, time.Now(), false)
				done()
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

var errNoCall = errors.New("no call came back")

// quantile returns the time that part q of all calls take at most.
func (t *target) quantile(q float64) (time.Duration, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.times) == 0 {
		return 0, errNoCall
	}
	slices.Sort(t.times)
	return t.times[min(len(t.times)-1, int(q*float64(len(t.times))))], nil
}
