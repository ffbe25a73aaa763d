package pay

import (
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/weal-network/weal/types"
)

const (
	// VoucherSize is the length of a voucher's encoding, in bytes.
	VoucherSize = 32 + laneSize + 8 + 2*types.AmountSize + 3*32
	// SignedVoucherSize is the length of a signed voucher's encoding, in bytes.
	SignedVoucherSize = VoucherSize + ed25519.SignatureSize
)

// ErrSignature is returned for a signature that does not hold.
var ErrSignature = errors.New("signature does not hold")

// Voucher is what a payer signs: the running totals of one lane. Amounts are in
// the smallest unit of the tab's denomination.
type Voucher struct {
	Chain types.Hash    `json:"chain"` // ChainHash of the chain's id
	Lane  types.LaneRef `json:"lane"`
	Seq   uint64        `json:"seq"` // rises with the lane's vouchers, from 1; it may skip
	// Total is the sum of all leaves under Split.
	Total types.Amount `json:"total"`
	// Ceiling is the most that the ticks under Ticks can add to it.
	Ceiling  types.Amount `json:"ceiling"`
	Split    types.Hash   `json:"split"`    // Split.Root
	Ticks    types.Hash   `json:"ticks"`    // Ticks.Root
	Receipts types.Hash   `json:"receipts"` // Mountain.Root of the lane's earlier receipts
}

// Bytes returns the encoding of v, VoucherSize bytes.
func (v Voucher) Bytes() []byte { return v.appendTo(make([]byte, 0, VoucherSize)) }

func (v Voucher) appendTo(b []byte) []byte {
	b = append(b, v.Chain[:]...)
	b = appendLane(b, v.Lane)
	b = binary.BigEndian.AppendUint64(b, v.Seq)
	b = appendAmount(b, v.Total)
	b = appendAmount(b, v.Ceiling)
	b = append(b, v.Split[:]...)
	b = append(b, v.Ticks[:]...)
	return append(b, v.Receipts[:]...)
}

// ParseVoucher reads what Voucher.Bytes wrote.
func ParseVoucher(b []byte) (Voucher, error) {
	if err := wantSize("voucher", b, VoucherSize); err != nil {
		return Voucher{}, err
	}
	c := cursor(b)
	return Voucher{
		Chain: c.hash(), Lane: c.lane(), Seq: c.u64(), Total: c.amount(), Ceiling: c.amount(),
		Split: c.hash(), Ticks: c.hash(), Receipts: c.hash(),
	}, nil
}

// Most returns Total+Ceiling, the most that v can cost its payer; ok is false if
// it does not fit an amount. A payee checks that it fits the lane's cap.
func (v Voucher) Most() (most types.Amount, ok bool) { return v.Total.Add(v.Ceiling) }

// message is what is signed: the tag keeps it apart from anything else that a
// lane key could ever sign.
func (v Voucher) message() []byte {
	return v.appendTo(append(make([]byte, 0, len(tagVoucher)+VoucherSize), tagVoucher...))
}

// SignedVoucher is a voucher with the signature of its lane's key. Its text form
// is base64url without padding.
type SignedVoucher struct {
	Voucher
	Signature Signature
}

// Sign signs v with a lane's private key.
func Sign(v Voucher, key ed25519.PrivateKey) SignedVoucher {
	return SignedVoucher{Voucher: v, Signature: sign(key, v.message())}
}

// Verify returns ErrSignature unless the signature is key's, by the rules of
// ZIP-215: they accept the same signatures in every implementation.
func (s SignedVoucher) Verify(key types.Hash) error {
	if !verify(key, s.message(), s.Signature) {
		return fmt.Errorf("voucher: %w", ErrSignature)
	}
	return nil
}

// Bytes returns the encoding of s, SignedVoucherSize bytes.
func (s SignedVoucher) Bytes() []byte {
	return append(s.appendTo(make([]byte, 0, SignedVoucherSize)), s.Signature[:]...)
}

// ParseSignedVoucher reads what SignedVoucher.Bytes wrote. It does not verify.
func ParseSignedVoucher(b []byte) (SignedVoucher, error) {
	if err := wantSize("signed voucher", b, SignedVoucherSize); err != nil {
		return SignedVoucher{}, err
	}
	v, err := ParseVoucher(b[:VoucherSize])
	return SignedVoucher{Voucher: v, Signature: Signature(b[VoucherSize:])}, err
}

// AppendText implements encoding.TextAppender.
func (s SignedVoucher) AppendText(b []byte) ([]byte, error) { return appendText(b, s.Bytes()), nil }

// MarshalText implements encoding.TextMarshaler.
func (s SignedVoucher) MarshalText() ([]byte, error) { return s.AppendText(nil) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *SignedVoucher) UnmarshalText(text []byte) error {
	b, err := decodeText("signed voucher", text)
	if err != nil {
		return err
	}
	v, err := ParseSignedVoucher(b)
	if err != nil {
		return err
	}
	*s = v
	return nil
}
