package pay

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/weal-network/weal/types"
)

// ReceiptSize is the length of a receipt's encoding without a detail, in bytes.
// DetailSize is what a detail adds.
const (
	ReceiptSize = 32 + laneSize + 8 + 8 + 4 + 3*32 + types.AmountSize + 1 + 8
	DetailSize  = 32
)

// The byte of the policy stands at policyAt; withDetail is added to it if a detail
// follows.
const (
	policyAt   = ReceiptSize - 9
	withDetail = 1 << 7
)

// Policy is the proof policy under which an output is trusted. The numbers are
// part of what is signed: they are never reused.
type Policy uint8

// PolicyAudit trusts by bond, reputation and sampled re-checks.
const PolicyAudit Policy = 1

// String returns the policy's name.
func (p Policy) String() string {
	if p == PolicyAudit {
		return "audit"
	}
	return fmt.Sprintf("policy(%d)", uint8(p))
}

// MarshalText implements encoding.TextMarshaler.
func (p Policy) MarshalText() ([]byte, error) {
	if p != PolicyAudit {
		return nil, fmt.Errorf("policy: %w: %d is no policy", ErrEncoding, uint8(p))
	}
	return []byte(p.String()), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Policy) UnmarshalText(text []byte) error {
	if string(text) != PolicyAudit.String() {
		return fmt.Errorf("policy: %w: want audit, got %.40q", ErrEncoding, text)
	}
	*p = PolicyAudit
	return nil
}

// Receipt is a provider's statement of one use.
type Receipt struct {
	Chain   types.Hash    `json:"chain"`
	Lane    types.LaneRef `json:"lane"`
	Seq     uint64        `json:"seq"`
	Asset   types.AssetID `json:"asset"`
	Version uint32        `json:"version"`
	Order   types.Hash    `json:"order"`  // Order.Hash of what was served
	Input   types.Hash    `json:"input"`  // SHA-256 of what went in
	Output  types.Hash    `json:"output"` // SHA-256 of what came out
	// Amount is what this use cost, in the smallest unit of the tab's denomination.
	Amount types.Amount `json:"amount"`
	Policy Policy       `json:"policy"`
	Time   int64        `json:"time"` // Unix milliseconds, by the provider's clock
	// Detail commits to a record of the use that is not in the receipt: of an app,
	// which passages stand behind its answer, see package attribution. It is zero if
	// there is none.
	Detail types.Hash `json:"detail,omitzero"`
}

// Bytes returns the encoding of r: ReceiptSize bytes, and its detail if it has one.
func (r Receipt) Bytes() []byte {
	b := append(make([]byte, 0, ReceiptSize+DetailSize), r.Chain[:]...)
	b = appendLane(b, r.Lane)
	b = binary.BigEndian.AppendUint64(b, r.Seq)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Asset))
	b = binary.BigEndian.AppendUint32(b, r.Version)
	b = append(b, r.Order[:]...)
	b = append(b, r.Input[:]...)
	b = append(b, r.Output[:]...)
	b = appendAmount(b, r.Amount)
	if r.Detail.IsZero() {
		b = append(b, byte(r.Policy))
		return binary.BigEndian.AppendUint64(b, uint64(r.Time))
	}
	b = append(b, byte(r.Policy)|withDetail)
	b = binary.BigEndian.AppendUint64(b, uint64(r.Time))
	return append(b, r.Detail[:]...)
}

// receiptSize returns how long the receipt is that b begins with, as its byte of
// the policy says.
func receiptSize(b []byte) int {
	if len(b) > policyAt && b[policyAt]&withDetail != 0 {
		return ReceiptSize + DetailSize
	}
	return ReceiptSize
}

// ParseReceipt reads what Receipt.Bytes wrote of a receipt with a known policy.
func ParseReceipt(b []byte) (Receipt, error) {
	size := receiptSize(b)
	if err := wantSize("receipt", b, size); err != nil {
		return Receipt{}, err
	}
	c := cursor(b)
	r := Receipt{
		Chain: c.hash(), Lane: c.lane(), Seq: c.u64(), Asset: types.AssetID(c.u64()), Version: c.u32(),
		Order: c.hash(), Input: c.hash(), Output: c.hash(), Amount: c.amount(),
		Policy: Policy(c.take(1)[0] &^ withDetail), Time: int64(c.u64()),
	}
	if size > ReceiptSize {
		if r.Detail = c.hash(); r.Detail.IsZero() {
			return Receipt{}, fmt.Errorf("receipt: %w: its detail is zero", ErrEncoding)
		}
	}
	if r.Policy != PolicyAudit {
		return Receipt{}, fmt.Errorf("receipt: %w: %d is no policy", ErrEncoding, uint8(r.Policy))
	}
	return r, nil
}

// Hash returns the receipt's leaf in its group's tree and in a lane's Mountain.
func (r Receipt) Hash() types.Hash {
	return sha256.Sum256(append([]byte(tagReceipt), r.Bytes()...))
}
