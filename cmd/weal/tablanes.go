package main

import (
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

// lanesFlags say which lanes of which tab are meant.
type lanesFlags struct {
	tab   uint64
	lanes []uint
}

func (f *lanesFlags) add(c *cobra.Command, lanes string) {
	c.Flags().Uint64Var(&f.tab, "tab", 0, "number of the tab; default: the home's own")
	c.Flags().UintSliceVar(&f.lanes, "lane", nil, "number of the lane within its tab's epoch, the last of 1/0/3; "+lanes)
}

// ids returns the lanes, each once.
func (f *lanesFlags) ids(cmd *cobra.Command) ([]uint32, error) {
	var ids []uint32
	for _, n := range f.lanes {
		if n >= math.MaxUint32 {
			return nil, wrong(cmd, "there is no lane %d", n)
		}
		ids = append(ids, uint32(n))
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

func tabFund(o *options) *cobra.Command {
	var f lanesFlags
	var amount string
	c := &cobra.Command{
		Use:   "fund",
		Short: "Top up a tab in place: its lanes can pay more from the next block on",
		Long: `Fund adds an amount to a tab's deposit and to the caps of its open lanes, in equal
parts; --lane chooses lanes. The payer also pays what the bond then lacks. What of the
amount is not spent comes back when the tab is closed.`,
		Example: "  weal tab fund --amount 5\n  weal tab fund --amount 0.5 --lane 3\n  weal tab fund --amount 2 --tab 7 --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			more, err := parseCoins(amount)
			if err != nil || more.IsZero() {
				return wrong(cmd, "say how much: --amount 5")
			}
			ids, err := f.ids(cmd)
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				lanes, err := client.TopUp(cmd.Context(), types.TabID(f.tab), ids, more)
				if err != nil {
					return err
				}
				ref := lanes[0].Ref
				return o.show(cmd.OutOrStdout(), map[string]any{"tab": ref.Tab, "added": more, "lanes": lanes}, func(w io.Writer) error {
					_, _ = fmt.Fprintf(w, "tab %d has %s more\n\n", ref.Tab, coins(more, lanes[0].Denom))
					return table(w, "LANE\tCAP", func(row func(...any)) {
						for _, l := range lanes {
							row(l.Ref, coins(l.Cap, l.Denom))
						}
					})
				})
			})
		},
	}
	c.Flags().StringVar(&amount, "amount", "", "what to add, in WEAL")
	f.add(c, "default: all that are open")
	return c
}

func tabRevoke(o *options) *cobra.Command {
	var f lanesFlags
	c := &cobra.Command{
		Use:   "revoke",
		Short: "End the use of a lane, for example because its key has leaked",
		Long: `Revoke ends the use of lanes: nobody works for them any more. What their keys have
signed is still settled until their windows have ended; the next weal tab fund after
that makes the rest the tab's again. The keys in this home are set aside and never
used for another lane.`,
		Example: "  weal tab revoke --lane 3\n  weal tab revoke --tab 7 --lane 0 --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ids, err := f.ids(cmd)
			if err != nil {
				return err
			}
			if len(ids) == 0 {
				return wrong(cmd, "say which lane: --lane 3; see: weal tab show")
			}
			return o.withClient(cmd, func(client *local.Client) error {
				refs, err := client.RevokeLanes(cmd.Context(), types.TabID(f.tab), ids)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), map[string]any{"revoked": refs}, func(w io.Writer) error {
					for _, ref := range refs {
						if _, err := fmt.Fprintf(w, "lane %s is revoked: what it owes is being settled\n", ref); err != nil {
							return err
						}
					}
					return nil
				})
			})
		},
	}
	f.add(c, "may be given again")
	return c
}
