package types

import (
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
)

// ValidateDenoms checks the denominations that an asset is to earn in: one to
// weal.MaxDenoms, each well-formed and named once.
func ValidateDenoms(denoms []string) error {
	if len(denoms) == 0 || len(denoms) > weal.MaxDenoms {
		return ErrRegistration.Wrapf("denoms: name 1 to %d denominations, got %d", weal.MaxDenoms, len(denoms))
	}
	for i, d := range denoms {
		if err := sdk.ValidateDenom(d); err != nil {
			return ErrRegistration.Wrapf("denoms: %s", err)
		}
		if slices.Contains(denoms[:i], d) {
			return ErrRegistration.Wrapf("denoms: %s is named twice", d)
		}
	}
	return nil
}

// ValidatePrices checks a price list against the denominations that the asset
// earns in. There is at most one price for a unit and a denomination.
func ValidatePrices(prices []Price, denoms []string, p Params) error {
	if len(prices) > int(p.MaxPrices) {
		return ErrPrice.Wrapf("at most %d prices, got %d", p.MaxPrices, len(prices))
	}
	for i, price := range prices {
		if err := price.validate(denoms); err != nil {
			return err
		}
		same := func(q Price) bool { return q.Unit == price.Unit && q.Denom == price.Denom }
		if slices.ContainsFunc(prices[:i], same) {
			return ErrPrice.Wrapf("two prices for a %s in %s", price.Unit, price.Denom)
		}
	}
	return nil
}

func (p Price) validate(denoms []string) error {
	switch weal.PriceUnit(p.Unit) {
	case weal.PerPassage, weal.PerUse:
		if p.Tokens != 0 {
			return ErrPrice.Wrapf("tokens belong to the unit %q only", weal.PerTick)
		}
	case weal.PerTick:
		if p.Tokens == 0 {
			return ErrPrice.Wrapf("the unit %q needs tokens, at least 1", weal.PerTick)
		}
	default:
		return ErrPrice.Wrapf("unit: want %q, %q or %q, got %.20q", weal.PerPassage, weal.PerUse, weal.PerTick, p.Unit)
	}
	if !slices.Contains(denoms, p.Denom) {
		return ErrPrice.Wrapf("the asset does not earn in %.130q", p.Denom)
	}
	if _, err := weal.ParseAmount(p.Amount); err != nil {
		return ErrPrice.Wrap(err.Error())
	}
	return nil
}
