package main

import (
	"crypto/sha256"
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
