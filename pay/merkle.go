package pay

import (
	"crypto/sha256"

	"github.com/weal-network/weal/types"
)

// Tree is the Merkle tree of RFC 6962 over 32-byte hashes: leaves are hashed with
// the prefix 0, nodes with the prefix 1.
type Tree struct {
	levels [][]types.Hash // from the leaves to the top; none if there are no leaves
}

// NewTree builds the tree of hashes. It costs two hashes a leaf; the proofs then
// cost none.
func NewTree(hashes []types.Hash) *Tree {
	t := &Tree{}
	if len(hashes) == 0 {
		return t
	}
	level := make([]types.Hash, len(hashes))
	for i, h := range hashes {
		level[i] = merkleLeaf(h)
	}
	t.levels = append(t.levels, level)
	for len(level) > 1 {
		next := make([]types.Hash, 0, (len(level)+1)/2)
		for i := 0; i+1 < len(level); i += 2 {
			next = append(next, merkleNode(level[i], level[i+1]))
		}
		if len(level)%2 == 1 {
			next = append(next, level[len(level)-1])
		}
		t.levels = append(t.levels, next)
		level = next
	}
	return t
}

// Len returns the number of leaves.
func (t *Tree) Len() int {
	if len(t.levels) == 0 {
		return 0
	}
	return len(t.levels[0])
}

// Root returns the tree's root; without leaves it is the hash of nothing, as the
// RFC has it.
func (t *Tree) Root() types.Hash {
	if len(t.levels) == 0 {
		return sha256.Sum256(nil)
	}
	return t.levels[len(t.levels)-1][0]
}

// Proof returns the inclusion proof of leaf i, which must be a leaf's index, as
// in a slice.
func (t *Tree) Proof(i int) Proof {
	p := Proof{Index: uint64(i), Count: uint64(t.Len())}
	_ = t.levels[0][i]
	for _, level := range t.levels[:len(t.levels)-1] {
		if s := i ^ 1; s < len(level) {
			p.Siblings = append(p.Siblings, level[s])
		}
		i /= 2
	}
	return p
}

// MerkleRoot returns the RFC 6962 root over hashes.
func MerkleRoot(hashes []types.Hash) types.Hash { return NewTree(hashes).Root() }

// MerkleProof returns the inclusion proof of hashes[i]. For many proofs of the
// same hashes, use a Tree.
func MerkleProof(hashes []types.Hash, i int) Proof { return NewTree(hashes).Proof(i) }

func merkleLeaf(h types.Hash) types.Hash {
	var b [1 + 32]byte
	copy(b[1:], h[:])
	return sha256.Sum256(b[:])
}

func merkleNode(left, right types.Hash) types.Hash {
	var b [1 + 2*32]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[33:], right[:])
	return sha256.Sum256(b[:])
}
