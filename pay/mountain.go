package pay

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"github.com/weal-network/weal/types"
)

// Mountain is a Merkle tree that only grows and keeps no more than its peaks: at
// most 64 hashes, whatever was appended. Its root is MerkleRoot of all that was
// appended. The zero Mountain is empty.
type Mountain struct {
	count uint64
	peaks []types.Hash // of the full trees that count's bits stand for, largest first
}

// Append adds h.
func (m *Mountain) Append(h types.Hash) {
	node := merkleLeaf(h)
	// Every low one bit of count is a full tree as large as the one that node
	// has grown to; the two become one.
	for n := m.count; n&1 == 1; n >>= 1 {
		last := len(m.peaks) - 1
		node = merkleNode(m.peaks[last], node)
		m.peaks = m.peaks[:last]
	}
	m.peaks = append(m.peaks, node)
	m.count++
}

// Clone returns a copy that grows apart from m.
func (m *Mountain) Clone() Mountain {
	return Mountain{count: m.count, peaks: slices.Clone(m.peaks)}
}

// Len returns how many hashes were appended.
func (m *Mountain) Len() uint64 { return m.count }

// Root returns the RFC 6962 root over all that was appended, in its order.
func (m *Mountain) Root() types.Hash {
	if len(m.peaks) == 0 {
		return sha256.Sum256(nil)
	}
	root := m.peaks[len(m.peaks)-1]
	for i := len(m.peaks) - 2; i >= 0; i-- {
		root = merkleNode(m.peaks[i], root)
	}
	return root
}

// MarshalBinary implements encoding.BinaryMarshaler: the count, then the peaks.
func (m *Mountain) MarshalBinary() ([]byte, error) {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 8+32*len(m.peaks)), m.count)
	for _, p := range m.peaks {
		b = append(b, p[:]...)
	}
	return b, nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (m *Mountain) UnmarshalBinary(b []byte) error {
	if len(b) < 8 {
		return wantSize("mountain", b, 8)
	}
	c := cursor(b)
	count := c.u64()
	n := bits.OnesCount64(count)
	if len(c) != 32*n {
		return fmt.Errorf("mountain: %w: %d hashes have %d peaks, got %d bytes", ErrEncoding, count, n, len(c))
	}
	peaks := make([]types.Hash, n)
	for i := range peaks {
		peaks[i] = c.hash()
	}
	m.count, m.peaks = count, peaks
	return nil
}
