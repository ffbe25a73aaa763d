package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

// pool is what waits for an asset's contributors, and how it was divided so far.
type pool struct {
	Pools         []ledger.ContributionPool `json:"pools"`
	Distributions []ledger.Distribution     `json:"distributions"`
}

func contributionPool(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "pool ASSET",
		Short:   "Show what waits for an asset's contributors, and how it was divided so far",
		Example: "  weal contribution pool 1",
		Args:    exactArgs(1, "the asset's number: weal contribution pool 1"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				var p pool
				if p.Pools, err = client.Ledger.ContributionPools(cmd.Context(), id); err != nil {
					return err
				}
				if p.Distributions, err = client.Ledger.Distributions(cmd.Context(), id); err != nil {
					return err
				}
				p = pool{nonNil(p.Pools), nonNil(p.Distributions)}
				return o.show(cmd.OutOrStdout(), p, func(w io.Writer) error { return printPool(w, p) })
			})
		},
	}
}

func printPool(w io.Writer, p pool) error {
	err := table(w, "WAITING\tDIVIDED, NOT CLAIMED", func(row func(...any)) {
		for _, one := range p.Pools {
			row(coins(one.Waiting, one.Denom), coins(one.Granted, one.Denom))
		}
	})
	if err != nil || len(p.Distributions) == 0 {
		return err
	}
	return table(w, "DISTRIBUTION\tAMOUNT\tCONTRIBUTIONS\tHEIGHT\tEVIDENCE", func(row func(...any)) {
		for _, d := range p.Distributions {
			row(d.Number, coins(d.Amount, d.Denom), d.Contributions, d.Height, d.Root)
		}
	})
}

func contributionDistribute(o *options) *cobra.Command {
	var from, root, evidence, denom string
	c := &cobra.Command{
		Use:   "distribute ASSET CONTRIBUTION=POINTS...",
		Short: "Divide what waits for an asset's contributors",
		Long: `Distribute divides what waits for the contributors of an asset by points: what a
contribution gets is to the whole as its points are to all points named. Say what the
points follow, by the file of the records (--evidence) or its hash (--root): it goes
into the log, and pays a contribution once, so that nothing is divided twice by
mistake.`,
		Example: "  weal contribution distribute 1 3=120 4=45 --evidence use-2027-01.json\n  weal contribution distribute 1 3=1 4=1 --denom uusd --root 4f1c…64",
		Args:    someArgs(2, "an asset and points: weal contribution distribute 1 3=120 4=45"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			points, err := pointArgs(cmd, args[1:])
			if err != nil {
				return err
			}
			hash, err := evidenceArg(cmd, root, evidence)
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				paid, err := client.Distribute(cmd.Context(), id, denom, points, hash, from)
				if err != nil && len(paid) == 0 {
					return err
				}
				return errors.Join(err, o.show(cmd.OutOrStdout(), paid, func(w io.Writer) error {
					return table(w, "CONTRIBUTION\tPOINTS\tAMOUNT", func(row func(...any)) {
						for _, p := range paid {
							row(p.ID, p.Points, coins(p.Amount, denom))
						}
					})
				}))
			})
		},
	}
	f := c.Flags()
	f.StringVar(&denom, "denom", types.BaseDenom, "denomination of what is divided")
	f.StringVar(&evidence, "evidence", "", "file of the records that the points follow")
	f.StringVar(&root, "root", "", "hash of the evidence, instead of the file")
	fromFlag(c, &from, isSteward)
	return c
}

// pointArgs reads contributions with their points.
func pointArgs(cmd *cobra.Command, args []string) ([]ledger.ContributionPoints, error) {
	all := make([]ledger.ContributionPoints, len(args))
	for i, s := range args {
		id, points, ok := strings.Cut(s, "=")
		n, err := strconv.ParseUint(points, 10, 64)
		if !ok || err != nil || n == 0 {
			return nil, wrong(cmd, "want a contribution and its points, for example 3=120, got %q", s)
		}
		all[i].Points = n
		if all[i].ID, err = contributionArg(cmd, id); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// evidenceArg reads the hash of the evidence.
func evidenceArg(cmd *cobra.Command, root, file string) (types.Hash, error) {
	switch {
	case (root == "") == (file == ""):
		return types.Hash{}, wrong(cmd, "say what the points follow: --evidence FILE or --root HASH")
	case root != "":
		h, err := types.ParseHash(root)
		if err != nil {
			return h, wrong(cmd, "--root: %w", err)
		}
		return h, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return types.Hash{}, wrong(cmd, "--evidence: %w", err)
	}
	return sha256.Sum256(b), nil
}

func contributionClaim(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:   "claim",
		Short: "Pay out what contributions of the home's accounts have earned",
		Long: `Claim pays out what contributions of all accounts of the home have earned, or with
--from those of one account. The fee can come out of what is claimed. What shares have
earned is paid out by weal claim.`,
		Example: "  weal contribution claim\n  weal contribution claim --from payer",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				list, err := client.ClaimContributions(cmd.Context(), from)
				if err != nil && len(list) == 0 {
					return err
				}
				return errors.Join(err, o.show(cmd.OutOrStdout(), nonNil(list), func(w io.Writer) error {
					if len(list) == 0 {
						_, err := fmt.Fprintln(w, "nothing to claim")
						return err
					}
					return table(w, "CONTRIBUTOR\tCONTRIBUTIONS\tPAID", func(row func(...any)) {
						for _, p := range list {
							row(p.Contributor, p.Contributions, coins(p.Amount, p.Denom))
						}
					})
				}))
			})
		},
	}
	fromFlag(c, &from, "all")
	return c
}
