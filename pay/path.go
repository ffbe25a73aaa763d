package pay

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/weal-network/weal/types"
)

const (
	sumNodeSize = 32 + types.AmountSize
	// MaxPathSize is the length of the longest path's encoding, in bytes.
	MaxPathSize = 4 + 4 + 32*sumNodeSize
)

// ErrPath is returned for a path that does not lead from its leaf to the root.
var ErrPath = errors.New("path does not lead to the root")

// ErrSum is returned for a tree whose sum is not what the voucher says.
var ErrSum = errors.New("sum is not the voucher's")

// Path leads from one leaf of a sum tree to its root. Its text form is base64url
// without padding; the zero path is the empty text.
type Path struct {
	Index, Count uint32
	// Siblings are the nodes beside the way up, from the leaf on. A level where
	// the way has no node beside it has none.
	Siblings []SumNode
}

// siblings returns how many siblings leaf index of count has on its way up, or
// -1 if there is no such leaf.
func siblings(index, count uint64) int {
	if index >= count {
		return -1
	}
	n := 0
	for ; count > 1; index, count = index/2, half(count) {
		if index^1 < count {
			n++
		}
	}
	return n
}

// half returns how many nodes the level above one of count nodes has. It is
// count/2 rounded up, without the overflow of adding one first.
func half(count uint64) uint64 { return count - count/2 }

// climb returns the root and sum that p leads to from leaf.
func (p Path) climb(kind treeKind, leaf SumNode) (types.Hash, types.Amount, error) {
	if len(p.Siblings) != siblings(uint64(p.Index), uint64(p.Count)) {
		return types.Hash{}, types.Amount{}, fmt.Errorf("%w: leaf %d of %d has not %d siblings", ErrPath, p.Index, p.Count, len(p.Siblings))
	}
	var ok bool
	node, rest := leaf, p.Siblings
	for index, count := uint64(p.Index), uint64(p.Count); count > 1; index, count = index/2, half(count) {
		if index^1 >= count {
			continue
		}
		left, right := node, rest[0]
		if index%2 == 1 {
			left, right = right, left
		}
		if node, ok = join(left, right); !ok {
			return types.Hash{}, types.Amount{}, fmt.Errorf("%w: it does not fit 128 bits", ErrSum)
		}
		rest = rest[1:]
	}
	return node.root(kind, p.Count), node.Sum, nil
}

// verify checks that p leads from leaf to root with exactly sum.
func (p Path) verify(kind treeKind, leaf SumNode, root types.Hash, sum types.Amount) error {
	gotRoot, gotSum, err := p.climb(kind, leaf)
	switch {
	case err != nil:
		return err
	case gotSum != sum:
		return fmt.Errorf("%w: want %s, got %s", ErrSum, sum, gotSum)
	case gotRoot != root:
		return ErrPath
	}
	return nil
}

// Bytes returns the encoding of p: index, count, then hash and sum of every sibling.
func (p Path) Bytes() []byte {
	b := make([]byte, 0, 8+len(p.Siblings)*sumNodeSize)
	b = binary.BigEndian.AppendUint32(b, p.Index)
	b = binary.BigEndian.AppendUint32(b, p.Count)
	for _, n := range p.Siblings {
		b = n.appendTo(b)
	}
	return b
}

// ParsePath reads what Path.Bytes wrote of the path of a leaf in its tree.
func ParsePath(b []byte) (Path, error) {
	if len(b) < 8 {
		return Path{}, wantSize("path", b, 8)
	}
	c := cursor(b)
	p := Path{Index: c.u32(), Count: c.u32()}
	n := siblings(uint64(p.Index), uint64(p.Count))
	if n < 0 {
		return Path{}, fmt.Errorf("path: %w: there is no leaf %d of %d", ErrEncoding, p.Index, p.Count)
	}
	if err := wantSize("path", b, 8+n*sumNodeSize); err != nil {
		return Path{}, err
	}
	for range n {
		p.Siblings = append(p.Siblings, SumNode{Hash: c.hash(), Sum: c.amount()})
	}
	return p, nil
}

// AppendText implements encoding.TextAppender.
func (p Path) AppendText(b []byte) ([]byte, error) {
	if p.Count == 0 && p.Index == 0 && len(p.Siblings) == 0 {
		return b, nil
	}
	return appendText(b, p.Bytes()), nil
}

// MarshalText implements encoding.TextMarshaler.
func (p Path) MarshalText() ([]byte, error) { return p.AppendText([]byte{}) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Path) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = Path{}
		return nil
	}
	b, err := decodeText("path", text)
	if err != nil {
		return err
	}
	v, err := ParsePath(b)
	if err != nil {
		return err
	}
	*p = v
	return nil
}
