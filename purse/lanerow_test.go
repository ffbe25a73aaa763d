package purse

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// noChain is a chain that nobody asks.
type noChain struct{ Chain }

var (
	someLeaves = []pay.Leaf{{Asset: 3, Amount: types.NewAmount(40), Order: types.Hash{1}}, {Asset: 300, Amount: types.NewAmount(7), Order: types.Hash{2}}}
	someTicks  = []openTick{
		{TickLeaf: pay.TickLeaf{Asset: 3, Price: types.NewAmount(5), Tokens: 4, Prompt: 1, Most: 9, Head: types.Hash{3}, Order: types.Hash{4}}, seq: 12, revealed: 6},
		{TickLeaf: pay.TickLeaf{Asset: 300, Price: types.NewAmount(2), Prompt: 1, Most: 1, Head: types.Hash{5}, Order: types.Hash{6}}, seq: 12, revealed: 1},
	}
)

func TestLaneRow(t *testing.T) {
	leaves, err := decodeLeaves(encodeLeaves(someLeaves))
	require.NoError(t, err)
	require.Equal(t, someLeaves, leaves)
	ticks, err := decodeTicks(encodeTicks(someTicks))
	require.NoError(t, err)
	require.Equal(t, someTicks, ticks)
	require.Equal(t, types.NewAmount(32), revealed(ticks, 12))
	require.Equal(t, types.Amount{}, revealed(ticks, 11))
	for _, cut := range []int{1, 55, 100} {
		_, err = decodeLeaves(encodeLeaves(someLeaves)[cut:])
		require.ErrorIs(t, err, errDamaged)
		_, err = decodeTicks(encodeTicks(someTicks)[cut:])
		require.ErrorIs(t, err, errDamaged)
	}
}

// TestPurseOfTheFirstVersion: what lanes have promised is not forgotten when a
// purse is opened whose leaves and ticks are tables.
func TestPurseOfTheFirstVersion(t *testing.T) {
	ctx := context.Background()
	db, err := keep.OpenShared(filepath.Join(t.TempDir(), "purse.db"))
	require.NoError(t, err)
	defer db.Close()
	require.NoError(t, keep.Schema(ctx, db, "purse", 1, firstVersion...))
	for lane := range 2 {
		_, err = db.Exec(`INSERT INTO purse_lanes (tab, epoch, lane, seed, gateway, denom, reserved, last_seq, total, holder, held_until)
			VALUES (7, 1, ?, ?, 3, 'aweal', 20, ?, ?, '', 0)`, lane, make([]byte, 32), 12*lane, []string{"0", "47"}[lane])
		require.NoError(t, err)
	}
	for i := range someLeaves {
		_, err = db.Exec(`INSERT INTO purse_leaves VALUES (7, 1, 1, ?, ?)`, int64(someLeaves[i].Asset), someLeaves[i].Bytes())
		require.NoError(t, err)
		_, err = db.Exec(`INSERT INTO purse_ticks VALUES (7, 1, 1, ?, ?, ?, ?)`,
			int64(someTicks[i].Asset), int64(someTicks[i].seq), someTicks[i].Bytes(), someTicks[i].revealed)
		require.NoError(t, err)
	}
	p, err := Open(ctx, Config{DB: db, ChainID: "weal-1", Chain: noChain{}})
	require.NoError(t, err)
	require.Len(t, p.lanes, 2)
	fresh, used := p.lanes[0], p.lanes[1]
	require.NoError(t, fresh.load(ctx, db))
	require.Empty(t, fresh.leaves)
	require.Empty(t, fresh.open)
	require.NoError(t, used.load(ctx, db))
	require.Equal(t, someLeaves, used.leaves)
	require.Equal(t, someTicks, used.open)
	total, seq, err := p.promised(ctx, used.ref)
	require.NoError(t, err)
	require.EqualValues(t, 12, seq)
	require.Equal(t, types.NewAmount(47+32), total)
}
