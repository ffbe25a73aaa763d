package types

import (
	"fmt"
	"slices"
)

// PriceUnit says what a price is for.
type PriceUnit string

// The units a price list can name.
const (
	// PerPassage prices one released passage of a vault.
	PerPassage PriceUnit = "passage"
	// PerToken prices the text of released passages: Price.Tokens metered tokens.
	PerToken PriceUnit = "token"
	// PerUse prices one use of an app, whatever its length.
	PerUse PriceUnit = "use"
	// PerTick prices one tick of a metered asset: Price.Tokens tokens.
	PerTick PriceUnit = "tick"
)

// MaxBand is the band of a vault's best passage for a question; the weakest is 0.
const MaxBand = 9

// TokenBytes is the size of a metered token: 4 bytes of UTF-8 text. Payer and
// provider both see the bytes, so neither has to trust the other's tokenizer
// (spec/adr/0002-metered-token.md).
const TokenBytes = 4

// Tokens returns how many metered tokens n bytes of text are, rounded up.
func Tokens(n int) uint64 {
	if n <= 0 {
		return 0
	}
	return (uint64(n) + TokenBytes - 1) / TokenBytes
}

// Price is one line of an asset's price list.
type Price struct {
	Unit   PriceUnit `json:"unit"`
	Denom  string    `json:"denom"`
	Amount Amount    `json:"amount"`
	// Tokens is for how many metered tokens Amount is: of a tick, or of the text of
	// passages that are paid by the token. It is zero for other units.
	Tokens uint32 `json:"tokens,omitempty"`
	// Band is the least score band of the passages that the price is for. It is zero
	// for what is no passage.
	Band uint8 `json:"band,omitempty"`
}

// OfPassage reports whether p is for passages of a vault.
func (p Price) OfPassage() bool { return p.Unit == PerPassage || p.Unit == PerToken }

// Passage returns what a passage costs whose text has so many bytes: by the token
// Amount·tokens/Tokens, rounded up. It is false if that does not fit 128 bits.
func (p Price) Passage(bytes int) (Amount, bool) {
	if p.Unit == PerToken {
		return p.Amount.MulDivUp(Tokens(bytes), uint64(p.Tokens))
	}
	return p.Amount, true
}

// Least returns the least that anything at this price can cost.
func (p Price) Least() Amount {
	if p.Unit == PerToken {
		least, _ := p.Passage(1)
		return least
	}
	return p.Amount
}

// Check says what cannot be in a price by itself.
func (p Price) Check() error {
	switch p.Unit {
	case PerPassage, PerUse:
		if p.Tokens != 0 {
			return fmt.Errorf("tokens belong to the units %q and %q only", PerToken, PerTick)
		}
	case PerToken, PerTick:
		if p.Tokens == 0 {
			return fmt.Errorf("the unit %q needs tokens, at least 1", p.Unit)
		}
	default:
		return fmt.Errorf("unit: want %q, %q, %q or %q, got %.20q", PerPassage, PerToken, PerUse, PerTick, string(p.Unit))
	}
	switch {
	case p.Band > MaxBand:
		return fmt.Errorf("band: want 0 to %d, got %d", MaxBand, p.Band)
	case p.Band > 0 && !p.OfPassage():
		return fmt.Errorf("bands belong to the units %q and %q only", PerPassage, PerToken)
	}
	return nil
}

// CheckPrices says what cannot be in a price list. In a denomination there is one
// price for a unit, or for a unit and a band; passages are paid either each or by
// the token, and all of them have a price: there is one for band 0.
func CheckPrices(prices []Price) error {
	for i, p := range prices {
		if err := p.Check(); err != nil {
			return err
		}
		for _, q := range prices[:i] {
			switch {
			case q.Denom != p.Denom:
			case q.Unit == p.Unit && q.Band == p.Band && p.Band > 0:
				return fmt.Errorf("two prices for a %s of band %d in %s", p.Unit, p.Band, p.Denom)
			case q.Unit == p.Unit && q.Band == p.Band:
				return fmt.Errorf("two prices for a %s in %s", p.Unit, p.Denom)
			case q.Unit != p.Unit && q.OfPassage() && p.OfPassage():
				return fmt.Errorf("prices for a %s and for a %s in %s: name one of the two units", q.Unit, p.Unit, p.Denom)
			}
		}
	}
	for _, p := range prices {
		all := func(q Price) bool { return q.Unit == p.Unit && q.Denom == p.Denom && q.Band == 0 }
		if p.OfPassage() && !slices.ContainsFunc(prices, all) {
			return fmt.Errorf("a price for band %d in %s and none for those below: name one for band 0", p.Band, p.Denom)
		}
	}
	return nil
}

// Price returns the asset's price for a use or a tick in denom.
func (a Asset) Price(unit PriceUnit, denom string) (Price, bool) {
	for _, p := range a.Prices {
		if p.Unit == unit && p.Denom == denom {
			return p, true
		}
	}
	return Price{}, false
}

// PassagePrice returns the asset's price for passages of a band in denom: that of
// the highest band which is not above it.
func (a Asset) PassagePrice(denom string, band uint8) (best Price, ok bool) {
	for _, p := range a.Prices {
		if p.OfPassage() && p.Denom == denom && p.Band <= band && (!ok || p.Band > best.Band) {
			best, ok = p, true
		}
	}
	return best, ok
}

// DearestPassage returns the most that a passage in denom can cost whose text has at
// most so many bytes. It is false if there is no price, or one that does not fit.
func (a Asset) DearestPassage(denom string, bytes int) (most Amount, ok bool) {
	for _, p := range a.Prices {
		if !p.OfPassage() || p.Denom != denom {
			continue
		}
		amount, fits := p.Passage(bytes)
		if !fits {
			return Amount{}, false
		}
		if ok = true; amount.Cmp(most) > 0 {
			most = amount
		}
	}
	return most, ok
}
