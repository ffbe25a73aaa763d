package local

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"

	apikeys "github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// keyTabs are the tabs that a gateway's keys spend from: the home's own, if it has
// a payer, and those of customers, who opened lanes for keys of this gateway. Each
// has a purse and a database of its own, with nothing in it but its lanes.
type keyTabs struct {
	home   *home.Home
	ledger *ledger.Ledger
	app    types.AssetID
	url    string       // of the gateway, for its purses
	own    *purse.Purse // nil: there is no payer in this home
	tab    types.TabID  // that own pays from
	tel    *telemetry.Role
	asked  *asked // what its purses tell

	mu     sync.Mutex
	purses map[types.TabID]*keyed
	stops  []func() error
}

var _ apikeys.Tabs = (*keyTabs)(nil)

// customerLaneKey is the name of a lane's key that the gateway holds for a customer.
func customerLaneKey(i int) string { return fmt.Sprintf("lane-customer-%d", i) }

// customerLanes returns the keys that were made for customers' lanes.
func customerLanes(h *home.Home) (all []ed25519.PrivateKey, err error) {
	for i := 0; ; i++ {
		// Asking for a key makes it: only those that are there count.
		if _, err := os.Stat(h.Path("keys", customerLaneKey(i))); errors.Is(err, fs.ErrNotExist) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("read lane keys: %w", err)
		}
		key, err := h.Ed25519(customerLaneKey(i))
		if err != nil {
			return nil, err
		}
		all = append(all, key)
	}
}

// maxCustomerLanes bounds the lane keys that a gateway holds, and maxNewLanes those
// that are made at once.
const (
	maxCustomerLanes = 10_000
	maxNewLanes      = 16
)

// makeLanes makes n more keys for customers' lanes and returns their public halves.
func (t *keyTabs) makeLanes(n int) ([]types.Hash, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	have, err := customerLanes(t.home)
	if err != nil {
		return nil, err
	}
	if n < 1 || n > maxNewLanes || len(have)+n > maxCustomerLanes {
		return nil, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "bad_count",
			"want 1 to %d lanes at once, and at most %d in all", maxNewLanes, maxCustomerLanes)
	}
	var made []types.Hash
	for i := range n {
		key, err := t.home.Ed25519(customerLaneKey(len(have) + i))
		if err != nil {
			return nil, err
		}
		made = append(made, pay.PublicKey(key))
	}
	return made, nil
}

// publicLanes lists the public halves of the keys that were made.
func (t *keyTabs) publicLanes() ([]types.Hash, error) {
	all, err := customerLanes(t.home)
	public := make([]types.Hash, len(all))
	for i, key := range all {
		public[i] = pay.PublicKey(key)
	}
	return public, err
}

func noTab(format string, args ...any) error {
	return wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "bad_tab", format, args...)
}

// Bind implements apikeys.Tabs: it finds the lanes of a customer's tab that are for
// this app and of keys that this gateway holds, and gives them to the tab's purse.
func (t *keyTabs) Bind(ctx context.Context, id types.TabID) (types.TabID, string, error) {
	if t.own == nil && id == 0 {
		return 0, "", noTab("this gateway has no tab of its own: name one with --tab N whose lanes have keys of this gateway; they are made with: weal gateway lanes make")
	}
	if t.own != nil && (id == 0 || id == t.tab) {
		on, err := t.ledger.Tab(ctx, t.tab)
		return 0, on.Denom, err
	}
	on, err := t.ledger.Tab(ctx, id)
	if errors.Is(err, types.ErrNotFound) {
		return 0, "", noTab("the chain has no tab %d", id)
	}
	if err != nil {
		return 0, "", err
	}
	lanes, err := t.held(on)
	if err != nil {
		return 0, "", err
	}
	if len(lanes) == 0 {
		return 0, "", noTab("tab %d has no open lane for app %d with a key of this gateway; its payer opens one with: weal gateway lanes fund --app %d --amount 1 KEY…, with keys of: weal gateway lanes make",
			id, t.app, t.app)
	}
	k, err := t.purse(ctx, id)
	if err != nil {
		return 0, "", err
	}
	for _, l := range lanes {
		if err := k.purse.AddLane(ctx, l.ref, l.key); err != nil {
			return 0, "", err
		}
	}
	return id, on.Denom, nil
}

// held returns the open lanes of a tab that are this app's and of customers' keys.
func (t *keyTabs) held(on ledger.Tab) (lanes []keyedLane, err error) {
	ours := map[types.Hash]ed25519.PrivateKey{}
	all, err := customerLanes(t.home)
	for _, key := range all {
		ours[pay.PublicKey(key)] = key
	}
	for _, l := range on.Lanes {
		if key, ok := ours[l.Key]; ok && l.State == types.LaneOpen && l.Gateway == t.app {
			lanes = append(lanes, keyedLane{l.Ref, key})
		}
	}
	return lanes, err
}

// Purse implements apikeys.Tabs.
func (t *keyTabs) Purse(ctx context.Context, id types.TabID) (apikeys.Purse, error) {
	if id == 0 {
		if t.own == nil {
			return nil, noTab("this gateway has no tab of its own")
		}
		return &keyed{purse: t.own, url: t.url, app: t.app, asked: t.asked}, nil
	}
	return t.purse(ctx, id)
}

// purse opens the purse of a customer's tab at first use.
func (t *keyTabs) purse(ctx context.Context, id types.TabID) (*keyed, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if k := t.purses[id]; k != nil {
		return k, nil
	}
	p, closeIt, err := openPurseAt(toldBy(ctx, t.tel), t.home, t.home.Path(fmt.Sprintf("purse-tab-%d.db", id)), t.ledger)
	if err != nil {
		return nil, fmt.Errorf("purse of tab %d: %w", id, err)
	}
	k := &keyed{purse: p, url: t.url, app: t.app, asked: t.asked}
	t.purses[id] = k
	t.stops = append(t.stops, closeIt)
	return k, nil
}

// close closes the customers' purses.
func (t *keyTabs) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var errs []error
	for _, stop := range slices.Backward(t.stops) {
		errs = append(errs, stop())
	}
	t.stops = nil
	return errors.Join(errs...)
}

// reachable returns the URL by which a process reaches a server of its own machine
// that listens on addr.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err == nil && (host == "" || (ip != nil && ip.IsUnspecified())) {
		addr = net.JoinHostPort("127.0.0.1", port)
	}
	return "http://" + addr
}
