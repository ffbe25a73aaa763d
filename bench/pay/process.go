package pay

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// process is a role, or the node, in a process of its own.
type process struct {
	name string
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Scanner
	url  string
}

// start runs a role in a process of its own and waits until it serves.
func (c Config) start(ctx context.Context, s spec) (*process, error) {
	text, err := s.encode()
	if err != nil {
		return nil, err
	}
	p := &process{name: s.Role, cmd: c.Command(ctx, text)}
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewScanner(out)
	p.cmd.Stderr = os.Stderr
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", s.Role, err)
	}
	first, err := p.read()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", s.Role, err), p.Close())
	}
	p.url = first.URL
	return p, nil
}

// ask sends a command and returns what the process says to it.
func (p *process) ask(command string) (said, error) {
	if _, err := fmt.Fprintln(p.in, command); err != nil {
		return said{}, fmt.Errorf("%s: %w", p.name, err)
	}
	return p.read()
}

func (p *process) read() (s said, err error) {
	if !p.out.Scan() {
		return s, errors.Join(fmt.Errorf("%s ended", p.name), p.out.Err())
	}
	if err := json.Unmarshal(p.out.Bytes(), &s); err != nil {
		return s, fmt.Errorf("%s said %.200q: %w", p.name, p.out.Text(), err)
	}
	if s.Error != "" {
		return s, fmt.Errorf("%s: %s", p.name, s.Error)
	}
	return s, nil
}

// cpu returns how long the process has computed.
func (p *process) cpu() (time.Duration, error) {
	s, err := p.ask("cpu")
	return s.CPU, err
}

// Close ends the process: its input ends, and it is waited for.
func (p *process) Close() error {
	_ = p.in.Close() // a process that has ended already reads no more
	killer := time.AfterFunc(20*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer killer.Stop()
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w", p.name, err)
	}
	return nil
}
