package gateway

import (
	"errors"
	"fmt"

	"github.com/weal-network/weal/model/meter"
	"github.com/weal-network/weal/model/prompt"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// sampleQuestion is how long the question is that an estimate is made for, in bytes.
const sampleQuestion = 200

// Estimate is the most that an answer of an app can cost for a question of 200 bytes,
// if no passage is longer than 4096 bytes.
type Estimate struct {
	Denom    string       `json:"denom"`
	Passages types.Amount `json:"passages"`
	Model    types.Amount `json:"model"`
	Use      types.Amount `json:"use"`
	Most     types.Amount `json:"most"`
}

// Estimate tells what an answer of a can cost at the prices of its models and vaults;
// use is the app's own.
func (a App) Estimate(denom string, use types.Amount, models, vaults []types.Asset) (Estimate, error) {
	e := Estimate{Denom: denom, Use: use}
	in, err := a.instructions()
	if err != nil {
		return e, err
	}
	text, err := in.render("")
	if err != nil {
		return e, err
	}
	var sizes []int
	if a.buys() {
		for range a.Passages {
			sizes = append(sizes, assumedPassage)
		}
	}
	var fits bool
	if e.Passages, fits = dearestPassages(vaults, denom, len(sizes), a.Budget); !fits {
		return e, fmt.Errorf("none of the vaults has a price in %s", denom)
	}
	if a.Upstream == nil {
		if e.Model, fits = dearestTicks(models, denom, prompt.Bound(sizes)+len(text)+sampleQuestion, a.MaxTokens); !fits {
			return e, fmt.Errorf("none of the models has a price in %s", denom)
		}
	}
	sum, ok1 := e.Passages.Add(e.Model)
	e.Most, fits = sum.Add(use)
	if !ok1 || !fits {
		return e, errors.New("what an answer costs does not fit 128 bits")
	}
	return e, nil
}

// dearestPassages is the most that n passages of any of the vaults cost, within budget;
// false if there is no price, or it does not fit.
func dearestPassages(vaults []types.Asset, denom string, n int, budget types.Coin) (most types.Amount, ok bool) {
	for _, v := range vaults {
		amount, priced := v.DearestPassage(denom, assumedPassage)
		if !priced {
			continue
		}
		if ok = true; amount.Cmp(most) > 0 {
			most = amount
		}
	}
	most, fits := most.Mul(uint64(n))
	if budget.Denom == denom && most.Cmp(budget.Amount) > 0 {
		most = budget.Amount
	}
	return most, fits && (ok || n == 0)
}

// dearestTicks is the most that any of the models takes for an answer of so many tokens
// to a prompt of so many bytes; false if none has a price, or one does not fit.
func dearestTicks(models []types.Asset, denom string, prompt, tokens int) (most types.Amount, ok bool) {
	for _, a := range models {
		tick, priced := a.Price(types.PerTick, denom)
		if !priced {
			continue
		}
		m, err := meter.New(tick.Tokens, prompt, tokens)
		if err != nil {
			m.Most = pay.MaxTicks
		}
		ticks, fits := tick.Amount.Mul(uint64(m.Most))
		if !fits {
			return most, false
		}
		if ok = true; ticks.Cmp(most) > 0 {
			most = ticks
		}
	}
	return most, ok
}
