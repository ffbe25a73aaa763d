package pay_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// treeCase is a split tree or a ticks tree with all its paths.
type treeCase struct {
	Name   string         `json:"name"`
	Leaves []pay.Leaf     `json:"leaves,omitempty"`
	Ticks  []pay.TickLeaf `json:"ticks,omitempty"`
	Bytes  []hexBytes     `json:"bytes"` // of every leaf
	Root   types.Hash     `json:"root"`
	Sum    types.Amount   `json:"sum"`
	Paths  []hexBytes     `json:"paths"`
}

func (c treeCase) check(t *testing.T) {
	require.Len(t, c.Bytes, len(c.Leaves)+len(c.Ticks), c.Name)
	v := pay.Voucher{Split: c.Root, Total: c.Sum, Ticks: c.Root, Ceiling: c.Sum}
	for i, path := range c.Paths {
		p, err := pay.ParsePath(path)
		require.NoError(t, err, c.Name)
		if c.Ticks == nil {
			l, err := pay.ParseLeaf(c.Bytes[i])
			require.NoError(t, err, c.Name)
			require.Equal(t, c.Leaves[i], l, c.Name)
			require.NoError(t, pay.VerifyLeaf(v, l, p), c.Name)
			continue
		}
		l, err := pay.ParseTickLeaf(c.Bytes[i])
		require.NoError(t, err, c.Name)
		require.Equal(t, c.Ticks[i], l, c.Name)
		require.NoError(t, pay.VerifyTick(v, l, p), c.Name)
	}
}

// someLeaves returns n leaves with ascending assets.
func someLeaves(n int) []pay.Leaf {
	leaves := make([]pay.Leaf, n)
	for i := range leaves {
		leaves[i] = pay.Leaf{
			Asset: types.AssetID(3*i + 1), Amount: types.NewAmount(uint64(100 + i)), Order: seeded(fmt.Sprint("order ", i)),
		}
	}
	return leaves
}

func someTicks(t *testing.T, n int) []pay.TickLeaf {
	t.Helper()
	leaves := make([]pay.TickLeaf, n)
	for i := range leaves {
		o := seeded(fmt.Sprint("order ", i))
		chain, err := pay.NewHashChain(seeded(fmt.Sprint("seed ", i)), types.AssetID(2*i+2), o, uint32(i+3))
		require.NoError(t, err)
		leaves[i] = pay.TickLeaf{
			Asset: types.AssetID(2*i + 2), Price: types.NewAmount(uint64(5 + i)), Tokens: 16, Prompt: uint32(i), Most: uint32(i + 3),
			Head: chain.Head(), Order: o,
		}
	}
	return leaves
}

func makeTrees(t *testing.T) vectorFile[treeCase] {
	f := vectorFile[treeCase]{About: "Merkle-sum trees: a voucher's split over firm leaves, and its ticks over tick leaves. " +
		"Every leaf's bytes and path are given. A tree without leaves has the zero root."}
	for _, n := range []int{0, 1, 2, 3, 5, 8, 9} {
		leaves := someLeaves(n)
		tree, err := pay.NewSplit(leaves)
		require.NoError(t, err)
		c := treeCase{Name: fmt.Sprint("split of ", n), Leaves: leaves, Root: tree.Root(), Sum: tree.Sum(), Bytes: []hexBytes{}, Paths: []hexBytes{}}
		for i, l := range leaves {
			c.Bytes, c.Paths = append(c.Bytes, l.Bytes()), append(c.Paths, tree.Path(i).Bytes())
		}
		f.Cases = append(f.Cases, c)
	}
	for _, n := range []int{1, 2, 3} {
		leaves := someTicks(t, n)
		tree, err := pay.NewTicks(leaves)
		require.NoError(t, err)
		c := treeCase{Name: fmt.Sprint("ticks of ", n), Ticks: leaves, Root: tree.Root(), Sum: tree.Sum()}
		for i, l := range leaves {
			c.Bytes, c.Paths = append(c.Bytes, l.Bytes()), append(c.Paths, tree.Path(i).Bytes())
		}
		f.Cases = append(f.Cases, c)
	}
	return f
}

// pathCase shows one leaf to a root and a sum. A leaf of 56 bytes is firm, one of
// 100 bytes is of ticks.
type pathCase struct {
	verdict
	Root types.Hash   `json:"root"`
	Sum  types.Amount `json:"sum"`
	Leaf hexBytes     `json:"leaf"`
	Path hexBytes     `json:"path"`
}

func (c pathCase) check(t *testing.T) {
	c.require(t, c.verify())
}

func (c pathCase) verify() error {
	p, err := pay.ParsePath(c.Path)
	if err != nil {
		return err
	}
	if len(c.Leaf) == pay.TickLeafSize {
		l, err := pay.ParseTickLeaf(c.Leaf)
		if err != nil {
			return err
		}
		return pay.VerifyTick(pay.Voucher{Ticks: c.Root, Ceiling: c.Sum}, l, p)
	}
	l, err := pay.ParseLeaf(c.Leaf)
	if err != nil {
		return err
	}
	return pay.VerifyLeaf(pay.Voucher{Split: c.Root, Total: c.Sum}, l, p)
}

func makePaths(t *testing.T) vectorFile[pathCase] {
	f := vectorFile[pathCase]{About: "Leaves and paths shown to a root and a sum. Leaves of 56 bytes are shown to a split, leaves of 100 bytes to a ticks tree."}
	leaves := someLeaves(5)
	tree, err := pay.NewSplit(leaves)
	require.NoError(t, err)
	base := pathCase{Root: tree.Root(), Sum: tree.Sum(), Leaf: leaves[2].Bytes(), Path: tree.Path(2).Bytes()}
	add := func(v verdict, change func(*pathCase)) {
		c := base
		c.verdict, c.Leaf, c.Path = v, slices.Clone(base.Leaf), slices.Clone(base.Path)
		change(&c)
		f.Cases = append(f.Cases, c)
	}
	add(good("leaf 2 of 5"), func(*pathCase) {})
	add(good("leaf 4 of 5, which moves up"), func(c *pathCase) { c.Leaf, c.Path = leaves[4].Bytes(), tree.Path(4).Bytes() })
	add(bad("another leaf's path", "sum"), func(c *pathCase) { c.Path = tree.Path(3).Bytes() })
	add(bad("wrong total", "sum"), func(c *pathCase) { c.Sum, _ = c.Sum.Add(types.NewAmount(1)) })
	add(bad("wrong root", "path"), func(c *pathCase) { c.Root = seeded("root") })
	add(bad("no root", "path"), func(c *pathCase) { c.Root = types.Hash{} })
	add(bad("leaf's asset changed", "path"), func(c *pathCase) { c.Leaf = changed(c.Leaf, 7) })
	add(bad("leaf's amount raised", "sum"), func(c *pathCase) { c.Leaf = changed(c.Leaf, 23) })
	add(bad("leaf's order changed", "path"), func(c *pathCase) { c.Leaf = changed(c.Leaf, -1) })
	add(bad("amount raised at the sibling's cost", "path"), func(c *pathCase) {
		c.Leaf, c.Path = changed(c.Leaf, 23), changed(c.Path, 8+47) // 102 and 103 become 103 and 102
	})
	add(bad("index of the neighbour", "path"), func(c *pathCase) { c.Path = changed(c.Path, 3) })
	add(bad("count changed, siblings as many", "path"), func(c *pathCase) { c.Path[7] = 6 })
	add(bad("count changed, other siblings", "encoding"), func(c *pathCase) { c.Path[7] = 9 })
	add(bad("index beyond the count", "encoding"), func(c *pathCase) { c.Path[3] = 5 })
	add(bad("siblings swapped", "path"), func(c *pathCase) {
		copy(c.Path[8:], base.Path[8+48:8+96])
		copy(c.Path[8+48:], base.Path[8:8+48])
	})
	add(bad("sibling's hash changed", "path"), func(c *pathCase) { c.Path = changed(c.Path, 8) })
	add(bad("sibling's sum changed", "sum"), func(c *pathCase) { c.Path = changed(c.Path, 8+47) })
	add(bad("sums over 128 bits", "sum"), func(c *pathCase) {
		for i := range 16 {
			c.Path[8+32+i] = 0xff
		}
	})
	add(bad("last sibling missing", "encoding"), func(c *pathCase) { c.Path = c.Path[:len(c.Path)-48] })
	add(bad("truncated by a byte", "encoding"), func(c *pathCase) { c.Path = c.Path[:len(c.Path)-1] })
	add(bad("a sibling too many", "encoding"), func(c *pathCase) { c.Path = append(c.Path, make([]byte, 48)...) })
	add(bad("the longest path of a small tree", "encoding"), func(c *pathCase) { c.Path = append(c.Path, make([]byte, pay.MaxPathSize-len(c.Path))...) })
	add(bad("longer than any path", "encoding"), func(c *pathCase) {
		copy(c.Path[4:8], []byte{0xff, 0xff, 0xff, 0xff})
		c.Path = append(c.Path, make([]byte, pay.MaxPathSize+48-len(c.Path))...)
	})
	add(bad("empty path", "encoding"), func(c *pathCase) { c.Path = nil })
	add(bad("leaf truncated", "encoding"), func(c *pathCase) { c.Leaf = c.Leaf[:55] })
	one, err := pay.NewSplit(leaves[:1])
	require.NoError(t, err)
	add(bad("an inner node shown as the only leaf", "path"), func(c *pathCase) {
		*c = pathCase{verdict: c.verdict, Root: tree.Root(), Sum: tree.Sum(), Leaf: leaves[0].Bytes(), Path: one.Path(0).Bytes()}
		copy(c.Leaf[8:], amountBytes(tree.Sum()))
	})
	addTickPaths(t, &f)
	return f
}

func amountBytes(a types.Amount) []byte {
	b := a.Bytes()
	return b[:]
}

func addTickPaths(t *testing.T, f *vectorFile[pathCase]) {
	leaves := someTicks(t, 3)
	tree, err := pay.NewTicks(leaves)
	require.NoError(t, err)
	base := pathCase{Root: tree.Root(), Sum: tree.Sum(), Leaf: leaves[1].Bytes(), Path: tree.Path(1).Bytes()}
	add := func(v verdict, change func(*pathCase)) {
		c := base
		c.verdict, c.Leaf = v, slices.Clone(base.Leaf)
		change(&c)
		f.Cases = append(f.Cases, c)
	}
	add(good("ticks 1 of 3"), func(*pathCase) {})
	add(bad("ticks, price raised", "sum"), func(c *pathCase) { c.Leaf = changed(c.Leaf, 23) })
	add(bad("ticks, tokens changed", "path"), func(c *pathCase) { c.Leaf = changed(c.Leaf, 27) })
	add(bad("ticks, prompt changed", "path"), func(c *pathCase) { c.Leaf = changed(c.Leaf, 31) })
	add(bad("ticks, most raised", "sum"), func(c *pathCase) { c.Leaf = changed(c.Leaf, 35) })
	add(bad("ticks, most of zero", "ticks"), func(c *pathCase) { copy(c.Leaf[28:], make([]byte, 8)) })
	add(bad("ticks, most over 65536", "ticks"), func(c *pathCase) { c.Leaf[33], c.Leaf[35] = 1, 1 })
	add(bad("ticks, prompt over most", "ticks"), func(c *pathCase) { c.Leaf[31] = 5 })
	add(bad("ticks, price times most over 128 bits", "ticks"), func(c *pathCase) { c.Leaf[8] = 0xff })
	add(bad("ticks, head changed", "path"), func(c *pathCase) { c.Leaf = changed(c.Leaf, 36) })
	add(bad("ticks, order changed", "path"), func(c *pathCase) { c.Leaf = changed(c.Leaf, -1) })
	// A split tree with the same hash at its top has another root: the kind of
	// tree is part of it.
	firm := someLeaves(1)
	split, err := pay.NewSplit(firm)
	require.NoError(t, err)
	add(bad("ticks, shown to a split's root", "sum"), func(c *pathCase) {
		c.Root, c.Sum, c.Path = split.Root(), split.Sum(), split.Path(0).Bytes()
	})
}
