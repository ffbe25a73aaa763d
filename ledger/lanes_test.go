package ledger_test

import (
	"crypto/ed25519"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

const milli = 1_000_000_000_000_000 // aweal

// shop is a vault's book on a chain, and a payer with two lanes of 2 milli each.
type shop struct {
	*earn.Book
	t     *testing.T
	l     *ledger.Ledger
	net   *apptest.Net
	payer *ledger.Sender
	owner *ledger.Sender
	app   types.AssetID
	asset types.AssetID
	tab   types.TabID
	keys  []ed25519.PrivateKey
	seqs  map[types.LaneRef]uint64
	owed  map[types.LaneRef]uint64
	clock time.Time
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{t: t, net: apptest.New(t, apptest.Accounts(2)), seqs: map[types.LaneRef]uint64{}, owed: map[types.LaneRef]uint64{}}
	s.l, s.clock = open(t, s.net), time.Unix(1_800_000_000, 0)
	s.payer, s.owner = sender(t, s.l, s.net.Accounts[0]), sender(t, s.l, s.net.Accounts[1])
	var err error
	s.app, _, err = s.payer.Register(t.Context(), registration(types.KindApp))
	require.NoError(t, err)
	s.asset, _, err = s.owner.Register(t.Context(), registration(types.KindData))
	require.NoError(t, err)
	var lanes []ledger.NewLane
	for i := range 2 {
		key := ed25519.NewKeyFromSeed(append(make([]byte, 31), byte(i)))
		s.keys = append(s.keys, key)
		lanes = append(lanes, ledger.NewLane{Key: pay.PublicKey(key), Cap: types.NewAmount(2 * milli), Gateway: s.app})
	}
	s.tab, err = s.payer.OpenTab(t.Context(), ledger.NewTab{
		Denom: types.BaseDenom, Deposit: types.NewAmount(4 * milli), Bond: types.NewAmount(milli), Lanes: lanes,
	})
	require.NoError(t, err)
	db, err := keep.Open(filepath.Join(t.TempDir(), "earn.db"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	s.Book, err = earn.Open(t.Context(), earn.Config{
		ChainID: types.LocalChainID, Asset: s.asset, Exposure: types.NewAmount(100 * milli), Chain: s.l, DB: db,
		Now: func() time.Time { return s.clock },
	})
	require.NoError(t, err)
	return s
}

func (s *shop) ref(lane uint32) types.LaneRef { return types.LaneRef{Tab: s.tab, Lane: lane} }

// later lets what the book has heard of the chain go stale.
func (s *shop) later() { s.clock = s.clock.Add(time.Minute) }

// buy pays one more order of price from a lane.
func (s *shop) buy(lane uint32, price uint64) error {
	s.t.Helper()
	ref := s.ref(lane)
	o := pay.Order{
		Lane: ref, Seq: s.seqs[ref] + 1, Gateway: s.app, Asset: s.asset, Version: 1,
		Request: types.Hash{1}, Items: types.Hash{2}, Price: types.NewAmount(price),
	}
	leaf := pay.Leaf{Asset: s.asset, Amount: types.NewAmount(s.owed[ref] + price), Order: o.Hash()}
	split, err := pay.NewSplit([]pay.Leaf{leaf})
	require.NoError(s.t, err)
	ticks, err := pay.NewTicks(nil)
	require.NoError(s.t, err)
	v := pay.Sign(pay.Voucher{
		Chain: pay.ChainHash(types.LocalChainID), Lane: ref, Seq: o.Seq, Total: split.Sum(), Ceiling: ticks.Sum(),
		Split: split.Root(), Ticks: ticks.Root(),
	}, s.keys[lane])
	err = s.AcceptLeaf(s.t.Context(), v, wire.PaidLeaf{LeafProof: wire.LeafProof{Leaf: leaf, Path: split.Path(0)}, Order: o}, o.Price)
	if err == nil {
		s.seqs[ref], s.owed[ref] = o.Seq, s.owed[ref]+price
	}
	return err
}

// refused wants the book to refuse an order from a lane.
func (s *shop) refused(lane uint32, code string) {
	s.t.Helper()
	var e *wire.Error
	require.ErrorAs(s.t, s.buy(lane, milli), &e)
	require.Equal(s.t, code, e.Code, "%v", e)
}

// settles wants one lane to be due, and all that it owes to be credited.
func (s *shop) settles(lane uint32) {
	s.t.Helper()
	require.True(s.t, s.Due(s.t.Context()))
	n, err := s.Settle(s.t.Context(), s.owner)
	require.NoError(s.t, err)
	require.Equal(s.t, 1, n)
	got, err := s.l.Credited(s.t.Context(), s.ref(lane), s.asset)
	require.NoError(s.t, err)
	require.Equal(s.t, types.NewAmount(s.owed[s.ref(lane)]), got)
	require.False(s.t, s.Due(s.t.Context()))
	require.Equal(s.t, types.NewAmount(100*milli), s.Room(s.tab), "nothing is lost")
}

func (s *shop) state(ref types.LaneRef) types.LaneState {
	s.t.Helper()
	l, err := s.l.Lane(s.t.Context(), ref)
	require.NoError(s.t, err)
	return l.State
}

// TestLanesThatEnd: a lane whose key is revoked, or whose epoch a checkpoint ends,
// is refused and settled at once, and stays known when the chain has forgotten it.
func TestLanesThatEnd(t *testing.T) {
	s := newShop(t)
	ctx := t.Context()
	require.NoError(t, s.buy(0, milli))
	require.NoError(t, s.buy(1, milli))
	require.False(t, s.Due(ctx))

	_, err := s.Settle(ctx, s.owner) // so that each lane is seen to be due by itself
	require.NoError(t, err)
	require.NoError(t, s.buy(0, milli/2))
	require.NoError(t, s.payer.RevokeLanes(ctx, s.tab, 0))
	require.Equal(t, types.LaneClosing, s.state(s.ref(0)))
	require.Equal(t, types.LaneOpen, s.state(s.ref(1)))
	s.later()
	s.refused(0, earn.CodeLaneClosing)
	s.settles(0)
	require.ErrorIs(t, s.payer.RevokeLanes(ctx, s.tab, 0), ledger.ErrChain, "it was revoked")

	require.NoError(t, s.buy(1, milli/2))
	require.False(t, s.Due(ctx))
	none, err := pay.NewCheckpoint(nil)
	require.NoError(t, err)
	epoch, err := s.payer.Checkpoint(ctx, s.tab, 0, none, types.Amount{}, nil)
	require.NoError(t, err)
	require.EqualValues(t, 1, epoch)
	require.Equal(t, types.LaneClosing, s.state(s.ref(1)))
	_, err = s.l.Lane(ctx, types.LaneRef{Tab: s.tab, Lane: 9})
	require.ErrorIs(t, err, types.ErrNotFound, "there never was one")
	_, err = s.l.Lane(ctx, types.LaneRef{Tab: s.tab, Epoch: 1})
	require.ErrorIs(t, err, types.ErrNotFound, "the new epoch has none yet")
	s.later()
	s.refused(1, earn.CodeLaneClosing)
	s.settles(1)

	s.net.Advance(102, 10*time.Second)
	_, err = s.payer.Fund(ctx, s.tab, types.Amount{}, types.Amount{}, nil)
	require.NoError(t, err)
	s.net.Advance(2, time.Second)
	tab, err := s.l.Tab(ctx, s.tab)
	require.NoError(t, err)
	require.Empty(t, tab.Past, "the chain has forgotten the epoch")
	require.Equal(t, types.NewAmount(milli), tab.Free)
	for lane := range uint32(2) {
		require.Equal(t, types.LaneClosed, s.state(s.ref(lane)))
	}
	s.later()
	s.refused(1, earn.CodeLaneClosing)
}

// TestRaisedCapIsUsable: a lane that is used up is paid from again after its cap
// was raised in place.
func TestRaisedCapIsUsable(t *testing.T) {
	s := newShop(t)
	ctx := t.Context()
	require.NoError(t, s.buy(1, 2*milli))
	s.refused(1, earn.CodeOverCap)
	_, err := s.payer.Fund(ctx, s.tab, types.NewAmount(milli), types.Amount{}, nil, ledger.Raise{Lane: 1, More: types.NewAmount(milli)})
	require.NoError(t, err)
	s.later()
	require.NoError(t, s.buy(1, milli))
	s.later()
	s.refused(1, earn.CodeOverCap)
	_, err = s.Settle(ctx, s.owner)
	require.NoError(t, err)
	got, err := s.l.Credited(ctx, s.ref(1), s.asset)
	require.NoError(t, err)
	require.Equal(t, types.NewAmount(3*milli), got)
	_, err = s.payer.Fund(ctx, s.tab, types.Amount{}, types.Amount{}, nil, ledger.Raise{Lane: 1, More: types.NewAmount(1)})
	require.ErrorIs(t, err, ledger.ErrChain, "nothing of the deposit is free")
}

// TestProveOffence: two vouchers of one sequence that together exceed the cap cost
// the payer a part of the bond, and the lane reads as closing.
func TestProveOffence(t *testing.T) {
	s := newShop(t)
	ctx := t.Context()
	var shown []pay.Settlement
	for _, asset := range []types.AssetID{s.app, s.asset} {
		leaf := pay.Leaf{Asset: asset, Amount: types.NewAmount(2 * milli), Order: types.Hash{1}}
		split, err := pay.NewSplit([]pay.Leaf{leaf})
		require.NoError(t, err)
		v := pay.Sign(pay.Voucher{
			Chain: pay.ChainHash(types.LocalChainID), Lane: s.ref(0), Seq: 1, Total: split.Sum(), Split: split.Root(),
		}, s.keys[0])
		shown = append(shown, pay.Settlement{Voucher: v, Claims: []pay.Claim{{Leaf: &leaf, LeafPath: split.Path(0)}}})
	}
	_, err := s.owner.ProveOffence(ctx, shown[:1])
	require.ErrorIs(t, err, ledger.ErrChain, "one voucher is within the cap")
	reward, err := s.owner.ProveOffence(ctx, shown)
	require.NoError(t, err)
	require.False(t, reward.IsZero())
	require.Equal(t, types.LaneClosing, s.state(s.ref(0)))
	require.Equal(t, types.LaneOpen, s.state(s.ref(1)))
}
