package ledger_test

import (
	"context"
	"math/big"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/weal-network/weal/app/apptest"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

// counted counts the queries of a connection.
type counted struct {
	grpc.ClientConnInterface
	mu sync.Mutex
	n  map[string]int
}

func (c *counted) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	c.mu.Lock()
	c.n[method[strings.LastIndex(method, "/")+1:]]++
	c.mu.Unlock()
	return c.ClientConnInterface.Invoke(ctx, method, args, reply, opts...)
}

// asked returns how many queries f makes, by name.
func (c *counted) asked(f func()) map[string]int {
	c.n = map[string]int{}
	f()
	return c.n
}

// TestListsAskOncePerPage: shares, tokens and what can be claimed take a few
// queries, however many there are.
func TestListsAskOncePerPage(t *testing.T) {
	net := apptest.New(t, apptest.Accounts(2))
	conn := &counted{ClientConnInterface: net.Conn(), n: map[string]int{}}
	l, err := ledger.New(conn, types.LocalChainID)
	require.NoError(t, err)
	alice, bob := sender(t, l, net.Accounts[0]), sender(t, l, net.Accounts[1])

	const n = 6
	r := registration(types.KindData)
	r.Denoms = append(r.Denoms, "uusd")
	asset, first, err := alice.Register(t.Context(), r)
	require.NoError(t, err)
	at, err := alice.CreateCollection(t.Context(), ledger.Collection{Name: "Readers", Symbol: "READ"})
	require.NoError(t, err)
	want := []ledger.Share{{ID: first, Asset: asset, Owner: alice.Address(), Value: 1_000 - n + 1, Approved: bob.Address()}}
	var tokens []ledger.Token
	for i := range int64(n - 1) {
		id, err := alice.TransferValue(t.Context(), first, bob.Address(), 1)
		require.NoError(t, err)
		want = append(want, ledger.Share{ID: id, Asset: asset, Owner: bob.Address(), Value: 1})
		_, err = alice.Mint(t.Context(), at, bob.Address(), big.NewInt(i+5), big.NewInt(2), big.NewInt(i))
		require.NoError(t, err)
		tokens = append(tokens, ledger.Token{ID: big.NewInt(i + 5).String(), Slot: "2", Value: big.NewInt(i).String(), Owner: bob.Address()})
	}
	require.NoError(t, alice.ApproveShare(t.Context(), first, bob.Address()))

	require.Equal(t, map[string]int{"EthCall": 3}, conn.asked(func() {
		shares, all, err := l.SharesOfAsset(t.Context(), asset, 1_000)
		require.NoError(t, err)
		require.EqualValues(t, n, all)
		require.Equal(t, want, shares)
	}))
	require.Equal(t, map[string]int{"EthCall": 3}, conn.asked(func() {
		found, all, err := l.Tokens(t.Context(), at, 1_000)
		require.NoError(t, err)
		require.EqualValues(t, n-1, all)
		require.Equal(t, tokens, found)
	}))
	found, all, err := l.Tokens(t.Context(), at, 3)
	require.NoError(t, err)
	require.EqualValues(t, n-1, all)
	require.Equal(t, tokens[:3], found)

	many := want // more questions than one call asks
	for i := range types.ShareID(80) {
		many = append(many, ledger.Share{ID: 900 + i, Asset: asset})
	}
	require.Equal(t, map[string]int{"EthCall": 2, "Asset": 1}, conn.asked(func() {
		claimable, err := l.Claimables(t.Context(), many)
		require.NoError(t, err)
		require.Len(t, claimable, n, "nothing of those that are gone")
		for _, s := range want {
			require.Equal(t, []ledger.Coins{{Denom: types.BaseDenom}, {Denom: "uusd"}}, claimable[s.ID])
		}
	}))
	none, err := l.Claimables(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, none)
}
