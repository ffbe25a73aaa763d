package pay

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/weal-network/weal/types"
)

// ErrTree is returned for leaves that no tree can be built of.
var ErrTree = errors.New("cannot build the tree")

// treeKind keeps the roots of a voucher's two trees and of checkpoints apart.
type treeKind uint8

const (
	splitTree      treeKind = 1
	ticksTree      treeKind = 2
	checkpointTree treeKind = 3
)

// SumNode is a node of a sum tree: its hash and the sum of the leaves below it.
type SumNode struct {
	Hash types.Hash
	Sum  types.Amount
}

// join returns the parent of two nodes; ok is false if its sum does not fit.
func join(left, right SumNode) (parent SumNode, ok bool) {
	sum, ok := left.Sum.Add(right.Sum)
	b := make([]byte, 0, len(tagNode)+2*sumNodeSize)
	b = append(b, tagNode...)
	b = left.appendTo(b)
	b = right.appendTo(b)
	return SumNode{Hash: sha256.Sum256(b), Sum: sum}, ok
}

func (n SumNode) appendTo(b []byte) []byte { return appendAmount(append(b, n.Hash[:]...), n.Sum) }

// root closes a tree: the number of leaves is part of it, so that a path has one
// index and one length.
func (n SumNode) root(kind treeKind, count uint32) types.Hash {
	b := append([]byte(tagRoot), byte(kind))
	b = binary.BigEndian.AppendUint32(b, count)
	return sha256.Sum256(n.appendTo(b))
}

// sumTree is a binary tree built level by level from the left. The last node of
// a level of odd length moves up unchanged.
type sumTree struct {
	kind   treeKind
	levels [][]SumNode // from the leaves to the top; none if there are no leaves
}

func newSumTree(kind treeKind, leaves []SumNode) (sumTree, error) {
	t := sumTree{kind: kind}
	if len(leaves) > 1<<32-1 {
		return t, fmt.Errorf("%w: %d leaves are too many", ErrTree, len(leaves))
	}
	for level := leaves; len(level) > 0; {
		t.levels = append(t.levels, level)
		if len(level) == 1 {
			break
		}
		next := make([]SumNode, 0, (len(level)+1)/2)
		for i := 0; i+1 < len(level); i += 2 {
			parent, ok := join(level[i], level[i+1])
			if !ok {
				return t, fmt.Errorf("%w: the sum does not fit 128 bits", ErrTree)
			}
			next = append(next, parent)
		}
		if len(level)%2 == 1 {
			next = append(next, level[len(level)-1])
		}
		level = next
	}
	return t, nil
}

func (t sumTree) count() int {
	if len(t.levels) == 0 {
		return 0
	}
	return len(t.levels[0])
}

func (t sumTree) top() SumNode { return t.levels[len(t.levels)-1][0] }

// Root returns the tree's root, the zero hash if it has no leaves.
func (t sumTree) Root() types.Hash {
	if t.count() == 0 {
		return types.Hash{}
	}
	return t.top().root(t.kind, uint32(t.count()))
}

// Sum returns the sum of all leaves.
func (t sumTree) Sum() types.Amount {
	if t.count() == 0 {
		return types.Amount{}
	}
	return t.top().Sum
}

// Path returns the path of leaf i, which must be a leaf's index, as in a slice.
func (t sumTree) Path(i int) Path {
	p := Path{Index: uint32(i), Count: uint32(t.count())}
	_ = t.levels[0][i]
	for _, level := range t.levels[:len(t.levels)-1] {
		if s := i ^ 1; s < len(level) {
			p.Siblings = append(p.Siblings, level[s])
		}
		i /= 2
	}
	return p
}
