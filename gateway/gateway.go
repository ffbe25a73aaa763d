package gateway

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/find"
	"github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/model/registry"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/types"
)

// settleEvery is how often the gateway looks whether a settlement is due.
const settleEvery = 5 * time.Second

// Config is what a Gateway needs. Asset may be zero until SetAsset. Nil Now and
// Log have defaults; without a Settler nothing is settled, without Keyed no API
// key is known.
type Config struct {
	ChainID string
	Asset   types.AssetID
	App     App
	// Key signs the receipts; its public half is on the chain.
	Key ed25519.PrivateKey
	DB  *sql.DB
	// Counts keeps what each vault's passages have earned of what the app is paid, apart
	// from what is kept while somebody waits; without it nothing is counted.
	Counts *sql.DB
	// Exposure is the most that one tab may owe, in the smallest unit.
	// ExposureAll is the most that all tabs of a denomination may owe; zero is
	// earn.DefaultTabs times Exposure.
	Exposure    types.Amount
	ExposureAll types.Amount
	Chain       earn.Chain
	Settler     earn.Settler
	// Watcher is handed what is owed, to settle it while the role is away; it may
	// be nil. Without a Settler it is not.
	Watcher earn.Watcher
	// Endpoint says at which base URL an asset is served.
	Endpoint func(ctx context.Context, asset types.AssetID) (url string, err error)
	// Finder finds the assets of an app that does not name them all; nil finds none.
	Finder *find.Finder
	// Own is what the app's own upstream is asked by; it needs one if the app says so.
	Own model.Upstream
	// Keyed is the choke point of what is asked with API keys.
	Keyed *keys.Meter
	// Exact sells answers for one transfer of tokens each; nil does not. It needs
	// Keyed, whose own tab pays for them.
	Exact *Exact
	// Manifest is served as it is: its hash is on the chain.
	Manifest []byte
	// Contact tells where to ask for a credential; it may be empty.
	Contact string
	// HTTP makes the calls to vaults and model; nil is one that keeps connections.
	HTTP *http.Client
	// Unpaid is for measuring what paying costs, and for nothing else: nobody pays,
	// and nothing is verified, kept or signed.
	Unpaid bool
	Log    *slog.Logger
	Now    func() time.Time
	// Telemetry is told what the gateway does; nil for nobody.
	Telemetry *telemetry.Role
}

// Gateway serves one app. It is safe for concurrent use.
type Gateway struct {
	cfg    Config
	app    App
	prompt *instructions
	book   *earn.Book
	chain  types.Hash
	known  *registry.Registry
	peers  *peers
	can    abilities
	quotes *quotes
	kept   *kept
	exact  *exacts
	told   *reports
	shares *shares // nil if nothing is counted
	seen   *seen   // nil if nobody is told
	// measures is what was seen of models, writes those that were named in quotes.
	measures *measures
	writes   modelSet
	stop     context.CancelFunc
	bg       sync.WaitGroup
}

// New opens a gateway. It settles in the background until Close.
func New(ctx context.Context, cfg Config) (*Gateway, error) {
	if len(cfg.Key) != ed25519.PrivateKeySize || cfg.Chain == nil || cfg.Endpoint == nil {
		return nil, errors.New("open gateway: key, chain or endpoint is missing")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	app, err := cfg.App.Normal()
	if err != nil {
		return nil, err
	}
	if app.Upstream != nil && cfg.Own == nil {
		return nil, errors.New("open gateway: the app has an upstream of its own, and there is nothing to ask it by")
	}
	in, err := app.instructions()
	if err != nil {
		return nil, err
	}
	book, err := earn.Open(ctx, earn.Config{
		ChainID: cfg.ChainID, Asset: cfg.Asset, Exposure: cfg.Exposure, ExposureAll: cfg.ExposureAll, Chain: cfg.Chain, DB: cfg.DB, Now: cfg.Now, Log: cfg.Log,
		Contact: cfg.Contact, Watcher: cfg.Watcher, Telemetry: cfg.Telemetry,
	})
	if err != nil {
		return nil, err
	}
	kept, err := openKept(ctx, cfg.DB)
	if err != nil {
		return nil, err
	}
	exact, err := openExacts(ctx, cfg.DB, cfg.Exact, cfg.Key, cfg.Now)
	if err != nil {
		return nil, err
	}
	shares, err := openShares(ctx, cfg.Counts, cfg.Now, cfg.Log)
	if err != nil {
		return nil, err
	}
	measures, err := openMeasures(ctx, cfg.Counts, cfg.Now, cfg.Log)
	if err != nil {
		return nil, err
	}
	g := &Gateway{
		cfg: cfg, app: app, prompt: in, book: book, chain: pay.ChainHash(cfg.ChainID), known: registry.New(cfg.Chain, cfg.Now),
		peers: newPeers(cfg.HTTP, cfg.Endpoint, cfg.Now), quotes: newQuotes(cfg.Now), kept: kept, exact: exact, shares: shares,
		seen: newSeen(cfg.Telemetry, app.Name), measures: measures, writes: modelSet{all: map[types.AssetID]bool{}},
	}
	g.peers.client = cfg.Telemetry.Client(g.peers.client)
	bg, stop := context.WithCancel(context.WithoutCancel(ctx))
	g.stop = stop
	g.told = newReports(bg, &g.bg, g.peers, cfg.Log)
	g.bg.Go(func() { measures.run(bg) })
	for _, c := range app.ModelChoices() {
		g.writes.add([]types.AssetID{c.Asset})
	}
	if app.Seeks() && cfg.Finder != nil {
		g.bg.Go(func() { g.look(bg) })
	}
	if shares != nil {
		g.bg.Go(func() { shares.run(bg) })
	}
	if cfg.Settler != nil {
		g.bg.Go(func() { book.Run(bg, cfg.Settler, settleEvery) })
	}
	return g, nil
}

// SetAsset says which asset this is, for an app that is registered after its
// gateway has started.
func (g *Gateway) SetAsset(ctx context.Context, id types.AssetID) error {
	return g.book.SetAsset(ctx, id)
}

// Book returns what the app has earned.
func (g *Gateway) Book() *earn.Book { return g.book }

// App returns the app with its defaults.
func (g *Gateway) App() App { return g.app }

// Close ends the settling in the background. The database stays open.
func (g *Gateway) Close() error {
	g.told.end(g.stop)
	g.bg.Wait()
	g.peers.client.CloseIdleConnections()
	return nil
}
