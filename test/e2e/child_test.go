package e2e

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is how long a condition may take: far longer than it does, so that
// only a fault runs into it, also on a slow machine.
const patience = 90 * time.Second

// child is the binary at work.
type child struct {
	cmd      *exec.Cmd
	out, err transcript
	done     chan struct{} // closed when it has ended
}

// transcript is what a child has written so far.
type transcript struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

// String returns what was written so far.
func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}

var (
	childrenMu sync.Mutex
	children   = map[*child]bool{}
	// starts is served by one goroutine that keeps its thread, because a child is
	// tied to the thread that started it.
	starts = make(chan func())
)

func init() {
	go func() {
		runtime.LockOSThread()
		for f := range starts {
			f()
		}
	}()
}

// spawn starts the binary. It is killed at the latest when the tests end.
func spawn(tb testing.TB, args ...string) *child {
	tb.Helper()
	path, err := binary()
	require.NoError(tb, err)
	c := &child{cmd: exec.Command(path, args...), done: make(chan struct{})}
	c.cmd.Stdout, c.cmd.Stderr = &c.out, &c.err
	c.cmd.Env = append(c.cmd.Environ(), "WEAL_HOME=/nonexistent") // every command is told its home
	tie(c.cmd)
	started := make(chan error)
	starts <- func() { started <- c.cmd.Start() }
	require.NoError(tb, <-started)
	childrenMu.Lock()
	children[c] = true
	childrenMu.Unlock()
	go func() {
		_ = c.cmd.Wait() // the exit code says it
		childrenMu.Lock()
		delete(children, c)
		childrenMu.Unlock()
		close(c.done)
	}()
	return c
}

// kill ends the child as a lost machine would, and waits for it.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // fails if it has ended, which is as well
	<-c.done
}

// stop ends the child as Ctrl-C does and returns its exit code.
func (c *child) stop(tb testing.TB) int {
	tb.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); !errors.Is(err, syscall.ESRCH) && c.running() {
		require.NoError(tb, err)
	}
	return c.wait(tb)
}

// wait returns the child's exit code when it has ended.
func (c *child) wait(tb testing.TB) int {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	select {
	case <-c.done:
	case <-ctx.Done():
		c.kill()
		require.Fail(tb, "the command does not end", "%v\n%s\n%s", c.cmd.Args, c.out.String(), c.err.String())
	}
	return c.cmd.ProcessState.ExitCode()
}

func (c *child) running() bool {
	select {
	case <-c.done:
		return false
	default:
		return true
	}
}

// endChildren kills what is left.
func endChildren() {
	childrenMu.Lock()
	var left []*child
	for c := range children {
		left = append(left, c)
	}
	childrenMu.Unlock()
	for _, c := range left {
		c.kill()
	}
}

// await waits for a condition, often enough to act in the middle of things.
func await(tb testing.TB, what string, ok func() bool) {
	tb.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		if time.Now().After(deadline) {
			require.Fail(tb, "waited in vain", "%s", what)
		}
		<-tick.C
	}
}
