package council_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"time"

	"github.com/cosmos/cosmos-sdk/codec"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/council"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// world is the councils over a real store, with assets beside them.
type world struct {
	council.Keeper
	assets  keeper.Keeper
	ctx     sdk.Context
	key     *storetypes.KVStoreKey
	queries types.CouncilQueryServer
}

var (
	bech32 = addresscodec.NewBech32Codec(weal.Bech32Prefix)
	alice  = addr("alice")
	bob    = addr("bob")
	carol  = addr("carol")
	dave   = addr("dave")

	begin = time.Unix(1_900_000_000, 0).UTC()
)

const (
	second = time.Second
	day    = 24 * time.Hour
)

func addr(name string) common.Address {
	h := sha256.Sum256([]byte(name))
	return common.BytesToAddress(h[:20])
}

// tester is a test, or a step of a property.
type tester interface {
	require.TestingT
	Helper()
}

func newWorld(t tester) *world {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	ctx := testutil.DefaultContext(key, storetypes.NewTransientStoreKey("transient"))
	w := &world{ctx: ctx.WithBlockHeight(7).WithBlockTime(begin), key: key}
	cdc, store := codec.NewProtoCodec(codectypes.NewInterfaceRegistry()), runtime.NewKVStoreService(key)
	authority, err := bech32.BytesToString(addr("authority").Bytes())
	require.NoError(t, err)
	snapshots := council.NewSnapshots(cdc, store)
	w.assets = keeper.NewKeeper(cdc, store, bech32, accounts{}, bank{}, authority, snapshots)
	w.Keeper = council.NewKeeper(cdc, store, snapshots, w.assets)
	w.queries = council.NewQuerier(w.Keeper)
	require.NoError(t, w.assets.InitGenesis(w.ctx, types.DefaultGenesis()))
	require.NoError(t, w.InitGenesis(w.ctx, types.CouncilState{}))
	return w
}

// pass makes blocks, each dt after the one before, and checks all invariants.
func (w *world) pass(t tester, blocks int, dt time.Duration) {
	t.Helper()
	for range blocks {
		w.ctx = w.ctx.WithBlockHeight(w.ctx.BlockHeight() + 1).WithBlockTime(w.ctx.BlockTime().Add(dt))
		require.NoError(t, w.BeginBlock(w.ctx))
	}
	require.NoError(t, w.CheckInvariants(w.ctx))
}

// register makes an asset of maker's and returns it and its first share.
func (w *world) register(t tester, maker common.Address, units uint64) (weal.AssetID, weal.ShareID) {
	t.Helper()
	seed := sha256.Sum256([]byte("key"))
	var key weal.Hash
	copy(key[:], ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey))
	asset, share, err := w.assets.Register(w.ctx, maker, types.Registration{
		Kind: weal.KindData, Manifest: weal.Hash{1}, ManifestURI: "https://example.org/manifest.json",
		Root: weal.Hash{2}, Key: key, Units: units, Denoms: []string{weal.BaseDenom},
	})
	require.NoError(t, err)
	return asset, share
}

// split moves units of a share into a new one of to's.
func (w *world) split(t tester, from weal.ShareID, to common.Address, units uint64) weal.ShareID {
	t.Helper()
	id, err := w.assets.Tokens.Split(w.ctx, token.Shares, keeper.TokenID(from), to, *uint256.NewInt(units))
	require.NoError(t, err)
	return weal.ShareID(id.Uint64())
}

func (w *world) move(t tester, from, to weal.ShareID, units uint64) {
	t.Helper()
	require.NoError(t, w.assets.Tokens.Move(w.ctx, token.Shares, keeper.TokenID(from), keeper.TokenID(to), *uint256.NewInt(units)))
}

func (w *world) give(t tester, share weal.ShareID, to common.Address) {
	t.Helper()
	require.NoError(t, w.assets.Tokens.Give(w.ctx, token.Shares, keeper.TokenID(share), to))
}

func (w *world) burn(t tester, share weal.ShareID) {
	t.Helper()
	s, err := w.assets.GetShare(w.ctx, share)
	require.NoError(t, err)
	_, _, err = w.assets.Burn(w.ctx, s.Owner, share)
	require.NoError(t, err)
}

// proposal is a valid one.
func proposal() types.Proposal {
	return types.Proposal{
		Title: "Pay the index keeper", Uri: "https://example.org/why",
		Calls: []types.Call{{To: bob.Hex(), Value: "5", Data: []byte{1, 2, 3, 4}}},
	}
}

func (w *world) propose(t tester, who common.Address, asset weal.AssetID, shares ...weal.ShareID) uint64 {
	t.Helper()
	id, err := w.Propose(w.ctx, who, asset, proposal(), shares)
	require.NoError(t, err)
	return id
}

func (w *world) vote(t tester, who common.Address, id uint64, choice uint8, shares ...weal.ShareID) uint64 {
	t.Helper()
	n, err := w.Vote(w.ctx, who, id, choice, shares)
	require.NoError(t, err)
	return n
}

// power returns what a share has to say.
func (w *world) power(t tester, id uint64, share weal.ShareID) (common.Address, uint64) {
	t.Helper()
	owner, units, err := w.Power(w.ctx, id, share)
	require.NoError(t, err)
	return owner, units
}

func (w *world) state(t tester, id uint64) types.ProposalState {
	t.Helper()
	b, err := w.GetBallot(w.ctx, id)
	require.NoError(t, err)
	return b.State
}

// tally returns yes, no, abstain.
func (w *world) tally(t tester, id uint64) [3]uint64 {
	t.Helper()
	b, err := w.GetBallot(w.ctx, id)
	require.NoError(t, err)
	return [3]uint64{b.Yes, b.No, b.Abstain}
}

// rows counts the rows of the store under a prefix.
func (w *world) rows(prefix byte) (n int) {
	it := storetypes.KVStorePrefixIterator(w.ctx.KVStore(w.key), []byte{prefix})
	defer it.Close()
	for ; it.Valid(); it.Next() {
		n++
	}
	return n
}

// bank pays nobody: no test here earns anything.
type bank struct{ types.BankKeeper }

// BlockedAddr implements types.BankKeeper.
func (bank) BlockedAddr(sdk.AccAddress) bool { return false }

// accounts all exist.
type accounts struct{ types.AccountKeeper }

// GetModuleAddress implements types.AccountKeeper.
func (accounts) GetModuleAddress(m string) sdk.AccAddress { return authtypes.NewModuleAddress(m) }

// HasAccount implements types.AccountKeeper.
func (accounts) HasAccount(context.Context, sdk.AccAddress) bool { return true }

func text(a common.Address) string { return a.Hex() }

func page(limit uint64, reverse bool) *query.PageRequest {
	return &query.PageRequest{Limit: limit, Reverse: reverse}
}
