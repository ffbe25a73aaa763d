package types

import (
	"math/big"

	weal "github.com/weal-network/weal/types"
)

// BasisPoints is the whole, in basis points.
const BasisPoints = 10_000

// MaxWatcherBasisPoints is the most that a watcher gets of what it settles.
const MaxWatcherBasisPoints = 1_000

// Part returns floor(whole · points / BasisPoints). Points are at most BasisPoints.
func Part(whole weal.Amount, points uint32) weal.Amount {
	n := whole.Big()
	n.Mul(n, big.NewInt(int64(min(points, BasisPoints))))
	part, err := weal.AmountFromBig(n.Div(n, big.NewInt(BasisPoints)))
	if err != nil { // cannot be: it is at most whole
		return weal.Amount{}
	}
	return part
}

// DefaultParams returns the parameters of a new chain.
//
// The refund pays for 25,000 gas at the chain's least price of 10^7 aweal, about
// what a settlement of one asset adds to a batch. With a ratio of 20 it is, but
// for an asset's first credit of a lane, never more than 5 % of what the
// settlement credits: who drains a fee reserve has brought at least 20 times as
// much to assets.
func DefaultParams() Params {
	return Params{
		CloseSeconds:         600,
		CloseBlocks:          100,
		LeastCap:             "1000000000000000", // 0.001 WEAL
		MaxLanes:             1024,
		RefundPerAsset:       "250000000000", // 0.00000025 WEAL
		RefundRatio:          20,
		LeastBondBasisPoints: 500,
	}
}

// maxLanes bounds MaxLanes: closing reads every lane of a tab in one message.
const maxLanes = 4096

// Validate returns ErrParams, with the reason, if p breaks a rule.
func (p Params) Validate() error {
	cap, err := weal.ParseAmount(p.LeastCap)
	if err != nil {
		return ErrParams.Wrapf("least_cap: %s", err)
	}
	if _, err := weal.ParseAmount(p.RefundPerAsset); err != nil {
		return ErrParams.Wrapf("refund_per_asset: %s", err)
	}
	switch {
	case p.CloseSeconds == 0 || p.CloseBlocks == 0:
		return ErrParams.Wrap("close_seconds and close_blocks must be at least 1")
	case cap.IsZero():
		return ErrParams.Wrap("least_cap must be at least 1")
	case p.MaxLanes == 0 || p.MaxLanes > maxLanes:
		return ErrParams.Wrapf("max_lanes must be from 1 to %d, got %d", maxLanes, p.MaxLanes)
	case p.RefundRatio == 0:
		return ErrParams.Wrap("refund_ratio must be at least 1")
	case p.LeastBondBasisPoints > BasisPoints:
		return ErrParams.Wrapf("least_bond_basis_points must be at most %d, got %d", BasisPoints, p.LeastBondBasisPoints)
	}
	return nil
}

// LeastBond returns the smallest bond for a deposit, rounded up. It is never
// more than the deposit, since LeastBondBasisPoints is at most BasisPoints.
func (p Params) LeastBond(deposit weal.Amount) weal.Amount {
	n := deposit.Big()
	n.Mul(n, big.NewInt(int64(min(p.LeastBondBasisPoints, BasisPoints))))
	n.Add(n, big.NewInt(BasisPoints-1))
	n.Div(n, big.NewInt(BasisPoints))
	bond, err := weal.AmountFromBig(n)
	if err != nil { // cannot be: n is at most the deposit
		return deposit
	}
	return bond
}

// Refund returns what the fee reserve pays back for crediting one asset with
// credit: RefundPerAsset, or nothing if the credit is not the asset's first of the
// lane and not RefundRatio times as much. p must be valid.
func (p Params) Refund(credit weal.Amount, first bool) weal.Amount {
	refund, err := weal.ParseAmount(p.RefundPerAsset)
	if err != nil {
		return weal.Amount{}
	}
	least, ok := refund.Mul(uint64(p.RefundRatio))
	if !first && (!ok || credit.Cmp(least) < 0) {
		return weal.Amount{}
	}
	return refund
}
