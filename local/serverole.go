package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

// RoleConfig is what Serve needs.
type RoleConfig struct {
	Role string // RoleVault, RoleModel or RoleGateway
	Home string
	// Node is the gRPC address of a node.
	Node string
	// Listen is the address to serve on, Endpoint the URL that others reach it by.
	Listen   string
	Endpoint string
	Name     string
	Upstream Upstream // of a model
	DB       string   // of a vault: URL of a PostgreSQL database, or empty
	AppFile  string   // of a gateway
	// Licence is what a new asset is registered under; zero is open to all.
	Licence types.Licence
	// Contact is where to ask for a credential.
	Contact string
	// Exposure and ExposureAll are the most that one tab, and all tabs of a
	// denomination together, may owe unsettled; zero are the defaults.
	Exposure, ExposureAll types.Amount
	// Watcher is the URL of the watcher that is handed what is owed; empty for none.
	Watcher string
	Log     *slog.Logger
	Note    func(string)
	// Version is what metrics and spans say of the program.
	Version string
	// Metrics is an address to serve metrics on without a token; empty for none.
	Metrics string
}

// Served is one role that runs alone.
type Served struct {
	role  *role
	stops []func() error
}

// Serve runs one role beside a node. At first use it makes the owner's key,
// waits until the owner's account has coins, and registers the asset.
func Serve(ctx context.Context, cfg RoleConfig) (*Served, error) {
	if cfg.Note == nil {
		cfg.Note = func(string) {}
	}
	s := &Served{}
	if err := s.start(ctx, cfg); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Served) start(ctx context.Context, cfg RoleConfig) error {
	if err := checkListen(cfg.Role, cfg.Listen); err != nil {
		return err
	}
	h, app, err := s.prepare(ctx, cfg)
	if err != nil {
		return err
	}
	if err := s.open(ctx, cfg, app); err != nil {
		return err
	}
	s.role.checkWatcher(ctx, cfg.Note)
	if err := s.role.serve(); err != nil {
		return err
	}
	stop, err := serveMetrics(cfg.Metrics, cfg.Log, s.role.tel)
	if err != nil {
		return err
	}
	s.stops = append(s.stops, stop, h.ClearRunning)
	return h.SetRunning(home.Running{
		PID: os.Getpid(), Started: time.Now().UTC(), Node: cfg.Node,
		Roles: map[string]home.Role{cfg.Role: s.role.running()},
	})
}

// prepare makes all ready for the role's asset to be registered: of a gateway, its app
// file is read and checked.
func (s *Served) prepare(ctx context.Context, cfg RoleConfig) (*home.Home, gateway.App, error) {
	var app gateway.App
	if cfg.Role == RoleGateway {
		var err error
		if app, err = gateway.LoadApp(cfg.AppFile); err != nil {
			return nil, app, err
		}
		cfg = ofApp(cfg, app)
	}
	l, chainID, err := s.reach(ctx, cfg.Node)
	if err != nil {
		return nil, app, err
	}
	if cfg.Role == RoleGateway {
		if err := checkParts(ctx, l, app); err != nil {
			return nil, app, err
		}
	}
	h, err := home.OpenOrCreate(cfg.Home, chainID, cfg.Role)
	if err != nil {
		return nil, app, err
	}
	release, err := holdHome(ctx, h)
	if err != nil {
		return nil, app, err
	}
	s.stops = append(s.stops, release)
	tracing, stop, err := openTracing(ctx, cfg.Version, cfg.Log)
	if err != nil {
		return nil, app, err
	}
	s.stops = append(s.stops, stop)
	if s.role, err = newServedRole(h, l, cfg); err != nil {
		return nil, app, err
	}
	s.role.beSeen(cfg.Version, tracing)
	s.stops = append(s.stops, s.role.close)
	if cfg.Role == RoleGateway {
		if err := s.role.useApp(cfg.AppFile, app); err != nil {
			return nil, app, err
		}
	}
	return h, app, awaitCoins(ctx, l, s.role.owner, cfg.Note)
}

// reach connects to a node, which tells the id of its chain.
func (s *Served) reach(ctx context.Context, addr string) (l *ledger.Ledger, chainID string, err error) {
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, "", fmt.Errorf("reach node %s: %w", addr, err)
	}
	s.stops = append(s.stops, conn.Close)
	if chainID, err = ledger.ChainIDOf(ctx, conn); err != nil {
		return nil, "", &DownError{What: "the node at " + addr, Err: err}
	}
	l, err = ledger.New(conn, chainID)
	return l, chainID, err
}

// open registers the asset and opens the role.
func (s *Served) open(ctx context.Context, cfg RoleConfig, app gateway.App) error {
	switch cfg.Role {
	case RoleVault:
		v, err := s.role.openVault(ctx)
		if err != nil {
			return err
		}
		if err := s.role.register(ctx, v.Root()); err != nil {
			return err
		}
		return v.SetAsset(ctx, s.role.asset)
	case RoleModel:
		if err := s.role.register(ctx, types.Hash{}); err != nil {
			return err
		}
		return s.role.openModel(ctx, cfg.Upstream)
	}
	if err := s.role.registerApp(ctx, app); err != nil {
		return err
	}
	return s.role.openGateway(ctx, app, nil)
}

func newServedRole(h *home.Home, l *ledger.Ledger, cfg RoleConfig) (*role, error) {
	kind := map[string]types.Kind{RoleVault: types.KindData, RoleModel: types.KindModel, RoleGateway: types.KindApp}[cfg.Role]
	secret, err := h.Secret(ownerAccount(cfg.Role))
	if err != nil {
		return nil, err
	}
	owner, err := l.Sender(secret)
	if err != nil {
		return nil, err
	}
	key, err := h.Ed25519("receipts-" + cfg.Role)
	if err != nil {
		return nil, err
	}
	admin, err := h.Token("admin")
	if err != nil {
		return nil, err
	}
	if cfg.Endpoint == "" {
		cfg.Endpoint = "http://" + cfg.Listen
	}
	if cfg.Name == "" {
		cfg.Name = AppName + "-" + cfg.Role
	}
	watched, err := watchedBy(cfg.Watcher)
	if err != nil {
		return nil, err
	}
	if cfg.Exposure.IsZero() {
		cfg.Exposure = exposure
	}
	manifest := about(cfg.Name, kind, cfg.Endpoint)
	manifest.Contact = cfg.Contact
	return &role{
		name: cfg.Role, home: h, admin: admin, listen: cfg.Listen, db: cfg.DB, watcher: watched,
		exposure: cfg.Exposure, exposureAll: cfg.ExposureAll, log: cfg.Log.With("role", cfg.Role),
		owned: owned{ledger: l, owner: owner, key: key, about: manifest, licence: cfg.Licence, home: h},
	}, nil
}

// awaitCoins waits until an account can pay for a transaction.
func awaitCoins(ctx context.Context, l *ledger.Ledger, owner *ledger.Sender, note func(string)) error {
	for told := false; ; told = true {
		balance, err := l.Balance(ctx, owner.Address(), types.BaseDenom)
		if err != nil {
			return err
		}
		if !balance.IsZero() {
			return nil
		}
		if !told {
			note("the owner's account " + owner.Address() + " has no coins for the fees of what it sends to the chain; this waits. From a home of weal up: weal send " + owner.Address() + " 1")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// Asset returns the role's asset.
func (s *Served) Asset() types.AssetID { return s.role.asset }

// URL returns where others reach the role.
func (s *Served) URL() string { return s.role.owned.about.Endpoint }

// Close stops the role.
func (s *Served) Close() error {
	var errs []error
	for i := len(s.stops) - 1; i >= 0; i-- {
		errs = append(errs, s.stops[i]())
	}
	s.stops = nil
	return errors.Join(errs...)
}
