package keeper

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// shareProto puts a share in the form of queries.
func (k Keeper) shareProto(s Share) (types.Share, error) {
	owner, err := k.addresses.BytesToString(s.Owner.Bytes())
	if err != nil {
		return types.Share{}, err
	}
	p := types.Share{Id: uint64(s.ID), Asset: uint64(s.Asset), Owner: owner, Value: s.Value}
	if s.Approved != (common.Address{}) {
		p.Approved, err = k.addresses.BytesToString(s.Approved.Bytes())
	}
	return p, err
}

func revenueProto(key denomKey, r revenue, c contributors) types.Revenue {
	return types.Revenue{
		Asset: key.K1(), Denom: key.K2(), Lifetime: r.lifetime.String(), Holders: r.holders.String(),
		PerUnit: r.perUnit.Dec(), Remainder: fmt.Sprint(r.remainder), Claimed: r.claimed.String(),
		Treasury: r.treasury.String(), Part: uint32(r.part), Carried: uint32(r.carried),
		Waiting: c.waiting.String(), Granted: c.granted.String(),
	}
}

// revenueOf reads a row of genesis for the asset a.
func revenueOf(a types.Asset, p types.Revenue) (revenue, error) {
	r := newRevenue(a)
	r.units = 0 // the caller adds up the shares'
	var err error
	if r.lifetime, err = weal.ParseAmount(p.Lifetime); err != nil {
		return r, fmt.Errorf("lifetime: %w", err)
	}
	if r.holders, err = weal.ParseAmount(p.Holders); err != nil {
		return r, fmt.Errorf("holders: %w", err)
	}
	if r.claimed, err = weal.ParseAmount(p.Claimed); err != nil {
		return r, fmt.Errorf("claimed: %w", err)
	}
	if r.treasury, err = weal.ParseAmount(p.Treasury); err != nil {
		return r, fmt.Errorf("treasury: %w", err)
	}
	if r.perUnit, err = parseBits(p.PerUnit, 8*perUnitSize); err != nil {
		return r, fmt.Errorf("per_unit: %w", err)
	}
	rest, err := parseBits(p.Remainder, scale)
	if err != nil {
		return r, fmt.Errorf("remainder: %w", err)
	}
	r.remainder = rest.Uint64()
	if p.Part > types.BasisPoints || p.Carried >= types.BasisPoints {
		return r, fmt.Errorf("contributors: %d basis points, %d/10,000 carried", p.Part, p.Carried)
	}
	r.part, r.carried = uint16(p.Part), uint16(p.Carried)
	return r, nil
}

// contributorsOf reads what a row of genesis has for contributors. A state of
// before there were any has nothing.
func contributorsOf(p types.Revenue) (c contributors, err error) {
	for _, part := range []struct {
		name, text string
		to         *weal.Amount
	}{{"waiting", p.Waiting, &c.waiting}, {"granted", p.Granted, &c.granted}} {
		if part.text == "" {
			continue
		}
		if *part.to, err = weal.ParseAmount(part.text); err != nil {
			return c, fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return c, nil
}

func markProto(share uint64, denom string, m mark) types.Mark {
	return types.Mark{
		Share: share, Denom: denom, PerUnit: m.perUnit.Dec(),
		Owed: m.owed.String(), Fraction: fmt.Sprint(m.fraction),
	}
}

// parseMark reads a row of genesis.
func parseMark(p types.Mark) (m mark, err error) {
	if m.perUnit, err = parseBits(p.PerUnit, 8*perUnitSize); err != nil {
		return m, fmt.Errorf("per_unit: %w", err)
	}
	if m.owed, err = weal.ParseAmount(p.Owed); err != nil {
		return m, fmt.Errorf("owed: %w", err)
	}
	fraction, err := parseBits(p.Fraction, scale)
	if err != nil {
		return m, fmt.Errorf("fraction: %w", err)
	}
	m.fraction = fraction.Uint64()
	return m, nil
}

// parseBits reads a decimal number of at most so many bits, without sign or
// leading zeros.
func parseBits(s string, bits int) (uint256.Int, error) {
	n, ok := new(big.Int).SetString(s, 10)
	if !ok || n.Sign() < 0 || n.BitLen() > bits || n.String() != s {
		return uint256.Int{}, fmt.Errorf("want a whole number below 2^%d, got %.80q", bits, s)
	}
	return *uint256.MustFromBig(n), nil
}
