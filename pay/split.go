package pay

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/weal-network/weal/types"
)

// LeafSize is the length of a leaf's encoding, in bytes.
const LeafSize = 8 + types.AmountSize + 32

// Leaf is the running total that a lane owes one asset. It never falls from one
// voucher to the next.
type Leaf struct {
	Asset  types.AssetID `json:"asset"`
	Amount types.Amount  `json:"amount"`
	// Order is the hash of the order that the asset last served, or is to serve.
	Order types.Hash `json:"order"`
}

// Bytes returns the encoding of l, LeafSize bytes.
func (l Leaf) Bytes() []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, LeafSize), uint64(l.Asset))
	b = appendAmount(b, l.Amount)
	return append(b, l.Order[:]...)
}

// ParseLeaf reads what Leaf.Bytes wrote.
func ParseLeaf(b []byte) (Leaf, error) {
	if err := wantSize("leaf", b, LeafSize); err != nil {
		return Leaf{}, err
	}
	c := cursor(b)
	return Leaf{Asset: types.AssetID(c.u64()), Amount: c.amount(), Order: c.hash()}, nil
}

func (l Leaf) node() SumNode {
	return SumNode{Hash: sha256.Sum256(append([]byte(tagLeaf), l.Bytes()...)), Sum: l.Amount}
}

// Split is the sum tree of a voucher's leaves; it has Root, Sum and Path(i).
type Split struct{ sumTree }

// NewSplit builds the tree of leaves, which must ascend strictly by asset and
// sum to less than 2^128. No leaves give a zero root and a zero sum.
func NewSplit(leaves []Leaf) (*Split, error) {
	nodes, err := leafNodes(leaves)
	if err != nil {
		return nil, fmt.Errorf("split: %w", err)
	}
	t, err := newSumTree(splitTree, nodes)
	if err != nil {
		return nil, fmt.Errorf("split: %w", err)
	}
	return &Split{t}, nil
}

// leafNodes returns the nodes of leaves, which must ascend strictly by asset.
func leafNodes(leaves []Leaf) ([]SumNode, error) {
	nodes := make([]SumNode, len(leaves))
	for i, l := range leaves {
		if l.Asset == 0 || (i > 0 && leaves[i-1].Asset >= l.Asset) {
			return nil, fmt.Errorf("%w: assets must ascend from 1, leaf %d is of asset %d", ErrTree, i, l.Asset)
		}
		nodes[i] = l.node()
	}
	return nodes, nil
}

// VerifyLeaf checks that p leads from l to v.Split and that the tree's sum is
// v.Total exactly. It does not check v's signature.
func VerifyLeaf(v Voucher, l Leaf, p Path) error {
	if err := p.verify(splitTree, l.node(), v.Split, v.Total); err != nil {
		return fmt.Errorf("leaf of asset %d: %w", l.Asset, err)
	}
	return nil
}
