package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func assetGrant(o *options) *cobra.Command {
	var from, until string
	var uses uint64
	c := &cobra.Command{
		Use:   "grant ID HOLDER",
		Short: "Give an account a credential for an asset that is closed",
		Long: `Grant lets an account, which pays from its own tab, use an asset that is closed, and
derive from it if its licence asks for a credential. A new grant replaces the old
one, and counts its uses anew. See also: weal asset licence --closed.`,
		Example: `  weal asset grant 1 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed
  weal asset grant 1 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --uses 100 --until 2027-01-31`,
		Args: exactArgs(2, "an asset and an address: weal asset grant 1 0x…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			end, err := untilArg(cmd, until)
			if err != nil {
				return err
			}
			return o.credential(cmd, id, args[1], "%s may use asset %d", from, func(s *ledger.Sender, holder string) error {
				return s.Grant(cmd.Context(), id, holder, uses, end)
			})
		},
	}
	c.Flags().Uint64Var(&uses, "uses", 0, "how often it can be used; 0 is without limit")
	c.Flags().StringVar(&until, "until", "", "when it ends: a date, a time, a while from now (72h), or never; default: never")
	fromFlag(c, &from, controlsIt)
	return c
}

func assetRevoke(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:   "revoke ID HOLDER",
		Short: "End an account's credential for an asset",
		Long: `Revoke ends an account's credential. Who serves the asset knows within seconds;
answers that have begun are served to their end.`,
		Example: "  weal asset revoke 1 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
		Args:    exactArgs(2, "an asset and an address: weal asset revoke 1 0x…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			return o.credential(cmd, id, args[1], "%s has no credential for asset %d any more", from, func(s *ledger.Sender, holder string) error {
				return s.Revoke(cmd.Context(), id, holder)
			})
		},
	}
	fromFlag(c, &from, controlsIt)
	return c
}

func assetController(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:   "controller ID ADDRESS",
		Short: "Hand control over an asset to another account, or to its council alone",
		Long: `Controller names who, beside the asset's council, may make versions, set prices and
licence, grant credentials, and name another controller. Shares are not touched.
"council" leaves control to the council alone; then only a vote can give it back.`,
		Example: "  weal asset controller 1 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n  weal asset controller 1 council",
		Args:    exactArgs(2, "an asset and an address: weal asset controller 1 0x…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			to := args[1]
			if to == "council" {
				to = local.CouncilOf(id)
			}
			return o.credential(cmd, id, to, "%s controls asset %d", from, func(s *ledger.Sender, who string) error {
				return s.SetController(cmd.Context(), id, who)
			})
		},
	}
	fromFlag(c, &from, controlsIt)
	return c
}

func assetCredentials(o *options) *cobra.Command {
	var holder string
	c := &cobra.Command{
		Use:     "credentials ID",
		Short:   "List who was granted what for an asset, or tell whether one account may use it",
		Example: "  weal asset credentials 1\n  weal asset credentials 1 --holder payer",
		Args:    exactArgs(1, "the asset's number: weal asset credentials 1"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				if holder != "" {
					return o.showPermit(cmd, client, id, holder)
				}
				all, err := client.Credentials(cmd.Context(), id)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), nonNil(all), func(w io.Writer) error { return printCredentials(w, all) })
			})
		},
	}
	c.Flags().StringVar(&holder, "holder", "", "tell whether this account may use the asset now, and why")
	return c
}

func (o *options) showPermit(cmd *cobra.Command, client *local.Client, id types.AssetID, holder string) error {
	who, err := address(cmd, client, holder)
	if err != nil {
		return err
	}
	p, err := client.Permit(cmd.Context(), id, who)
	if err != nil {
		return err
	}
	return o.show(cmd.OutOrStdout(), p, func(w io.Writer) error {
		may := "may"
		if !p.Allowed {
			may = "may not"
		}
		_, err := fmt.Fprintf(w, "%s %s use asset %d: %s\n", who, may, id, p.Reason)
		return err
	})
}

func printCredentials(w io.Writer, all []local.Credential) error {
	return table(w, "HOLDER\tUSES\tUNTIL\tSTATE\tGRANTED BY\tIN BLOCK", func(row func(...any)) {
		for _, c := range all {
			uses, until := "any", "for ever"
			if c.Uses > 0 {
				uses = fmt.Sprint(c.Uses)
			}
			if !c.Until.IsZero() {
				until = c.Until.Format(time.RFC3339)
			}
			row(c.Holder, uses, until, c.State(time.Now()), c.Granter, c.Height)
		}
	})
}

// credential resolves an address, acts on it as who controls the asset, and says
// what holds now.
func (o *options) credential(cmd *cobra.Command, id types.AssetID, who, says, from string, act func(s *ledger.Sender, who string) error) error {
	return o.withClient(cmd, func(client *local.Client) error {
		at, err := address(cmd, client, who)
		if err != nil {
			return err
		}
		s, _, err := client.Controller(cmd.Context(), id, from)
		if err != nil {
			return err
		}
		if err := act(s, at); err != nil {
			return err
		}
		return o.show(cmd.OutOrStdout(), map[string]any{"asset": id, "account": at}, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, says+"\n", at, id)
			return err
		})
	})
}
