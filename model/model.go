package model

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
	"github.com/weal-network/weal/model/registry"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/seal"
)

// DefaultTickWait is how long a stream waits for ticks before it ends.
const DefaultTickWait = 30 * time.Second

// settleEvery is how often the model looks whether a settlement is due.
const settleEvery = 5 * time.Second

// Config is what a Model needs. Asset may be zero until SetAsset. Zero TickWait,
// nil Now and nil Log have defaults; without a Settler nothing is settled.
type Config struct {
	ChainID string
	Asset   types.AssetID
	// Key signs the receipts; its public half is on the chain.
	Key ed25519.PrivateKey
	DB  *sql.DB
	// Exposure is the most that one tab may owe, in the smallest unit.
	// ExposureAll is the most that all tabs of a denomination may owe; zero is
	// earn.DefaultTabs times Exposure.
	Exposure    types.Amount
	ExposureAll types.Amount
	Chain       earn.Chain
	Settler     earn.Settler
	// Watcher is handed what is owed, to settle it while the role is away; it may
	// be nil. Without a Settler it is not.
	Watcher  earn.Watcher
	Upstream Upstream
	// Name is the model's name in GET /v1/models and in answers.
	Name string
	// Manifest is served as it is: its hash is on the chain.
	Manifest []byte
	// Contact tells where to ask for a credential; it may be empty.
	Contact  string
	TickWait time.Duration
	// Unpaid is for measuring what paying costs, and for nothing else: nobody pays,
	// and nothing is verified, kept or signed.
	Unpaid bool
	Log    *slog.Logger
	Now    func() time.Time
	// Telemetry is told what the model does; nil for nobody.
	Telemetry *telemetry.Role
}

// Model sells the answers of an upstream. It is safe for concurrent use.
type Model struct {
	cfg    Config
	book   *earn.Book
	chain  types.Hash
	known  *registry.Registry
	bodies *bodies
	// answers seals what is kept for a retry.
	answers seal.Table
	seen    *seen // nil if nobody is told
	stop    context.CancelFunc
	bg      sync.WaitGroup
}

// New opens a model. It settles in the background until Close.
func New(ctx context.Context, cfg Config) (*Model, error) {
	if len(cfg.Key) != ed25519.PrivateKeySize || cfg.Upstream == nil || cfg.Chain == nil {
		return nil, errors.New("open model: key, upstream or chain is missing")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.TickWait <= 0 {
		cfg.TickWait = DefaultTickWait
	}
	book, err := earn.Open(ctx, earn.Config{
		ChainID: cfg.ChainID, Asset: cfg.Asset, Exposure: cfg.Exposure, ExposureAll: cfg.ExposureAll, Chain: cfg.Chain, DB: cfg.DB, Now: cfg.Now, Log: cfg.Log,
		Contact: cfg.Contact, Watcher: cfg.Watcher, Telemetry: cfg.Telemetry,
	})
	if err != nil {
		return nil, err
	}
	kept, err := openBodies(ctx, cfg.DB)
	if err != nil {
		return nil, err
	}
	answers, err := seal.Answers("model", cfg.Key.Seed())
	if err != nil {
		return nil, err
	}
	m := &Model{answers: answers, cfg: cfg, book: book, chain: pay.ChainHash(cfg.ChainID), known: registry.New(cfg.Chain, cfg.Now), bodies: kept, seen: newSeen(cfg.Telemetry, cfg.Name)}
	bg, stop := context.WithCancel(context.WithoutCancel(ctx))
	m.stop = stop
	if cfg.Settler != nil {
		m.bg.Go(func() { book.Run(bg, cfg.Settler, settleEvery) })
	}
	return m, nil
}

// SetAsset says which asset this is, for a model that is registered after it has
// started.
func (m *Model) SetAsset(ctx context.Context, id types.AssetID) error {
	return m.book.SetAsset(ctx, id)
}

// Book returns what the model has earned.
func (m *Model) Book() *earn.Book { return m.book }

// Close ends the settling in the background. The database stays open.
func (m *Model) Close() error {
	m.stop()
	m.bg.Wait()
	return nil
}

// Handler serves the model's endpoints.
func (m *Model) Handler() http.Handler {
	mux := http.NewServeMux()
	m.routes(mux)
	return mux
}
