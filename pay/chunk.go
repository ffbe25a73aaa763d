package pay

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/weal-network/weal/types"
)

// Chunk is one piece of a vault's document, as the vault's root commits to it.
type Chunk struct {
	Source  string // the document's name in the vault
	Heading string // the headings above it
	Start   uint64 // byte span in the document's text
	End     uint64
	Text    string
}

// Hash returns the chunk's leaf in the vault's tree (see MerkleRoot).
func (c Chunk) Hash() types.Hash {
	b := make([]byte, 0, len(tagChunk)+5*8+len(c.Source)+len(c.Heading)+len(c.Text))
	b = append(b, tagChunk...)
	b = appendString(b, c.Source)
	b = appendString(b, c.Heading)
	b = binary.BigEndian.AppendUint64(b, c.Start)
	b = binary.BigEndian.AppendUint64(b, c.End)
	return sha256.Sum256(appendString(b, c.Text))
}

// appendString appends s with its length ahead, so that two fields cannot trade
// bytes.
func appendString(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint64(b, uint64(len(s))), s...)
}
