package e2e

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
)

// house is a home, its ports, and what runs in it.
type house struct {
	dir   string
	ports home.Ports
	up    *child
}

// newHouse names a home of the test's own, in which nothing was ever started.
func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{dir: filepath.Join(t.TempDir(), "home"), ports: home.PortsFrom(freePorts(t))}
	t.Cleanup(h.kill)
	return h
}

// shared starts, at first use, a home for tests that leave no trace that matters
// to others.
func shared(t *testing.T) *house {
	t.Helper()
	sharedMu.Lock()
	defer sharedMu.Unlock()
	if sharedHouse == nil {
		h := &house{dir: filepath.Join(scratch, "shared"), ports: home.PortsFrom(freePorts(t))}
		h.start(t)
		sharedHouse = h
	}
	return sharedHouse
}

var (
	sharedMu    sync.Mutex
	sharedHouse *house
)

var (
	portsMu  sync.Mutex
	nextPort = 10_000 + rand.IntN(15_000) // below the ports that systems give out by themselves
)

// freePorts returns the first of as many free ports as a home takes. No other test
// of this run gets them.
func freePorts(tb testing.TB) int {
	tb.Helper()
	portsMu.Lock()
	defer portsMu.Unlock()
	for range 500 {
		first := nextPort
		if nextPort += home.PortCount; nextPort > 30_000 {
			nextPort = 10_000
		}
		if home.PortsFrom(first).Check() == nil {
			return first
		}
	}
	require.Fail(tb, "no free run of ports")
	return 0
}

// launch starts `weal up` and does not wait.
func (h *house) launch(tb testing.TB, flags ...string) *child {
	tb.Helper()
	h.up = spawn(tb, append([]string{"up", "--home", h.dir, "--ports-from", strconv.Itoa(h.ports.Gateway)}, flags...)...)
	return h.up
}

// start starts `weal up` and waits until it is ready.
func (h *house) start(tb testing.TB, flags ...string) {
	tb.Helper()
	up := h.launch(tb, flags...)
	await(tb, "ready", func() bool { return up.ready() || !up.running() })
	require.True(tb, up.ready(), "up ended: %s%s", up.out.String(), up.err.String())
}

// ready reports whether the child has said that it is ready.
func (c *child) ready() bool {
	out := c.out.String()
	return strings.HasPrefix(out, "ready") && strings.Contains(out, "\n")
}

// kill ends what runs in the home, by SIGKILL.
func (h *house) kill() {
	if h.up != nil {
		h.up.kill()
	}
}

// outcome is what a command that has ended left.
type outcome struct {
	code     int
	out, err string
}

// run runs a command of the home to its end.
func (h *house) run(tb testing.TB, args ...string) outcome {
	tb.Helper()
	c := spawn(tb, append(args, "--home", h.dir)...)
	code := c.wait(tb)
	return outcome{code, c.out.String(), c.err.String()}
}

// read runs a command that must succeed and reads the one JSON value it prints.
func (h *house) read(tb testing.TB, into any, args ...string) {
	tb.Helper()
	o := h.run(tb, append(args, "--output", "json")...)
	require.Zero(tb, o.code, "%v: %s", args, o.err)
	o.decode(tb, into)
}

// decode reads the one JSON value that was printed.
func (o outcome) decode(tb testing.TB, into any) {
	tb.Helper()
	d := json.NewDecoder(strings.NewReader(o.out))
	require.NoError(tb, d.Decode(into), "%s", o.out)
	_, err := d.Token()
	require.ErrorIs(tb, err, io.EOF, "there is more than one JSON value: %s", o.out)
}

// write puts a file below the test's folder.
func write(tb testing.TB, text string, path ...string) string {
	tb.Helper()
	name := filepath.Join(path...)
	require.NoError(tb, os.MkdirAll(filepath.Dir(name), 0o700))
	require.NoError(tb, os.WriteFile(name, []byte(text), 0o600))
	return name
}
