package local

import (
	"crypto/ed25519"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// tabWith returns a tab whose lanes have these keys, all open.
func tabWith(id types.TabID, keys ...ed25519.PrivateKey) ledger.Tab {
	t := ledger.Tab{ID: id, State: types.LaneOpen}
	for i, key := range keys {
		t.Lanes = append(t.Lanes, types.Lane{
			Ref: types.LaneRef{Tab: id, Lane: uint32(i)}, Key: pay.PublicKey(key), State: types.LaneOpen, Gateway: 9,
		})
	}
	return t
}

func laneKey(b byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(append(make([]byte, 31), b))
}

// TestFindTabSkipsWhatIsNotOpen: a revoked lane does not keep a home from starting.
func TestFindTabSkipsWhatIsNotOpen(t *testing.T) {
	a, b, foreign := laneKey(1), laneKey(2), laneKey(3)
	ours := []ed25519.PrivateKey{a, b}
	spent := tabWith(1, a, b)
	for i := range spent.Lanes {
		spent.Lanes[i].State = types.LaneClosing
	}
	tab := tabWith(3, foreign, a, b)
	tab.Lanes[1].State = types.LaneClosing
	id, lanes := findTab([]ledger.Tab{spent, tabWith(2, foreign), tab}, ours)
	require.EqualValues(t, 3, id)
	require.Equal(t, []keyedLane{{types.LaneRef{Tab: 3, Lane: 2}, b}}, lanes)
	id, _ = findTab([]ledger.Tab{spent, tabWith(2, foreign)}, ours)
	require.Zero(t, id)
}

func TestOpenLanes(t *testing.T) {
	tab := tabWith(1, laneKey(1), laneKey(2), laneKey(3))
	tab.Lanes[1].State = types.LaneClosing
	all, err := openLanes(tab, nil)
	require.NoError(t, err)
	require.Equal(t, []types.Lane{tab.Lanes[0], tab.Lanes[2]}, all)
	one, err := openLanes(tab, []uint32{2})
	require.NoError(t, err)
	require.Equal(t, tab.Lanes[2:], one)
	_, err = openLanes(tab, []uint32{0, 1})
	require.ErrorContains(t, err, "lane 1/0/1 was revoked")
	_, err = openLanes(tab, []uint32{7})
	require.ErrorContains(t, err, "tab 1 has no lane 7")
	_, err = openLanes(ledger.Tab{ID: 1}, nil)
	require.ErrorContains(t, err, "has no open lane")
}

func TestPartsSumToTheWhole(t *testing.T) {
	for _, c := range []struct {
		n    uint64
		want []uint64
	}{{10, []uint64{4, 3, 3}}, {9, []uint64{3, 3, 3}}, {2, []uint64{1, 1, 0}}, {0, []uint64{0, 0, 0}}} {
		var want []types.Amount
		for _, n := range c.want {
			want = append(want, types.NewAmount(n))
		}
		require.Equal(t, want, parts(types.NewAmount(c.n), 3))
	}
}

// TestSetAside: the key of a revoked lane is not used for a new one; others stay.
func TestSetAside(t *testing.T) {
	h, err := home.OpenOrCreate(t.TempDir(), types.LocalChainID, home.UseUp)
	require.NoError(t, err)
	c := &Client{Home: h}
	one, err := h.Ed25519(homeLaneKey(0))
	require.NoError(t, err)
	two, err := h.Ed25519(homeLaneKey(1))
	require.NoError(t, err)
	app, err := h.Ed25519(appLaneKey(9))
	require.NoError(t, err)
	for _, l := range tabWith(4, two, app, laneKey(1)).Lanes {
		require.NoError(t, c.setAside(l))
	}
	for name, before := range map[string]ed25519.PrivateKey{homeLaneKey(1): two, appLaneKey(9): app} {
		after, err := h.Ed25519(name)
		require.NoError(t, err)
		require.NotEqual(t, before, after, name)
	}
	kept, err := h.Ed25519(homeLaneKey(1) + ".revoked-4-0-0")
	require.NoError(t, err)
	require.Equal(t, two, kept)
	same, err := h.Ed25519(homeLaneKey(0))
	require.NoError(t, err)
	require.Equal(t, one, same)
}
