package pay_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

func drawHash(t *rapid.T, label string) types.Hash {
	return types.Hash(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, label))
}

func drawLeaves(t *rapid.T) []pay.Leaf {
	n := rapid.IntRange(1, 40).Draw(t, "leaves")
	leaves := make([]pay.Leaf, n)
	asset := types.AssetID(0)
	for i := range leaves {
		asset += types.AssetID(rapid.Uint32Range(1, 1000).Draw(t, "step"))
		leaves[i] = pay.Leaf{Asset: asset, Amount: types.NewAmount(rapid.Uint64().Draw(t, "amount")), Order: drawHash(t, "order")}
	}
	return leaves
}

func TestEveryLeafVerifies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leaves := drawLeaves(t)
		tree, err := pay.NewSplit(leaves)
		require.NoError(t, err)
		v := pay.Voucher{Split: tree.Root(), Total: tree.Sum()}
		var total types.Amount
		for i, l := range leaves {
			require.NoError(t, pay.VerifyLeaf(v, l, tree.Path(i)))
			total, _ = total.Add(l.Amount)
		}
		require.Equal(t, total, v.Total)
	})
}

// TestTamperedLeafFails changes any bit of leaf, path, root or sum.
func TestTamperedLeafFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		leaves := drawLeaves(t)
		tree, err := pay.NewSplit(leaves)
		require.NoError(t, err)
		i := rapid.IntRange(0, len(leaves)-1).Draw(t, "leaf")
		sum := tree.Sum().Bytes()
		root := tree.Root()
		parts := [][]byte{leaves[i].Bytes(), tree.Path(i).Bytes(), root[:], sum[:]}
		part := rapid.IntRange(0, 3).Draw(t, "part")
		at := rapid.IntRange(0, len(parts[part])-1).Draw(t, "byte")
		parts[part][at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")

		leaf, err := pay.ParseLeaf(parts[0])
		require.NoError(t, err)
		path, err := pay.ParsePath(parts[1])
		if err != nil {
			return
		}
		v := pay.Voucher{Split: types.Hash(parts[2]), Total: types.AmountFromBytes([16]byte(parts[3]))}
		require.Error(t, pay.VerifyLeaf(v, leaf, path))
	})
}

// TestNoLeafAboveTheTotal lets a payer choose every sibling of a path and any
// leaf: whatever verifies is no more than the total that was signed, since the
// total is what the path adds up to.
func TestNoLeafAboveTheTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := types.AmountFromBytes([16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "total")))
		more, ok := total.Add(types.NewAmount(rapid.Uint64Min(1).Draw(t, "more")))
		if !ok {
			return
		}
		count := rapid.Uint32Range(1, 1<<20).Draw(t, "count")
		path := pay.Path{Index: rapid.Uint32Range(0, count-1).Draw(t, "index"), Count: count}
		for range rapid.IntRange(0, 21).Draw(t, "siblings") {
			sum := types.AmountFromBytes([16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "sum")))
			path.Siblings = append(path.Siblings, pay.SumNode{Hash: drawHash(t, "sibling"), Sum: sum})
		}
		l := pay.Leaf{Asset: 1, Amount: more}
		require.Error(t, pay.VerifyLeaf(pay.Voucher{Total: total, Split: drawHash(t, "root")}, l, path))
	})
}

func TestTreesThatCannotBe(t *testing.T) {
	one := types.NewAmount(1)
	huge, err := types.ParseAmount(most)
	require.NoError(t, err)
	leaf := func(asset types.AssetID, a types.Amount) pay.Leaf { return pay.Leaf{Asset: asset, Amount: a} }
	for name, leaves := range map[string][]pay.Leaf{
		"no asset":          {leaf(0, one)},
		"twice":             {leaf(1, one), leaf(1, one)},
		"falling":           {leaf(2, one), leaf(1, one)},
		"sum over 128 bits": {leaf(1, huge), leaf(2, one)},
	} {
		_, err := pay.NewSplit(leaves)
		require.ErrorIs(t, err, pay.ErrTree, name)
	}
	tick := func(asset types.AssetID, price types.Amount, n uint32) pay.TickLeaf {
		return pay.TickLeaf{Asset: asset, Price: price, Most: n}
	}
	for name, leaves := range map[string][]pay.TickLeaf{
		"no asset":              {tick(0, one, 1)},
		"twice":                 {tick(1, one, 1), tick(1, one, 1)},
		"sum over 128 bits":     {tick(1, huge, 1), tick(2, one, 1)},
		"no ticks":              {tick(1, one, 0)},
		"too many ticks":        {tick(1, one, pay.MaxTicks+1)},
		"product over 128 bits": {tick(1, huge, 2)},
		"prompt over most":      {{Asset: 1, Prompt: 2, Most: 1}},
	} {
		_, err := pay.NewTicks(leaves)
		require.Error(t, err, name)
	}
	_, err = pay.NewHashChain(types.Hash{}, 1, types.Hash{}, pay.MaxTicks+1)
	require.ErrorIs(t, err, pay.ErrTicks)
	_, err = pay.NewHashChain(types.Hash{}, 1, types.Hash{}, 0)
	require.ErrorIs(t, err, pay.ErrTicks)
}

func TestTheTwoTreesHaveTwoRoots(t *testing.T) {
	ticks := someTicks(t, 1)
	tree, err := pay.NewTicks(ticks)
	require.NoError(t, err)
	sum := tree.Sum()
	v := pay.Voucher{Split: tree.Root(), Total: sum, Ticks: tree.Root(), Ceiling: sum}
	require.NoError(t, pay.VerifyTick(v, ticks[0], tree.Path(0)))
	require.ErrorIs(t, pay.VerifyLeaf(v, pay.Leaf{Asset: 2, Amount: sum}, tree.Path(0)), pay.ErrPath)
}

func TestTicksInSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint32Range(1, 300).Draw(t, "most")
		order := drawHash(t, "order")
		chain, err := pay.NewHashChain(drawHash(t, "seed"), 5, order, n)
		require.NoError(t, err)
		l := pay.TickLeaf{Asset: 5, Price: types.NewAmount(1), Most: n, Head: chain.Head(), Order: order}
		paid, known := uint32(0), l.Head
		for paid < n {
			k := rapid.Uint32Range(paid+1, n).Draw(t, "k")
			require.NoError(t, pay.VerifyMoreTicks(l, paid, known, k, chain.Preimage(k)))
			require.NoError(t, pay.VerifyTicks(l, k, chain.Preimage(k)))
			require.Error(t, pay.VerifyMoreTicks(l, paid, known, k, chain.Preimage(k-1)))
			paid, known = k, chain.Preimage(k)
		}
		require.Error(t, pay.VerifyMoreTicks(l, paid, known, paid, known))
	})
}

func TestTicksDue(t *testing.T) {
	for _, tt := range []struct {
		tokens                     uint64
		perTick, prompt, most, due uint32
	}{
		{0, 8, 3, 10, 0},
		{1, 8, 3, 10, 4},
		{8, 8, 3, 10, 4},
		{9, 8, 3, 10, 5},
		{1 << 63, 8, 3, 10, 10},
		{1<<64 - 1, 1, 1<<32 - 1, 1<<32 - 1, 1<<32 - 1},
		{1, 0, 1, 1, 1},
		{500, 0, 1, 1, 1},
		{0, 0, 1, 1, 0},
	} {
		require.Equal(t, tt.due, pay.TicksDue(tt.tokens, tt.perTick, tt.prompt, tt.most), fmt.Sprint(tt))
	}
}

// TestPathsOfBigCounts: the walk ends also where counting up would overflow.
func TestPathsOfBigCounts(t *testing.T) {
	p := pay.Path{Index: 1<<32 - 2, Count: 1<<32 - 1}
	require.ErrorIs(t, pay.VerifyLeaf(pay.Voucher{}, pay.Leaf{Asset: 1}, p), pay.ErrPath)
	q := pay.Proof{Index: 0, Count: 1<<64 - 1, Siblings: make([]types.Hash, 64)}
	require.ErrorIs(t, q.Verify(types.Hash{}, types.Hash{}), pay.ErrPath)
	back, err := pay.ParseProof(q.Bytes())
	require.NoError(t, err)
	require.True(t, slices.Equal(q.Siblings, back.Siblings))
}
