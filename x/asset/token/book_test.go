package token_test

import (
	"context"
	"testing"

	"cosmossdk.io/collections"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/testutil"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

type ctx = context.Context

func emptyBook(t tester) (token.Book, sdk.Context) {
	t.Helper()
	key := storetypes.NewKVStoreKey(types.StoreKey)
	sb := collections.NewSchemaBuilder(runtime.NewKVStoreService(key))
	b := token.New(sb, codec.NewProtoCodec(codectypes.NewInterfaceRegistry()))
	_, err := sb.Build()
	require.NoError(t, err)
	return b, testutil.DefaultContext(key, storetypes.NewTransientStoreKey("transient"))
}

// Collections know nothing of each other, nor do the numbers of one begin like
// those of another.
func TestCollectionsAreApart(t *testing.T) {
	b, c := newBook(t)
	for i := range 300 {
		_, err := b.Open(c, common.BigToAddress(uint256.NewInt(uint64(1000+i)).ToBig()), types.Collection{Maker: bob.Hex()})
		require.NoError(t, err)
	}
	for _, n := range []uint64{0, 1, 255, 256} {
		require.NoError(t, b.Mint(c, n, alice, num(1), num(n), num(n)))
		require.NoError(t, b.ApproveValue(c, n, alice, bob, num(1), num(n+1)))
		require.NoError(t, b.SetSlotOperator(c, n, alice, alice, num(n), carol, true))
	}
	require.NoError(t, b.Check(c))
	_, err := b.Burn(c, 1, alice, num(1))
	require.NoError(t, err)
	require.NoError(t, b.Transfer(c, 256, alice, alice, bob, num(1)))
	require.NoError(t, b.Check(c))
	for _, n := range []uint64{0, 255} {
		tok, err := b.Get(c, n, num(1))
		require.NoError(t, err)
		require.Equal(t, token.Token{ID: num(1), Slot: num(n), Value: num(n), Owner: alice}, tok)
		v, err := b.Allowance(c, n, num(1), bob)
		require.NoError(t, err)
		require.Equal(t, num(n+1), v)
	}
	may, err := b.IsSlotOperator(c, 255, alice, num(256), carol)
	require.NoError(t, err)
	require.False(t, may)
}

func TestOpen(t *testing.T) {
	b, c := newBook(t)
	_, err := b.Open(c, common.Address{0xc0}, types.Collection{})
	require.ErrorIs(t, err, types.ErrCollection, "one at an address")
	_, err = b.Open(c, common.Address{1}, types.Collection{Name: string(make([]byte, types.MaxNameBytes+1))})
	require.ErrorIs(t, err, types.ErrCollection)
	_, err = b.Open(c, common.Address{1}, types.Collection{Symbol: "\xff"})
	require.ErrorIs(t, err, types.ErrCollection)
	_, err = b.Open(c, common.Address{1}, types.Collection{Decimals: 256})
	require.ErrorIs(t, err, types.ErrCollection)
	_, err = b.CollectionAt(c, common.Address{1})
	require.ErrorIs(t, err, types.ErrCollectionNotFound)
	got, err := b.CollectionAt(c, common.Address{0xc0})
	require.NoError(t, err)
	require.Equal(t, types.Collection{Number: 1, Address: common.Address{0xc0}.Hex(), Maker: alice.Hex(), Name: "Tickets"}, got)
	rows, _, err := b.Collections(c, nil)
	require.NoError(t, err)
	require.Equal(t, []types.Collection{got}, rows)
}

// Ids that a maker chooses and ids that are counted do not meet.
func TestIDs(t *testing.T) {
	edge := *new(uint256.Int).Lsh(uint256.NewInt(1), 128)
	b, c := newBook(t)
	split := func() (uint256.Int, error) {
		id, _, err := b.SplitValue(c, 1, alice, num(7), bob, num(1))
		return id, err
	}
	require.NoError(t, b.Mint(c, 1, alice, num(7), num(1), num(100)))
	id, err := split()
	require.NoError(t, err)
	require.Equal(t, num(8), id)
	require.NoError(t, b.Mint(c, 1, alice, num(5), num(1), num(1)), "one below does not count")
	require.NoError(t, b.Mint(c, 1, alice, most, num(1), num(1)), "nor one far above")
	require.NoError(t, b.Mint(c, 1, alice, edge, num(1), num(1)))
	id, err = split()
	require.NoError(t, err)
	require.Equal(t, num(9), id)
	_, err = b.Burn(c, 1, bob, num(9))
	require.NoError(t, err)
	id, err = split()
	require.NoError(t, err)
	require.Equal(t, num(10), id, "a burned id does not come again by itself")
	require.NoError(t, b.Mint(c, 1, alice, num(9), num(2), num(1)), "the maker may mint it again")

	last := *new(uint256.Int).SubUint64(&edge, 1)
	require.NoError(t, b.Mint(c, 1, alice, last, num(1), num(1)))
	_, err = split()
	require.Equal(t, types.ErrNoIDs, err)
	_, err = b.MoveValue(c, 1, alice, num(7), num(8), num(1))
	require.NoError(t, err, "value can still go to tokens that are there")
	require.NoError(t, b.Check(c))
}

func TestSlotOperators(t *testing.T) {
	b, c := newBook(t)
	require.NoError(t, b.Mint(c, 1, alice, num(1), num(1), num(10)))
	require.NoError(t, b.Mint(c, 1, alice, num(2), num(2), num(10)))
	require.Equal(t, types.ErrSlotCaller, b.SetSlotOperator(c, 1, carol, alice, num(1), bob, true))
	require.Equal(t, types.ErrSlotSelf, b.SetSlotOperator(c, 1, alice, alice, num(1), alice, true))
	require.NoError(t, b.SetOperator(c, 1, alice, carol, true))
	require.NoError(t, b.SetSlotOperator(c, 1, carol, alice, num(1), bob, true), "an operator may name one")

	_, err := b.Approve(c, 1, bob, carol, num(1))
	require.NoError(t, err)
	_, err = b.Approve(c, 1, bob, carol, num(2))
	require.Equal(t, types.Err721Approve, err)
	_, err = b.MoveValue(c, 1, bob, num(1), num(1), num(10))
	require.NoError(t, err)
	require.Equal(t, types.Err721Caller, b.Transfer(c, 1, bob, alice, bob, num(2)))
	require.NoError(t, b.Transfer(c, 1, bob, alice, bob, num(1)))
	require.NoError(t, b.SetSlotOperator(c, 1, alice, alice, num(2), bob, true))
	require.NoError(t, b.SetSlotOperator(c, 1, alice, alice, num(2), bob, false))
	require.Equal(t, types.Err721Caller, b.Transfer(c, 1, bob, alice, bob, num(2)))
	require.NoError(t, b.Check(c))
}

// watcher refuses what it is told to, and remembers.
type watcher struct {
	refuse error
	heard  *[]token.Change
}

func (w watcher) Changing(_ context.Context, _ uint64, changes []token.Change) error {
	*w.heard = append(*w.heard, changes...)
	return w.refuse
}

func TestWatchersHearFirst(t *testing.T) {
	var heard []token.Change
	b, c := newBook(t, watcher{heard: &heard})
	require.NoError(t, b.Mint(c, 1, alice, num(1), num(4), num(10)))
	id, err := b.Split(c, 1, num(1), bob, num(3))
	require.NoError(t, err)
	require.NoError(t, b.Move(c, 1, num(1), id, num(2)))
	require.NoError(t, b.Move(c, 1, num(1), id, num(0)))
	require.NoError(t, b.Give(c, 1, id, carol))
	require.NoError(t, b.MintValue(c, 1, id, num(1)))
	require.NoError(t, b.BurnValue(c, 1, carol, id, num(6)))
	_, err = b.Burn(c, 1, alice, num(1))
	require.NoError(t, err)
	change := func(id, before, after uint64, from, to common.Address) token.Change {
		return token.Change{ID: num(id), Slot: num(4), Before: num(before), After: num(after), From: from, To: to}
	}
	require.Equal(t, []token.Change{
		change(1, 0, 10, nobody, alice),
		change(1, 10, 7, alice, alice), change(2, 0, 3, nobody, bob),
		change(1, 7, 5, alice, alice), change(2, 3, 5, bob, bob),
		change(2, 5, 5, bob, carol),
		change(2, 5, 6, carol, carol),
		change(2, 6, 0, carol, carol),
		change(1, 5, 0, alice, nobody),
	}, heard)
}
