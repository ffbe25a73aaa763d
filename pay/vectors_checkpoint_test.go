package pay_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// broughtCase is a signed voucher that is brought to a lane of a chain: its bytes
// and its signature may be right, and it is for another.
type broughtCase struct {
	verdict
	ChainID string        `json:"chain_id"`
	Lane    types.LaneRef `json:"lane"`
	Key     types.Hash    `json:"key"`
	Signed  hexBytes      `json:"signed"`
}

var (
	errChain = errors.New("for another chain")
	errLane  = errors.New("for another lane")
)

func (c broughtCase) check(t *testing.T) { c.require(t, c.verify()) }

func (c broughtCase) verify() error {
	s, err := pay.ParseSignedVoucher(c.Signed)
	switch {
	case err != nil:
		return err
	case s.Chain != pay.ChainHash(c.ChainID):
		return errChain
	case s.Lane != c.Lane || s.Lane.Lane == 1<<32-1:
		return errLane
	}
	return s.Verify(c.Key)
}

func makeBrought(*testing.T) vectorFile[broughtCase] {
	f := vectorFile[broughtCase]{About: "Signed vouchers brought to a lane of a chain. Lane 4294967295 is the checkpoint's: it has no vouchers."}
	key := seededKey("lane key")
	lane := types.LaneRef{Tab: 7, Epoch: 2, Lane: 3}
	v := pay.Voucher{Chain: pay.ChainHash("weal-1"), Lane: lane, Seq: 41, Total: types.NewAmount(900), Split: seeded("split")}
	add := func(verdict verdict, change func(*pay.Voucher, *broughtCase)) {
		c := broughtCase{verdict: verdict, ChainID: "weal-1", Lane: lane, Key: pay.PublicKey(key)}
		changed := v
		change(&changed, &c)
		c.Signed = pay.Sign(changed, key).Bytes()
		f.Cases = append(f.Cases, c)
	}
	add(good("for this lane"), func(*pay.Voucher, *broughtCase) {})
	add(bad("for another chain", "chain"), func(v *pay.Voucher, _ *broughtCase) { v.Chain = pay.ChainHash("weal-2") })
	add(bad("for a chain whose id only begins the same", "chain"), func(_ *pay.Voucher, c *broughtCase) { c.ChainID = "weal-10" })
	add(bad("for no chain", "chain"), func(v *pay.Voucher, _ *broughtCase) { v.Chain = types.Hash{} })
	add(bad("for another tab", "lane"), func(v *pay.Voucher, _ *broughtCase) { v.Lane.Tab++ })
	add(bad("for the epoch before", "lane"), func(v *pay.Voucher, _ *broughtCase) { v.Lane.Epoch-- })
	add(bad("for the epoch after", "lane"), func(v *pay.Voucher, _ *broughtCase) { v.Lane.Epoch++ })
	add(bad("for another lane", "lane"), func(v *pay.Voucher, _ *broughtCase) { v.Lane.Lane = 4 })
	add(bad("epoch and lane swapped", "lane"), func(v *pay.Voucher, _ *broughtCase) { v.Lane.Epoch, v.Lane.Lane = 3, 2 })
	add(bad("for all lanes", "lane"), func(v *pay.Voucher, c *broughtCase) { v.Lane.Lane, c.Lane.Lane = 1<<32-1, 1<<32-1 })
	add(bad("another key", "signature"), func(_ *pay.Voucher, c *broughtCase) { c.Key = pay.PublicKey(seededKey("other lane key")) })
	return f
}

// checkpointCase shows a leaf to a checkpoint of which the chain knows the number
// of leaves, and hash and sum at the top. Cases with leaves give the whole tree.
type checkpointCase struct {
	verdict
	Leaves []pay.Leaf   `json:"leaves,omitempty"`
	Count  uint32       `json:"count"`
	Top    types.Hash   `json:"top"`
	Total  types.Amount `json:"total"`
	Root   types.Hash   `json:"root"` // what the three above make
	Leaf   hexBytes     `json:"leaf,omitempty"`
	Path   hexBytes     `json:"path,omitempty"`
}

func (c checkpointCase) check(t *testing.T) {
	require.Equal(t, c.Root, pay.CheckpointRoot(c.Count, pay.SumNode{Hash: c.Top, Sum: c.Total}), c.Name)
	if c.Leaves != nil || c.Count == 0 {
		tree, err := pay.NewCheckpoint(c.Leaves)
		require.NoError(t, err, c.Name)
		require.Equal(t, c.Root, tree.Root(), c.Name)
		require.Equal(t, c.Total, tree.Sum(), c.Name)
	}
	c.require(t, c.verify())
}

func (c checkpointCase) verify() error {
	if len(c.Leaf) == 0 && c.Count == 0 {
		return nil
	}
	p, err := pay.ParsePath(c.Path)
	if err != nil {
		return err
	}
	l, err := pay.ParseLeaf(c.Leaf)
	if err != nil {
		return err
	}
	return pay.VerifyCheckpoint(c.Root, l, p)
}

func makeCheckpoints(t *testing.T) vectorFile[checkpointCase] {
	f := vectorFile[checkpointCase]{About: "Leaves shown to checkpoints. count, top and total are what a payer brings; root is H(weal/root/1, 3, count, top, total), " +
		"zero without leaves. No sum is compared: the root is a hash over it."}
	empty, err := pay.NewCheckpoint(nil)
	require.NoError(t, err)
	f.Cases = append(f.Cases, checkpointCase{verdict: good("nothing to pay"), Root: empty.Root()})
	for _, n := range []int{1, 2, 5} {
		leaves := someLeaves(n)
		tree, err := pay.NewCheckpoint(leaves)
		require.NoError(t, err)
		count, top := tree.Top()
		f.Cases = append(f.Cases, checkpointCase{
			good("the last leaf"), leaves, count, top.Hash, top.Sum, tree.Root(), leaves[n-1].Bytes(), tree.Path(n - 1).Bytes(),
		})
	}
	leaves := someLeaves(5)
	tree, err := pay.NewCheckpoint(leaves)
	require.NoError(t, err)
	split, err := pay.NewSplit(leaves)
	require.NoError(t, err)
	count, top := tree.Top()
	base := checkpointCase{Count: count, Top: top.Hash, Total: top.Sum, Root: tree.Root(), Leaf: leaves[2].Bytes(), Path: tree.Path(2).Bytes()}
	add := func(v verdict, change func(*checkpointCase)) {
		c := base
		c.verdict, c.Leaf, c.Path = v, slices.Clone(base.Leaf), slices.Clone(base.Path)
		change(&c)
		if c.Root == base.Root { // made of what the payer brings, right or wrong
			c.Root = pay.CheckpointRoot(c.Count, pay.SumNode{Hash: c.Top, Sum: c.Total})
		}
		f.Cases = append(f.Cases, c)
	}
	add(good("leaf 2 of 5"), func(*checkpointCase) {})
	add(bad("a total that is not the sum", "path"), func(c *checkpointCase) { c.Total, _ = c.Total.Add(types.NewAmount(1)) })
	add(bad("another count", "path"), func(c *checkpointCase) { c.Count = 6 })
	add(bad("no leaves", "path"), func(c *checkpointCase) { c.Count, c.Top, c.Total = 0, types.Hash{}, types.Amount{} })
	add(bad("another top", "path"), func(c *checkpointCase) { c.Top = seeded("top") })
	add(bad("the split's root for the top", "path"), func(c *checkpointCase) { c.Top = split.Root() })
	add(bad("leaf's amount raised", "path"), func(c *checkpointCase) { c.Leaf = changed(c.Leaf, 23) })
	add(bad("leaf's asset changed", "path"), func(c *checkpointCase) { c.Leaf = changed(c.Leaf, 7) })
	add(bad("leaf at the neighbour's index", "path"), func(c *checkpointCase) { c.Path = changed(c.Path, 3) })
	add(bad("another leaf's path", "path"), func(c *checkpointCase) { c.Path = tree.Path(3).Bytes() })
	add(bad("sums over 128 bits", "sum"), func(c *checkpointCase) {
		for i := range 16 {
			c.Path[8+32+i] = 0xff
		}
	})
	add(bad("a sibling too many", "encoding"), func(c *checkpointCase) { c.Path = append(c.Path, make([]byte, 48)...) })
	add(bad("a tick leaf", "encoding"), func(c *checkpointCase) { c.Leaf = someTicks(t, 1)[0].Bytes() })
	return f
}

// TestCheckpointsAreNoSplits: the same leaves make another root, so that a path in
// one tree shows nothing in the other.
func TestCheckpointsAreNoSplits(t *testing.T) {
	leaves := someLeaves(3)
	tree, err := pay.NewCheckpoint(leaves)
	require.NoError(t, err)
	split, err := pay.NewSplit(leaves)
	require.NoError(t, err)
	require.NotEqual(t, split.Root(), tree.Root())
	require.ErrorIs(t, pay.VerifyCheckpoint(split.Root(), leaves[0], split.Path(0)), pay.ErrPath)
	require.ErrorIs(t, pay.VerifyLeaf(pay.Voucher{Split: tree.Root(), Total: tree.Sum()}, leaves[0], tree.Path(0)), pay.ErrPath)
	for _, bad := range [][]pay.Leaf{{{}}, {leaves[1], leaves[0]}, {leaves[0], leaves[0]}} {
		_, err := pay.NewCheckpoint(bad)
		require.ErrorIs(t, err, pay.ErrTree)
	}
}
