//go:build clients

package clients

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
)

// patience is how long something may take: far longer than it does.
const patience = 2 * time.Minute

// TestClients runs the scripts against a home of their own.
func TestClients(t *testing.T) {
	install(t)
	dir := t.TempDir()
	bin, house := filepath.Join(dir, "weal"), filepath.Join(dir, "home")
	build(t, bin)
	up(t, bin, house)
	out := command(t, []string{"WEAL_BIN=" + bin, "WEAL_HOME=" + house}, "npm", "test")
	t.Log(out)
}

// build makes the binary.
func build(t *testing.T, bin string) {
	t.Helper()
	command(t, nil, "go", "build", "-o", bin, "github.com/weal-network/weal/cmd/weal")
}

// install has the packages of package-lock.json here.
func install(t *testing.T) {
	t.Helper()
	for _, newest := range []string{"@ai-sdk/openai", "@a2a-js/sdk"} {
		if _, err := os.Stat("node_modules/" + newest); err != nil {
			command(t, nil, "npm", "ci", "--no-audit", "--no-fund")
			return
		}
	}
}

// command runs a command that must succeed, and returns what it said.
func command(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Env = append(os.Environ(), env...)
	out, err := c.CombinedOutput()
	require.NoError(t, err, "%s %v\n%s", name, args, out)
	return string(out)
}

// up starts the home, waits until it is ready, and stops it when the test ends.
func up(t *testing.T, bin, house string, flags ...string) {
	t.Helper()
	c := exec.Command(bin, append([]string{"up", "--home", house, "--ports-from", strconv.Itoa(freePorts(t))}, flags...)...)
	ready := &watched{word: "ready", seen: make(chan struct{})}
	var stderr bytes.Buffer
	c.Stdout, c.Stderr = ready, &stderr
	require.NoError(t, c.Start())
	ended := make(chan struct{})
	go func() {
		_ = c.Wait() // the exit code says it
		close(ended)
	}()
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM) // fails if it has ended, which is as well
		select {
		case <-ended:
		case <-time.After(patience):
			_ = c.Process.Kill()
			<-ended
		}
		if t.Failed() {
			t.Logf("weal up said:\n%s", stderr.String())
		}
	})
	select {
	case <-ready.seen:
	case <-ended:
		require.Fail(t, "weal up ended", "%s", stderr.String())
	case <-time.After(patience):
		require.Fail(t, "weal up is not ready")
	}
}

// freePorts returns the first of as many free ports as a home takes.
func freePorts(t *testing.T) int {
	t.Helper()
	for range 500 {
		if first := 10_000 + rand.IntN(20_000); home.PortsFrom(first).Check() == nil {
			return first
		}
	}
	require.Fail(t, "no free run of ports")
	return 0
}

// watched waits for a word in what is written to it.
type watched struct {
	word string
	seen chan struct{} // closed once it was there

	mu   sync.Mutex
	said strings.Builder
	done bool
}

// Write implements io.Writer.
func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said.Write(p)
	if !w.done && strings.Contains(w.said.String(), w.word) {
		w.done = true
		close(w.seen)
	}
	return len(p), nil
}
