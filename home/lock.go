package home

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"
)

// ErrBusy means that another process holds the lock.
var ErrBusy = errors.New("in use")

// Lock holds the named lock of the home for this process until the returned
// function is called or the process ends. The error wraps ErrBusy if another
// process holds it.
func (h *Home) Lock(name string) (unlock func(), err error) {
	f, err := os.OpenFile(h.Path(name+".lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", name, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(f.Name())
		_ = f.Close()
		return nil, fmt.Errorf("lock %s of %s: %w by process %s", name, h.dir, ErrBusy, strings.TrimSpace(string(holder)))
	}
	_ = f.Truncate(0)
	_, _ = fmt.Fprintf(f, "%d\n", os.Getpid()) // for the message above only
	return func() { _ = f.Close() }, nil
}

// AwaitLock waits for the named lock until ctx ends.
func (h *Home) AwaitLock(ctx context.Context, name string) (unlock func(), err error) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		unlock, err = h.Lock(name)
		if !errors.Is(err, ErrBusy) {
			return unlock, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-tick.C:
		}
	}
}
