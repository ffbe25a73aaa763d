package local

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/watcher"
	"github.com/weal-network/weal/wire"
)

// RoleWatcher settles for assets that are away. It has an account, and no asset.
const RoleWatcher = "watcher"

const pathWatched = adminPrefix + "watched"

// WatcherConfig is what ServeWatcher needs.
type WatcherConfig struct {
	Home string
	// Node is the gRPC address of a node.
	Node string
	// Listen is the address to serve on.
	Listen string
	// Grace and Patience are watcher.Config's; zero is the default.
	Grace, Patience time.Duration
	Log             *slog.Logger
	Note            func(string)
	// Version and Metrics are as in RoleConfig.
	Version, Metrics string
}

// ServedWatcher is a watcher that runs.
type ServedWatcher struct {
	base    Served
	tel     *telemetry.Role
	account string
	url     string
}

// ServeWatcher runs a watcher beside a node. At first use it makes the watcher's
// key, and waits until its account has coins for the fees of settling.
func ServeWatcher(ctx context.Context, cfg WatcherConfig) (*ServedWatcher, error) {
	if cfg.Note == nil {
		cfg.Note = func(string) {}
	}
	s := &ServedWatcher{url: "http://" + cfg.Listen}
	if err := s.start(ctx, cfg); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *ServedWatcher) start(ctx context.Context, cfg WatcherConfig) error {
	if err := checkListen(RoleWatcher, cfg.Listen); err != nil {
		return err
	}
	l, chainID, err := s.base.reach(ctx, cfg.Node)
	if err != nil {
		return err
	}
	h, err := home.OpenOrCreate(cfg.Home, chainID, RoleWatcher)
	if err != nil {
		return err
	}
	release, err := holdHome(ctx, h)
	if err != nil {
		return err
	}
	s.onStop(release)
	secret, err := h.Secret(ownerAccount(RoleWatcher))
	if err != nil {
		return err
	}
	account, err := l.Sender(secret)
	if err != nil {
		return err
	}
	s.account = account.Address()
	tracing, stop, err := openTracing(ctx, cfg.Version, cfg.Log)
	if err != nil {
		return err
	}
	s.onStop(stop)
	s.tel = telemetry.New(RoleWatcher, telemetry.Options{Version: cfg.Version, Log: cfg.Log.With("role", RoleWatcher), Tracing: tracing})
	watchChain(s.tel, l, account)
	if err := awaitCoins(ctx, l, account, cfg.Note); err != nil {
		return err
	}
	w, err := s.open(ctx, h, l, account, cfg)
	if err != nil {
		return err
	}
	if err := s.serve(h, w, cfg); err != nil {
		return err
	}
	s.onStop(h.ClearRunning)
	return h.SetRunning(home.Running{
		PID: os.Getpid(), Started: time.Now().UTC(), Node: cfg.Node,
		Roles: map[string]home.Role{RoleWatcher: {URL: s.url}},
	})
}

// open opens the watcher, which settles in the background until Close.
func (s *ServedWatcher) open(ctx context.Context, h *home.Home, l *ledger.Ledger, account *ledger.Sender, cfg WatcherConfig) (*watcher.Watcher, error) {
	db, err := keep.Open(h.Path("watcher.db"))
	if err != nil {
		return nil, fmt.Errorf("open watcher: %w", err)
	}
	s.onStop(db.Close)
	w, err := watcher.Open(ctx, watcher.Config{
		ChainID: h.ChainID(), Account: s.account, Chain: l, Settler: earn.Seen(refusing{account}, s.tel), DB: db,
		Grace: cfg.Grace, Patience: cfg.Patience, Worth: watcherWorth, Least: watcherLeast, Log: cfg.Log.With("role", RoleWatcher),
	})
	if err != nil {
		return nil, err
	}
	tellWatcher(s.tel, w, db)
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	var bg sync.WaitGroup
	bg.Go(func() { w.Run(running) })
	s.onStop(func() error { stop(); bg.Wait(); return nil })
	return w, nil
}

func (s *ServedWatcher) serve(h *home.Home, w *watcher.Watcher, cfg WatcherConfig) error {
	token, err := h.Token("admin")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", w.Handler())
	mux.HandleFunc("GET "+pathWatched, func(rw http.ResponseWriter, req *http.Request) {
		said := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
		if subtle.ConstantTimeCompare([]byte(said), []byte(token)) != 1 {
			wire.WriteError(rw, wire.NewError(http.StatusUnauthorized, wire.TypeAuthentication, "invalid_admin_token",
				"this needs the admin token of the watcher's home; use the weal command with its --home"))
			return
		}
		kept, err := w.Status(req.Context())
		if err != nil {
			wire.WriteError(rw, err)
			return
		}
		wire.WriteJSON(rw, http.StatusOK, kept)
	})
	scrape, err := h.Token(metricsToken)
	if err != nil {
		return err
	}
	s.tel.Serve(mux, token, scrape)
	server, err := serve(RoleWatcher, cfg.Listen, s.tel.Handler(mux), cfg.Log)
	if err != nil {
		return err
	}
	s.onStop(server.stop)
	stop, err := serveMetrics(cfg.Metrics, cfg.Log, s.tel)
	if err != nil {
		return err
	}
	s.onStop(stop)
	return nil
}

func (s *ServedWatcher) onStop(f func() error) { s.base.stops = append(s.base.stops, f) }

// Account returns the address that assets name to be watched.
func (s *ServedWatcher) Account() string { return s.account }

// URL returns where contributors reach the watcher.
func (s *ServedWatcher) URL() string { return s.url }

// Close stops the watcher.
func (s *ServedWatcher) Close() error { return s.base.Close() }

// refusing tells a watcher what the chain will not take another time.
type refusing struct{ *ledger.Sender }

// Settle implements watcher.Settler.
func (r refusing) Settle(ctx context.Context, settlements []pay.Settlement) error {
	err := r.Sender.Settle(ctx, settlements)
	if errors.Is(err, ledger.ErrChain) && !errors.Is(err, ledger.ErrCoins) {
		return fmt.Errorf("%w: %w", watcher.ErrRefused, err)
	}
	return err
}

// watchedBy returns what hands over to the watcher at a URL, nothing without one.
func watchedBy(url string) (earn.Watcher, error) {
	if url == "" {
		return nil, nil
	}
	return watcher.NewClient(url)
}

// checkWatcher notes if an asset does not name the watcher that it hands over to.
func (r *role) checkWatcher(ctx context.Context, note func(string)) {
	c, ok := r.watcher.(*watcher.Client)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	about, err := c.About(ctx)
	if err != nil {
		note(fmt.Sprintf("the watcher does not answer now (%v); what is owed is handed to it once it does", err))
		return
	}
	named, err := r.ledger.Watcher(ctx, r.asset)
	if err == nil && !strings.EqualFold(named.Account, about.Account) {
		note(fmt.Sprintf("asset %d does not name this watcher on the chain yet, and it takes nothing before: weal watcher name %d --account %s --fee 2%%",
			r.asset, r.asset, about.Account))
	}
}

// SetWatcher names the watcher of an asset, and its part of what it settles; an
// empty account is nobody.
func (c *Client) SetWatcher(ctx context.Context, id types.AssetID, account string, basisPoints uint32, from string) error {
	s, _, err := c.Controller(ctx, id, from)
	if err != nil {
		return err
	}
	return s.SetWatcher(ctx, id, account, basisPoints)
}

// Watched returns what the home's watcher keeps.
func (c *Client) Watched(ctx context.Context) (watcher.Status, error) {
	var kept watcher.Status
	r, err := c.role(RoleWatcher)
	if err != nil {
		return kept, err
	}
	return kept, c.admin(ctx, http.MethodGet, r.URL+pathWatched, nil, &kept)
}
