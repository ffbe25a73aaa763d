package local

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	apikeys "github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

func TestLaneKeysForCustomers(t *testing.T) {
	h, err := home.OpenOrCreate(t.TempDir(), types.LocalChainID, RoleGateway)
	require.NoError(t, err)
	tabs := &keyTabs{home: h, app: 5}
	none, err := tabs.publicLanes()
	require.NoError(t, err)
	require.Empty(t, none)
	first, err := tabs.makeLanes(2)
	require.NoError(t, err)
	more, err := tabs.makeLanes(1)
	require.NoError(t, err)
	all, err := tabs.publicLanes()
	require.NoError(t, err)
	require.Equal(t, append(first, more...), all)
	require.NotEqual(t, all[0], all[1])
	for _, n := range []int{-1, 0, maxNewLanes + 1} {
		_, err := tabs.makeLanes(n)
		var refusal *wire.Error
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, http.StatusBadRequest, refusal.Status)
	}
	info, err := os.Stat(h.Path("keys", customerLaneKey(0)))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	// Only open lanes for this app, of keys that were made here, are spent from.
	stranger, err := home.OpenOrCreate(t.TempDir(), types.LocalChainID, RoleGateway)
	require.NoError(t, err)
	key, err := stranger.Ed25519("lane")
	require.NoError(t, err)
	lane := func(n uint32, key types.Hash, app types.AssetID, state types.LaneState) types.Lane {
		return types.Lane{Ref: types.LaneRef{Tab: 7, Lane: n}, Key: key, Gateway: app, State: state}
	}
	held, err := tabs.held(ledger.Tab{Lanes: []types.Lane{
		lane(0, all[0], 5, types.LaneOpen), lane(1, all[1], 6, types.LaneOpen), lane(2, all[2], 5, types.LaneClosing),
		lane(3, pay.PublicKey(key), 5, types.LaneOpen), lane(4, all[2], 5, types.LaneOpen),
	}})
	require.NoError(t, err)
	require.Len(t, held, 2)
	require.Equal(t, uint32(0), held[0].ref.Lane)
	require.Equal(t, uint32(4), held[1].ref.Lane)
	require.Equal(t, all[2], pay.PublicKey(held[1].key))

	_, _, err = tabs.Bind(t.Context(), 0)
	require.ErrorContains(t, err, "no tab of its own")
	_, err = tabs.Purse(t.Context(), 0)
	require.ErrorContains(t, err, "no tab of its own")
}

func TestReachable(t *testing.T) {
	for addr, want := range map[string]string{
		"127.0.0.1:8080": "http://127.0.0.1:8080", "0.0.0.0:8080": "http://127.0.0.1:8080", ":8080": "http://127.0.0.1:8080",
		"[::]:8080": "http://127.0.0.1:8080", "[::1]:8080": "http://[::1]:8080", "gate.example:80": "http://gate.example:80",
	} {
		require.Equal(t, want, reachable(addr), addr)
	}
}

func TestTabThatIsShort(t *testing.T) {
	for _, err := range []error{purse.ErrFunds, purse.ErrNoLane, purse.ErrLimit} {
		var e *wire.Error
		require.ErrorAs(t, tabShort(fmt.Errorf("ask: %w", err)), &e)
		require.Equal(t, http.StatusPaymentRequired, e.Status)
		require.Equal(t, apikeys.CodeQuota, e.Code)
	}
	other := errors.New("disk full")
	require.Equal(t, other, tabShort(other))
}
