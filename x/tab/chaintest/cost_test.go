package chaintest_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
	"github.com/weal-network/weal/x/tab/types"
)

// What a message costs with all modules that take part: its handler's gas, and
// the transaction's gas for its bytes. A signature and a fee come on top, once
// for a transaction, whatever it holds.

// leastCap is the smallest cap of a lane.
const leastCap = 1_000_000_000_000_000

// costs is the application with assets that earn, and a payer.
type costs struct {
	*testing.T
	net   *apptest.Net
	ctx   sdk.Context
	payer string
}

func newCosts(t *testing.T, assets int) *costs {
	net := apptest.New(t, apptest.WithoutShadows())
	c := &costs{T: t, net: net, ctx: net.Context(), payer: net.Accounts[0].String()}
	seed := sha256.Sum256([]byte("receipts"))
	for range assets {
		_, _, err := net.App().AssetKeeper.Register(c.ctx, net.Accounts[1].EVM(), assettypes.Registration{
			Kind: weal.KindData, Manifest: weal.Hash{1}, ManifestURI: "https://example.org/m.json",
			Key: pay.PublicKey(ed25519.NewKeyFromSeed(seed[:])), Units: 1000, Denoms: []string{weal.BaseDenom},
		})
		require.NoError(t, err)
	}
	return c
}

// run runs messages as one transaction does and returns their own gas and bytes.
// What they write stays.
func (c *costs) run(msgs ...sdk.Msg) (gas uint64, size int) {
	c.Helper()
	ctx := c.ctx.WithGasMeter(storetypes.NewInfiniteGasMeter())
	for _, msg := range msgs {
		_, err := c.net.App().MsgServiceRouter().Handler(msg)(ctx, msg)
		require.NoError(c, err)
		wrapped, err := codectypes.NewAnyWithValue(msg)
		require.NoError(c, err)
		size += wrapped.Size()
	}
	return ctx.GasMeter().GasConsumed() + uint64(size)*c.net.App().AccountKeeper.GetParams(ctx).TxSizeCostPerByte, size
}

// open opens a tab of lanes of the least cap, with spare free, and returns the key
// of all of them.
func (c *costs) open(tab uint64, lanes int, spare uint64) ed25519.PrivateKey {
	c.Helper()
	seed := sha256.Sum256([]byte(fmt.Sprint("lane of ", tab)))
	key := ed25519.NewKeyFromSeed(seed[:])
	pub := pay.PublicKey(key)
	deposit := uint64(lanes)*leastCap + spare
	msg := &types.MsgOpen{
		Payer: c.payer, Denom: weal.BaseDenom, Deposit: strconv.FormatUint(deposit, 10), Bond: strconv.FormatUint(deposit/20+1, 10),
	}
	for range lanes {
		msg.Lanes = append(msg.Lanes, types.NewLane{Key: pub[:], Cap: strconv.FormatUint(leastCap, 10), Gateway: 1})
	}
	c.run(msg)
	return key
}

// settlement returns one of a voucher that owes amount to each of the first assets
// of the chain, with claims of all of them.
func settlement(t *testing.T, key ed25519.PrivateKey, tab uint64, lane uint32, seq, amount uint64, assets int) types.Settlement {
	t.Helper()
	leaves := make([]pay.Leaf, assets)
	for i := range leaves {
		leaves[i] = pay.Leaf{Asset: weal.AssetID(i + 1), Amount: weal.NewAmount(amount), Order: weal.Hash{byte(i)}}
	}
	split, err := pay.NewSplit(leaves)
	require.NoError(t, err)
	s := types.Settlement{Voucher: pay.Sign(pay.Voucher{
		Chain: pay.ChainHash(weal.LocalChainID), Lane: weal.LaneRef{Tab: weal.TabID(tab), Lane: lane},
		Seq: seq, Total: split.Sum(), Split: split.Root(),
	}, key).Bytes()}
	for i, l := range leaves {
		s.Claims = append(s.Claims, types.Claim{Leaf: l.Bytes(), LeafPath: split.Path(i).Bytes()})
	}
	return s
}

func (c *costs) settle(s ...types.Settlement) (gas uint64, size int) {
	c.Helper()
	return c.run(&types.MsgSettle{Sender: c.payer, Settlements: s})
}

// TestSettlementCost: 40,252 gas for one payee and 16,900 for each further one are
// what x402's batch settlement publishes.
func TestSettlementCost(t *testing.T) {
	c := newCosts(t, 100)
	key := c.open(1, 20, 0)
	var last uint64
	for i, payees := range []int{1, 2, 5, 50, 100} {
		gas, size := c.settle(settlement(t, key, 1, uint32(i), 1, 1000, payees))
		t.Logf("%3d payees: %7d gas, %6d bytes", payees, gas, size)
		switch payees {
		case 1:
			require.LessOrEqual(t, gas, uint64(40_252))
		case 2:
			require.LessOrEqual(t, gas-last, uint64(16_900))
		default:
			require.LessOrEqual(t, gas-40_252, uint64(payees-1)*16_900)
		}
		last = gas
	}
}

// TestWatcherCost: an asset that names a watcher costs who settles no more than one
// that names none. The watcher itself pays for one transfer to it, once a message.
func TestWatcherCost(t *testing.T) {
	for name, c := range map[string]struct{ watcher, sender int }{
		"another settles": {2, 0}, "the watcher settles": {2, 2}, "for no fee": {2, 2},
	} {
		n := newCosts(t, 50)
		key := n.open(1, 10, 0)
		points := uint32(1000)
		if name == "for no fee" {
			points = 0
		}
		for a := uint64(1); a <= 50; a++ {
			n.run(&types.MsgSetWatcher{
				Sender: n.net.Accounts[1].String(), Asset: a, Watcher: n.net.Accounts[c.watcher].String(), BasisPoints: points,
			})
		}
		var last uint64
		for i, payees := range []int{1, 2, 50} {
			s := settlement(t, key, 1, uint32(i), 1, 1000, payees)
			gas, _ := n.run(&types.MsgSettle{Sender: n.net.Accounts[c.sender].String(), Settlements: []types.Settlement{s}})
			t.Logf("%s, %2d payees: %7d gas", name, payees, gas)
			most := uint64(40_252)
			if name == "the watcher settles" {
				most += 4_000
			}
			require.LessOrEqual(t, gas, most+uint64(payees-1)*16_900)
			if payees == 2 {
				require.LessOrEqual(t, gas-last, uint64(16_900))
			}
			last = gas
		}
		require.NoError(t, n.net.App().CheckInvariants(n.ctx))
	}
}

// TestSettlementIsFlat: gas and bytes do not depend on how many questions stand
// behind a voucher, nor on how many lanes the tab has.
func TestSettlementIsFlat(t *testing.T) {
	c := newCosts(t, 1)
	few, many := c.open(1, 4, 0), c.open(2, 64, 0)
	least, most := ^uint64(0), uint64(0)
	small, large := 1<<30, 0
	for i, queries := range []uint64{1, 10, 1000, 1_000_000} {
		for _, s := range []types.Settlement{
			settlement(t, few, 1, uint32(i), queries, 1000*queries, 1),
			settlement(t, many, 2, uint32(63-i), queries, 1000*queries, 1),
		} {
			gas, size := c.settle(s)
			least, most, small, large = min(least, gas), max(most, gas), min(small, size), max(large, size)
		}
	}
	// And many settlements, one after the other, of one lane.
	for seq := range uint64(20) {
		gas, size := c.settle(settlement(t, few, 1, 3, 2_000_000+seq, 1_000_000_000+seq*1000, 1))
		if seq > 0 { // the first credit makes a row, the others change it
			least, most, small, large = min(least, gas), max(most, gas), min(small, size), max(large, size)
		}
	}
	t.Logf("%d to %d gas, %d to %d bytes", least, most, small, large)
	require.LessOrEqual(t, (most-least)*100, least)
	require.LessOrEqual(t, (large-small)*100, small)
}

// TestManyTabsInOneMessage: 100 tabs of 50 assets each fit a block, with paths and
// without: each asset's revenue is touched once.
func TestManyTabsInOneMessage(t *testing.T) {
	const tabs, assets = 100, 50
	for _, pathless := range []bool{false, true} {
		c := newCosts(t, assets)
		all := make([]types.Settlement, tabs)
		for i := range all {
			tab := uint64(i + 1)
			all[i] = settlement(t, c.open(tab, 1, 0), tab, 0, 1, 7, assets)
			for k := range all[i].Claims {
				if pathless {
					all[i].Claims[k].LeafPath = nil
				}
			}
		}
		gas, size := c.settle(all...)
		t.Logf("%d tabs of %d assets, without paths: %5t: %d gas, %d a payee, %d bytes", tabs, assets, pathless, gas, gas/(tabs*assets), size)
		most := uint64(weal.BlockGas)
		if pathless {
			most /= 2
		}
		require.LessOrEqual(t, gas, most)
		held, err := c.net.App().AssetKeeper.Held(c.ctx)
		require.NoError(t, err)
		require.EqualValues(t, tabs*assets*7, held.AmountOf(weal.BaseDenom).Int64())
		require.NoError(t, c.net.App().CheckInvariants(c.ctx))
	}
}

// TestOneMessageIsAsManyMessages: what lanes pay in one message leaves the same
// state as if each had a message of its own, to the last fraction.
func TestOneMessageIsAsManyMessages(t *testing.T) {
	c := newCosts(t, 2)
	seed := sha256.Sum256([]byte("receipts"))
	_, _, err := c.net.App().AssetKeeper.Register(c.ctx, c.net.Accounts[1].EVM(), assettypes.Registration{
		Kind: weal.KindModel, Manifest: weal.Hash{1}, ManifestURI: "https://example.org/m.json",
		Key: pay.PublicKey(ed25519.NewKeyFromSeed(seed[:])), Units: 7, Denoms: []string{weal.BaseDenom},
		Parents: []assettypes.Royalty{{Asset: 1, BasisPoints: 3333}, {Asset: 2, BasisPoints: 1}},
	})
	require.NoError(t, err)
	c.run(&types.MsgSetWatcher{Sender: c.net.Accounts[1].String(), Asset: 2, Watcher: c.payer, BasisPoints: 777})
	key := c.open(1, 20, 0)
	var all []types.Settlement
	for lane := range uint32(20) {
		all = append(all, settlement(t, key, 1, lane, 1, 1_001+uint64(lane)*37, 3))
	}
	after := func(messages ...[]types.Settlement) (state []string) {
		ctx := c.ctx
		defer func() { c.ctx = ctx }()
		c.ctx, _ = ctx.CacheContext()
		for _, m := range messages {
			c.settle(m...)
		}
		require.NoError(t, c.net.App().CheckInvariants(c.ctx))
		assets, err := c.net.App().AssetKeeper.ExportGenesis(c.ctx)
		require.NoError(t, err)
		tabs, err := c.net.App().TabKeeper.ExportGenesis(c.ctx)
		require.NoError(t, err)
		return []string{assets.String(), tabs.String(), c.net.App().BankKeeper.ExportGenesis(c.ctx).String()}
	}
	one := after(all)
	require.Equal(t, one, after(slices.Collect(slices.Chunk(all, 1))...))
	require.Equal(t, one, after(all[:3], all[3:17], all[17:]))
	require.NotEqual(t, one, after(all[1:]))
}

// TestMergeCost: settling 64 lanes by a checkpoint costs no more than 1.2 times
// what one settlement of the same payees costs, in gas and in bytes. Each lane
// that had paid the asset before adds what it costs to read one row.
func TestMergeCost(t *testing.T) {
	for _, payees := range []int{1, 3, 50} {
		for _, settled := range []bool{false, true} {
			c := newCosts(t, payees)
			key := c.open(1, 64, 64*leastCap)
			one, oneSize := c.settle(settlement(t, key, 1, 0, 1, 100, payees))
			for lane := uint32(1); settled && lane < 64; lane++ {
				c.settle(settlement(t, key, 1, lane, 1, 100, payees))
			}
			leaves := make([]pay.Leaf, payees)
			for i := range leaves {
				leaves[i] = pay.Leaf{Asset: weal.AssetID(i + 1), Amount: weal.NewAmount(64 * 200)}
			}
			tree, err := pay.NewCheckpoint(leaves)
			require.NoError(t, err)
			count, top := tree.Top()
			claims := make([]types.Claim, payees)
			for i, l := range leaves {
				claims[i] = types.Claim{Leaf: l.Bytes(), LeafPath: tree.Path(i).Bytes()}
			}
			gas, size := c.run(&types.MsgCheckpoint{
				Payer: c.payer, Tab: 1, Leaves: count, Top: top.Hash[:], Total: tree.Sum().String(), Cap: tree.Sum().String(), Claims: claims,
			})
			t.Logf("%2d payees, lanes settled before: %5t: %7d gas and %6d bytes, one lane %7d and %6d: %.2f, %.2f",
				payees, settled, gas, size, one, oneSize, float64(gas)/float64(one), float64(size)/float64(oneSize))
			require.LessOrEqual(t, float64(size), 1.2*float64(oneSize))
			most := 1.2 * float64(one)
			if settled {
				most += float64(160 * 64 * payees)
			}
			require.LessOrEqual(t, float64(gas), most)
			require.NoError(t, c.net.App().CheckInvariants(c.ctx))
		}
	}
}
