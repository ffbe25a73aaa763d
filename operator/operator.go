package operator

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// Request is a question to an asset, as the chain tells it.
type Request struct {
	ID    uint64
	Asset types.AssetID
	Input Content
	// Price is of the use, GasPay of the call-back's gas, in aweal.
	Price, GasPay types.Amount
	Policy        pay.Policy
	Version       uint32
	Order         types.Hash
	// Gas is the call-back's.
	Gas     uint64
	Expires time.Time
	State   State
	// Operator and Evidence are those of the delivery.
	Operator string
	Evidence []byte
}

// State is what the chain says of a request.
type State string

// The states of a request on the chain.
const (
	StateOpen     State = "open"
	StateAnswered State = "answered"
	StateExpired  State = "expired"
)

// Content is an input or an answer: by value, or named by its hash.
type Content struct {
	Data  []byte
	Hash  types.Hash
	URI   string
	Apart bool
}

// Delivery is an answer on its way to the chain.
type Delivery struct {
	Request  uint64
	Answer   Content
	Evidence []byte
	// Callback is the gas of the request's call-back.
	Callback uint64
	// Again tells that a transaction of this delivery has failed in its block.
	Again bool
}

// Transaction is a signed delivery. It can be posted often, and has its effect once.
type Transaction struct {
	Hash  string
	Nonce uint64
	Price types.Amount // of a unit of gas, at most
	Bytes []byte
}

// Chain is the chain as an operator sees it.
type Chain interface {
	// OpenAfter lists requests to an asset that wait and have a greater number, in
	// their order; not necessarily all.
	OpenAfter(ctx context.Context, asset types.AssetID, after uint64) ([]Request, error)
	// Request returns a request; an error wraps types.ErrNotFound if the chain keeps
	// none.
	Request(ctx context.Context, id uint64) (Request, error)
	// GasPrice is what a unit of gas costs at most in the next blocks.
	GasPrice(ctx context.Context) (types.Amount, error)
}

// Account is the operator's account.
type Account interface {
	// Address is EIP-55 hex.
	Address() string
	// Nonce is how many transactions the chain has counted.
	Nonce(ctx context.Context) (uint64, error)
	// Gas is what a delivery takes at most, of so many bytes with such a call-back.
	Gas(bytes int, callback uint64) uint64
	Sign(ctx context.Context, nonce uint64, d Delivery) (Transaction, error)
	// Post hands a transaction to a node; that it is not in a block yet is no error.
	Post(ctx context.Context, tx Transaction) error
}

// Question is what a worker answers.
type Question struct {
	Request uint64
	// Body is an OpenAI chat completion request.
	Body []byte
	// Brings is what is left of what the request pays when the delivery's gas is paid.
	Brings types.Amount
}

// Worker answers for an asset. An error that will be the same the next time is one of
// Refuse.
type Worker interface {
	Answer(ctx context.Context, q Question) (text string, err error)
}

// Asset is what an operator answers for.
type Asset struct {
	ID types.AssetID
	// Key signs the asset's receipts.
	Key    ed25519.PrivateKey
	Worker Worker
}

// Config is what Open needs. Zero values are the defaults.
type Config struct {
	ChainID string
	Chain   Chain
	Account Account
	Assets  []Asset
	// DB is one that package keep has opened.
	DB *sql.DB
	// Fetch gets inputs that are elsewhere; nil refuses them.
	Fetch func(ctx context.Context, uri string, most int64) ([]byte, error)
	// Endpoint is where others reach Handler: answers beyond MaxAnswer are named by
	// their hash, with a URI there. Empty refuses them.
	Endpoint string

	Concurrency int           // 4
	Window      int           // 16: transactions on their way
	Least       types.Amount  // what a request must pay at least
	AtALoss     bool          // serve what pays less than its delivery's gas
	LeastTime   time.Duration // 10 s: what must be left of a request's time
	MaxInput    int64         // 1 MiB
	MaxAnswer   int           // 4,096 bytes: what the chain takes by value
	Poll        time.Duration // 200 ms: between two looks at the chain
	Drain       time.Duration // 30 s
	Patience    time.Duration // 4 min: how long a worker may take

	Log *slog.Logger
	Now func() time.Time
}

func (c Config) withDefaults() Config {
	or := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	or(&c.Concurrency, 4)
	or(&c.Window, 16)
	or(&c.MaxAnswer, 4<<10)
	if c.MaxInput <= 0 {
		c.MaxInput = 1 << 20
	}
	for _, d := range []struct {
		v *time.Duration
		d time.Duration
	}{{&c.Poll, 200 * time.Millisecond}, {&c.Drain, 30 * time.Second}, {&c.Patience, 4 * time.Minute}, {&c.LeastTime, 10 * time.Second}} {
		if *d.v <= 0 {
			*d.v = d.d
		}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// Operator answers requests. Open makes one; there must be one for each account.
type Operator struct {
	cfg    Config
	chain  types.Hash
	assets map[types.AssetID]Asset
	store  *store

	cursor  map[types.AssetID]uint64 // the greatest number that was listed
	posted  map[uint64]time.Time     // when a request's transaction was posted last
	hole    time.Time                // since when the chain waits for a nonce that is not on its way
	silent  bool                     // that the chain does not answer was logged
	purged  time.Time
	wake    chan struct{}
	workers sync.WaitGroup

	mu     sync.Mutex
	active map[uint64]bool // requests that are worked on
}

// Open opens an operator's state.
func Open(ctx context.Context, cfg Config) (*Operator, error) {
	cfg = cfg.withDefaults()
	o := &Operator{
		cfg: cfg, chain: pay.ChainHash(cfg.ChainID), assets: map[types.AssetID]Asset{}, cursor: map[types.AssetID]uint64{},
		posted: map[uint64]time.Time{}, wake: make(chan struct{}, 1), active: map[uint64]bool{},
	}
	for _, a := range cfg.Assets {
		o.assets[a.ID] = a
	}
	var err error
	if o.store, err = openStore(ctx, cfg.DB, cfg.Now); err != nil {
		return nil, fmt.Errorf("open operator: %w", err)
	}
	return o, nil
}

// MostAnswer is the most bytes of an answer, by value or named by its hash.
const MostAnswer = 1 << 20

// callTime bounds one round of questions to the chain.
const callTime = 15 * time.Second

// Run answers requests until ctx ends, and then ends what is under way.
func (o *Operator) Run(ctx context.Context) error {
	if err := o.store.resume(ctx); err != nil {
		return err
	}
	under, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer o.workers.Wait()
	defer stop()
	tick := time.NewTicker(o.cfg.Poll)
	defer tick.Stop()
	ended, late := ctx.Done(), (<-chan time.Time)(nil)
	for {
		o.round(under, ctx.Err() == nil)
		if ctx.Err() != nil && o.idle(under) {
			return nil
		}
		select {
		case <-ended:
			ended, late = nil, time.After(o.cfg.Drain)
		case <-late:
			return nil
		case <-tick.C:
		case <-o.wake:
		}
	}
}

// round does once what there is to do; it takes new requests only if more.
func (o *Operator) round(ctx context.Context, more bool) {
	asking, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	var errs []error
	if more {
		errs = append(errs, o.look(asking), o.begin(asking, ctx))
	}
	errs = append(errs, o.deliver(asking), o.purge(asking))
	err := errors.Join(errs...)
	switch {
	case err != nil && !o.silent:
		o.cfg.Log.Warn("operator: the chain or the database does not answer; it is asked again", "error", err)
	case err == nil && o.silent:
		o.cfg.Log.Warn("operator: the chain answers again")
	}
	o.silent = err != nil
}

// nudge has Run look again at once.
func (o *Operator) nudge() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// idle reports whether nothing is worked on and nothing is on its way.
func (o *Operator) idle(ctx context.Context) bool {
	o.mu.Lock()
	busy := len(o.active)
	o.mu.Unlock()
	if busy > 0 {
		return false
	}
	n, err := o.store.count(ctx, answered, sent)
	return err == nil && n == 0
}

// purge forgets requests that ended long ago.
func (o *Operator) purge(ctx context.Context) error {
	if now := o.cfg.Now(); now.Sub(o.purged) > time.Hour {
		o.purged = now
		return o.store.purge(ctx)
	}
	return nil
}

// refusal is a reason why a request is not served that will be the same the next time.
type refusal struct{ reason string }

// Error implements error.
func (r *refusal) Error() string { return r.reason }

// Refuse makes an error that says why a request is never served.
func Refuse(format string, args ...any) error { return &refusal{fmt.Sprintf(format, args...)} }
