package coalition

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"maps"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
	"github.com/weal-network/weal/x/tab/keeper"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// The assets of all plays. Sybil is the payer's own: it works for nobody.
const (
	appID   = types.AssetID(1)
	vaultID = types.AssetID(2)
	modelID = types.AssetID(3)
	sybil   = types.AssetID(4)
)

// Prices and limits, in the smallest unit. The least of them is worth bringing to
// the chain by itself, unless a play says otherwise.
const (
	milli        = 1_000_000_000_000_000 // the least cap
	refund       = 250_000_000_000       // what the reserve pays for a first credit
	worth        = 20 * refund
	passagePrice = 8_000_000_000_000
	usePrice     = 5_000_000_000_000
	tickPrice    = 6_000_000_000_000
	tickTokens   = 64
	exposure     = 150_000_000_000_000
	exposureAll  = 3 * exposure
	feePoints    = 1_000 // of a watcher, in basis points
)

// Accounts of the chain.
const (
	payerAccount = iota
	gatewayAccount
	vaultAccount
	modelAccount
	watcherAccount
	otherAccount // of the colluders
)

func amount(n uint64) types.Amount { return types.NewAmount(n) }

func number(a types.Amount) uint64 { return a.Big().Uint64() }

// key returns the same key for the same name.
func key(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}

// chain is the application's tabs and assets, as messages and queries show them,
// with a block for each message. A fork of it is as good as new.
type chain struct {
	net    *apptest.Net
	assets map[types.AssetID]types.Asset

	mu     sync.Mutex
	ctx    sdk.Context
	earned map[types.AssetID]uint64
	fees   map[types.AssetID]uint64 // of earned and fees: what watchers got
	gap    time.Duration            // by which the clock jumps with the next block
}

func newChain(t *testing.T) *chain {
	net := apptest.New(t, apptest.WithoutShadows())
	c := &chain{net: net, ctx: net.Context(), assets: map[types.AssetID]types.Asset{}}
	for id, kind := range []types.Kind{types.KindApp, types.KindData, types.KindModel, types.KindApp} {
		price := types.Price{Unit: types.PerUse, Denom: types.BaseDenom, Amount: amount(usePrice)}
		switch kind {
		case types.KindData:
			price.Unit, price.Amount = types.PerPassage, amount(passagePrice)
		case types.KindModel:
			price.Unit, price.Amount, price.Tokens = types.PerTick, amount(tickPrice), tickTokens
		}
		a := types.Asset{
			ID: types.AssetID(id + 1), Kind: kind, Version: 1, Key: pay.PublicKey(key(fmt.Sprint("asset ", id+1))),
			Denoms: []string{types.BaseDenom}, Prices: []types.Price{price},
		}
		if kind == types.KindData {
			a.Root = shelfTree().Root()
		}
		owner := net.Accounts[[]int{gatewayAccount, vaultAccount, modelAccount, otherAccount}[id]]
		got, _, err := net.App().AssetKeeper.Register(c.ctx, owner.EVM(), assettypes.Registration{
			Kind: kind, Manifest: types.Hash{1}, ManifestURI: "https://example.org/m.json", Root: a.Root, Key: a.Key,
			Units: 1000, Denoms: a.Denoms,
		})
		require.NoError(t, err)
		require.Equal(t, a.ID, got)
		c.assets[a.ID] = a
		if a.ID != sybil {
			require.NoError(t, net.App().TabKeeper.NameWatcher(c.ctx, owner.EVM(), tabtypes.Watcher{
				Asset: uint64(a.ID), Watcher: net.Accounts[watcherAccount].String(), BasisPoints: feePoints,
			}))
		}
	}
	return c.fork()
}

// fork returns a chain that begins where c is, and leaves c alone.
func (c *chain) fork() *chain {
	ctx, _ := c.ctx.CacheContext()
	return &chain{net: c.net, assets: c.assets, ctx: ctx, earned: maps.Clone(c.earned), fees: maps.Clone(c.fees)}
}

func (c *chain) tabs() keeper.Keeper { return c.net.App().TabKeeper }

func (c *chain) account(i int) string { return c.net.Accounts[i].String() }

// do runs a message in a block of its own: what it wrote is dropped if it fails.
func (c *chain) do(f func(ctx context.Context, msgs tabtypes.MsgServer) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, write := c.ctx.CacheContext()
	err := f(ctx, keeper.NewMsgServer(c.tabs()))
	if err == nil {
		write()
	}
	c.next(time.Second)
	return err
}

// next begins the next block. The caller holds c.mu.
func (c *chain) next(dt time.Duration) {
	c.ctx = c.ctx.WithBlockHeight(c.ctx.BlockHeight() + 1).WithBlockTime(c.ctx.BlockTime().Add(dt + c.gap)).
		WithEventManager(sdk.NewEventManager())
	c.gap = 0
	if err := c.tabs().BeginBlock(c.ctx); err != nil {
		panic(err) // an invariant of the chain
	}
}

// pass lets blocks pass.
func (c *chain) pass(blocks int, dt time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range blocks {
		c.next(dt)
	}
}

func (c *chain) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ctx.BlockTime()
}

// balance returns what an account has.
func (c *chain) balance(account int) math.Int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.net.App().BankKeeper.GetBalance(c.ctx, c.net.Accounts[account].Cosmos(), types.BaseDenom).Amount
}

// settle brings settlements as an account.
func (c *chain) settle(account int, all ...tabtypes.Settlement) error {
	return c.do(func(ctx context.Context, msgs tabtypes.MsgServer) error {
		r, err := msgs.Settle(ctx, &tabtypes.MsgSettle{Sender: c.account(account), Settlements: all})
		if err == nil {
			c.note(r.Credits)
		}
		return err
	})
}

// note counts what assets were credited. The caller holds c.mu.
func (c *chain) note(credits []tabtypes.CreditedNow) {
	if c.earned == nil {
		c.earned, c.fees = map[types.AssetID]uint64{}, map[types.AssetID]uint64{}
	}
	for _, p := range credits {
		n, _ := strconv.ParseUint(p.Amount, 10, 64)
		fee, _ := strconv.ParseUint(p.Fee, 10, 64)
		c.earned[types.AssetID(p.Asset)] += n
		c.fees[types.AssetID(p.Asset)] += fee
	}
}

// got returns what an asset was credited, and what its watcher got beside it.
func (c *chain) got(id types.AssetID) (earned, fees uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.earned[id], c.fees[id]
}

// settlements writes settlements as messages have them.
func settlements(all ...pay.Settlement) (out []tabtypes.Settlement) {
	for _, s := range all {
		m := tabtypes.Settlement{Voucher: s.Voucher.Bytes()}
		for _, c := range s.Claims {
			var one tabtypes.Claim
			if c.Leaf != nil {
				one.Leaf, one.LeafPath = c.Leaf.Bytes(), c.LeafPath.Bytes()
			}
			if c.Tick != nil {
				one.Tick, one.TickPath, one.Preimage, one.TickCount = c.Tick.Bytes(), c.TickPath.Bytes(), c.Preimage[:], c.K
			}
			m.Claims = append(m.Claims, one)
		}
		out = append(out, m)
	}
	return out
}

// A chain is what roles know of it.
var (
	_ earn.Chain    = (*chain)(nil)
	_ earn.Crediter = (*chain)(nil)
	_ earn.Reserver = (*chain)(nil)
	_ purse.Chain   = (*chain)(nil)
)

// Lane implements earn.Chain, as ledger does.
func (c *chain) Lane(_ context.Context, ref types.LaneRef) (types.Lane, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, err := c.tabs().Tab(c.ctx, uint64(ref.Tab))
	if err != nil {
		return types.Lane{}, fmt.Errorf("%w: %w", types.ErrNotFound, err)
	}
	state := types.LaneOpen
	switch t.State {
	case tabtypes.TAB_STATE_CLOSING:
		state = types.LaneClosing
	case tabtypes.TAB_STATE_CLOSED:
		state = types.LaneClosed
	}
	lanes := t.Lanes
	for _, e := range t.Past {
		if e.Epoch == ref.Epoch {
			lanes = e.Lanes
		}
	}
	known := ref.Epoch == t.Epoch || len(lanes) > 0
	for _, l := range lanes {
		if l.Id != ref.Lane || ref.Epoch != t.Epoch && ref.Epoch > t.Epoch {
			continue
		}
		if l.Released {
			state = types.LaneClosed
		} else if state == types.LaneOpen && (l.Revoked || ref.Epoch < t.Epoch) {
			state = types.LaneClosing
		}
		out := types.Lane{Ref: ref, Payer: t.Payer, Denom: t.Denom, Gateway: types.AssetID(l.Gateway), State: state, Key: types.Hash(l.Key)}
		out.Cap, _ = types.ParseAmount(l.Cap)
		out.Credited, _ = types.ParseAmount(l.Credited)
		return out, nil
	}
	if known && t.State != tabtypes.TAB_STATE_CLOSED && ref.Epoch == t.Epoch {
		return types.Lane{}, fmt.Errorf("lane %s: %w", ref, types.ErrNotFound)
	}
	return types.Lane{Ref: ref, Payer: t.Payer, Denom: t.Denom, State: types.LaneClosed}, nil
}

// Asset implements earn.Chain.
func (c *chain) Asset(_ context.Context, id types.AssetID) (types.Asset, error) {
	a, ok := c.assets[id]
	if !ok {
		return a, types.ErrNotFound
	}
	return a, nil
}

// Version implements purse.Chain.
func (c *chain) Version(_ context.Context, id types.AssetID, version uint32) (types.Version, error) {
	return types.Version{Asset: id, Version: version, Root: c.assets[id].Root}, nil
}

// Permit implements earn.Chain: every asset is open.
func (c *chain) Permit(context.Context, types.AssetID, string) (types.Permit, error) {
	return types.Permit{Open: true}, nil
}

// Credited implements earn.Crediter.
func (c *chain) Credited(_ context.Context, ref types.LaneRef, id types.AssetID) (types.Amount, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r, err := keeper.NewQuerier(c.tabs()).Credited(c.ctx, &tabtypes.QueryCreditedRequest{
		Tab: uint64(ref.Tab), Epoch: ref.Epoch, Lane: ref.Lane, Asset: uint64(id),
	})
	if err != nil {
		return types.Amount{}, err
	}
	return types.ParseAmount(r.Amount)
}

// Reserve implements earn.Reserver.
func (c *chain) Reserve(_ context.Context, id types.TabID) (left, back, least types.Amount, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, err := c.tabs().Tab(c.ctx, uint64(id))
	if err == nil {
		left, err = types.ParseAmount(t.FeeReserve)
	}
	return left, amount(refund), amount(worth), err
}

// Watched is what watchers ask: all assets but the sybil name the one account.
func (c *chain) Watched(context.Context, string) (map[types.AssetID]uint32, error) {
	return map[types.AssetID]uint32{appID: feePoints, vaultID: feePoints, modelID: feePoints}, nil
}

// Window is what watchers ask.
func (c *chain) Window(context.Context) (time.Duration, error) { return 10 * time.Minute, nil }
