package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/types"
)

func (w *world) family(t tester, asset weal.AssetID, limit uint32) (ids []uint64, cut bool) {
	t.Helper()
	res, err := w.queries.Family(w.ctx, &types.QueryFamilyRequest{Asset: uint64(asset), Limit: limit})
	require.NoError(t, err)
	for _, a := range res.Assets {
		ids = append(ids, a.Id)
	}
	return ids, res.Cut
}

func TestFamily(t *testing.T) {
	// 1 ← 3 ← 4 ← 5 → 2, and 1 ← 6: the sixth is only the first's.
	w := newWorld(t)
	one, _ := w.register(t, alice, 10)
	two, _ := w.register(t, alice, 10)
	three, _ := w.register(t, bob, 10, owed(one, 0))
	four, _ := w.register(t, bob, 10, owed(three, 10), owed(one, 5))
	five, _ := w.register(t, bob, 10, owed(four, 0), owed(two, 0))
	six, _ := w.register(t, bob, 10, owed(one, 0))
	tests := []struct {
		asset weal.AssetID
		limit uint32
		want  []uint64
		cut   bool
	}{
		{one, 0, []uint64{1, 3, 4, 5, 6}, false},
		{two, 0, []uint64{2, 5}, false},
		{four, 0, []uint64{1, 3, 4, 5}, false},
		{five, 0, []uint64{1, 2, 3, 4, 5}, false},
		{six, 0, []uint64{1, 6}, false},
		{four, 4, []uint64{1, 3, 4, 5}, false},
		{four, 3, []uint64{1, 3, 4}, true},
		{four, 2, []uint64{3, 4}, true},
		{one, 1, []uint64{1}, true},
		{one, 4, []uint64{1, 3, 4, 6}, true},
		{six, 5_000_000, []uint64{1, 6}, false},
	}
	for _, tt := range tests {
		ids, cut := w.family(t, tt.asset, tt.limit)
		require.Equal(t, tt.want, ids, "asset %d, limit %d", tt.asset, tt.limit)
		require.Equal(t, tt.cut, cut)
	}
	_, err := w.queries.Family(w.ctx, &types.QueryFamilyRequest{Asset: 9})
	require.Equal(t, codes.NotFound, status.Code(err))
	w.sound(t)
}

func TestFamilyIsBounded(t *testing.T) {
	w := newWorld(t)
	one, _ := w.register(t, alice, 10)
	for range keeper.MaxFamily {
		w.register(t, bob, 10, owed(one, 0))
	}
	for _, limit := range []uint32{0, keeper.MaxFamily, keeper.MaxFamily + 1, 1<<32 - 1} {
		ids, cut := w.family(t, one, limit)
		require.Len(t, ids, keeper.MaxFamily)
		require.True(t, cut)
	}
}
