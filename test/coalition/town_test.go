package coalition

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/model"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// town is an honest payer with its purse, and a gateway, a vault and a model. Each of
// these is what an honest one is, behind a door: a colluder's door does to what goes
// through it whatever the play says.
type town struct {
	t       *testing.T
	chain   *chain
	collude set
	purse   *purse.Purse
	url     string // of the gateway
	urls    map[types.AssetID]string
	books   map[string]*earn.Book
	tab     uint64
	before  math.Int // what the payer had
	hands   []*hand  // the payer's lanes; only a thief would sign with them

	mu     sync.Mutex
	given  map[string]uint64 // by honest sellers
	doors  map[string]door   // by the role that opens them
	seen   []*wire.Payment   // by the gateway
	ticks  []wire.Tick       // that reached the gateway
	value  uint64            // of what the payer got
	prompt uint32            // ticks of the last quote
	pieces int               // that the model's upstream writes
	wait   time.Duration     // for ticks
}

func (w *town) gave(role string, n uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.given[role] += n
}

func newTown(t *testing.T, c *chain, collude set, wait time.Duration) *town {
	w := &town{
		t: t, chain: c.fork(), collude: collude, books: map[string]*earn.Book{}, urls: map[types.AssetID]string{}, given: map[string]uint64{}, doors: map[string]door{}, pieces: 12, wait: wait,
	}
	w.before = w.chain.balance(payerAccount)
	w.openShelf()
	w.openModel()
	w.openGateway()
	w.openPurse()
	return w
}

func (w *town) db(open func(string) (*sql.DB, error)) *sql.DB {
	db, err := open(filepath.Join(w.t.TempDir(), "role.db"))
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = db.Close() })
	return db
}

// What a town's roles risk; a prompt is a few ticks.
const townExposure = 100 * exposure

func (w *town) openShelf() {
	book, err := earn.Open(w.t.Context(), earn.Config{
		ChainID: types.LocalChainID, Asset: vaultID, Exposure: amount(townExposure), Chain: w.chain, DB: w.db(keep.Open), Now: w.chain.now,
	})
	require.NoError(w.t, err)
	w.books["vault"] = book
	w.urls[vaultID] = w.serve((&shelf{w, book}).handler(), "vault", "gateway to vault")
}

func (w *town) openModel() {
	m, err := model.New(w.t.Context(), model.Config{
		ChainID: types.LocalChainID, Asset: modelID, Key: key(fmt.Sprint("asset ", modelID)), DB: w.db(keep.Open), Exposure: amount(townExposure),
		Chain: w.chain, Upstream: w, Name: "model", TickWait: w.wait, Now: w.chain.now,
	})
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = m.Close() })
	w.books["model"] = m.Book()
	w.urls[modelID] = w.serve(w.counted("model", m.Handler()), "model", "gateway to model")
}

func (w *town) openGateway() {
	app := gateway.App{Name: "app", Model: modelID, Vaults: []types.AssetID{vaultID}, Passages: 2, MaxTokens: 500}
	app.Limits.OfferTimeout, app.Limits.TickWait = 10*time.Second, w.wait
	g, err := gateway.New(w.t.Context(), gateway.Config{
		ChainID: types.LocalChainID, Asset: appID, App: app, Key: key(fmt.Sprint("asset ", appID)), DB: w.db(keep.Open), Exposure: amount(townExposure),
		Chain: w.chain, Now: w.chain.now, Endpoint: func(_ context.Context, id types.AssetID) (string, error) { return w.urls[id], nil },
	})
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = g.Close() })
	w.books["gateway"] = g.Book()
	w.url = w.serve(w.recorded(w.counted("gateway", g.Handler())), "gateway")
}

func (w *town) openPurse() {
	p := &play{t: w.t, chain: w.chain}
	w.hands = p.open(2, 4*milli, 0, 0)
	w.tab = p.tabs[0]
	var err error
	w.purse, err = purse.Open(w.t.Context(), purse.Config{
		DB: w.db(keep.OpenShared), ChainID: types.LocalChainID, Chain: w.chain, Patience: 20 * time.Second, Now: w.chain.now,
	})
	require.NoError(w.t, err)
	for _, h := range w.hands {
		require.NoError(w.t, w.purse.AddLane(w.t.Context(), h.ref, h.key))
	}
}

// Open implements model.Upstream: it writes a dozen pieces of a hundred bytes.
func (w *town) Open(context.Context, model.Prompt) (model.Answer, error) {
	return &writer{left: w.pieces}, nil
}

type writer struct{ left int }

func (a *writer) Next() (wire.Content, error) {
	if a.left == 0 {
		return wire.Content{}, io.EOF
	}
	a.left--
	return wire.Content{Content: strings.Repeat("words [1] ", 10)}, nil
}
func (a *writer) Finish() string { return "stop" }
func (a *writer) Close() error   { return nil }

const asked = `{"model":"app","messages":[{"role":"user","content":"Who signs a voucher?"}],"max_tokens":400}`

// ask has the payer ask, and counts what it got for it: passages that it could check,
// the prompt's ticks if there is text, the ticks that the text fills, and, if the
// answer has its end, the tick that it began and the use.
func (w *town) ask() (*purse.Answer, error) {
	a, err := w.purse.Ask(w.t.Context(), purse.Ask{Gateway: w.url, Body: []byte(asked)})
	if a == nil {
		return nil, err
	}
	for _, c := range a.Citations {
		if c.Proof {
			w.value += passagePrice
		}
	}
	tokens, whole := types.Tokens(len(a.Text)), a.FinishReason != ""
	if tokens > 0 {
		w.value += tickPrice * (uint64(w.prompt) + tokens/tickTokens)
	}
	if whole {
		w.value += usePrice
	}
	if whole && tokens%tickTokens > 0 {
		w.value += tickPrice
	}
	return a, err
}

// end has the colluders bring all that they have, then the honest; then the payer
// closes its tab, and the window passes.
func (w *town) end() {
	w.chain.pass(1, time.Minute)
	w.bringAll()
	p := &play{t: w.t, chain: w.chain}
	p.payer(func(ctx context.Context, msgs tabtypes.MsgServer) error {
		_, err := msgs.Close(ctx, &tabtypes.MsgClose{Payer: w.chain.account(payerAccount), Tab: w.tab})
		return err
	})
	w.bringAll()
	w.chain.pass(60, 6*time.Second)
	for _, role := range []string{"vault", "model", "gateway"} {
		if !w.collude[role] && w.books[role].Due(w.t.Context()) {
			_, err := w.books[role].Settle(w.t.Context(), settler{w.chain, accountOf[role]})
			require.NoError(w.t, err)
		}
	}
	w.chain.pass(60, 6*time.Second)
	p.payer(func(ctx context.Context, msgs tabtypes.MsgServer) error {
		_, err := msgs.Withdraw(ctx, &tabtypes.MsgWithdraw{Sender: w.chain.account(otherAccount), Tab: w.tab})
		return err
	})
	require.NoError(w.t, w.chain.net.App().CheckInvariants(w.chain.ctx))
}

// settler brings settlements as an account.
type settler struct {
	chain   *chain
	account int
}

// Settle implements earn.Settler.
func (s settler) Settle(_ context.Context, all []pay.Settlement) error {
	return s.chain.settle(s.account, settlements(all...)...)
}

// bringAll brings what colluders know: all leaves of all vouchers that the gateway
// saw, and the highest ticks of each, and what their own books have.
func (w *town) bringAll() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for role := range assetOf {
		if w.collude[role] {
			own, err := w.books[role].Unsettled(w.t.Context())
			require.NoError(w.t, err)
			_ = w.chain.settle(otherAccount, settlements(own...)...)
		}
	}
	if !w.collude["gateway"] {
		return
	}
	for _, pm := range w.seen {
		for _, s := range w.claimsOf(pm) {
			if asset, err := s.Claims[0].Asset(); err == nil && w.collude[roleOf(asset)] {
				_ = w.chain.settle(otherAccount, settlements(s)...)
			}
		}
	}
}

func roleOf(id types.AssetID) string {
	for role, asset := range assetOf {
		if asset == id {
			return role
		}
	}
	return ""
}

// claimsOf is what a payment and the ticks that were seen prove, asset by asset.
func (w *town) claimsOf(pm *wire.Payment) (all []pay.Settlement) {
	for _, l := range pm.Leaves {
		leaf := l.Leaf
		all = append(all, pay.Settlement{Voucher: pm.Voucher, Claims: []pay.Claim{{Leaf: &leaf, LeafPath: l.Path}}})
	}
	for _, t := range pm.Ticks {
		var c pay.Claim
		for _, k := range w.ticks {
			if k.Asset == t.Leaf.Asset && k.Seq == pm.Voucher.Seq && k.Lane == pm.Voucher.Lane && k.K > c.K {
				leaf := t.Leaf
				c.Tick, c.TickPath, c.K, c.Preimage = &leaf, t.Path, k.K, k.Preimage
			}
		}
		if t.Firm != nil {
			leaf := t.Firm.Leaf
			c.Leaf, c.LeafPath = &leaf, t.Firm.Path
		}
		if c.Leaf != nil || c.Tick != nil {
			all = append(all, pay.Settlement{Voucher: pm.Voucher, Claims: []pay.Claim{c}})
		}
	}
	return all
}

// lost is what an honest party is without when all is over.
func (w *town) lost(party string) uint64 {
	if party == "payer" {
		spent := w.before.Sub(w.chain.balance(payerAccount)).Uint64()
		return spent - min(spent, w.value)
	}
	earned, _ := w.chain.got(assetOf[party])
	return w.given[party] - min(w.given[party], earned)
}
