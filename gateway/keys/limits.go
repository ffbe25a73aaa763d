package keys

import (
	"sync"
	"time"
)

// Limits guard the service. Zero is no limit.
type Limits struct {
	// Requests and Tokens are the most in any 60 seconds.
	Requests uint32 `json:"requests_per_minute"`
	Tokens   uint32 `json:"tokens_per_minute"`
	// Parallel is the most requests under way at once.
	Parallel uint32 `json:"parallel"`
}

// span is the seconds that a window looks back. A slot is dropped when all of its
// second is more than a minute old, so that no 60 seconds ever hold too much.
const span = 61

// window counts what happened in the last minute, by seconds of a clock that
// never goes back.
type window struct {
	slots [span]struct {
		sec int64
		n   uint64
	}
}

// sum returns what counts at sec.
func (w *window) sum(sec int64) (n uint64) {
	for _, s := range w.slots {
		if sec-s.sec < span {
			n += s.n
		}
	}
	return n
}

func (w *window) add(sec int64, n uint64) {
	s := &w.slots[sec%span]
	if s.sec != sec {
		s.sec, s.n = sec, 0
	}
	s.n += n
}

// less takes n away from what was added at sec, if that counts still.
func (w *window) less(sec int64, n uint64) {
	if s := &w.slots[sec%span]; s.sec == sec {
		s.n -= min(n, s.n)
	}
}

// wait returns how long it takes, if nothing else happens, until no more than
// most counts.
func (w *window) wait(now time.Duration, most uint64) time.Duration {
	sec := seconds(now)
	left := w.sum(sec)
	for at := sec - span + 1; at <= sec; at++ {
		if left <= most {
			break
		}
		if s := w.slots[(at+span)%span]; s.sec == at {
			left -= s.n
		}
		if left <= most {
			return time.Duration(at+span)*time.Second - now
		}
	}
	return 0
}

func seconds(now time.Duration) int64 { return int64(now / time.Second) }

// line is what is under way with one key.
type line struct {
	mu       sync.Mutex
	requests window
	tokens   window
	flying   uint32
}

// rate is where a key stands with one limit.
type rate struct {
	limit, left uint64
	reset       time.Duration // until nothing counts
}

// enter lets one more request in, or says by which limit it has to wait how long.
func (l *line) enter(now time.Duration, most Limits) (by string, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sec := seconds(now)
	switch {
	case most.Parallel > 0 && l.flying >= most.Parallel:
		return limitParallel, time.Second
	case most.Requests > 0 && l.requests.sum(sec) >= uint64(most.Requests):
		return limitRequests, l.requests.wait(now, uint64(most.Requests)-1)
	case most.Tokens > 0 && l.tokens.sum(sec) >= uint64(most.Tokens):
		return limitTokens, l.tokens.wait(now, uint64(most.Tokens)-1)
	}
	l.flying++
	l.requests.add(sec, 1)
	return "", 0
}

func (l *line) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flying--
}

// take counts n tokens, or says how long to wait; ok is false if no wait helps.
func (l *line) take(now time.Duration, most Limits, n uint64) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	sec, limit := seconds(now), uint64(most.Tokens)
	switch {
	case limit > 0 && n > limit:
		return 0, false
	case limit > 0 && l.tokens.sum(sec)+n > limit:
		return l.tokens.wait(now, limit-n), true
	}
	l.tokens.add(sec, n)
	return 0, true
}

// correct replaces n tokens that were counted at then by what they came to.
func (l *line) correct(then time.Duration, n, actual uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if actual < n {
		l.tokens.less(seconds(then), n-actual)
	}
}

// rates tells where the key stands with its limits of a minute.
func (l *line) rates(now time.Duration, most Limits) (requests, tokens rate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	of := func(w *window, limit uint32) rate {
		used := w.sum(seconds(now))
		return rate{limit: uint64(limit), left: uint64(limit) - min(used, uint64(limit)), reset: w.wait(now, 0)}
	}
	return of(&l.requests, most.Requests), of(&l.tokens, most.Tokens)
}
