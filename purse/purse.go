package purse

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// Chain is what a purse asks of the chain. Answers may be about a second old;
// a Version never changes.
type Chain interface {
	Asset(ctx context.Context, id types.AssetID) (types.Asset, error)
	Version(ctx context.Context, id types.AssetID, version uint32) (types.Version, error)
	Lane(ctx context.Context, ref types.LaneRef) (types.Lane, error)
}

// Config is what a purse needs. DB, ChainID and Chain are required.
type Config struct {
	// DB keeps the state; see keep.OpenShared. One purse uses it at a time: other
	// processes open the database for themselves. It holds the lanes' secret keys.
	DB      *sql.DB
	ChainID string
	Chain   Chain
	// Payer is the EIP-55 hex address whose lanes are taken; empty for any.
	Payer string
	// Limits by denomination; the entry of "" is for denominations not named.
	Limits map[string]Limits
	// Patience is how long a gateway may be silent in a stream; zero means two
	// minutes.
	Patience time.Duration
	Log      *slog.Logger     // nil: none
	Now      func() time.Time // nil: time.Now
	HTTP     *http.Client     // nil: one that keeps connections open
}

// Purse pays for questions. It is safe for concurrent use: every question takes
// a lane of its own.
type Purse struct {
	cfg   Config
	chain types.Hash
	// verifier knows the keys of assets.
	verifier *pay.Verifier

	days days

	mu    sync.Mutex
	lanes []*lane
	freed chan struct{} // closed, and replaced, whenever a lane becomes free
	// sighted is when the caps of all lanes were looked at last.
	sighted time.Time
	pause   time.Duration // before a tick that was lost is sent again

	quit chan struct{}  // closed by Close
	late sync.WaitGroup // what Close waits for

	claim  sync.Mutex // guards what follows
	holder string     // this purse's name in the lanes it holds; it does not change once it is set
	closed bool
}

// rememberedKeys is of how many assets the keys are prepared for verifying.
const rememberedKeys = 256

// Open opens the purse whose state is in cfg.DB, creating its tables.
func Open(ctx context.Context, cfg Config) (*Purse, error) {
	if cfg.DB == nil || cfg.ChainID == "" || cfg.Chain == nil {
		return nil, errors.New("open purse: database, chain id and chain are required")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Patience == 0 {
		cfg.Patience = 2 * time.Minute
	}
	if cfg.HTTP == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = 64
		cfg.HTTP = &http.Client{Transport: t}
	}
	if err := keep.Schema(ctx, cfg.DB, "purse", schemaVersion, schema...); err != nil {
		return nil, err
	}
	if err := keep.Schema(ctx, cfg.DB, "purse/attributions", 1, attributionsSchema); err != nil {
		return nil, fmt.Errorf("open purse: %w", err)
	}
	p := &Purse{
		cfg: cfg, chain: pay.ChainHash(cfg.ChainID), verifier: pay.NewVerifier(rememberedKeys),
		freed: make(chan struct{}), quit: make(chan struct{}), pause: tickPause,
	}
	return p, p.loadLanes(ctx)
}

// AddLane makes the purse pay from a lane whose key it is given. The lane must be
// open on the chain with the public half of key. Adding a lane again is fine.
func (p *Purse) AddLane(ctx context.Context, ref types.LaneRef, key ed25519.PrivateKey) error {
	onChain, err := p.cfg.Chain.Lane(ctx, ref)
	if err != nil {
		return fmt.Errorf("add lane %s: %w", ref, err)
	}
	switch {
	case onChain.Key != pay.PublicKey(key):
		return fmt.Errorf("add lane %s: %w: the chain has another key for it", ref, ErrNoLane)
	case onChain.State != types.LaneOpen:
		return fmt.Errorf("add lane %s: %w: it is %s", ref, ErrNoLane, onChain.State)
	case p.cfg.Payer != "" && !strings.EqualFold(p.cfg.Payer, onChain.Payer):
		return fmt.Errorf("add lane %s: %w: it is paid by %s, this purse is that of %s", ref, ErrNoLane, onChain.Payer, p.cfg.Payer)
	}
	_, err = p.cfg.DB.ExecContext(ctx, `INSERT INTO purse_lanes
		(tab, epoch, lane, seed, gateway, denom, reserved, last_seq, total, holder)
		VALUES (?, ?, ?, ?, ?, ?, 0, 0, '0', '') ON CONFLICT DO NOTHING`,
		int64(ref.Tab), ref.Epoch, ref.Lane, key.Seed(), int64(onChain.Gateway), onChain.Denom)
	if err == nil {
		err = keep.Sync(p.cfg.DB) // a lane's key is worth its cap: it must not be lost
	}
	if err != nil {
		return fmt.Errorf("add lane %s: %w", ref, err)
	}
	return p.loadLanes(ctx)
}

// LaneInfo tells where a lane stands.
type LaneInfo struct {
	Ref     types.LaneRef   `json:"ref"`
	Gateway types.AssetID   `json:"gateway"`
	Denom   string          `json:"denom"`
	State   types.LaneState `json:"state"`
	Cap     types.Amount    `json:"cap"`
	// Promised is the total of the last voucher and the ticks revealed for it; Left
	// is what can still be promised: cap less promised.
	Promised types.Amount `json:"promised"`
	Left     types.Amount `json:"left"`
	Credited types.Amount `json:"credited"` // what settlements have paid from it
	LastSeq  uint64       `json:"last_seq"`
}

// Lanes lists the purse's lanes of a tab, of all tabs if it is zero, with what the
// chain says of them.
func (p *Purse) Lanes(ctx context.Context, tab types.TabID) ([]LaneInfo, error) {
	if err := p.loadLanes(ctx); err != nil {
		return nil, err
	}
	p.mu.Lock()
	lanes := slices.DeleteFunc(slices.Clone(p.lanes), func(l *lane) bool { return tab != 0 && l.ref.Tab != tab })
	p.mu.Unlock()
	var infos []LaneInfo
	for _, l := range lanes {
		onChain, err := p.cfg.Chain.Lane(ctx, l.ref)
		if err != nil {
			return nil, fmt.Errorf("lane %s: %w", l.ref, err)
		}
		info := LaneInfo{
			Ref: l.ref, Gateway: l.gateway, Denom: l.denom,
			State: onChain.State, Cap: onChain.Cap, Credited: onChain.Credited,
		}
		if info.Promised, info.LastSeq, err = p.promised(ctx, l.ref); err != nil {
			return nil, err
		}
		info.Left, _ = info.Cap.Sub(info.Promised)
		infos = append(infos, info)
	}
	return infos, nil
}
