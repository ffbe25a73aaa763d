package pay

import (
	"fmt"

	"github.com/weal-network/weal/types"
)

// Checkpoint is the sum tree of what all lanes of an epoch owe each asset in all;
// it has Root, Sum, Top and Path(i). Its leaves are a split's, the order in them
// is not looked at.
//
// It is not signed as a voucher is: its payer brings Top to the chain in a
// message, and the chain makes the root of it. Leaves that are shown to such a
// root never sum to more than the sum that was brought.
type Checkpoint struct{ sumTree }

// NewCheckpoint builds the tree of leaves, which must ascend strictly by asset
// and sum to less than 2^128. No leaves give a zero root, top and sum.
func NewCheckpoint(leaves []Leaf) (*Checkpoint, error) {
	nodes, err := leafNodes(leaves)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	t, err := newSumTree(checkpointTree, nodes)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	return &Checkpoint{t}, nil
}

// Top returns what CheckpointRoot makes the root of: how many leaves there are,
// and the hash and the sum of the node above them all.
func (c *Checkpoint) Top() (leaves uint32, top SumNode) {
	if c.count() == 0 {
		return 0, SumNode{}
	}
	return uint32(c.count()), c.top()
}

// CheckpointRoot returns the root of a checkpoint's tree, the zero hash if it has
// no leaves.
func CheckpointRoot(leaves uint32, top SumNode) types.Hash {
	if leaves == 0 {
		return types.Hash{}
	}
	return top.root(checkpointTree, leaves)
}

// VerifyCheckpoint checks that p leads from l to the root of a checkpoint. The
// root is a hash over the tree's sum, so the sum needs no check of its own.
func VerifyCheckpoint(root types.Hash, l Leaf, p Path) error {
	got, _, err := p.climb(checkpointTree, l.node())
	if err == nil && got != root {
		err = ErrPath
	}
	if err != nil {
		return fmt.Errorf("checkpoint's leaf of asset %d: %w", l.Asset, err)
	}
	return nil
}
