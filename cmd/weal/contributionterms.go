package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func contributionTerms(o *options) *cobra.Command {
	var f termFlags
	c := &cobra.Command{
		Use:   "terms ASSET",
		Short: "Show what an asset takes contributions under, or set it",
		Long: `Terms shows who may add to an asset, what is granted for it, and what contributors get
of the asset's revenue. With flags it sets the terms: who controls the asset can as
long as it owns every share; then only the council can, and --propose makes a proposal.

With --admission review anyone proposes, with a deposit, and the steward or the
council accepts. With --admission credential who has a credential (weal asset grant)
is accepted at once, up to --max-each chunks. Units come from the pot, a share whose
owner lets so many of them be granted (--pot-units).

--part is taken of all that the asset gets from then on, also of what it earned before
and is settled later, and goes to contributions alone: documents that belong to none
earn nothing of it. Settle first (weal settle) what is not to be shared, and let your
own documents belong to a contribution of yours if they are to share.`,
		Example: `  weal contribution terms 1
  weal contribution terms 1 --admission review --steward vault --pot 3 --pot-units 400000 --units 10 --part 50% --split citation --deposit 0.1
  weal contribution terms 1 --part 60% --propose "More for who brings data"`,
		Args: exactArgs(1, "the asset's number: weal contribution terms 1"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			change, err := f.change(cmd)
			if err != nil {
				return err
			}
			if change == nil && (f.propose != "" || f.potUnits > 0) {
				return wrong(cmd, "say what is to change, for example --part 50%%")
			}
			return o.withClient(cmd, func(client *local.Client) error {
				if change != nil {
					said, err := f.set(o, cmd, client, id, change)
					if err != nil || said {
						return err
					}
				}
				t, err := client.Ledger.ContributionTerms(cmd.Context(), id)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), t, func(w io.Writer) error { return printContributionTerms(w, t) })
			})
		},
	}
	f.add(c)
	return c
}

// termFlags are the flags that change terms.
type termFlags struct {
	admission, steward, part, split, deposit, propose, from string
	pot, potUnits, units, max, each                         uint64
}

func (f *termFlags) add(c *cobra.Command) {
	set := c.Flags()
	set.StringVar(&f.admission, "admission", "", "closed, review or credential")
	set.StringVar(&f.steward, "steward", "", "who accepts and distributes beside the council: an address, an account of the home, or none")
	set.Uint64Var(&f.pot, "pot", 0, "number of the share that units are granted from")
	set.Uint64Var(&f.potUnits, "pot-units", 0, "let so many of the pot's units be granted; its owner is an account of the home")
	set.Uint64Var(&f.units, "units", 0, "units granted for each chunk")
	set.Uint64Var(&f.max, "max", 0, "the most chunks accepted in all; 0 is without limit")
	set.Uint64Var(&f.each, "max-each", 0, "the most chunks accepted of one contributor; 0 is without limit")
	set.StringVar(&f.part, "part", "", "what contributors get of the asset's revenue: 5000 or 50%")
	set.StringVar(&f.split, "split", "", "the rule that their use is measured by: none, equal, score or citation")
	set.StringVar(&f.deposit, "deposit", "", "what a proposal pays until it is decided about, in WEAL")
	set.StringVar(&f.propose, "propose", "", "title of a proposal to the council, instead of setting the terms")
	fromFlag(c, &f.from, controlsIt)
}

// change returns what the flags that were set make of terms, nil if none was.
func (f *termFlags) change(cmd *cobra.Command) (func(*local.Client, *ledger.ContributionTerms) error, error) {
	set := cmd.Flags().Changed
	var part local.BasisPoints
	var deposit types.Amount
	var err error
	if set("part") {
		if part, err = local.ParseBasisPoints(f.part); err != nil {
			return nil, wrong(cmd, "--part: %w", err)
		}
	}
	if set("deposit") {
		if deposit, err = parseCoins(f.deposit); err != nil {
			return nil, wrong(cmd, "--deposit: %w", err)
		}
	}
	var changes []func(*local.Client, *ledger.ContributionTerms) error
	for name, to := range map[string]func(*ledger.ContributionTerms){
		"admission": func(t *ledger.ContributionTerms) { t.Admission = f.admission },
		"pot":       func(t *ledger.ContributionTerms) { t.Pot = types.ShareID(f.pot) },
		"pot-units": func(*ledger.ContributionTerms) {},
		"units":     func(t *ledger.ContributionTerms) { t.UnitsPerChunk = f.units },
		"max":       func(t *ledger.ContributionTerms) { t.MaxChunks = f.max },
		"max-each":  func(t *ledger.ContributionTerms) { t.MaxChunksEach = f.each },
		"part":      func(t *ledger.ContributionTerms) { t.Part = uint32(part) },
		"split":     func(t *ledger.ContributionTerms) { t.Split = f.split },
		"deposit":   func(t *ledger.ContributionTerms) { t.Deposit = deposit },
	} {
		if set(name) {
			changes = append(changes, func(_ *local.Client, t *ledger.ContributionTerms) error {
				to(t)
				return nil
			})
		}
	}
	if set("steward") {
		changes = append(changes, func(client *local.Client, t *ledger.ContributionTerms) (err error) {
			t.Steward = ""
			if f.steward != "none" {
				t.Steward, err = address(cmd, client, f.steward)
			}
			return err
		})
	}
	if len(changes) == 0 {
		return nil, nil
	}
	return func(client *local.Client, t *ledger.ContributionTerms) error {
		for _, change := range changes {
			if err := change(client, t); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

// set sets the terms, or proposes them: said tells that it has printed what it did.
func (f *termFlags) set(o *options, cmd *cobra.Command, client *local.Client, id types.AssetID, change func(*local.Client, *ledger.ContributionTerms) error) (said bool, err error) {
	t, err := client.Ledger.ContributionTerms(cmd.Context(), id)
	if err != nil {
		return false, err
	}
	if err := change(client, &t); err != nil {
		return false, err
	}
	if f.propose == "" {
		return false, client.SetContributionTerms(cmd.Context(), t, f.from, f.potUnits)
	}
	call, err := ledger.ContributionTermsCall(t)
	if err != nil {
		return false, err
	}
	s, v, err := voice(client, f.from, silentNow(id), func(account string) (ledger.Voice, error) {
		return client.Ledger.VoiceNow(cmd.Context(), id, account)
	})
	if err != nil {
		return false, err
	}
	n, err := s.Propose(cmd.Context(), id, f.propose, "", []ledger.CouncilCall{call}, v.Shares)
	if err != nil {
		return false, err
	}
	return true, o.show(cmd.OutOrStdout(), map[string]any{"proposal": n, "asset": id, "terms": t},
		say("proposal %d; voting begins with the next block; vote with: weal council vote %d yes", n, n))
}

func printContributionTerms(w io.Writer, t ledger.ContributionTerms) error {
	steward := t.Steward
	if steward == "" {
		steward = "none: the council decides"
	}
	_, _ = fmt.Fprintf(w, "asset      %d\nadmission  %s\nsteward    %s\n", t.Asset, admissionText(t), steward)
	if t.UnitsPerChunk > 0 {
		_, _ = fmt.Fprintf(w, "grants     %s for each chunk, from share %d, which can grant %d\n", unitsText(t.UnitsPerChunk), t.Pot, t.PotUnits)
	}
	_, _ = fmt.Fprintf(w, "limits     %s in all, %s of one contributor\n", chunkLimit(t.MaxChunks), chunkLimit(t.MaxChunksEach))
	split := ""
	if t.Split != "none" {
		split = ", by " + t.Split
	}
	_, _ = fmt.Fprintf(w, "revenue    %s to contributors%s\n", local.Percent(t.Part), split)
	_, err := fmt.Fprintf(w, "so far     %d accepted with %d chunks for %s, %d open, %d distributions\n",
		t.Accepted, t.Chunks, unitCount(t.Granted), t.Open, t.Distributions)
	return err
}

func admissionText(t ledger.ContributionTerms) string {
	switch t.Admission {
	case "review":
		return "review: anyone proposes, for a deposit of " + coins(t.Deposit, types.BaseDenom)
	case "credential":
		return "credential: who has one is accepted at once"
	}
	return t.Admission + ": it takes no contributions"
}

func chunkLimit(n uint64) string {
	if n == 0 {
		return "any number of chunks"
	}
	return fmt.Sprintf("%d chunks", n)
}
