package pay

import (
	"errors"
	"fmt"

	"github.com/weal-network/weal/types"
)

// ErrUse is returned for a UseProof whose parts do not belong together.
var ErrUse = errors.New("the parts of the proof do not belong together")

// UseProof shows that one use of an asset was served and that its payer took the
// receipt: the asset's key signed the receipt, and the lane's key a voucher whose
// receipts root covers it.
type UseProof struct {
	Receipt SignedReceipt `json:"receipt"`
	// Path leads from the receipt's hash to the voucher's receipts root. Its index
	// is the receipt's place in the lane's mountain.
	Path    Proof         `json:"path"`
	Voucher SignedVoucher `json:"voucher"`
}

// Verify checks p with the two keys, as the chain has them: that of the asset
// which the receipt names, and that of the lane.
func (p UseProof) Verify(asset, lane types.Hash) error {
	r, v := p.Receipt.Receipt, p.Voucher.Voucher
	switch {
	case r.Chain != v.Chain:
		return fmt.Errorf("%w: receipt and voucher are of different chains", ErrUse)
	case r.Lane != v.Lane:
		return fmt.Errorf("%w: the receipt is of lane %s, the voucher of %s", ErrUse, r.Lane, v.Lane)
	case r.Seq >= v.Seq:
		return fmt.Errorf("%w: the receipt is of seq %d, and a voucher of seq %d covers only earlier ones", ErrUse, r.Seq, v.Seq)
	}
	if err := p.Receipt.Verify(asset); err != nil {
		return err
	}
	if err := p.Path.Verify(r.Hash(), v.Receipts); err != nil {
		return fmt.Errorf("receipts root: %w", err)
	}
	return p.Voucher.Verify(lane)
}
