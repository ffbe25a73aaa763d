package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

const controlsIt = "the one that controls the asset"

// setTerms makes a new version of an asset and says so.
func (o *options) setTerms(cmd *cobra.Command, id types.AssetID, from string, change func(*types.Asset) error) error {
	return o.withClient(cmd, func(client *local.Client) error {
		version, err := client.SetTerms(cmd.Context(), id, from, change)
		if err != nil {
			return err
		}
		return o.show(cmd.OutOrStdout(), map[string]any{"asset": id, "version": version}, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "asset %d has version %d now; see: weal asset show %d\n", id, version, id)
			return err
		})
	})
}

// none takes a line off a price list.
const none = "none"

// defaultTokens is how many metered tokens a tick pays for if nothing is said.
const defaultTokens = 32

func assetPrice(o *options) *cobra.Command {
	var p priceFlags
	c := &cobra.Command{
		Use:   "price ID",
		Short: "Set what an asset asks for a passage, a use or a tick",
		Long: `Price makes a new version of an asset with other prices. Lines that are not named
stay as they are; "none" takes one off. Amounts are in WEAL; with --denom of another
denomination they are whole numbers of its smallest unit. Quotes that were given
before are good until they expire.`,
		Example: `  weal asset price 1 --passage 0.002
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
	f.StringVar(&p.use, "use", "", "price of one use of an app, or none")
	f.StringVar(&p.tick, "tick", "", "price of one tick of a model, or none")
	f.Uint32Var(&p.tokens, "tokens", 0, fmt.Sprintf("metered tokens that one tick pays for; default: as before, or %d", defaultTokens))
	f.StringVar(&p.denom, "denom", types.BaseDenom, "denomination, one that the asset earns in")
	fromFlag(c, &p.from, controlsIt)
	return c
}

// priceFlags are the flags of assetPrice.
type priceFlags struct {
	passage, use, tick string
	tokens             uint32
	denom, from        string
}

// line is one line of a price list that is set, or taken off.
type line struct {
	types.Price
	off bool
}

// lines reads the flags.
func (p priceFlags) lines() (all []line, err error) {
	for _, f := range []struct {
		unit types.PriceUnit
		text string
	}{{types.PerPassage, p.passage}, {types.PerUse, p.use}, {types.PerTick, p.tick}} {
		if f.text == "" {
			continue
		}
		l := line{Price: types.Price{Unit: f.unit, Denom: p.denom}, off: f.text == none}
		if f.unit == types.PerTick {
			l.Tokens = p.tokens
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
	switch {
	case len(all) == 0:
		return nil, errors.New("say which price: --passage, --use or --tick")
	case p.tokens > 0 && (p.tick == "" || p.tick == none):
		return nil, errors.New("--tokens is of a tick: say --tick as well")
	}
	return all, nil
}

// sells says what assets of a kind are paid by. Other kinds may choose.
var sells = map[types.Kind]types.PriceUnit{
	types.KindData: types.PerPassage, types.KindModel: types.PerTick, types.KindApp: types.PerUse,
}

// setPrices changes a price list, but to no price that nobody would ask.
func setPrices(cmd *cobra.Command, a *types.Asset, lines []line) error {
	for _, l := range lines {
		if unit, ok := sells[a.Kind]; ok && l.Unit != unit && !l.off {
			return wrong(cmd, "asset %d is of kind %s, which is paid by %s: say --%s, not --%s", a.ID, a.Kind, unit, unit, l.Unit)
		}
		l.set(a)
	}
	return nil
}

// set changes a price list.
func (l line) set(a *types.Asset) {
	i := slices.IndexFunc(a.Prices, func(p types.Price) bool { return p.Unit == l.Unit && p.Denom == l.Denom })
	if l.Unit == types.PerTick && l.Tokens == 0 {
		l.Tokens = defaultTokens
		if i >= 0 {
			l.Tokens = a.Prices[i].Tokens
		}
	}
	switch {
	case l.off && i >= 0:
		a.Prices = slices.Delete(a.Prices, i, i+1)
	case l.off:
	case i >= 0:
		a.Prices[i] = l.Price
	default:
		a.Prices = append(a.Prices, l.Price)
	}
}

func assetLicence(o *options) *cobra.Command {
	var l licenceFlags
	var from string
	c := &cobra.Command{
		Use:   "licence ID",
		Short: "Set under which terms others may use an asset and derive from it",
		Long: `Licence makes a new version of an asset under another licence. What is not named
stays as it is, but for what the new kind has no room for: open, attribution and
noderivatives ask for no royalty, open is not closed unless --closed says so, and
what is not closed has no collection. Children that were registered before keep the
terms of then.

  open             anyone may use and derive
  attribution      who derives names the asset as a parent
  commercial       who derives owes it at least --royalty
  noncommercial    who derives sells nothing, under as strict a licence
  noderivatives    nobody derives from it
  credential       only holders of a credential use it or derive from it

With --closed uses need a credential whatever the kind; see: weal asset grant.`,
		Example: `  weal asset licence 1 --kind commercial --royalty 3%
  weal asset licence 1 --closed
  weal asset licence 1 --kind credential --collection 0x… --slot 1
  weal asset licence 1 --kind open --royalty 0 --closed=false`,
		Args: exactArgs(1, "the asset's number: weal asset licence 1 --kind commercial --royalty 3%"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			set := cmd.Flags().Changed
			if !slices.ContainsFunc([]string{"kind", "royalty", "closed", "collection", "slot", "terms", "terms-uri"}, set) {
				return wrong(cmd, "say what is to change, for example --kind commercial --royalty 3%%")
			}
			if l.collection != "" {
				err = addressForm(cmd, "--collection: ", l.collection)
			}
			if err == nil && l.slot != "" {
				_, err = numberArg(cmd, "--slot", l.slot)
			}
			if err != nil {
				return err
			}
			change, err := l.change(set)
			if err != nil {
				return wrong(cmd, "%w", err)
			}
			return o.setTerms(cmd, id, from, func(a *types.Asset) error {
				a.Licence = change(a.Licence)
				return nil
			})
		},
	}
	l.add(c)
	f := c.Flags()
	f.StringVar(&l.collection, "collection", "", "collection whose tokens are credentials; \"\" for none")
	f.StringVar(&l.slot, "slot", "", "slot of the collection that counts; \"\" for all")
	f.StringVar(&l.terms, "terms", "", "file with the text of the terms, of which the chain keeps the hash; \"\" for none")
	f.StringVar(&l.termsURI, "terms-uri", "", "where the text of the terms is found")
	fromFlag(c, &from, controlsIt)
	return c
}

// licenceFlags are the flags of a licence.
type licenceFlags struct {
	kind, royalty           string
	closed                  bool
	collection, slot, terms string
	termsURI                string
}

// add adds the flags that registering takes, too.
func (l *licenceFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&l.kind, "kind", "", "open, attribution, commercial, noncommercial, noderivatives or credential")
	f.StringVar(&l.royalty, "royalty", "", "the least that a child owes: basis points (300) or a percentage (3%)")
	f.BoolVar(&l.closed, "closed", false, "uses need a credential")
}

// change reads the flags that were set and returns what they make of a licence.
func (l licenceFlags) change(set func(name string) bool) (func(types.Licence) types.Licence, error) {
	var changes []func(*types.Licence)
	if set("kind") {
		kind, err := types.ParseLicenceKind(l.kind)
		if err != nil {
			return nil, fmt.Errorf("--kind: %w", err)
		}
		changes = append(changes, func(t *types.Licence) { t.Kind = kind })
	}
	if set("royalty") {
		bp, err := local.ParseBasisPoints(l.royalty)
		if err != nil {
			return nil, fmt.Errorf("--royalty: %w", err)
		}
		changes = append(changes, func(t *types.Licence) { t.Royalty = uint32(bp) })
	}
	if set("closed") {
		changes = append(changes, func(t *types.Licence) { t.Closed = l.closed })
	}
	if set("collection") {
		changes = append(changes, func(t *types.Licence) { t.Collection = l.collection })
	}
	if set("slot") {
		changes = append(changes, func(t *types.Licence) { t.Slot = l.slot })
	}
	if set("terms") {
		var hash types.Hash
		if l.terms != "" {
			text, err := os.ReadFile(l.terms)
			if err != nil {
				return nil, fmt.Errorf("--terms: %w", err)
			}
			hash = sha256.Sum256(text)
		}
		changes = append(changes, func(t *types.Licence) { t.Terms = hash })
	}
	if set("terms-uri") {
		changes = append(changes, func(t *types.Licence) { t.TermsURI = l.termsURI })
	}
	return func(t types.Licence) types.Licence {
		for _, change := range changes {
			change(&t)
		}
		l.fit(&t, set)
		return t
	}, nil
}

// fit drops what a licence has no room for any more, unless a flag says it.
func (l licenceFlags) fit(t *types.Licence, set func(name string) bool) {
	free := t.Kind == types.LicenceOpen || t.Kind == types.LicenceAttribution || t.Kind == types.LicenceNoDerivatives
	if set("kind") && free && !set("royalty") {
		t.Royalty = 0
	}
	switch {
	case set("closed"):
	case t.Kind == types.LicenceCredential:
		t.Closed = true // that kind is
	case set("kind") && t.Kind == types.LicenceOpen && l.collection == "" && l.slot == "":
		t.Closed = false
	}
	if !t.Closed && !set("collection") {
		t.Collection = ""
	}
	if t.Collection == "" && !set("slot") {
		t.Slot = ""
	}
}
