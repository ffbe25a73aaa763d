package oracle

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// process is a command that runs until it is ended.
type process struct {
	name string
	cmd  *exec.Cmd
	err  bytes.Buffer
	done chan error
}

// start starts a command and waits until it says that it is ready.
func (b *bench) start(ctx context.Context, args ...string) (*process, error) {
	p := &process{name: args[0], cmd: b.cfg.Command(ctx, args...), done: make(chan error, 1)}
	p.cmd.Stderr = &p.err
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start weal %s: %w", p.name, err)
	}
	ready := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "ready") {
				ready <- true
			}
		}
		p.done <- p.cmd.Wait()
		close(ready)
	}()
	if !<-ready {
		return nil, fmt.Errorf("weal %s ended: %s", p.name, strings.TrimSpace(p.err.String()))
	}
	return p, nil
}

// kill ends the process as a lost machine would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended, which is as well
	<-p.done
}

// stop ends the process as Ctrl-C does.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		return fmt.Errorf("stop weal %s: %w", p.name, err)
	}
	killer := time.AfterFunc(time.Minute, func() { _ = p.cmd.Process.Kill() })
	defer killer.Stop()
	if err := <-p.done; err != nil {
		return fmt.Errorf("weal %s: %w: %s", p.name, err, strings.TrimSpace(p.err.String()))
	}
	return nil
}
