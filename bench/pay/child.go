package pay

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"syscall"
	"time"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/node"
	"github.com/weal-network/weal/types"
)

// roleNode is the chain's node among the roles.
const roleNode = "node"

// collect is GOGC of all processes: they have little in memory, and much of what
// they do is short.
const collect = 400

// said is what a process of its own says, one line of JSON for each question.
type said struct {
	Error   string        `json:"error,omitempty"`
	URL     string        `json:"url,omitempty"` // where it serves, once it does
	Settled settled       `json:"settled"`
	CPU     time.Duration `json:"cpu"` // that the process has used
	Memory  Memory        `json:"memory"`
}

// Serve runs one role, or the chain's node, in this process: as text says, which
// is what Run has given to the command of Config.Command. It reads commands, one a
// line, and answers each with a line; it ends with its input.
func Serve(ctx context.Context, text string, in io.Reader, out io.Writer) error {
	var s spec
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return fmt.Errorf("read what to serve: %w", err)
	}
	if s.Profile != "" {
		stop, err := profile(s.Profile, s.Role+"-"+s.Set)
		if err != nil {
			return err
		}
		defer stop()
	}
	debug.SetGCPercent(collect)
	tell := json.NewEncoder(out)
	run := serveRole
	if s.Role == roleNode {
		run = serveNode
	}
	return run(ctx, s, bufio.NewScanner(in), tell)
}

// serveNode runs a chain until its input ends.
func serveNode(ctx context.Context, s spec, in *bufio.Scanner, tell *json.Encoder) error {
	ports, err := freePorts(6)
	if err != nil {
		return err
	}
	cfg := node.Config{
		Home: s.Dir, BlockTime: time.Second,
		Ports: node.Ports{P2P: ports[0], RPC: ports[1], REST: ports[2], GRPC: ports[3], JSONRPC: ports[4], WS: ports[5]},
	}
	funds, err := types.ParseAmount("1000000000000000000000") // 1,000 WEAL
	if err != nil {
		return err
	}
	for _, name := range accounts() {
		address, err := ledger.Address(account(name))
		if err != nil {
			return err
		}
		cfg.Accounts = append(cfg.Accounts, node.Account{Address: address, Balance: funds})
	}
	if err := node.Init(cfg); err != nil {
		return err
	}
	n, err := node.Start(ctx, cfg)
	if err != nil {
		return err
	}
	if err := n.AwaitHeight(ctx, 2); err != nil {
		return errors.Join(err, n.Stop())
	}
	if err := tell.Encode(said{URL: fmt.Sprintf("127.0.0.1:%d", ports[3])}); err != nil {
		return errors.Join(err, n.Stop())
	}
	for in.Scan() {
		if err := tell.Encode(said{CPU: cpu()}); err != nil {
			break
		}
	}
	return n.Stop()
}

// serveRole serves a role over HTTP until its input ends.
func serveRole(ctx context.Context, s spec, in *bufio.Scanner, tell *json.Encoder) (err error) {
	r, err := openRole(ctx, s, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	l, err := net.Listen("tcp", s.Listen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: r.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	defer func() {
		err = errors.Join(err, server.Close())
		<-ended
	}()
	if err := tell.Encode(said{URL: "http://" + s.Listen}); err != nil {
		return err
	}
	for in.Scan() {
		answer := said{}
		switch in.Text() {
		case "memory":
			answer.Memory = memory()
		case "settle":
			if answer.Settled, err = r.settle(ctx); err != nil {
				answer.Error = err.Error()
			}
		}
		answer.CPU = cpu()
		if err := tell.Encode(answer); err != nil {
			return err
		}
	}
	return nil
}

// profile writes what this process computes to a file until stop is called.
func profile(dir, name string) (stop func(), err error) {
	f, err := os.Create(filepath.Join(dir, name+".pprof"))
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close()
	}, nil
}

// memory collects this process' garbage and returns what is left.
func memory() Memory {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what the first one finalised
	runtime.ReadMemStats(&m)
	return Memory{Goroutines: runtime.NumGoroutine(), Heap: m.HeapAlloc}
}

// cpu returns how long this process has computed.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// freePorts returns ports that nothing listens on now.
func freePorts(n int) (ports []int, err error) {
	for range n {
		l, failed := net.Listen("tcp", "127.0.0.1:0")
		if failed != nil {
			return nil, failed
		}
		defer func() { err = errors.Join(err, l.Close()) }() // together, so that all differ
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}
