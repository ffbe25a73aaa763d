package find

import (
	"fmt"

	"github.com/weal-network/weal/types"
)

const (
	// passageBytes is the passage by which vaults are compared: what they make of
	// documents if their owners say nothing.
	passageBytes = 2048
	// answerTokens is the text by which models are compared.
	answerTokens = 1000
)

// Price is by what assets of a kind are compared.
type Price struct {
	Amount types.Amount `json:"amount"`
	Denom  string       `json:"denom"`
	// Per says for what: a passage of 2048 bytes at its dearest, 1000 metered tokens,
	// or a use.
	Per string `json:"per"`
}

// PriceOf returns by what an asset is compared in a denomination, and false if it has
// no price in it, or one that does not fit.
func PriceOf(a types.Asset, denom string) (Price, bool) {
	p := Price{Denom: denom}
	if amount, ok := a.DearestPassage(denom, passageBytes); ok {
		p.Amount, p.Per = amount, fmt.Sprintf("passage of %d bytes", passageBytes)
		return p, true
	}
	if tick, ok := a.Price(types.PerTick, denom); ok {
		p.Amount, ok = tick.Amount.MulDivUp(answerTokens, uint64(tick.Tokens))
		p.Per = fmt.Sprintf("%d tokens", answerTokens)
		return p, ok
	}
	use, ok := a.Price(types.PerUse, denom)
	p.Amount, p.Per = use.Amount, "use"
	return p, ok
}
