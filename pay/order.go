package pay

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/weal-network/weal/types"
)

// OrderSize is the length of an order's encoding, in bytes.
const OrderSize = laneSize + 8 + 8 + 8 + 4 + 2*32 + types.AmountSize + 3*4

// Order binds a payment to what was asked of one asset. Each order is served once.
type Order struct {
	Lane    types.LaneRef `json:"lane"`
	Seq     uint64        `json:"seq"` // of the voucher that pays it
	Gateway types.AssetID `json:"gateway"`
	Asset   types.AssetID `json:"asset"`
	Version uint32        `json:"version"` // of the asset
	// Request is the SHA-256 of the body that the client sent.
	Request types.Hash `json:"request"`
	// Items commits to what is bought: for a vault ItemsHash of its passages' ids,
	// or SealedItems of that; for a model and an app ItemsHash of all vaults' Items
	// in the quote's order.
	Items types.Hash `json:"items"`
	// Price is that of the whole order if it is firm, of one tick if it is metered.
	Price types.Amount `json:"price"`
	// Tokens, Prompt and Most are as in TickLeaf; all zero if the order is firm.
	Tokens uint32 `json:"tokens"`
	Prompt uint32 `json:"prompt"`
	Most   uint32 `json:"most"`
}

// Firm reports whether o is paid by a leaf rather than by ticks.
func (o Order) Firm() bool { return o.Tokens == 0 && o.Prompt == 0 && o.Most == 0 }

// Bytes returns the encoding of o, OrderSize bytes.
func (o Order) Bytes() []byte {
	b := appendLane(make([]byte, 0, OrderSize), o.Lane)
	b = binary.BigEndian.AppendUint64(b, o.Seq)
	b = binary.BigEndian.AppendUint64(b, uint64(o.Gateway))
	b = binary.BigEndian.AppendUint64(b, uint64(o.Asset))
	b = binary.BigEndian.AppendUint32(b, o.Version)
	b = append(b, o.Request[:]...)
	b = append(b, o.Items[:]...)
	b = appendAmount(b, o.Price)
	b = binary.BigEndian.AppendUint32(b, o.Tokens)
	b = binary.BigEndian.AppendUint32(b, o.Prompt)
	return binary.BigEndian.AppendUint32(b, o.Most)
}

// Hash returns what leaves, ticks and receipts call the order by.
func (o Order) Hash() types.Hash {
	return sha256.Sum256(append([]byte(tagOrder), o.Bytes()...))
}
