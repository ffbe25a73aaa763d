package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func receiptsCommand(o *options) *cobra.Command {
	var f local.ReceiptFilter
	var asset uint64
	c := &cobra.Command{
		Use:     "receipts",
		Short:   "List the receipts of the home's purse, newest first",
		Example: "  weal receipts --asset 1 --since 24h --output json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.Asset = types.AssetID(asset)
			return o.withClient(cmd, func(client *local.Client) error {
				list, err := client.Receipts(cmd.Context(), f)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), nonNil(list), func(w io.Writer) error {
					return table(w, "TIME\tASSET\tVERSION\tLANE\tSEQ\tAMOUNT\tRECEIPT", func(row func(...any)) {
						for _, r := range list {
							row(time.UnixMilli(r.Time).Format(time.DateTime), r.Asset, r.Version, r.Lane, r.Seq,
								coins(r.Amount, types.BaseDenom), fmt.Sprintf("%.16s…", r.ID))
						}
					})
				})
			})
		},
	}
	c.Flags().Uint64Var(&asset, "asset", 0, "only those of one asset")
	c.Flags().DurationVar(&f.Since, "since", 0, "only those of the last while, for example 24h")
	c.Flags().IntVar(&f.Limit, "limit", 100, "at most so many")
	return c
}
