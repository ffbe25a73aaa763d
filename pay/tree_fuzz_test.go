package pay_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// FuzzTrees builds the trees of whatever leaves bytes make, checks every path, and
// then tries bytes as a leaf with a path: what leads to the root is one of the
// leaves, at its place.
func FuzzTrees(f *testing.F) {
	tree, err := pay.NewSplit(fuzzLeaves([]byte("one leaf, and then another: 32 b")))
	require.NoError(f, err)
	leaves := fuzzLeaves([]byte("one leaf, and then another: 32 b"))
	f.Add([]byte("one leaf, and then another: 32 b"), append(leaves[1].Bytes(), tree.Path(1).Bytes()...))
	f.Add([]byte{}, []byte{})
	f.Add([]byte("one"), append(leaves[0].Bytes(), tree.Path(0).Bytes()...))
	f.Fuzz(func(t *testing.T, data, forged []byte) {
		leaves := fuzzLeaves(data)
		tree, err := pay.NewSplit(leaves)
		require.NoError(t, err)
		v := pay.Voucher{Split: tree.Root(), Total: tree.Sum()}
		hashes := make([]types.Hash, len(leaves))
		for i, l := range leaves {
			require.NoError(t, pay.VerifyLeaf(v, l, tree.Path(i)))
			hashes[i] = l.Order
		}
		plain := pay.NewTree(hashes)
		var grown pay.Mountain
		for i, h := range hashes {
			require.NoError(t, plain.Proof(i).Verify(h, plain.Root()))
			grown.Append(h)
		}
		require.Equal(t, plain.Root(), grown.Root())

		if len(forged) < pay.LeafSize {
			return
		}
		leaf, err := pay.ParseLeaf(forged[:pay.LeafSize])
		require.NoError(t, err)
		path, err := pay.ParsePath(forged[pay.LeafSize:])
		if err != nil || pay.VerifyLeaf(v, leaf, path) != nil {
			return
		}
		i := slices.Index(leaves, leaf)
		require.GreaterOrEqual(t, i, 0, "a leaf that nobody signed leads to the root")
		require.Equal(t, tree.Path(i), path)
	})
}

// fuzzLeaves makes a leaf of every 10 bytes, at most 64.
func fuzzLeaves(data []byte) []pay.Leaf {
	var leaves []pay.Leaf
	asset := types.AssetID(0)
	for ; len(data) >= 10 && len(leaves) < 64; data = data[10:] {
		asset += 1 + types.AssetID(data[0])
		l := pay.Leaf{Asset: asset, Amount: types.NewAmount(binary.BigEndian.Uint64(data[1:]))}
		copy(l.Order[:], data)
		leaves = append(leaves, l)
	}
	return leaves
}
