package home

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/weal-network/weal/types"
)

// ErrNotRunning means that nothing runs in this home now.
var ErrNotRunning = errors.New("nothing runs in this home")

// Ports are the TCP ports on 127.0.0.1 of everything that runs in a home.
type Ports struct {
	Gateway int `json:"gateway"`
	Vault   int `json:"vault"`
	Model   int `json:"model"`
	JSONRPC int `json:"json_rpc"`
	WS      int `json:"ws"`
	GRPC    int `json:"grpc"`
	REST    int `json:"rest"`
	RPC     int `json:"rpc"`
	P2P     int `json:"p2p"`
	Metrics int `json:"metrics"`
}

// DefaultPorts are the ones that Cosmos, Ethereum and web tools expect.
func DefaultPorts() Ports {
	return Ports{
		Gateway: 8080, Vault: 8081, Model: 8082,
		JSONRPC: 8545, WS: 8546, GRPC: 9090, REST: 1317, RPC: 26657, P2P: 26656, Metrics: 26660,
	}
}

// PortsFrom numbers all ports from n upwards.
func PortsFrom(n int) Ports {
	return Ports{
		Gateway: n, Vault: n + 1, Model: n + 2,
		JSONRPC: n + 3, WS: n + 4, GRPC: n + 5, REST: n + 6, RPC: n + 7, P2P: n + 8, Metrics: n + 9,
	}
}

// PortCount is how many ports PortsFrom takes.
const PortCount = 10

// Check returns an error that names the first port that is not free.
func (p Ports) Check() error {
	for _, s := range []struct {
		name string
		port int
	}{
		{"gateway", p.Gateway}, {"vault", p.Vault}, {"model", p.Model}, {"JSON-RPC", p.JSONRPC}, {"WebSocket", p.WS},
		{"gRPC", p.GRPC}, {"REST", p.REST}, {"CometBFT RPC", p.RPC}, {"P2P", p.P2P}, {"metrics", p.Metrics},
	} {
		l, err := net.Listen("tcp", Loopback(s.port))
		if err != nil {
			return fmt.Errorf("port %d for the %s is not free (%w); stop what uses it, or move all ports with --ports-from N",
				s.port, s.name, err)
		}
		_ = l.Close()
	}
	return nil
}

// Loopback returns "127.0.0.1:port".
func Loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// URL returns "http://127.0.0.1:port".
func URL(port int) string { return "http://" + Loopback(port) }

// AssetsLock is the lock that a process holds while it reads an asset of the home from
// the chain and writes it back changed.
const AssetsLock = "assets"

// UpLock is the lock that a process holds while it runs a home.
const UpLock = "up"

// Running is run.json: what runs in a home now.
type Running struct {
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	Version string    `json:"version"`
	// Node is the gRPC address of the node that the roles use.
	Node string `json:"node"`
	// Ports are set if the node runs in this home too.
	Ports Ports `json:"ports"`
	// Roles are those that run, by name: vault, model, gateway.
	Roles map[string]Role `json:"roles"`
	Tab   types.TabID     `json:"tab,omitempty"`
}

// Role is one role that runs.
type Role struct {
	Asset types.AssetID `json:"asset"`
	URL   string        `json:"url"`
}

// SetRunning writes run.json.
func (h *Home) SetRunning(r Running) error { return writeJSON(h.Path("run.json"), r) }

// ClearRunning removes run.json at a clean stop.
func (h *Home) ClearRunning() error {
	if err := os.Remove(h.Path("run.json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("clear run.json: %w", err)
	}
	return nil
}

// Running tells what runs in the home. The error wraps ErrNotRunning if there
// is nothing, also when a process left run.json behind as it was killed: the
// lock is what counts, and the system frees it with the process.
func (h *Home) Running() (Running, error) {
	var r Running
	b, err := os.ReadFile(h.Path("run.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("%w; start it with: %s", ErrNotRunning, h.starter())
	}
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		return r, fmt.Errorf("read run.json: %w", err)
	}
	if unlock, err := h.Lock(UpLock); err == nil {
		unlock()
		return r, fmt.Errorf("%w; what ran was not stopped cleanly, start it again with: %s", ErrNotRunning, h.starter())
	}
	return r, nil
}
