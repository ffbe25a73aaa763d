package gateway

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"time"
)

// Config says how to measure.
type Config struct {
	// Rate is how many calls a second begin, Time how long they are timed.
	Rate int
	Time time.Duration
	// Requests is after how many requests of the gateway its memory is told.
	Requests int
	// Command runs this program's hidden command for a role.
	Command func(ctx context.Context, text string) *exec.Cmd
	// Progress, if set, is told how far a part is.
	Progress func(part string, done, all int)
}

// Figures is what was measured. Times are in milliseconds, memory in 10^6 bytes.
type Figures struct {
	AddedP50  float64 `json:"added_p50_ms"`
	AddedP99  float64 `json:"added_p99_ms"`
	DirectP50 float64 `json:"direct_p50_ms"`
	DirectP99 float64 `json:"direct_p99_ms"`
	RPS       int     `json:"rps"`
	Calls     int     `json:"calls"` // that were timed, of each
	// Memory is what the gateway holds itself after all requests, MemoryHalf after half
	// of them; Resident is with the pages of the program's file.
	Memory     float64 `json:"memory_mb"`
	MemoryHalf float64 `json:"memory_half_mb"`
	Resident   float64 `json:"resident_mb"`
	Requests   int     `json:"requests"`
	Errors     int64   `json:"errors"`
	Cores      int     `json:"cores"`
	Method     string  `json:"method"`
}

const (
	// block is how many calls go to one before the other's turn.
	block = 100
	// warm is for how many seconds each is asked before any call is timed.
	warm = 2
	// parallel is how many requests are under way at once where memory is measured.
	parallel = 32
)

// Run measures.
func Run(ctx context.Context, cfg Config) (f *Figures, err error) {
	if cfg.Rate < 1 || cfg.Time <= 0 || cfg.Requests < 2 {
		return nil, errors.New("bench gateway: want a rate, a time and at least two requests")
	}
	if cfg.Progress == nil {
		cfg.Progress = func(string, int, int) {}
	}
	dir, err := os.MkdirTemp("", "weal-bench-gateway-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	up, err := cfg.start(ctx, spec{Role: roleEcho})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, up.close()) }()
	g, err := cfg.start(ctx, spec{Role: roleGateway, Dir: dir, Upstream: up.url + "/v1"})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.close()) }()
	return cfg.measure(ctx, g, newTarget(up.url), newTarget(g.url))
}

func (cfg Config) measure(ctx context.Context, g *process, direct, through *target) (*Figures, error) {
	if err := through.call(ctx); err != nil {
		return nil, fmt.Errorf("the gateway does not answer: %w", err)
	}
	calls := int(cfg.Time.Seconds() * float64(cfg.Rate) / 2)
	both := []*target{direct, through}
	told := func(part string) func(int, int) { return func(done, all int) { cfg.Progress(part, done, all) } }
	if err := byTurns(ctx, both, cfg.Rate, block, warm*cfg.Rate, false, told("warm up")); err != nil {
		return nil, err
	}
	if err := byTurns(ctx, both, cfg.Rate, block, calls, true, told("by turns")); err != nil {
		return nil, err
	}
	f := &Figures{
		RPS: cfg.Rate, Calls: calls, Requests: cfg.Requests, Cores: runtime.NumCPU(),
		Method: fmt.Sprintf("open loop, %d calls of one and then %d of the other; load, gateway and upstream in a process each; an added time is the difference of the quantiles; memory_mb is what the process holds itself, resident_mb with the pages of its program", block, block),
	}
	for _, q := range []struct {
		of            float64
		direct, added *float64
	}{{0.5, &f.DirectP50, &f.AddedP50}, {0.99, &f.DirectP99, &f.AddedP99}} {
		without, err := direct.quantile(q.of)
		if err != nil {
			return nil, err
		}
		with, err := through.quantile(q.of)
		if err != nil {
			return nil, err
		}
		*q.direct, *q.added = milliseconds(without), milliseconds(with-without)
	}
	if err := cfg.memory(ctx, g, through, 1+warm*cfg.Rate+calls, f); err != nil {
		return nil, err
	}
	f.Errors = direct.errors.Load() + through.errors.Load()
	return f, nil
}

// memory asks on until the gateway has had all requests, of which it has had some.
func (cfg Config) memory(ctx context.Context, g *process, t *target, had int, f *Figures) error {
	var done atomic.Int64
	done.Store(int64(had))
	tell := func() {
		if n := done.Add(1); n%1000 == 0 {
			cfg.Progress("memory", int(n), cfg.Requests)
		}
	}
	for _, stop := range []struct {
		at   int
		into *float64
	}{{cfg.Requests / 2, &f.MemoryHalf}, {cfg.Requests, &f.Memory}} {
		if err := atOnce(ctx, t, max(0, stop.at-int(done.Load())), parallel, tell); err != nil {
			return err
		}
		s, err := g.memory()
		if err != nil {
			return err
		}
		*stop.into, f.Resident = float64(s.Memory)/1e6, float64(s.Resident)/1e6
	}
	f.Requests = int(done.Load())
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// process is a role in a process of its own.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
	url string
}

func (cfg Config) start(ctx context.Context, s spec) (*process, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	p := &process{cmd: cfg.Command(ctx, string(text))}
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out, p.cmd.Stderr = bufio.NewScanner(out), os.Stderr
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", s.Role, err)
	}
	first, err := p.read()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", s.Role, err), p.close())
	}
	p.url = first.URL
	return p, nil
}

func (p *process) read() (s said, err error) {
	if !p.out.Scan() {
		return s, errors.Join(errors.New("the process ended"), p.out.Err())
	}
	return s, json.Unmarshal(p.out.Bytes(), &s)
}

func (p *process) memory() (said, error) {
	if _, err := fmt.Fprintln(p.in, "memory"); err != nil {
		return said{}, err
	}
	return p.read()
}

func (p *process) close() error {
	_ = p.in.Close() // a process that has ended reads no more
	killer := time.AfterFunc(20*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer killer.Stop()
	return p.cmd.Wait()
}
