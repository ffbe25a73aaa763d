package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/types"
)

// The roles of a home, as run.json and commands name them.
const (
	RoleVault   = "vault"
	RoleModel   = "model"
	RoleGateway = "gateway"
)

// AppName is the local app, as GET /v1/models of its gateway lists it.
const AppName = "weal"

// Config is what Up needs.
type Config struct {
	// Home is the directory; it is made if it is missing or empty.
	Home     string
	Ports    home.Ports
	Upstream Upstream
	// DB is the URL of the PostgreSQL database for the vault's documents, or empty.
	DB  string
	Log *slog.Logger
	// Version is what run.json says of the program.
	Version string
	// NoMetrics leaves the page of metrics out.
	NoMetrics bool
	// Note, if set, is told in plain words what is going on.
	Note func(string)
}

// Network is everything that Up started.
type Network struct {
	home    *home.Home
	running home.Running
	stops   []func() error // in the order of starting
	failed  <-chan error
}

// lockPatience is how long to wait for the home's lock: commands take it for a
// moment when they look whether something runs.
const lockPatience = 2 * time.Second

// Up makes or resumes a home and starts everything in it. On an error nothing
// is left running.
func Up(ctx context.Context, cfg Config) (*Network, error) {
	if cfg.Note == nil {
		cfg.Note = func(string) {}
	}
	h, err := home.OpenOrCreate(cfg.Home, types.LocalChainID, home.UseUp)
	if err != nil {
		return nil, err
	}
	n := &Network{home: h}
	if err := n.start(ctx, cfg); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

func (n *Network) start(ctx context.Context, cfg Config) error {
	unlock, err := holdHome(ctx, n.home)
	if err != nil {
		return err
	}
	n.onStop(unlock)
	if err := cfg.Ports.Check(); err != nil {
		return err
	}
	k, err := loadKeys(n.home)
	if err != nil {
		return err
	}
	chain, err := n.startChain(ctx, cfg, k)
	if err != nil {
		return err
	}
	tracing, stop, err := openTracing(ctx, cfg.Version, cfg.Log)
	if err != nil {
		return err
	}
	n.onStop(stop)
	s := &stage{Network: n, cfg: cfg, keys: k, chain: chain, tracing: tracing}
	if err := s.run(ctx); err != nil {
		return err
	}
	n.running.PID, n.running.Started, n.running.Version = os.Getpid(), time.Now().UTC(), cfg.Version
	n.running.Node, n.running.Ports = home.Loopback(cfg.Ports.GRPC), cfg.Ports
	if err := n.home.SetRunning(n.running); err != nil {
		return err
	}
	n.onStop(n.home.ClearRunning)
	return nil
}

// holdHome holds the home for this process until release is called.
func holdHome(ctx context.Context, h *home.Home) (release func() error, err error) {
	ctx, cancel := context.WithTimeout(ctx, lockPatience)
	defer cancel()
	unlock, err := h.AwaitLock(ctx, home.UpLock)
	if err != nil {
		return nil, fmt.Errorf("%w; stop it first, or choose another --home", err)
	}
	return func() error { unlock(); return nil }, nil
}

// onStop adds what Close calls; the last one added is called first.
func (n *Network) onStop(f func() error) { n.stops = append(n.stops, f) }

// Close stops everything: no new requests first, the chain last.
func (n *Network) Close() error {
	var errs []error
	for len(n.stops) > 0 {
		last := len(n.stops) - 1
		errs = append(errs, n.stops[last]())
		n.stops = n.stops[:last]
	}
	return errors.Join(errs...)
}

// Running tells what runs, as run.json does.
func (n *Network) Running() home.Running { return n.running }

// Failed is sent an error if the chain stops by itself.
func (n *Network) Failed() <-chan error { return n.failed }

// Dir returns the home's directory.
func (n *Network) Dir() string { return n.home.Dir() }

// ChainID returns the Cosmos chain id.
func (n *Network) ChainID() string { return n.home.ChainID() }
