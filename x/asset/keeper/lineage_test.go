package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

func owed(asset weal.AssetID, bps uint32) types.Royalty {
	return types.Royalty{Asset: uint64(asset), BasisPoints: bps}
}

func TestLineage(t *testing.T) {
	// 1 ← 2 ← 4 → 3 ← 1: the first is reached on two ways from the fourth.
	w := newWorld(t)
	one, _ := w.register(t, alice, 10)
	two, _ := w.register(t, bob, 10, owed(one, 1000))
	three, _ := w.register(t, carol, 10, owed(one, 300))
	tests := []struct {
		name    string
		parents []types.Royalty
		want    []types.Royalty
		err     error
	}{
		{"none", nil, nil, nil},
		{"one", []types.Royalty{owed(one, 500)}, []types.Royalty{owed(one, 500)}, nil},
		{"a chain", []types.Royalty{owed(two, 500)}, []types.Royalty{owed(two, 500), owed(one, 1000)}, nil},
		{"a diamond", []types.Royalty{owed(two, 500), owed(three, 200)}, []types.Royalty{owed(two, 500), owed(three, 200), owed(one, 1300)}, nil},
		{"a parent that is a grand-parent too", []types.Royalty{owed(one, 50), owed(two, 500)}, []types.Royalty{owed(one, 1050), owed(two, 500)}, nil},
		{"named for nothing", []types.Royalty{owed(one, 0)}, []types.Royalty{owed(one, 0)}, nil},
		{"the whole", []types.Royalty{owed(two, 9000)}, []types.Royalty{owed(two, 9000), owed(one, 1000)}, nil},
		{"more than the whole", []types.Royalty{owed(two, 9001)}, nil, types.ErrLineage},
		{"more than all basis points", []types.Royalty{owed(one, 10_001)}, nil, types.ErrLineage},
		{"a number that would wrap", []types.Royalty{owed(one, 1<<32-1), owed(two, 2)}, nil, types.ErrLineage},
		{"named twice", []types.Royalty{owed(one, 1), owed(one, 1)}, nil, types.ErrLineage},
		{"not there", []types.Royalty{owed(99, 1)}, nil, types.ErrAssetNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, _ := w.ctx.CacheContext()
			r := registration()
			r.Parents = tt.parents
			id, _, err := w.Register(ctx, alice, r)
			require.ErrorIs(t, err, tt.err)
			if tt.err != nil {
				return
			}
			a, err := w.GetAsset(ctx, id)
			require.NoError(t, err)
			require.Equal(t, tt.want, a.Ancestors)
		})
	}
}

func TestLineageDepth(t *testing.T) {
	w := newWorld(t)
	last, _ := w.register(t, alice, 10)
	for range weal.MaxAncestors {
		last, _ = w.register(t, alice, 10, owed(last, 1))
	}
	a, err := w.GetAsset(w.ctx, last)
	require.NoError(t, err)
	require.Len(t, a.Ancestors, weal.MaxAncestors)
	require.Equal(t, uint64(last)-1, a.Ancestors[0].Asset, "the nearest comes first")

	r := registration()
	r.Parents = []types.Royalty{owed(last, 1)}
	_, _, err = w.Register(w.ctx, alice, r)
	require.ErrorIs(t, err, types.ErrLineage)
}

func TestLineageNeedsCommonDenoms(t *testing.T) {
	w := newWorld(t)
	one, _ := w.register(t, alice, 10)
	r := registration()
	r.Denoms, r.Prices = []string{"uatom"}, nil
	r.Parents = []types.Royalty{owed(one, 1)}
	_, _, err := w.Register(w.ctx, bob, r)
	require.ErrorIs(t, err, types.ErrLineage, "its royalties could not be pulled")
	r.Parents = []types.Royalty{owed(one, 0)}
	_, _, err = w.Register(w.ctx, bob, r)
	require.NoError(t, err)
}

func TestRoyaltiesAreNotRoundedAway(t *testing.T) {
	w := newWorld(t)
	parent, root := w.register(t, alice, 10)
	child, leaf := w.register(t, bob, 10, owed(parent, 300)) // 3 %
	for range 1000 {
		w.credit(t, child, "aweal", 1) // each alone would owe nothing
	}
	due, err := w.PullRoyalty(w.ctx, child, parent, "aweal")
	require.NoError(t, err)
	require.Equal(t, weal.NewAmount(30), due)
	require.Equal(t, "30", w.claimable(t, root))
	require.Equal(t, "970", w.claimable(t, leaf))

	due, err = w.PullRoyalty(w.ctx, child, parent, "aweal")
	require.NoError(t, err)
	require.True(t, due.IsZero(), "it is pulled once")
	require.NoError(t, w.CheckInvariants(w.ctx))

	_, err = w.PullRoyalty(w.ctx, parent, child, "aweal")
	require.ErrorIs(t, err, types.ErrNoRoyalty)
	_, err = w.PullRoyalty(w.ctx, child, parent, "uatom")
	require.ErrorIs(t, err, types.ErrDenom)
	_, err = w.PullRoyalty(w.ctx, 99, parent, "aweal")
	require.ErrorIs(t, err, types.ErrAssetNotFound)
}

func TestPulledRoyaltiesOweNoRoyalties(t *testing.T) {
	w := newWorld(t)
	one, _ := w.register(t, alice, 10)
	two, _ := w.register(t, bob, 10, owed(one, 1000))
	three, _ := w.register(t, carol, 10, owed(two, 1000))
	w.credit(t, three, "aweal", 1000)
	for _, anc := range []weal.AssetID{one, two} {
		due, err := w.PullRoyalty(w.ctx, three, anc, "aweal")
		require.NoError(t, err)
		require.Equal(t, weal.NewAmount(100), due)
	}
	due, err := w.PullRoyalty(w.ctx, two, one, "aweal")
	require.NoError(t, err)
	require.True(t, due.IsZero(), "the third has paid the first itself")
	require.NoError(t, w.CheckInvariants(w.ctx))
}

// Thirty-two ancestors' floors can step up at the same unit. Holders must not
// have been given what the ancestors may pull then.
func TestFloorsThatStepTogether(t *testing.T) {
	w := newWorld(t)
	var parents []types.Royalty
	for range weal.MaxAncestors {
		id, _ := w.register(t, alice, 10)
		parents = append(parents, owed(id, 312)) // a step every 32.05 units
	}
	child, leaf := w.register(t, bob, 1, parents...)
	for range 200 {
		w.credit(t, child, "aweal", 1)
		ctx, _ := w.ctx.CacheContext()
		paid := weal.Amount{}
		for _, p := range parents {
			due, err := w.PullRoyalty(ctx, child, weal.AssetID(p.Asset), "aweal")
			require.NoError(t, err)
			paid, _ = paid.Add(due)
		}
		require.NoError(t, w.CheckInvariants(ctx))
		res, err := w.queries.Revenue(ctx, &types.QueryRevenueRequest{Asset: uint64(child)})
		require.NoError(t, err)
		require.Equal(t, paid.String(), res.Rows[0].Royalties)
		require.Equal(t, paid.String(), res.Rows[0].RoyaltiesPaid)
	}
	require.NotEmpty(t, w.claimable(t, leaf))
}
