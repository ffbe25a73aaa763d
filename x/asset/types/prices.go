package types

import (
	"fmt"
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
// earns in, and as weal.CheckPrices does.
func ValidatePrices(prices []Price, denoms []string, p Params) error {
	if len(prices) > int(p.MaxPrices) {
		return ErrPrice.Wrapf("at most %d prices, got %d", p.MaxPrices, len(prices))
	}
	list := make([]weal.Price, len(prices))
	for i, price := range prices {
		if !slices.Contains(denoms, price.Denom) {
			return ErrPrice.Wrapf("the asset does not earn in %.130q", price.Denom)
		}
		var err error
		if list[i], err = price.Plain(); err != nil {
			return ErrPrice.Wrap(err.Error())
		}
	}
	if err := weal.CheckPrices(list); err != nil {
		return ErrPrice.Wrap(err.Error())
	}
	return nil
}

// Plain returns a price as roles know it.
func (p Price) Plain() (weal.Price, error) {
	amount, err := weal.ParseAmount(p.Amount)
	if err == nil && p.Band > weal.MaxBand {
		err = fmt.Errorf("band: want 0 to %d, got %d", weal.MaxBand, p.Band)
	}
	return weal.Price{Unit: weal.PriceUnit(p.Unit), Denom: p.Denom, Amount: amount, Tokens: p.Tokens, Band: uint8(p.Band)}, err
}

// PriceOf returns a price as the chain keeps it.
func PriceOf(p weal.Price) Price {
	return Price{Unit: string(p.Unit), Denom: p.Denom, Amount: p.Amount.String(), Tokens: p.Tokens, Band: uint32(p.Band)}
}
