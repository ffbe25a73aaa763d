package types

import (
	"fmt"
	"math/big"
	"strings"
)

// String writes c for people: BaseDenom as DisplayDenom, others as they are.
func (c Coin) String() string {
	if c.Denom != BaseDenom {
		return c.Amount.String() + " " + c.Denom
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(Decimals), nil)
	whole, rest := new(big.Int).QuoRem(c.Amount.Big(), unit, new(big.Int))
	s := whole.String()
	if rest.Sign() > 0 {
		s += "." + strings.TrimRight(fmt.Sprintf("%0*s", Decimals, rest), "0")
	}
	return s + " " + DisplayDenom
}
