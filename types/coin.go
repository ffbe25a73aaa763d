package types

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode"
)

// Coin is an amount of a denomination.
type Coin struct {
	Amount Amount
	Denom  string
}

// ParseWEAL reads a number of WEAL with up to 18 decimals.
func ParseWEAL(s string) (Amount, error) {
	r, ok := new(big.Rat).SetString(s)
	if !ok || strings.ContainsAny(s, "/eExX_") {
		return Amount{}, fmt.Errorf("amount: want for example 1.5 or 1500000aweal, got %.80q", s)
	}
	r.Mul(r, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(Decimals), nil)))
	if !r.IsInt() {
		return Amount{}, fmt.Errorf("amount: %s has more than %d decimals", s, Decimals)
	}
	return AmountFromBig(r.Num())
}

// ParseCoin reads what people write: "1.5 WEAL", "1.5" for WEAL, "15aweal", and
// "300uusd" for smallest units of another denomination.
func ParseCoin(s string) (Coin, error) {
	s = strings.TrimSpace(s)
	at := strings.IndexFunc(s, unicode.IsLetter)
	if at < 0 || s[at:] == DisplayDenom {
		amount, err := ParseWEAL(strings.TrimSpace(strings.TrimSuffix(s, DisplayDenom)))
		return Coin{amount, BaseDenom}, err
	}
	amount, err := ParseAmount(strings.TrimSpace(s[:at]))
	if _, power := strconv.Atoi(s[at+1:]); err == nil && unicode.ToLower(rune(s[at])) == 'e' && power == nil {
		err = ErrAmount // 1e18 is no amount of e18
	}
	if err != nil {
		return Coin{}, fmt.Errorf("amount: want for example 1.5 for WEAL or 300uusd, got %.80q: %w", s, err)
	}
	return Coin{amount, s[at:]}, nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Coin) UnmarshalText(text []byte) (err error) {
	*c, err = ParseCoin(string(text))
	return err
}

// MarshalText implements encoding.TextMarshaler: the amount and the denomination, as
// ParseCoin reads them.
func (c Coin) MarshalText() ([]byte, error) {
	if c.Denom == "" {
		return nil, nil
	}
	return []byte(c.Amount.String() + c.Denom), nil
}

// IsZero reports whether c is no amount of anything.
func (c Coin) IsZero() bool { return c.Denom == "" }
