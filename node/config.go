package node

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"time"

	"github.com/weal-network/weal/types"
)

var (
	// ErrNoChain means that the home holds no chain yet.
	ErrNoChain = errors.New("no chain here")
	// ErrChainExists means that Init found a chain in the home.
	ErrChainExists = errors.New("a chain is here already")
	// ErrOtherChain means that the home holds a chain of another id.
	ErrOtherChain = errors.New("another chain is here")
	// ErrLocked means that another process runs the home.
	ErrLocked = errors.New("another process runs this chain")
	// ErrStopped means that the node ended while something waited for it.
	ErrStopped = errors.New("node stopped")
)

// PortError is a port that could not be listened on.
type PortError struct {
	// Name says what the port is for.
	Name string
	// Addr is the address as the settings have it.
	Addr string
	Err  error
}

// Error implements error.
func (e *PortError) Error() string {
	return fmt.Sprintf("listen on %s for %s: %v; stop what uses the port, or choose another", e.Addr, e.Name, e.Err)
}

// Unwrap returns the cause.
func (e *PortError) Unwrap() error { return e.Err }

// Account is an account of the first block.
type Account struct {
	// Address is 0x… or weal1….
	Address string
	// Balance is in aweal.
	Balance types.Amount
}

// Ports are the TCP ports that a node listens on.
type Ports struct {
	P2P     int // other nodes
	RPC     int // CometBFT
	REST    int
	GRPC    int
	JSONRPC int // Ethereum over HTTP
	WS      int // Ethereum over WebSocket
}

// DefaultPorts are the ones that Cosmos and Ethereum tools expect.
func DefaultPorts() Ports {
	return Ports{P2P: 26656, RPC: 26657, REST: 1317, GRPC: 9090, JSONRPC: 8545, WS: 8546}
}

// Config says which chain to run and where.
type Config struct {
	// Home is the chain's own directory, with config/ and data/ in it.
	Home string
	// ChainID is what the home must hold; types.LocalChainID if empty.
	ChainID string
	// Host is the address to listen on; 127.0.0.1 if empty.
	Host string
	// Ports are DefaultPorts if all are zero.
	Ports Ports
	// BlockTime is what Init sets between blocks; a second if zero.
	BlockTime time.Duration
	// Accounts are what Init funds.
	Accounts []Account
	// Metrics has consensus count in Prometheus' default registry, for whoever serves
	// that; config.toml has consensus serve it itself.
	Metrics bool
	// Log takes what happens inside; nothing is logged if it is nil.
	Log *slog.Logger
}

// withDefaults fills in what is not given.
func (c Config) withDefaults() Config {
	if c.ChainID == "" {
		c.ChainID = types.LocalChainID
	}
	if c.Host == "" {
		c.Host = "127.0.0.1"
	}
	if c.Ports == (Ports{}) {
		c.Ports = DefaultPorts()
	}
	if c.BlockTime == 0 {
		c.BlockTime = time.Second
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return c
}

// addr returns "host:port".
func (c Config) addr(port int) string { return net.JoinHostPort(c.Host, strconv.Itoa(port)) }

// file returns a path under the home.
func (c Config) file(names ...string) string {
	return filepath.Join(append([]string{c.Home}, names...)...)
}
