package vault

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/model/registry"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/ingest"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/seal"
	"github.com/weal-network/weal/vault/tally"
)

// MoneyFile is the name, in a vault's folder, of the database of what it earned.
const MoneyFile = "money.db"

// Defaults of Config.
const (
	DefaultOfferTime = 2 * time.Minute
	DefaultBudget    = 10_000
	DefaultProbes    = 100
)

// settleEvery is how often what is unsettled is looked at, besides whenever a tab
// reaches half the exposure.
const settleEvery = 30 * time.Second

// Chain is what a vault asks the chain: lanes, and its own asset.
type Chain = earn.Chain

// Config is what a Vault needs. Dir, ChainID, Key, Exposure and Chain must be set.
type Config struct {
	Dir string
	// DB is the URL of the PostgreSQL database that has the documents; empty is a
	// file in Dir. What is earned is in Dir.
	DB      string
	ChainID string
	// Key signs receipts; the asset names its public half.
	Key ed25519.PrivateKey
	// Owner holds the key that everything on disk is sealed under; nil is Key.
	Owner seal.Owner
	// Exposure is the most that one tab may owe unsettled, in the smallest unit.
	// ExposureAll is the most that all tabs of a denomination may owe; zero is
	// earn.DefaultTabs times Exposure.
	Exposure    types.Amount
	ExposureAll types.Amount
	Chain       Chain
	// Settler brings what was earned to the chain. Without one, somebody else has
	// to settle what Book keeps.
	Settler earn.Settler
	// Watcher is handed what is owed, to settle it while the role is away; it may
	// be nil. Without a Settler it is not.
	Watcher earn.Watcher
	// Publish tells the chain the root of a new generation, whether or not there
	// is an asset yet. It may call SetAsset. It may be nil.
	Publish func(ctx context.Context, root types.Hash) error
	// About is the manifest without Kind and Root, which the vault fills in.
	About types.Manifest
	// OfferTime is how long an offer can be paid.
	OfferTime time.Duration
	// Budget is how many different passages one payer is offered in an hour, Probes
	// how many questions it may ask in it that are nearly the same as others, unless
	// the owner sets other numbers.
	Budget, Probes int
	Ingest         ingest.Options
	// Unpaid is for measuring what paying costs, and for nothing else: passages of an
	// offer are released to anyone, and nothing is verified, kept or signed.
	Unpaid bool
	Log    *slog.Logger
	Now    func() time.Time
	// Telemetry is told what the vault does; nil for nobody.
	Telemetry *telemetry.Role
}

// Vault is an open vault. It may be used by many goroutines.
type Vault struct {
	cfg     Config
	chain   types.Hash
	library *library.Library
	money   *sql.DB
	book    *earn.Book
	answers seal.Table // what was released, for a retry
	sealer  *sealer
	budget  *budget
	// counts counts what is asked and sold, in a database of its own.
	counts   *tally.Tally
	countsDB *sql.DB
	apps     *registry.Registry      // whose reports it takes
	receipts *pay.Verifier           // of apps' receipts
	selling  atomic.Pointer[Selling] // as it is set, without defaults
	setting  sync.Mutex              // held while it changes

	stop     context.CancelFunc // ends the goroutine that settles
	running  sync.WaitGroup
	adding   atomic.Bool              // while documents are added and published
	progress atomic.Pointer[Progress] // of an Add that runs
	sharing  atomic.Pointer[Sharing]  // what is kept of questions
	warned   atomic.Int64             // when the log was told last of an endpoint that does not answer
	seen     seen

	mu    sync.Mutex // guards what follows
	root  types.Hash // of the latest generation
	known knownAsset
}

// Open opens the vault in cfg.Dir, or makes it.
func Open(ctx context.Context, cfg Config) (*Vault, error) {
	if err := cfg.complete(); err != nil {
		return nil, fmt.Errorf("open vault: %w", err)
	}
	v := &Vault{
		cfg: cfg, chain: pay.ChainHash(cfg.ChainID), apps: registry.New(cfg.Chain, cfg.Now), receipts: pay.NewVerifier(rememberedApps),
	}
	if err := v.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open vault: %w", err), v.Close())
	}
	return v, nil
}

func (c *Config) complete() error {
	if c.Dir == "" || c.ChainID == "" || len(c.Key) != ed25519.PrivateKeySize || c.Chain == nil {
		return errors.New("its folder, chain id, key or chain is missing")
	}
	if c.OfferTime == 0 {
		c.OfferTime = DefaultOfferTime
	}
	if c.Budget == 0 {
		c.Budget = DefaultBudget
	}
	if c.Probes == 0 {
		c.Probes = DefaultProbes
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return os.MkdirAll(c.Dir, 0o700)
}

func (v *Vault) open(ctx context.Context) (err error) {
	if v.sealer, err = newSealer(v.cfg.Key); err != nil {
		return err
	}
	if err := v.checkDocuments(); err != nil {
		return err
	}
	if err := v.openLibrary(ctx); err != nil {
		return err
	}
	if err := v.readRoot(ctx); err != nil {
		return err
	}
	if err := v.readSelling(ctx); err != nil {
		return err
	}
	if v.money, err = keep.Open(filepath.Join(v.cfg.Dir, MoneyFile)); err != nil {
		return err
	}
	passages, err := v.library.Table("budgets")
	if err != nil {
		return err
	}
	if v.budget, err = openBudgets(ctx, v.money, passages, v.cfg.Now, v.Selling().limits()); err != nil {
		return err
	}
	v.book, err = earn.Open(ctx, earn.Config{
		ChainID: v.cfg.ChainID, Exposure: v.cfg.Exposure, ExposureAll: v.cfg.ExposureAll, Chain: v.cfg.Chain, DB: v.money, Now: v.cfg.Now, Log: v.cfg.Log,
		Contact: v.cfg.About.Contact, Watcher: v.cfg.Watcher, Telemetry: v.cfg.Telemetry,
	})
	if err != nil {
		return err
	}
	if err := v.openCounts(ctx); err != nil {
		return err
	}
	v.tell(v.cfg.Telemetry)
	if v.cfg.Settler == nil {
		return nil
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	v.stop = stop
	v.running.Go(func() { v.book.Run(running, v.cfg.Settler, settleEvery) })
	return nil
}

// Close ends the vault. What it has promised is on the disk.
func (v *Vault) Close() error {
	if v.stop != nil {
		v.stop()
		v.running.Wait()
	}
	errs := []error{v.closeCounts()}
	if v.library != nil {
		errs = append(errs, v.library.Close())
	}
	if v.money != nil {
		errs = append(errs, v.money.Close())
	}
	return errors.Join(errs...)
}

// Book keeps what the vault earns.
func (v *Vault) Book() *earn.Book { return v.book }

// SetAsset says which asset the vault is.
func (v *Vault) SetAsset(ctx context.Context, id types.AssetID) error {
	v.forget()
	return v.book.SetAsset(ctx, id)
}

// forget drops what the chain said of the asset, so that it is asked again.
func (v *Vault) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.known = knownAsset{}
}

// Root returns the root of the newest generation, which is the one to register or
// publish; zero while nothing was ever added.
func (v *Vault) Root() types.Hash {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.root
}

func (v *Vault) readRoot(ctx context.Context) error {
	g, err := v.library.Latest(ctx)
	if errors.Is(err, library.ErrNoGeneration) {
		return nil
	}
	if err != nil {
		return err
	}
	v.mu.Lock()
	v.root = g.Root
	v.mu.Unlock()
	return nil
}
