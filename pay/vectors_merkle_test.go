package pay_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// merkleCase is an RFC 6962 tree with all its proofs, and the Mountain of the same
// hashes.
type merkleCase struct {
	Name     string       `json:"name"`
	Hashes   []types.Hash `json:"hashes"`
	Root     types.Hash   `json:"root"`
	Mountain hexBytes     `json:"mountain"`
	Proofs   []hexBytes   `json:"proofs"`
}

func (c merkleCase) check(t *testing.T) {
	var m pay.Mountain
	for i, h := range c.Hashes {
		p, err := pay.ParseProof(c.Proofs[i])
		require.NoError(t, err, c.Name)
		require.NoError(t, p.Verify(h, c.Root), c.Name)
		m.Append(h)
	}
	b, err := m.MarshalBinary()
	require.NoError(t, err)
	require.Equal(t, []byte(c.Mountain), b, c.Name)
	require.Equal(t, c.Root, m.Root(), c.Name)
}

func someHashes(n int) []types.Hash {
	hashes := make([]types.Hash, n)
	for i := range hashes {
		hashes[i] = seeded(fmt.Sprint("hash ", i))
	}
	return hashes
}

func makeMerkle(t *testing.T) vectorFile[merkleCase] {
	f := vectorFile[merkleCase]{About: "Trees of RFC 6962 over 32-byte hashes, as over a vault's chunks and a lane's receipts: root, proofs, and the mountain that grows to the same root."}
	for _, n := range []int{0, 1, 2, 3, 4, 5, 7, 8, 13} {
		hashes := someHashes(n)
		c := merkleCase{Name: fmt.Sprint(n, " hashes"), Hashes: hashes, Root: pay.MerkleRoot(hashes), Proofs: []hexBytes{}}
		var m pay.Mountain
		for i, h := range hashes {
			m.Append(h)
			c.Proofs = append(c.Proofs, pay.MerkleProof(hashes, i).Bytes())
		}
		b, err := m.MarshalBinary()
		require.NoError(t, err)
		c.Mountain = b
		f.Cases = append(f.Cases, c)
	}
	return f
}

// proofCase shows one hash to a root.
type proofCase struct {
	verdict
	Root  types.Hash `json:"root"`
	Hash  types.Hash `json:"hash"`
	Proof hexBytes   `json:"proof"`
}

func (c proofCase) check(t *testing.T) {
	p, err := pay.ParseProof(c.Proof)
	if err == nil {
		err = p.Verify(c.Hash, c.Root)
	}
	c.require(t, err)
}

func makeProofs(t *testing.T) vectorFile[proofCase] {
	f := vectorFile[proofCase]{About: "Proofs in RFC 6962 trees, right and wrong."}
	hashes := someHashes(5)
	tree := pay.NewTree(hashes)
	base := proofCase{Root: tree.Root(), Hash: hashes[2], Proof: tree.Proof(2).Bytes()}
	add := func(v verdict, change func(*proofCase)) {
		c := base
		c.verdict, c.Proof = v, slices.Clone(base.Proof)
		change(&c)
		f.Cases = append(f.Cases, c)
	}
	add(good("hash 2 of 5"), func(*proofCase) {})
	add(good("hash 4 of 5, which moves up"), func(c *proofCase) { c.Hash, c.Proof = hashes[4], tree.Proof(4).Bytes() })
	add(bad("another hash", "path"), func(c *proofCase) { c.Hash = hashes[3] })
	add(bad("another root", "path"), func(c *proofCase) { c.Root = pay.MerkleRoot(hashes[:4]) })
	add(bad("sibling changed", "path"), func(c *proofCase) { c.Proof = changed(c.Proof, 16) })
	add(bad("siblings swapped", "path"), func(c *proofCase) {
		copy(c.Proof[16:], base.Proof[48:80])
		copy(c.Proof[48:], base.Proof[16:48])
	})
	add(bad("index of the neighbour", "path"), func(c *proofCase) { c.Proof = changed(c.Proof, 7) })
	add(bad("index beyond the count", "encoding"), func(c *proofCase) { c.Proof[7] = 5 })
	add(bad("a sibling missing", "encoding"), func(c *proofCase) { c.Proof = c.Proof[:len(c.Proof)-32] })
	add(bad("truncated by a byte", "encoding"), func(c *proofCase) { c.Proof = c.Proof[:len(c.Proof)-1] })
	add(bad("a sibling too many", "encoding"), func(c *proofCase) { c.Proof = append(c.Proof, make([]byte, 32)...) })
	add(bad("empty", "encoding"), func(c *proofCase) { c.Proof = nil })
	add(bad("an inner node shown as a hash", "path"), func(c *proofCase) {
		four := pay.NewTree(hashes[:4])
		c.Root, c.Hash = four.Root(), four.Proof(2).Siblings[1]
		c.Proof = pay.Proof{Index: 0, Count: 2, Siblings: four.Proof(0).Siblings[1:]}.Bytes()
	})
	return f
}
