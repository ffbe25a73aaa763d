package local

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/operator"
	"github.com/weal-network/weal/operator/link"
	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/types"
)

// RoleOperator answers requests of the chain for the home's assets. It has an account,
// and no asset.
const RoleOperator = "operator"

// operatorLock is the lock that a process holds while it is a home's operator.
const operatorLock = "operator"

// OperatorConfig is what ServeOperator needs.
type OperatorConfig struct {
	Home string
	// Assets are those to answer for; empty is the home's model and its app.
	Assets []types.AssetID
	// Listen is the address to serve answers on that the chain does not take by value,
	// Endpoint the URL that others reach it by. Without either such answers are refused.
	Listen, Endpoint string
	// Bond, if it is not zero, has the operator authorised and bonded from the home's
	// accounts if it is not.
	Bond types.Amount
	// Spend is what an answer of an app may cost beyond what its request brings.
	Spend types.Amount
	// Key is an API key of the home's gateway, to ask the app with; empty is the home's
	// own tab.
	Key string
	// Private lets inputs be fetched from private networks.
	Private bool
	// Concurrency, Least, AtALoss and Drain are operator.Config's.
	Concurrency int
	Least       types.Amount
	AtALoss     bool
	Drain       time.Duration
	Log         *slog.Logger
	Note        func(string)
	// Version and Metrics are as in RoleConfig.
	Version, Metrics string
}

// ServedOperator is an operator that runs.
type ServedOperator struct {
	client  *Client
	account *ledger.Sender
	assets  []types.AssetID
	stops   []func() error
}

// ServeOperator answers requests for the assets of a home in which something runs.
func ServeOperator(ctx context.Context, cfg OperatorConfig) (*ServedOperator, error) {
	if cfg.Note == nil {
		cfg.Note = func(string) {}
	}
	s := &ServedOperator{}
	if err := s.start(ctx, cfg); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *ServedOperator) start(ctx context.Context, cfg OperatorConfig) (err error) {
	if cfg.Listen != "" {
		if err := checkListen(RoleOperator, cfg.Listen); err != nil {
			return err
		}
		if cfg.Endpoint == "" {
			cfg.Endpoint = "http://" + cfg.Listen
		}
	}
	if s.client, err = Connect(ctx, cfg.Home, cfg.Log); err != nil {
		return err
	}
	s.stops = append(s.stops, s.client.Close)
	patient, cancel := context.WithTimeout(ctx, lockPatience) // a status looks whether one runs
	defer cancel()
	unlock, err := s.client.Home.AwaitLock(patient, operatorLock)
	if err != nil {
		return fmt.Errorf("%w; a home has one operator", err)
	}
	s.stops = append(s.stops, func() error { unlock(); return nil })
	secret, err := s.client.Home.Secret(ownerAccount(RoleOperator))
	if err != nil {
		return err
	}
	if s.account, err = s.client.Ledger.Sender(secret); err != nil {
		return err
	}
	assets, err := s.open(ctx, cfg)
	if err != nil {
		return err
	}
	for _, a := range assets {
		if err := s.join(ctx, a.ID, cfg.Bond); err != nil {
			return err
		}
		if err := s.priced(ctx, a.ID, cfg.Note); err != nil {
			return err
		}
		s.assets = append(s.assets, a.ID)
	}
	return s.run(ctx, cfg, assets)
}

// open returns what the home's operator answers for.
func (s *ServedOperator) open(ctx context.Context, cfg OperatorConfig) (assets []operator.Asset, err error) {
	for _, name := range []string{RoleModel, RoleGateway} {
		r, ok := s.client.Running.Roles[name]
		if !ok || len(cfg.Assets) > 0 && !slices.Contains(cfg.Assets, r.Asset) {
			continue
		}
		a := operator.Asset{ID: r.Asset}
		if a.Key, err = s.client.Home.Ed25519("receipts-" + name); err != nil {
			return nil, err
		}
		switch {
		case name == RoleModel:
			a.Worker = &modelWorker{s.client, r.URL}
		case cfg.Key != "":
			a.Worker = &keyWorker{r.URL, cfg.Key}
		case s.client.Running.Tab == 0:
			return nil, fmt.Errorf("the app of this home has no tab to pay its answers from; name an API key of its gateway with --gateway-key (see: weal gateway key add --help)")
		default:
			p, err := s.client.purse(ctx)
			if err != nil {
				return nil, err
			}
			a.Worker = &payingWorker{client: s.client, purse: p, app: r.Asset, url: r.URL, spend: cfg.Spend}
		}
		assets = append(assets, a)
	}
	for _, id := range cfg.Assets {
		if !slices.ContainsFunc(assets, func(a operator.Asset) bool { return a.ID == id }) {
			return nil, fmt.Errorf("asset %d is no model or app that runs in %s; see: weal status", id, s.client.Home.Dir())
		}
	}
	if len(assets) == 0 {
		return nil, fmt.Errorf("%w: no model and no app runs in %s", home.ErrNotRunning, s.client.Home.Dir())
	}
	return assets, nil
}

// priced notes if nobody can ask an asset.
func (s *ServedOperator) priced(ctx context.Context, id types.AssetID, note func(string)) error {
	a, err := s.client.Ledger.AssetNow(ctx, id)
	if err != nil {
		return err
	}
	for _, p := range a.Prices {
		if p.Unit == types.PerUse && p.Denom == types.BaseDenom {
			return nil
		}
	}
	note(fmt.Sprintf("asset %d posts no price for a use, so that nobody can ask it on the chain: weal asset price %d --use 0.01", id, id))
	return nil
}

// run answers requests in the background until Close.
func (s *ServedOperator) run(ctx context.Context, cfg OperatorConfig, assets []operator.Asset) error {
	db, err := keep.OpenShared(s.client.Home.Path("operator.db"))
	if err != nil {
		return fmt.Errorf("open operator: %w", err)
	}
	s.stops = append(s.stops, db.Close)
	log := cfg.Log.With("role", RoleOperator)
	o, err := operator.Open(ctx, operator.Config{
		ChainID: s.client.Home.ChainID(), Chain: link.Chain{Ledger: s.client.Ledger}, Account: link.Account{Ledger: s.client.Ledger, Sender: s.account},
		Assets: assets, DB: db, Fetch: operator.NewFetcher(cfg.Private), Endpoint: cfg.Endpoint,
		Concurrency: cfg.Concurrency, Least: cfg.Least, AtALoss: cfg.AtALoss, Drain: cfg.Drain, Log: log,
	})
	if err != nil {
		return err
	}
	if err := s.serve(ctx, cfg, o.Handler(), db, log); err != nil {
		return err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	var bg sync.WaitGroup
	var failed error
	bg.Go(func() { failed = o.Run(running) })
	s.stops = append(s.stops, func() error { stop(); bg.Wait(); return failed })
	return nil
}

// serve serves answers, and what is told of the operator.
func (s *ServedOperator) serve(ctx context.Context, cfg OperatorConfig, answers http.Handler, db *sql.DB, log *slog.Logger) error {
	tracing, stop, err := openTracing(ctx, cfg.Version, log)
	if err != nil {
		return err
	}
	s.stops = append(s.stops, stop)
	tel := telemetry.New(RoleOperator, telemetry.Options{Version: cfg.Version, Log: log, Tracing: tracing})
	watchChain(tel, s.client.Ledger, s.account)
	tellOperator(tel, db)
	if stop, err = serveMetrics(cfg.Metrics, log, tel); err != nil {
		return err
	}
	s.stops = append(s.stops, stop)
	if cfg.Listen == "" {
		return nil
	}
	scrape, err := s.client.MetricsToken()
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/", answers)
	tel.Serve(mux, scrape)
	server, err := serve(RoleOperator, cfg.Listen, tel.Handler(mux), log)
	if err != nil {
		return err
	}
	s.stops = append(s.stops, server.stop)
	return nil
}

// Account returns the address that delivers.
func (s *ServedOperator) Account() string { return s.account.Address() }

// Assets returns what is answered for.
func (s *ServedOperator) Assets() []types.AssetID { return s.assets }

// Close takes no more requests, ends what is under way, and stops.
func (s *ServedOperator) Close() error {
	var errs []error
	for i := len(s.stops) - 1; i >= 0; i-- {
		errs = append(errs, s.stops[i]())
	}
	s.stops = nil
	return errors.Join(errs...)
}

// OperatorStatus is what a home's operator keeps.
type OperatorStatus struct {
	// Running tells that it is at work now.
	Running bool   `json:"running"`
	Account string `json:"account"`
	operator.Status
}

// ReadOperator reads what the home's operator keeps, whether it runs or not.
func ReadOperator(ctx context.Context, dir string) (st OperatorStatus, err error) {
	h, err := home.Open(dir)
	if err != nil {
		return st, err
	}
	unlock, err := h.Lock(operatorLock)
	switch {
	case err == nil:
		defer unlock()
	case errors.Is(err, home.ErrBusy):
		st.Running = true
	default:
		return st, err
	}
	secret, err := h.Secret(ownerAccount(RoleOperator))
	if err != nil {
		return st, err
	}
	if st.Account, err = ledger.Address(secret); err != nil {
		return st, err
	}
	db, err := keep.OpenShared(h.Path("operator.db"))
	if err != nil {
		return st, fmt.Errorf("read operator: %w", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	st.Status, err = operator.ReadStatus(ctx, db)
	return st, err
}
