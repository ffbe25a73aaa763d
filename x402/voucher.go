package x402

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// The types of a Voucher.
const (
	// TypeLane names the lane that will pay, to be told the price for it.
	TypeLane = "lane"
	// TypeVoucher pays.
	TypeVoucher = "voucher"
)

// maxLeaves bounds the payees of one payment: 64 vaults, a model and an app.
const maxLeaves = 66

// Voucher is the payload of batch-settlement.
type Voucher struct {
	Type string `json:"type"`
	// Lane and Seq are those of the voucher to come. Type lane only.
	Lane *types.LaneRef `json:"lane,omitempty"`
	Seq  uint64         `json:"seq,omitempty"`
	// Quote is the quote's id, of a gateway. Type voucher only, as what follows.
	Quote   string             `json:"quote,omitempty"`
	Voucher *pay.SignedVoucher `json:"voucher,omitempty"`
	// Leaves are firm: one for each payee.
	Leaves []wire.PaidLeaf `json:"leaves,omitempty"`
}

// ParseVoucher reads the payload of a payment by SchemeBatch.
func ParseVoucher(payload json.RawMessage) (Voucher, error) {
	var v Voucher
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return Voucher{}, fmt.Errorf("payload: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Voucher{}, errors.New("payload: there is more after its JSON value")
	}
	if err := v.check(); err != nil {
		return Voucher{}, fmt.Errorf("payload: %w", err)
	}
	return v, nil
}

func (v Voucher) check() error {
	switch v.Type {
	case TypeLane:
		if v.Lane == nil || v.Seq == 0 || v.Quote != "" || v.Voucher != nil || len(v.Leaves) > 0 {
			return errors.New("type lane has lane and seq, and nothing else")
		}
	case TypeVoucher:
		if v.Voucher == nil || v.Lane != nil || v.Seq != 0 {
			return errors.New("type voucher has voucher and leaves, and quote for a gateway")
		}
		if len(v.Leaves) == 0 || len(v.Leaves) > maxLeaves || len(v.Quote) > maxField {
			return fmt.Errorf("want 1 to %d leaves", maxLeaves)
		}
	default:
		return fmt.Errorf("type %.40q is neither %s nor %s", v.Type, TypeLane, TypeVoucher)
	}
	return nil
}

// ID names the commitment: SHA-256 of the signed voucher.
func (v Voucher) ID() types.Hash { return sha256.Sum256(v.Voucher.Bytes()) }

// Terms is the extra of an offer by SchemeBatch: all that a payer needs to sign.
type Terms struct {
	// Chain is the Cosmos chain id, whose hash is in every voucher.
	Chain string `json:"chain"`
	// Asset is who sells, Version its version.
	Asset   types.AssetID `json:"asset"`
	Version uint32        `json:"version,omitempty"`
	// Needs is "lane" if the price depends on the lane: the payer names it first,
	// and amount is the most that the answer will come to.
	Needs string `json:"needs,omitempty"`
	// Quote is a gateway's quote: one leaf for each vault and each meter, the
	// meter's at its price times its most.
	Quote *wire.Quote `json:"quote,omitempty"`
	// Request and Items are those of the one order, of a model or a vault.
	Request *types.Hash `json:"request,omitempty"`
	Items   *types.Hash `json:"items,omitempty"`
}

// NeedsLane is Terms.Needs of an offer whose price depends on the lane.
const NeedsLane = "lane"

// Reply is the extra of a settlement by SchemeBatch.
type Reply struct {
	Lane  types.LaneRef `json:"lane"`
	Seq   uint64        `json:"seq"`
	Total types.Amount  `json:"total"` // of the voucher: what the lane owes in all
}
