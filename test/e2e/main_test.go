package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// scratch is where the binary and the shared home live; it goes with the tests.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "weal-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	endChildren()
	if err := os.RemoveAll(scratch); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// binary builds cmd/weal once, when the first test asks for it.
var binary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "weal")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	out, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", path, "github.com/weal-network/weal/cmd/weal").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build weal: %w\n%s", err, out)
	}
	return path, nil
})
