package telemetry

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/weal-network/weal/wire"
)

// PathReady tells whether a role can serve now.
const PathReady = "/readyz"

const (
	// readyTime bounds what a check may take.
	readyTime = 2 * time.Second
	// readyFor is how old what is told may be: who asks often makes no work.
	readyFor = time.Second
)

// Readiness is the answer of PathReady. Its status is 200 if it is Ready, else 503.
type Readiness struct {
	Ready  bool      `json:"ready"`
	Role   string    `json:"role"`
	Checks []Checked `json:"checks"`
}

// Checked is what one check found.
type Checked struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	// Problem says what is wrong and what to do, in words of this program; why is in
	// its log.
	Problem string `json:"problem,omitempty"`
}

// check is one thing that a role needs to serve.
type check struct {
	name, problem string
	f             func(context.Context) error
}

// checks are all of them.
type checks struct {
	mu   sync.Mutex // held while they are made
	all  []check
	last Readiness
	at   time.Time
}

func (c *checks) register(r *Role) {
	r.Sums("weal_ready", "1 if what is checked is as a role needs it, else 0.", "check", func(ctx context.Context, tell func(string, float64)) error {
		for _, one := range r.Ready(ctx).Checks {
			if one.OK {
				tell(one.Name, 1)
			} else {
				tell(one.Name, 0)
			}
		}
		return nil
	})
}

// Check has f looked at before the role says that it is ready. If it fails, problem is
// told to anyone who asks, and the error to the log.
func (r *Role) Check(name, problem string, f func(context.Context) error) {
	if r == nil {
		return
	}
	r.checks.mu.Lock()
	defer r.checks.mu.Unlock()
	r.checks.all = append(r.checks.all, check{name, problem, f})
	r.checks.at = time.Time{}
}

// Ready tells whether the role can serve. A change is told to the log.
func (r *Role) Ready(ctx context.Context) Readiness {
	if r == nil {
		return Readiness{Ready: true, Checks: []Checked{}}
	}
	c := &r.checks
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.at) < readyFor {
		return c.last
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readyTime) // others read what is found
	defer cancel()
	now := Readiness{Ready: true, Role: r.name, Checks: make([]Checked, len(c.all))}
	errs := make([]error, len(c.all))
	var wg sync.WaitGroup
	for i, one := range c.all {
		now.Checks[i].Name = one.name
		wg.Go(func() { errs[i] = one.f(ctx) })
	}
	wg.Wait()
	for i, err := range errs {
		before := slices.IndexFunc(c.last.Checks, func(k Checked) bool { return k.Name == c.all[i].name })
		was := before < 0 || c.last.Checks[before].OK
		if now.Checks[i].OK = err == nil; err != nil {
			now.Ready, now.Checks[i].Problem = false, c.all[i].problem
		}
		switch {
		case err != nil && was:
			r.log.Warn("not ready", "check", c.all[i].name, "err", err)
		case err == nil && !was:
			r.log.Info("ready again", "check", c.all[i].name)
		}
	}
	c.last, c.at = now, time.Now()
	return now
}

// serveReady answers PathReady.
func (r *Role) serveReady(w http.ResponseWriter, req *http.Request) {
	ready := r.Ready(req.Context())
	status := http.StatusOK
	if !ready.Ready {
		status = http.StatusServiceUnavailable
	}
	w.Header().Set("Cache-Control", "no-store")
	wire.WriteJSON(w, status, ready)
}
