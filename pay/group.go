package pay

import (
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/weal-network/weal/types"
)

// SignedReceipt is a receipt of a group that was signed at once. It can be shown
// alone: Path leads to the root that was signed.
type SignedReceipt struct {
	Receipt
	Path      Proof     `json:"path"`
	Signature Signature `json:"signature"`
}

// groupMessage is what is signed for a group. The count is part of it, which the
// root alone does not tell.
func groupMessage(count uint64, root types.Hash) []byte {
	b := binary.BigEndian.AppendUint64([]byte(tagGroup), count)
	return append(b, root[:]...)
}

// SignGroup signs receipts with one signature of an asset's key. The result has
// their order. There must be at least one.
func SignGroup(receipts []Receipt, key ed25519.PrivateKey) ([]SignedReceipt, error) {
	if len(receipts) == 0 {
		return nil, errors.New("sign receipts: there are none")
	}
	hashes := make([]types.Hash, len(receipts))
	for i, r := range receipts {
		if r.Policy != PolicyAudit {
			return nil, fmt.Errorf("sign receipts: %w: %d is no policy", ErrEncoding, uint8(r.Policy))
		}
		hashes[i] = r.Hash()
	}
	tree := NewTree(hashes)
	sig := sign(key, groupMessage(uint64(len(receipts)), tree.Root()))
	signed := make([]SignedReceipt, len(receipts))
	for i, r := range receipts {
		signed[i] = SignedReceipt{Receipt: r, Path: tree.Proof(i), Signature: sig}
	}
	return signed, nil
}

// Verify returns ErrSignature unless the receipt is in a group that key signed,
// by the rules of ZIP-215. The key is that of the asset which the receipt names.
func (s SignedReceipt) Verify(key types.Hash) error {
	root, err := s.Path.climb(s.Hash())
	if err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	if !verify(key, groupMessage(s.Path.Count, root), s.Signature) {
		return fmt.Errorf("receipt: %w", ErrSignature)
	}
	return nil
}

// Bytes returns the encoding of s: the receipt, the signature, the path. In a
// group of up to eight it takes at most 365 bytes, and 397 with a detail.
func (s SignedReceipt) Bytes() []byte {
	b := append(s.Receipt.Bytes(), s.Signature[:]...)
	return append(b, s.Path.Bytes()...)
}

// ParseSignedReceipt reads what SignedReceipt.Bytes wrote. It does not verify.
func ParseSignedReceipt(b []byte) (SignedReceipt, error) {
	size := receiptSize(b)
	head := size + ed25519.SignatureSize
	if len(b) < head {
		return SignedReceipt{}, wantSize("signed receipt", b, head)
	}
	r, err := ParseReceipt(b[:size])
	if err != nil {
		return SignedReceipt{}, err
	}
	p, err := ParseProof(b[head:])
	if err != nil {
		return SignedReceipt{}, fmt.Errorf("signed receipt: %w", err)
	}
	return SignedReceipt{Receipt: r, Path: p, Signature: Signature(b[size:head])}, nil
}
