package pay

import (
	"errors"
	"fmt"

	"github.com/weal-network/weal/types"
)

// ErrClaim is returned for a claim that claims nothing, or for two assets.
var ErrClaim = errors.New("claim does not hold")

// Claim shows what a voucher owes one asset: its firm leaf, its ticks, or both.
type Claim struct {
	Leaf     *Leaf      `json:"leaf,omitempty"`
	LeafPath Path       `json:"leaf_path"`
	Tick     *TickLeaf  `json:"tick,omitempty"`
	TickPath Path       `json:"tick_path"`
	K        uint32     `json:"k"` // ticks paid; from 1 if there is a tick leaf
	Preimage types.Hash `json:"preimage"`
}

// Settlement is a voucher and what is to be paid by it.
type Settlement struct {
	Voucher SignedVoucher `json:"voucher"`
	Claims  []Claim       `json:"claims"`
}

// Asset returns which asset the claim is for, without verifying anything.
func (c Claim) Asset() (types.AssetID, error) {
	switch {
	case c.Leaf == nil && c.Tick == nil:
		return 0, fmt.Errorf("%w: it has neither leaf nor ticks", ErrClaim)
	case c.Leaf == nil:
		return c.Tick.Asset, nil
	case c.Tick != nil && c.Tick.Asset != c.Leaf.Asset:
		return 0, fmt.Errorf("%w: the leaf is of asset %d, the ticks of asset %d", ErrClaim, c.Leaf.Asset, c.Tick.Asset)
	}
	return c.Leaf.Asset, nil
}

// Value verifies c against v, though not v's signature, and returns the asset and
// all that v owes it: the leaf's amount plus the price of K ticks.
// It hashes K times, at most MaxTicks.
func (c Claim) Value(v Voucher) (types.AssetID, types.Amount, error) {
	asset, err := c.Asset()
	if err != nil {
		return 0, types.Amount{}, err
	}
	var firm, ticks types.Amount
	if c.Leaf != nil {
		if err := VerifyLeaf(v, *c.Leaf, c.LeafPath); err != nil {
			return 0, types.Amount{}, err
		}
		firm = c.Leaf.Amount
	}
	if c.Tick != nil {
		if ticks, err = c.tickValue(v); err != nil {
			return 0, types.Amount{}, err
		}
	}
	value, ok := firm.Add(ticks)
	if !ok {
		return 0, types.Amount{}, fmt.Errorf("%w: leaf and ticks do not fit 128 bits", ErrClaim)
	}
	return asset, value, nil
}

func (c Claim) tickValue(v Voucher) (types.Amount, error) {
	if err := VerifyTick(v, *c.Tick, c.TickPath); err != nil {
		return types.Amount{}, err
	}
	if err := VerifyTicks(*c.Tick, c.K, c.Preimage); err != nil {
		return types.Amount{}, err
	}
	value, ok := c.Tick.Price.Mul(uint64(c.K))
	if !ok {
		return types.Amount{}, fmt.Errorf("%w: the ticks do not fit 128 bits", ErrClaim)
	}
	return value, nil
}
