package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/purse"
	"github.com/weal-network/weal/types"
)

func receiptsCommand(o *options) *cobra.Command {
	var f receiptFlags
	var limit int
	c := &cobra.Command{
		Use:   "receipts",
		Short: "List the receipts of the home's purse, newest first",
		Long: `Every use that the home's purse paid for left a receipt, signed by who served it;
so did those that its gateway paid for from customers' tabs, for their API keys.
They are listed here, exported, and proven to others: the receipts root of a lane's
vouchers covers all receipts of earlier questions.`,
		Example: `  weal receipts --asset 1 --since 24h --output json
  weal receipts show 3f2a99c10b7d4e55
  weal receipts export --format csv --since 2027-01-01 > january.csv
  weal receipts prove 3f2a99c10b7d4e55 > use.json
  weal receipts verify use.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := someRows(cmd, limit); err != nil {
				return err
			}
			filter, err := f.filter(cmd)
			if err != nil {
				return err
			}
			filter.Limit = limit
			return o.withClient(cmd, func(client *local.Client) error {
				list, err := client.Receipts(cmd.Context(), filter)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), nonNil(list), func(w io.Writer) error {
					return table(w, "TIME\tASSET\tVERSION\tLANE\tSEQ\tAMOUNT\tRECEIPT", func(row func(...any)) {
						for _, r := range list {
							row(time.UnixMilli(r.Time).Format(time.DateTime), r.Asset, r.Version, r.Lane, r.Seq,
								coins(r.Amount, r.Denom), fmt.Sprintf("%.16s…", r.ID))
						}
					})
				})
			})
		},
	}
	f.add(c)
	c.Flags().IntVar(&limit, "limit", 100, "at most so many")
	c.AddCommand(receiptsShow(o), receiptsExport(o), receiptsProve(o), receiptsVerify(o))
	return c
}

// receiptFlags choose receipts.
type receiptFlags struct {
	asset, tab   uint64
	since, until string
}

func (f *receiptFlags) add(c *cobra.Command) {
	c.Flags().Uint64Var(&f.asset, "asset", 0, "only those of one asset")
	c.Flags().Uint64Var(&f.tab, "tab", 0, "only those of one tab")
	c.Flags().StringVar(&f.since, "since", "", "only those since then: 24h ago, 2027-01-31 (UTC), or 2027-01-31T12:00:00Z")
	c.Flags().StringVar(&f.until, "until", "", "only those before then, written alike")
}

func (f *receiptFlags) filter(cmd *cobra.Command) (purse.Filter, error) {
	out := purse.Filter{Asset: types.AssetID(f.asset), Tab: types.TabID(f.tab)}
	for _, m := range []struct {
		name, text string
		into       *time.Time
	}{{"since", f.since, &out.Since}, {"until", f.until, &out.Until}} {
		if m.text == "" {
			continue
		}
		at, err := moment(m.text, time.Now())
		if err != nil {
			return out, wrong(cmd, "--%s: %w", m.name, err)
		}
		*m.into = at
	}
	return out, nil
}

// moment reads a time, or how long ago one was.
func moment(text string, now time.Time) (time.Time, error) {
	if ago, err := time.ParseDuration(text); err == nil {
		if ago >= 0 {
			return now.Add(-ago), nil
		}
	} else if at, err := timeArg(text, now); err == nil {
		return at, nil
	}
	return time.Time{}, fmt.Errorf("want how long ago, for example 24h, or a time as 2027-01-31 or 2027-01-31T12:00:00Z, got %q", text)
}

func receiptsShow(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "show ID",
		Short: "Show one receipt, and what each passage counted for the answer",
		Long: `ID is the receipt's, or its first 8 digits or more. The receipt of an app commits
to a record of the answer's passages: how often the answer cites each, and the share
of each by equals, by score and by citation. The purse made the same record of the
text and the passages that it got.`,
		Example: `  weal receipts show 3f2a99c10b7d4e55
  weal receipts show 3f2a99c10b7d4e55 --output json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				r, err := client.Receipt(cmd.Context(), args[0])
				if errors.Is(err, purse.ErrReceiptID) {
					return wrong(cmd, "%w", err)
				}
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), r, func(w io.Writer) error { return showReceipt(w, r) })
			})
		},
	}
}

func showReceipt(w io.Writer, r local.Receipt) error {
	if _, err := fmt.Fprintf(w, "receipt    %s\nasset      %d version %d\nlane       %s seq %d\namount     %s\ntime       %s\norder      %s\ninput      %s\noutput     %s\n",
		r.ID, r.Asset, r.Version, r.Lane, r.Seq, coins(r.Amount, r.Denom), time.UnixMilli(r.Time).Format(time.DateTime),
		r.Order, r.Input, r.Output); err != nil {
		return err
	}
	if r.Detail.IsZero() {
		return nil
	}
	if _, err := fmt.Fprintf(w, "detail     %s\n\n", r.Detail); err != nil {
		return err
	}
	return table(w, "PASSAGE\tASSET\tVERSION\tBAND\tCITED\tEQUAL\tSCORE\tCITATION\tCHUNK", func(row func(...any)) {
		for _, e := range r.Attribution {
			row(fmt.Sprintf("[%d]", e.N), e.Asset, e.Version, e.Band, e.Cites,
				millionths(e.Equal), millionths(e.Score), millionths(e.Citation), fmt.Sprintf("%.16s…", e.Chunk))
		}
	})
}

// millionths writes a share as per cent.
func millionths(share uint32) string { return fmt.Sprintf("%d.%04d %%", share/10_000, share%10_000) }

func receiptsExport(o *options) *cobra.Command {
	var f receiptFlags
	var format string
	c := &cobra.Command{
		Use:   "export",
		Short: "Write all receipts, oldest first, as CSV or JSON",
		Long: `All receipts are written to standard output, oldest first. Amounts are in the
denomination's smallest unit. As JSON it is an array of what weal receipts
--output json lists; as CSV, times are RFC 3339 in UTC. In JSON kept, when the purse
got it, is too; time is as the provider signed it, in milliseconds since 1970.`,
		Example: `  weal receipts export --format csv --asset 3 > receipts.csv
  weal receipts export --format json --since 720h --until 24h > receipts.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(local.ReceiptFormats, format) {
				return wrong(cmd, "--format: want csv or json, got %q", format)
			}
			filter, err := f.filter(cmd)
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				w := bufio.NewWriter(cmd.OutOrStdout())
				if err := client.ExportReceipts(cmd.Context(), filter, format, w); err != nil {
					return err
				}
				return w.Flush()
			})
		},
	}
	f.add(c)
	c.Flags().StringVar(&format, "format", "csv", "csv or json")
	return c
}

func receiptsProve(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "prove ID",
		Short: "Make a proof of one use that anybody can check against the chain",
		Long: `The proof, a JSON object on standard output, has the receipt as its provider signed
it, a voucher that the payer's lane signed later, and the path from the receipt to
the receipts root in that voucher. ID is the receipt's, or its first 8 digits or
more. If no voucher covers the receipt yet, the lane signs one that pays nothing.`,
		Example: "  weal receipts prove 3f2a99c10b7d4e55 > use.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				proof, err := client.ProveReceipt(cmd.Context(), args[0])
				if errors.Is(err, purse.ErrReceiptID) {
					return wrong(cmd, "%w", err)
				}
				if err != nil {
					return err
				}
				e := json.NewEncoder(cmd.OutOrStdout())
				e.SetIndent("", "  ")
				return e.Encode(proof)
			})
		},
	}
}

// maxProof bounds the file of a proof: a path has 64 hashes at most, a record 256
// passages.
const maxProof = 256 << 10

func receiptsVerify(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "verify FILE",
		Short: "Check a proof of one use against the chain",
		Long: `The proof holds if the asset's key signed the receipt, and the lane's key a later
voucher whose receipts root covers it. Both keys are asked of the chain.`,
		Example: `  weal receipts verify use.json
  weal receipts prove 3f2a99c10b7d4e55 | weal receipts verify -`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			proof, err := readProof(cmd, args[0])
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				use, err := client.VerifyUse(cmd.Context(), proof)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), use, func(w io.Writer) error {
					_, err := fmt.Fprintf(w, "The proof holds: asset %d, version %d, served order %d of lane %s for %s\nat %s by its own clock. Payer: %s. The lane has settled %s with the asset so far.\n",
						use.Asset, use.Version, use.Seq, use.Lane, coins(use.Amount, use.Denom), use.Time, use.Payer, coins(use.Settled, use.Denom))
					return err
				})
			})
		},
	}
}

func readProof(cmd *cobra.Command, name string) (proof purse.Proof, err error) {
	in := cmd.InOrStdin()
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return proof, err
		}
		defer file.Close()
		in = file
	}
	b, err := io.ReadAll(io.LimitReader(in, maxProof+1))
	switch {
	case err != nil:
		return proof, err
	case len(b) > maxProof:
		err = errors.New("it is too large for one")
	default:
		err = json.Unmarshal(b, &proof)
	}
	if err != nil {
		return proof, wrong(cmd, "%s is no proof that weal receipts prove wrote: %w", name, err)
	}
	return proof, nil
}
