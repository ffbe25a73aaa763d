package chaintest_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"math/big"
	"strconv"
	"testing"
	"time"

	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/precompile/asset"
	"github.com/weal-network/weal/precompile/solidity"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// life is a network with assets 1 and 2, a payer, and somebody who settles.
type life struct {
	*testing.T
	*apptest.Net
	payer, other apptest.Account
	key          ed25519.PrivateKey // of all lanes
}

func newLife(t *testing.T) *life {
	net := apptest.New(t)
	seed := sha256.Sum256([]byte("lane"))
	l := &life{T: t, Net: net, payer: net.Accounts[0], other: net.Accounts[1], key: ed25519.NewKeyFromSeed(seed[:])}
	data, err := solidity.Assets.Pack(solidity.RegisterSignature, solidity.Registration{
		Kind: uint8(weal.KindData), Manifest: [32]byte{1}, Uri: "https://example.org/m.json", Key: pay.PublicKey(l.key), Units: 1000,
		Prices: []solidity.Price{{Unit: "passage", Denom: weal.BaseDenom, Amount: big.NewInt(5)}}, Denoms: []string{weal.BaseDenom},
	})
	require.NoError(t, err)
	to := asset.Address
	for range 2 {
		res := net.Deliver(net.EVM(net.Accounts[2], apptest.EVMTx{To: &to, Data: data, Gas: 20_000_000}))[0]
		require.Zero(t, res.Code, res.Log)
	}
	return l
}

// send sends a message in a block of its own and reads its answer.
func (l *life) send(from apptest.Account, msg sdk.Msg, into proto.Message) {
	l.Helper()
	res := l.Deliver(l.Cosmos(from, msg))[0]
	require.Zero(l, res.Code, res.Log)
	var data sdk.TxMsgData
	require.NoError(l, data.Unmarshal(res.Data))
	require.NoError(l, proto.Unmarshal(data.MsgResponses[0].Value, into))
}

func (l *life) lane(limit uint64) types.NewLane {
	pub := pay.PublicKey(l.key)
	return types.NewLane{Key: pub[:], Cap: strconv.FormatUint(limit, 10), Gateway: 1}
}

func (l *life) tab() types.Tab {
	t, err := l.App().TabKeeper.Tab(l.Context(), 1)
	require.NoError(l, err)
	return t
}

func (l *life) settle(s ...types.Settlement) []types.CreditedNow {
	l.Helper()
	var res types.MsgSettleResponse
	l.send(l.other, &types.MsgSettle{Sender: l.other.String(), Settlements: s}, &res)
	return res.Credits
}

// The shadows run the same blocks one transaction after the other, again after a
// crash, and from an exported state; the invariants are checked after each.
func TestTabLivesThroughRevocationAndCheckpoint(t *testing.T) {
	l := newLife(t)
	var opened types.MsgOpenResponse
	l.send(l.payer, &types.MsgOpen{
		Payer: l.payer.String(), Denom: weal.BaseDenom, Deposit: "8000000000000000", Bond: "400000000000000", FeeReserve: "1000000000000",
		Lanes: []types.NewLane{l.lane(leastCap), l.lane(2 * leastCap), l.lane(leastCap)},
	}, &opened)
	require.EqualValues(t, 1, opened.Tab)

	first, second := settlement(t, l.key, 1, 0, 1, 400, 2), settlement(t, l.key, 1, 1, 1, 300, 2)
	require.Len(t, l.settle(first), 2)
	l.send(l.payer, &types.MsgRevoke{Payer: l.payer.String(), Tab: 1, Lanes: []uint32{2}}, &types.MsgRevokeResponse{})
	l.ForkExport()
	l.Advance(1, time.Second)
	require.True(t, l.tab().Lanes[2].Revoked)
	require.NotZero(t, l.tab().Lanes[2].CloseHeight)

	tree, err := pay.NewCheckpoint([]pay.Leaf{{Asset: 1, Amount: weal.NewAmount(700)}, {Asset: 2, Amount: weal.NewAmount(700)}})
	require.NoError(t, err)
	count, top := tree.Top()
	claim := func(asset int) types.Claim {
		leaf := pay.Leaf{Asset: weal.AssetID(asset), Amount: weal.NewAmount(700)}
		return types.Claim{Leaf: leaf.Bytes(), LeafPath: tree.Path(asset - 1).Bytes()}
	}
	var merged types.MsgCheckpointResponse
	l.send(l.payer, &types.MsgCheckpoint{
		Payer: l.payer.String(), Tab: 1, Leaves: count, Top: top.Hash[:], Total: "1400", Cap: "600", Claims: []types.Claim{claim(1)},
	}, &merged)
	require.EqualValues(t, 1, merged.Epoch)
	require.Equal(t, []types.CreditedNow{{Asset: 1, Denom: weal.BaseDenom, Amount: "300"}}, merged.Credits)

	// Two transactions of one block share the checkpoint's row.
	res := l.Deliver(
		l.Cosmos(l.other, &types.MsgSettle{Sender: l.other.String(), Settlements: []types.Settlement{second}}),
		l.Cosmos(l.payer, &types.MsgSettle{Sender: l.payer.String(), Settlements: []types.Settlement{{Tab: 1, Claims: []types.Claim{claim(2)}}}}),
	)
	for _, r := range res {
		require.Zero(t, r.Code, r.Log)
	}
	held, err := l.App().AssetKeeper.Held(l.Context())
	require.NoError(t, err)
	require.Equal(t, "1400", held.AmountOf(weal.BaseDenom).String())

	l.ForkExport()
	l.Advance(101, 10*time.Second)
	l.send(l.payer, &types.MsgFund{Payer: l.payer.String(), Tab: 1, Lanes: []types.NewLane{l.lane(3 * leastCap)}}, &types.MsgFundResponse{})
	got := l.tab()
	require.Equal(t, strconv.Itoa(8*leastCap-1400), got.Deposit)
	require.Equal(t, strconv.Itoa(5*leastCap-1400), got.Free)
	require.Len(t, got.Lanes, 1)
	require.Empty(t, got.Past)

	l.send(l.payer, &types.MsgClose{Payer: l.payer.String(), Tab: 1}, &types.MsgCloseResponse{})
	l.Advance(101, 10*time.Second)
	var back types.MsgWithdrawResponse
	l.send(l.other, &types.MsgWithdraw{Sender: l.other.String(), Tab: 1}, &back)
	reserve := uint64(1_000_000_000_000 - 3*250_000_000_000) // the first credits of lane 0, and asset 2's of the checkpoint
	if got := back.Refund; got != strconv.FormatUint(8*leastCap+400_000_000_000_000-1400+reserve, 10) {
		t.Fatalf("refund %s", got)
	}
	require.NoError(t, l.App().CheckState())
}

// The controller names a watcher, which settles while its asset is away: the
// asset and its watcher have what the lane paid, on every shadow, and an exported
// chain still names it.
func TestWatcherLivesThroughAnExport(t *testing.T) {
	l := newLife(t)
	controller := l.Accounts[2]
	l.send(l.payer, &types.MsgOpen{
		Payer: l.payer.String(), Denom: weal.BaseDenom, Deposit: "1000000000000000", Bond: "50000000000000", Lanes: []types.NewLane{l.lane(leastCap)},
	}, &types.MsgOpenResponse{})
	name := &types.MsgSetWatcher{Sender: l.other.String(), Asset: 2, Watcher: l.other.String(), BasisPoints: 1000}
	res := l.Deliver(l.Cosmos(l.other, name))[0]
	require.NotZero(t, res.Code)
	require.Contains(t, res.Log, "is controlled by")
	name.Sender = controller.String()
	l.send(controller, name, &types.MsgSetWatcherResponse{})
	l.ForkExport()

	credits := l.settle(settlement(t, l.key, 1, 0, 1, 400, 2))
	require.Equal(t, []types.CreditedNow{
		{Asset: 1, Denom: weal.BaseDenom, Amount: "400"}, {Asset: 2, Denom: weal.BaseDenom, Amount: "360", Fee: "40"},
	}, credits)
	held, err := l.App().AssetKeeper.Held(l.Context())
	require.NoError(t, err)
	require.Equal(t, "760", held.AmountOf(weal.BaseDenom).String())
	l.ForkExport()
	l.Advance(1, time.Second)
	w, err := l.App().TabKeeper.Watcher(l.Context(), 2)
	require.NoError(t, err)
	require.Equal(t, types.Watcher{Asset: 2, Watcher: l.other.String(), BasisPoints: 1000}, w)
	require.NoError(t, l.App().CheckState())
}

// What an offence burns is gone from the supply.
func TestOffenceBurnsTheBond(t *testing.T) {
	l := newLife(t)
	l.send(l.payer, &types.MsgOpen{
		Payer: l.payer.String(), Denom: weal.BaseDenom, Deposit: "1000000000000000", Bond: "50000000000000", Lanes: []types.NewLane{l.lane(leastCap)},
	}, &types.MsgOpenResponse{})
	msg := &types.MsgProveOffence{Sender: l.other.String(), Shown: []types.Settlement{settlement(t, l.key, 1, 0, 1, leastCap, 2)}}

	ctx := l.Context() // no coins are minted between two looks at the supply
	supply := func() *big.Int { return l.App().BankKeeper.GetSupply(ctx, weal.BaseDenom).Amount.BigInt() }
	before := supply()
	_, err := l.App().MsgServiceRouter().Handler(msg)(ctx, msg)
	require.NoError(t, err)
	require.Equal(t, "47500000000000", new(big.Int).Sub(before, supply()).String())
	require.NoError(t, l.App().CheckInvariants(ctx))

	var res types.MsgProveOffenceResponse
	l.send(l.other, msg, &res)
	require.Equal(t, "2500000000000", res.Reward)
	require.Equal(t, "47500000000000", res.Burned)
	account := authtypes.NewModuleAddress(types.ModuleName)
	require.True(t, l.App().BankKeeper.GetBalance(l.Context(), account, weal.BaseDenom).IsZero())
	require.Equal(t, "0", l.tab().Bond)
}
