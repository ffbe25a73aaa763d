package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/types"
)

// none takes a line off a price list.
const none = "none"

// defaultTokens is for how many metered tokens a price is if nothing is said.
var defaultTokens = map[types.PriceUnit]uint32{types.PerTick: 32, types.PerToken: 1000}

func assetPrice(o *options) *cobra.Command {
	var p priceFlags
	c := &cobra.Command{
		Use:   "price ID",
		Short: "Set what an asset asks for a passage, a token, a use or a tick",
		Long: `Price makes a new version of an asset with other prices. Lines that are not named
stay as they are; "none" takes one off. Amounts are in WEAL; with --denom of another
denomination they are whole numbers of its smallest unit. Quotes that were given
before are good until they expire.

A vault is paid for each passage (--passage), or for the text of its passages
(--token), of which 4 bytes are a token; a price of one kind takes those of the other
off. With --band N the price is for passages of score band N and above, up to the
next band with a price: 9 is the best passage for a question, 0 the weakest. There
is always a price without a band; "none" without --band takes all bands off.`,
		Example: `  weal asset price 1 --passage 0.002
  weal asset price 1 --passage 0.005 --band 8
  weal asset price 1 --token 0.01 --tokens 1000
  weal asset price 2 --tick 0.0001 --tokens 32
  weal asset price 3 --use none`,
		Args: exactArgs(1, "the asset's number: weal asset price 1 --passage 0.002"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			lines, err := p.lines()
			if err != nil {
				return wrong(cmd, "%w", err)
			}
			return o.setTerms(cmd, id, p.from, func(a *types.Asset) error {
				return setPrices(cmd, a, lines)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&p.passage, "passage", "", "price of one passage of a vault, or none")
	f.StringVar(&p.token, "token", "", "price of --tokens metered tokens of passages of a vault, or none")
	f.StringVar(&p.use, "use", "", "price of one use of an app, or none")
	f.StringVar(&p.tick, "tick", "", "price of one tick of a model, or none")
	f.Uint32Var(&p.tokens, "tokens", 0, fmt.Sprintf("metered tokens that the price of a token or a tick is for; default: as before, or %d and %d",
		defaultTokens[types.PerToken], defaultTokens[types.PerTick]))
	f.Uint8Var(&p.band, "band", 0, "least score band, 1 to 9, of the passages that the price is for; default: those of no other price")
	f.StringVar(&p.denom, "denom", types.BaseDenom, "denomination, one that the asset earns in")
	fromFlag(c, &p.from, controlsIt)
	return c
}

// priceFlags are the flags of assetPrice.
type priceFlags struct {
	passage, token, use, tick string
	tokens                    uint32
	band                      uint8
	denom, from               string
}

// line is one line of a price list that is set, or taken off.
type line struct {
	types.Price
	off bool
}

// of reports whether p is what l sets or takes off: of passages without a band, all
// bands go, and with a new unit of passages, the other.
func (l line) of(p types.Price) bool {
	if p.Denom != l.Denom {
		return false
	}
	if l.OfPassage() && p.OfPassage() && p.Unit != l.Unit {
		return !l.off
	}
	return p.Unit == l.Unit && (p.Band == l.Band || l.off && l.Band == 0)
}

// lines reads the flags.
func (p priceFlags) lines() (all []line, err error) {
	for _, f := range []struct {
		unit types.PriceUnit
		text string
	}{{types.PerPassage, p.passage}, {types.PerToken, p.token}, {types.PerUse, p.use}, {types.PerTick, p.tick}} {
		if f.text == "" {
			continue
		}
		l := line{Price: types.Price{Unit: f.unit, Denom: p.denom}, off: f.text == none}
		if f.unit == types.PerTick || f.unit == types.PerToken {
			l.Tokens = p.tokens
		}
		if l.OfPassage() {
			l.Band = p.band
		}
		if !l.off && p.denom == types.BaseDenom {
			l.Amount, err = parseCoins(f.text)
		} else if !l.off {
			l.Amount, err = types.ParseAmount(f.text)
		}
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", f.unit, err)
		}
		all = append(all, l)
	}
	priced := func(s string) bool { return s != "" && s != none }
	switch {
	case len(all) == 0:
		return nil, errors.New("say which price: --passage, --token, --use or --tick")
	case priced(p.passage) && priced(p.token):
		return nil, errors.New("a vault is paid by the passage or by the token: say --passage or --token")
	case p.tokens > 0 && !priced(p.tick) && !priced(p.token):
		return nil, errors.New("--tokens is of a token or a tick: say --token or --tick as well")
	case p.band > types.MaxBand:
		return nil, fmt.Errorf("--band: want 1 to %d, got %d", types.MaxBand, p.band)
	case p.band > 0 && p.passage == "" && p.token == "":
		return nil, errors.New("--band is of passages: say --passage or --token as well")
	}
	return all, nil
}

// sells says what assets of a kind are paid by. Other kinds may choose.
var sells = map[types.Kind][]types.PriceUnit{
	types.KindData: {types.PerPassage, types.PerToken}, types.KindModel: {types.PerTick}, types.KindApp: {types.PerUse},
}

// setPrices changes a price list, but to no price that nobody would ask, and to no
// list that the chain refuses.
func setPrices(cmd *cobra.Command, a *types.Asset, lines []line) error {
	for _, l := range lines {
		if units, ok := sells[a.Kind]; ok && !slices.Contains(units, l.Unit) && !l.off {
			return wrong(cmd, "asset %d is of kind %s, which is paid by %s: say --%s, not --%s", a.ID, a.Kind, units[0], units[0], l.Unit)
		}
		l.set(a)
	}
	if err := types.CheckPrices(a.Prices); err != nil {
		return wrong(cmd, "%w; see: weal asset show %d", err, a.ID)
	}
	return nil
}

// set changes a price list.
func (l line) set(a *types.Asset) {
	same := func(p types.Price) bool { return p.Unit == l.Unit && p.Denom == l.Denom && p.Band == l.Band }
	i := slices.IndexFunc(a.Prices, same)
	if l.Tokens == 0 && i >= 0 {
		l.Tokens = a.Prices[i].Tokens
	} else if l.Tokens == 0 {
		l.Tokens = defaultTokens[l.Unit]
	}
	if !l.off && i >= 0 {
		a.Prices[i] = l.Price
	}
	a.Prices = slices.DeleteFunc(a.Prices, func(p types.Price) bool { return l.of(p) && (l.off || !same(p)) })
	if !l.off && i < 0 {
		a.Prices = append(a.Prices, l.Price)
	}
}
