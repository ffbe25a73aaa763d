package types

import (
	"math/big"

	weal "github.com/weal-network/weal/types"
)

// DividePrice returns what n of units cost, if all cost price, and what is left of
// the price. Up says which way it is rounded. n is from 1 to units.
//
// Rounded up, what is left is never more than the price of what is left at the
// old rate; rounded down, never less. So whoever set the price is never worse off
// by parts, in whatever order they are sold, and the last part takes the rest.
func DividePrice(price weal.Amount, n, units uint64, up bool) (cost, left weal.Amount, err error) {
	all := new(big.Int).SetUint64(units)
	part := new(big.Int).Mul(price.Big(), new(big.Int).SetUint64(n))
	if up {
		part.Add(part, new(big.Int).Sub(all, big.NewInt(1)))
	}
	if cost, err = weal.AmountFromBig(part.Quo(part, all)); err != nil {
		return cost, left, err
	}
	left, ok := price.Sub(cost)
	if !ok {
		return cost, left, ErrBroken.Wrapf("%d of %d units cost %s, all cost %s", n, units, cost, price)
	}
	return cost, left, nil
}

// DivideSale returns the maker's part of a price, rounded down, and the seller's.
func DivideSale(price weal.Amount, basisPoints uint32) (maker, seller weal.Amount, err error) {
	part := new(big.Int).Mul(price.Big(), new(big.Int).SetUint64(uint64(basisPoints)))
	if maker, err = weal.AmountFromBig(part.Quo(part, big.NewInt(BasisPoints))); err != nil {
		return maker, seller, err
	}
	seller, ok := price.Sub(maker)
	if !ok {
		return maker, seller, ErrBroken.Wrapf("a royalty of %d basis points", basisPoints)
	}
	return maker, seller, nil
}
