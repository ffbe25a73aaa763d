package ledger

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

func lane(id uint32, change func(*tabtypes.Lane)) tabtypes.Lane {
	l := tabtypes.Lane{Id: id, Key: make([]byte, 32), Cap: "5", Credited: "2", Gateway: 3}
	if change != nil {
		change(&l)
	}
	return l
}

func revoked(l *tabtypes.Lane)  { l.Revoked = true }
func released(l *tabtypes.Lane) { l.Revoked, l.Released = true, true }

// tab is in epoch 2: epoch 0 is forgotten, epoch 1 is not.
func tab(state tabtypes.TabState) tabtypes.Tab {
	return tabtypes.Tab{
		Id: 1, Payer: Bech32(addressOf(1)), Denom: types.BaseDenom, Deposit: "10", Bond: "1", FeeReserve: "0", Free: "4",
		Epoch: 2, State: state,
		Lanes: []tabtypes.Lane{lane(0, nil), lane(1, revoked), lane(2, released)},
		Past: []tabtypes.Epoch{{Epoch: 1, Lanes: []tabtypes.Lane{
			lane(0, nil), lane(1, released), lane(tabtypes.Whole, nil),
		}}},
	}
}

func addressOf(b byte) (a [20]byte) {
	a[19] = b
	return a
}

// TestStatesOfLanes: only a lane that the chain lets be used reads as open.
func TestStatesOfLanes(t *testing.T) {
	for _, c := range []struct {
		name       string
		state      tabtypes.TabState
		lanes      []types.LaneState
		past       []types.LaneState
		epochKnown bool
	}{
		{
			"open", tabtypes.TAB_STATE_OPEN,
			[]types.LaneState{types.LaneOpen, types.LaneClosing, types.LaneClosed},
			[]types.LaneState{types.LaneClosing, types.LaneClosed}, true,
		},
		{
			"closing", tabtypes.TAB_STATE_CLOSING,
			[]types.LaneState{types.LaneClosing, types.LaneClosing, types.LaneClosed},
			[]types.LaneState{types.LaneClosing, types.LaneClosed}, true,
		},
		{
			"closed", tabtypes.TAB_STATE_CLOSED,
			[]types.LaneState{types.LaneClosed, types.LaneClosed, types.LaneClosed},
			[]types.LaneState{types.LaneClosed, types.LaneClosed}, false,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := tabOf(tab(c.state))
			require.NoError(t, err)
			require.Equal(t, types.NewAmount(4), got.Free)
			require.Equal(t, c.lanes, states(got.Lanes))
			require.Equal(t, c.past, states(got.Past), "the checkpoint's row is no lane")
			require.Equal(t, types.LaneRef{Tab: 1, Epoch: 1, Lane: 1}, got.Past[1].Ref)
			require.Equal(t, types.LaneRef{Tab: 1, Epoch: 2, Lane: 2}, got.Lanes[2].Ref)
			require.False(t, got.knows(0))
			require.True(t, got.knows(1))
			require.Equal(t, c.epochKnown, got.knows(2))
			require.True(t, got.knows(3))
		})
	}
}

func states(lanes []types.Lane) (all []types.LaneState) {
	for _, l := range lanes {
		all = append(all, l.State)
	}
	return all
}

func TestTabOfRefusesDamage(t *testing.T) {
	for name, damage := range map[string]func(*tabtypes.Tab){
		"free":        func(m *tabtypes.Tab) { m.Free = "x" },
		"key":         func(m *tabtypes.Tab) { m.Lanes[0].Key = []byte{1} },
		"past lane":   func(m *tabtypes.Tab) { m.Past[0].Lanes[1].Cap = "-1" },
		"past credit": func(m *tabtypes.Tab) { m.Past[0].Lanes[0].Credited = "" },
	} {
		m := tab(tabtypes.TAB_STATE_OPEN)
		damage(&m)
		_, err := tabOf(m)
		require.Error(t, err, name)
	}
}
