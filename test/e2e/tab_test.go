package e2e

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
)

// TestTabIsFundedAndRevoked raises the cap of the lane that was used, revokes it,
// and sees what it owes paid in full; the home goes on with its other lanes.
func TestTabIsFundedAndRevoked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.start(t)
	h.ask(t, question)
	before := h.usedLane(t)
	id := strconv.Itoa(int(before.Ref.Lane))
	h.fails(t, 1, []string{"has no lane 99"}, "tab", "fund", "--amount", "1", "--lane", "99")

	var funded struct {
		Tab   types.TabID  `json:"tab"`
		Added types.Amount `json:"added"`
		Lanes []types.Lane `json:"lanes"`
	}
	h.read(t, &funded, "tab", "fund", "--amount", "1", "--lane", id)
	require.Equal(t, milli(1_000), funded.Added)
	raised, ok := before.Cap.Add(funded.Added)
	require.True(t, ok)
	l := h.ledger(t)
	tab, err := l.Tab(t.Context(), funded.Tab)
	require.NoError(t, err)
	require.Equal(t, raised, tab.Lanes[before.Ref.Lane].Cap)
	require.Equal(t, raised, funded.Lanes[0].Cap)

	var revoked struct {
		Revoked []types.LaneRef `json:"revoked"`
	}
	h.read(t, &revoked, "tab", "revoke", "--lane", id)
	require.Equal(t, []types.LaneRef{before.Ref}, revoked.Revoked)
	h.fails(t, 1, []string{"was revoked"}, "tab", "revoke", "--lane", id)
	await(t, "what the lane owes to be settled", func() bool {
		lane, err := l.Lane(t.Context(), before.Ref)
		require.NoError(t, err)
		require.Equal(t, types.LaneClosing, lane.State)
		return lane.Credited == before.Promised
	})

	require.Zero(t, h.up.stop(t), h.up.err.String())
	h.start(t)
	require.Equal(t, before.Ref.Tab, h.ask(t, question).Tab, "the other lanes are of the same tab")
}

// usedLane returns the lane of the home's tab that has promised something.
func (h *house) usedLane(t *testing.T) (used purse.LaneInfo) {
	t.Helper()
	var tab struct {
		Lanes []purse.LaneInfo `json:"lanes"`
	}
	h.read(t, &tab, "tab", "show")
	for _, l := range tab.Lanes {
		if !l.Promised.IsZero() {
			require.Zero(t, used.LastSeq, "one lane is used")
			used = l
		}
	}
	require.NotZero(t, used.LastSeq)
	return used
}
