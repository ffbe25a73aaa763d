package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

// nobody stands for no operator of one share.
const nobody = "0x0000000000000000000000000000000000000000"

func assetApprove(o *options) *cobra.Command {
	var a approval
	c := &cobra.Command{
		Use:   "approve OPERATOR",
		Short: "Let an account move one share, units of it, or all shares",
		Long: `Approve lets an account, for example a contract, act for the owner of shares: move
one share whole (--share), move so many units of it (--share and --units), or move
all shares of the account that signs (--all). --end takes it back.`,
		Example: `  weal asset approve 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --share 3
  weal asset approve 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --share 3 --units 1000
  weal asset approve 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed --all --from vault --end`,
		Args: exactArgs(1, "an address: weal asset approve 0x… --share 3"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := someUnits(cmd, wholeShare); err != nil {
				return err
			}
			switch {
			case a.all == (a.share != 0):
				return wrong(cmd, "say what: --share N, or --all")
			case a.units > 0 && a.all:
				return wrong(cmd, "--units is of one share; leave out --all")
			case a.units > 0 && a.end:
				return wrong(cmd, "--end takes all units back; leave out --units")
			}
			did, text := a.describe(args[0])
			return o.acting(cmd, did, text, func(client *local.Client) error {
				to, err := address(cmd, client, args[0])
				if err != nil {
					return err
				}
				return a.send(cmd, client, to)
			})
		},
	}
	f := c.Flags()
	f.Uint64Var(&a.share, "share", 0, "number of the share")
	f.Uint64Var(&a.units, "units", 0, "so many units of the share; leave out for the whole share")
	f.BoolVar(&a.all, "all", false, "all shares of the account that signs")
	f.BoolVar(&a.end, "end", false, "take it back")
	fromFlag(c, &a.from, ownsIt)
	return c
}

// approval is what is approved.
type approval struct {
	share, units uint64
	all, end     bool
	from         string
}

func (a approval) describe(operator string) (did map[string]any, text string) {
	did, what := map[string]any{"operator": operator, "ended": a.end}, "all shares"
	switch {
	case a.units > 0:
		did["share"], did["units"] = a.share, a.units
		what = fmt.Sprintf("%d units of share %d", a.units, a.share)
	case a.share > 0:
		did["share"], what = a.share, fmt.Sprintf("share %d", a.share)
	}
	may := "may"
	if a.end {
		may = "may no longer"
	}
	return did, fmt.Sprintf("%s %s move %s", operator, may, what)
}

func (a approval) send(cmd *cobra.Command, client *local.Client, operator string) error {
	ctx, share := cmd.Context(), types.ShareID(a.share)
	if a.all {
		s, err := client.Signer(a.from, "", "")
		if err != nil {
			return err
		}
		return s.ApproveAll(ctx, operator, !a.end)
	}
	return withShare(cmd, client, share, a.from, func(s *ledger.Sender) error {
		switch {
		case a.units > 0:
			return s.ApproveValue(ctx, share, operator, a.units)
		case a.end:
			// Both kinds: it may move neither the share nor units of it.
			if err := s.ApproveValue(ctx, share, operator, 0); err != nil {
				return err
			}
			operator = nobody
		}
		return s.ApproveShare(ctx, share, operator)
	})
}
