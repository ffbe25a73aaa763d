package pay

import (
	"encoding/binary"
	"fmt"

	"github.com/weal-network/weal/types"
)

// Proof shows that a hash is in an RFC 6962 tree. Its text form is base64url
// without padding; the zero proof is the empty text.
//
// The root of such a tree does not say how many leaves it has, so Index and Count
// say how to walk and are no claim of their own.
type Proof struct {
	Index, Count uint64
	// Siblings are the nodes beside the way up, from the leaf on.
	Siblings []types.Hash
}

// Verify checks that p leads from leaf, one of the hashes the tree is over, to root.
func (p Proof) Verify(leaf, root types.Hash) error {
	got, err := p.climb(leaf)
	if err != nil {
		return err
	}
	if got != root {
		return fmt.Errorf("proof: %w", ErrPath)
	}
	return nil
}

func (p Proof) climb(leaf types.Hash) (types.Hash, error) {
	if len(p.Siblings) != siblings(p.Index, p.Count) {
		return types.Hash{}, fmt.Errorf("proof: %w: leaf %d of %d has not %d siblings", ErrPath, p.Index, p.Count, len(p.Siblings))
	}
	node, rest := merkleLeaf(leaf), p.Siblings
	for index, count := p.Index, p.Count; count > 1; index, count = index/2, half(count) {
		switch {
		case index^1 >= count:
			continue
		case index%2 == 1:
			node = merkleNode(rest[0], node)
		default:
			node = merkleNode(node, rest[0])
		}
		rest = rest[1:]
	}
	return node, nil
}

// Bytes returns the encoding of p: index, count, then every sibling.
func (p Proof) Bytes() []byte {
	b := make([]byte, 0, 16+32*len(p.Siblings))
	b = binary.BigEndian.AppendUint64(b, p.Index)
	b = binary.BigEndian.AppendUint64(b, p.Count)
	for _, h := range p.Siblings {
		b = append(b, h[:]...)
	}
	return b
}

// ParseProof reads what Proof.Bytes wrote of the proof of a leaf in its tree.
func ParseProof(b []byte) (Proof, error) {
	if len(b) < 16 {
		return Proof{}, wantSize("proof", b, 16)
	}
	c := cursor(b)
	p := Proof{Index: c.u64(), Count: c.u64()}
	n := siblings(p.Index, p.Count)
	if n < 0 {
		return Proof{}, fmt.Errorf("proof: %w: there is no leaf %d of %d", ErrEncoding, p.Index, p.Count)
	}
	if err := wantSize("proof", b, 16+32*n); err != nil {
		return Proof{}, err
	}
	for range n {
		p.Siblings = append(p.Siblings, c.hash())
	}
	return p, nil
}

// AppendText implements encoding.TextAppender.
func (p Proof) AppendText(b []byte) ([]byte, error) {
	if p.Count == 0 && p.Index == 0 && len(p.Siblings) == 0 {
		return b, nil
	}
	return appendText(b, p.Bytes()), nil
}

// MarshalText implements encoding.TextMarshaler.
func (p Proof) MarshalText() ([]byte, error) { return p.AppendText([]byte{}) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Proof) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = Proof{}
		return nil
	}
	b, err := decodeText("proof", text)
	if err != nil {
		return err
	}
	v, err := ParseProof(b)
	if err != nil {
		return err
	}
	*p = v
	return nil
}
