package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/gateway"
	apikeys "github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
)

// worker is what all roles have in common.
type worker interface {
	Handler() http.Handler
	SetAsset(ctx context.Context, id types.AssetID) error
	Book() *earn.Book
	Close() error
}

var (
	_ worker = (*vault.Vault)(nil)
	_ worker = (*model.Model)(nil)
	_ worker = (*gateway.Gateway)(nil)
)

// role is one role on its way to be served.
type role struct {
	name string
	owned
	home   *home.Home
	admin  string
	listen string // address
	db     string // of a vault's documents, empty for a file
	log    *slog.Logger
	tel    *telemetry.Role

	settles earn.Settler // see settler
	watcher earn.Watcher // settles while the role is away; nil for none
	// exposure and exposureAll are the most that one tab, and all tabs together,
	// may owe.
	exposure, exposureAll types.Amount

	asset  types.AssetID
	worker worker
	// upstream is a model's, for the home's operator.
	upstream model.Upstream
	meter    *apikeys.Meter // of a gateway
	tabs     *keyTabs       // that its keys spend from
	root     types.Hash     // what the chain knows of an app file
	stops    []func() error
}

// about fills in the manifest of a role.
func about(name string, kind types.Kind, endpoint string) types.Manifest {
	m := types.Manifest{Name: name, Kind: kind, Endpoint: endpoint, Policies: []string{"audit"}}
	switch kind {
	case types.KindData:
		m.Description, m.Prices = "Documents, sold by the passage.", passagePrices()
	case types.KindModel:
		m.Description, m.Prices = "Answers, sold by the tick.", tickPrices()
	default:
		m.Description, m.Prices = "Questions answered from vaults, with citations.", usePrices()
	}
	return m
}

// openVault opens the vault; its asset is found or registered by register.
func (r *role) openVault(ctx context.Context) (*vault.Vault, error) {
	v, err := vault.Open(ctx, vault.Config{
		Dir: r.home.Path("vault"), DB: vaultDB(r.db), Owner: owner(r.home), ChainID: r.home.ChainID(), Key: r.key, Exposure: r.exposure, ExposureAll: r.exposureAll,
		Chain: r.ledger, Settler: r.settler(), Watcher: r.watcher, About: r.owned.about, Log: r.log, Telemetry: r.tel,
		Publish: func(ctx context.Context, root types.Hash) error {
			if r.asset == 0 {
				return nil // registering will tell the chain
			}
			return r.update(ctx, r.asset, root)
		},
	})
	if err != nil {
		return nil, err
	}
	r.worker = v
	r.stops = append(r.stops, v.Close)
	return v, nil
}

// openModel opens the model of a registered asset.
func (r *role) openModel(ctx context.Context, up Upstream) error {
	db, err := keep.Open(r.home.Path("model.db"))
	if err != nil {
		return fmt.Errorf("open model: %w", err)
	}
	r.stops = append(r.stops, db.Close)
	upstream, name := up.open()
	if h, ok := upstream.(*model.HTTP); ok {
		h.Client = r.tel.Client(h.Client)
	}
	r.upstream = upstream
	_, manifest, err := r.manifest(types.Hash{})
	if err != nil {
		return err
	}
	m, err := model.New(ctx, model.Config{
		ChainID: r.home.ChainID(), Asset: r.asset, Key: r.key, DB: db, Exposure: r.exposure, ExposureAll: r.exposureAll,
		Chain: r.ledger, Settler: r.settler(), Watcher: r.watcher, Upstream: upstream, Name: name, Manifest: manifest, Contact: r.owned.about.Contact, Log: r.log,
		Telemetry: r.tel,
	})
	if err != nil {
		return fmt.Errorf("open model: %w", err)
	}
	r.worker = m
	r.stops = append(r.stops, m.Close)
	return nil
}

// openGateway opens the gateway of a registered app. own is the tab of the home's
// payer, if there is one.
func (r *role) openGateway(ctx context.Context, app gateway.App, own *ownTab) error {
	db, err := keep.Open(r.home.Path("gateway.db"))
	if err != nil {
		return fmt.Errorf("open gateway: %w", err)
	}
	r.stops = append(r.stops, db.Close)
	counts, err := keep.Open(r.home.Path("gateway-counts.db"))
	if err != nil {
		return fmt.Errorf("open gateway: %w", err)
	}
	r.stops = append(r.stops, counts.Close)
	if err := r.openKeys(ctx, db, own); err != nil {
		return err
	}
	_, manifest, err := r.manifest(r.root)
	if err != nil {
		return err
	}
	parts, err := r.appParts(ctx, app)
	if err != nil {
		return err
	}
	g, err := gateway.New(ctx, gateway.Config{
		ChainID: r.home.ChainID(), Asset: r.asset, App: app, Key: r.key, DB: db, Counts: counts,
		Exposure: r.exposure, ExposureAll: r.exposureAll,
		Chain: r.ledger, Settler: r.settler(), Watcher: r.watcher, Endpoint: parts.endpoints.of, HTTP: parts.http, Finder: parts.finder, Own: parts.own, Keyed: r.meter, Exact: r.exact(own),
		Manifest: manifest, Contact: r.owned.about.Contact, Log: r.log, Telemetry: r.tel,
	})
	if err != nil {
		return fmt.Errorf("open gateway: %w", err)
	}
	r.worker = g
	r.stops = append(r.stops, g.Close)
	return nil
}

// settler brings what the role earns to the chain, and is seen doing so.
func (r *role) settler() earn.Settler {
	if r.settles == nil {
		r.settles = earn.Seen(r.owner, r.tel)
	}
	return r.settles
}

// register finds or registers the role's asset on the chain.
func (r *role) register(ctx context.Context, root types.Hash) (err error) {
	if r.asset, err = r.ensure(ctx, root); err != nil {
		return fmt.Errorf("register the %s: %w", r.name, err)
	}
	return nil
}

// serve answers requests from now on.
func (r *role) serve() error {
	mux := http.NewServeMux()
	mux.Handle("/", r.worker.Handler())
	mux.Handle(adminPrefix, r.adminHandler())
	scrape, err := r.home.Token(metricsToken)
	if err != nil {
		return err
	}
	r.tel.Serve(mux, r.admin, scrape)
	s, err := serve(r.name, r.listen, r.tel.Handler(mux), r.log)
	if err != nil {
		return err
	}
	r.stops = append(r.stops, s.stop)
	return nil
}

// close stops what was started, in reverse.
func (r *role) close() error {
	var errs []error
	for i := len(r.stops) - 1; i >= 0; i-- {
		errs = append(errs, r.stops[i]())
	}
	return errors.Join(errs...)
}

// running is what run.json says of the role.
func (r *role) running() home.Role { return home.Role{Asset: r.asset, URL: r.owned.about.Endpoint} }
