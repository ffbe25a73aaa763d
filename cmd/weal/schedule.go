package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func scheduleCommand(o *options) *cobra.Command {
	return group("schedule", "Have the chain call a contract later, or every so many blocks",
		scheduleBook(o), scheduleList(o), scheduleShow(o), scheduleCalls(o), scheduleExtend(o), scheduleCancel(o),
	)
}

func scheduleBook(o *options) *cobra.Command {
	var from, data, value string
	plan := ledger.Plan{}
	c := &cobra.Command{
		Use:   "book CONTRACT",
		Short: "Book calls of a contract, and pay for them ahead",
		Long: `Book has the chain call a contract at the begin of a block, from the address
` + types.Scheduler + `. The price of gas is fixed now; what the calls do not
use comes back when the last was made, or with weal schedule cancel.`,
		Example: "  weal schedule book 0x… --data 0x5c975abb --at 5000\n" +
			"  weal schedule book 0x… --data 0x5c975abb --gas 200000 --every 100 --times 50\n" +
			"  weal schedule book 0x… --value 0.1 --every 3600 --times 24 --from payer",
		Args: exactArgs(1, "the address of a contract: weal schedule book 0x… --data 0x5c975abb"),
		RunE: func(cmd *cobra.Command, args []string) error {
			p := plan
			if !common.IsHexAddress(args[0]) {
				return wrong(cmd, "want the address of a contract, got %q", args[0])
			}
			p.Target = common.HexToAddress(args[0])
			var err error
			if p.Data, err = hex.DecodeString(strings.TrimPrefix(data, "0x")); err != nil {
				return wrong(cmd, "--data: want the call's bytes in hex, got %.40q", data)
			}
			if p.Value, err = wealArg(cmd, "--value", value); err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				price, err := client.Ledger.AheadGasPrice(cmd.Context())
				if err != nil {
					return err
				}
				cost, err := p.Cost(price)
				if err != nil {
					return err
				}
				s, err := client.Signer(from, "", "")
				if err != nil {
					return err
				}
				// The price of gas may rise until the transaction is in a block; what is
				// not needed comes back.
				sent, ok := cost.Add(cost)
				if !ok {
					sent = cost
				}
				id, err := s.Book(cmd.Context(), p, sent)
				if err != nil {
					return err
				}
				b, err := client.Ledger.Booking(cmd.Context(), id)
				if err != nil {
					// Its only call may have been made by now.
					b = ledger.Booking{ID: id, Target: p.Target.Hex(), Gas: p.Gas, GasPrice: price, Value: p.Value, Every: p.Every}
				}
				return o.show(cmd.OutOrStdout(), b, say("booking %d: %d calls of %s for at most %s; see: weal schedule calls %d",
					id, p.Times, p.Target.Hex(), coins(cost, types.BaseDenom), id))
			})
		},
	}
	f := c.Flags()
	f.StringVar(&data, "data", "", "what the contract is called with, in hex")
	f.Uint64Var(&plan.Gas, "gas", 200_000, "gas of each call")
	f.Uint64Var(&plan.First, "at", 0, "the first block; default: the next")
	f.Uint64Var(&plan.Every, "every", 0, "call again after so many blocks")
	f.Uint64Var(&plan.Times, "times", 1, "how many calls in all")
	f.StringVar(&value, "value", "0", "WEAL that each call brings")
	fromFlag(c, &from, "payer")
	return c
}

// wealArg reads an amount of the chain's coin.
func wealArg(cmd *cobra.Command, what, s string) (types.Amount, error) {
	amount, denom, err := priceArg(cmd, what, s)
	if err == nil && denom != types.BaseDenom {
		err = wrong(cmd, "%s: want an amount of %s, got %q", what, types.DisplayDenom, s)
	}
	return amount, err
}

func scheduleExtend(o *options) *cobra.Command {
	var from string
	var times uint64
	c := &cobra.Command{
		Use:     "extend BOOKING",
		Short:   "Add calls to a booking, at its own price of gas",
		Example: "  weal schedule extend 7 --times 50",
		Args:    exactArgs(1, "the number of a booking: weal schedule extend 7 --times 50"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := placeArg(cmd, "a booking", "weal schedule list", args[0])
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				b, err := client.Ledger.Booking(cmd.Context(), id)
				if err != nil {
					return err
				}
				cost, err := ledger.Plan{Gas: b.Gas, Value: b.Value, Times: times}.Cost(b.GasPrice)
				if err != nil {
					return err
				}
				s, err := client.Signer(from, b.Owner, fmt.Sprintf("owns booking %d", id))
				if err != nil {
					return err
				}
				if err := s.ExtendBooking(cmd.Context(), id, times, cost); err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), map[string]any{"booking": id, "added": times, "paid": cost},
					say("%d calls more for at most %s", times, coins(cost, types.BaseDenom)))
			})
		},
	}
	c.Flags().Uint64Var(&times, "times", 1, "how many calls more")
	fromFlag(c, &from, "the owner")
	return c
}

func scheduleCancel(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:     "cancel BOOKING",
		Short:   "Take a booking back with what is left of its funds",
		Example: "  weal schedule cancel 7",
		Args:    exactArgs(1, "the number of a booking: weal schedule cancel 7"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := placeArg(cmd, "a booking", "weal schedule list", args[0])
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				b, err := client.Ledger.Booking(cmd.Context(), id)
				if err != nil {
					return err
				}
				s, err := client.Signer(from, b.Owner, fmt.Sprintf("owns booking %d", id))
				if err != nil {
					return err
				}
				refund, err := s.CancelBooking(cmd.Context(), id)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), map[string]any{"booking": id, "refund": refund},
					say("booking %d is gone; %s came back", id, coins(refund, types.BaseDenom)))
			})
		},
	}
	fromFlag(c, &from, "the owner")
	return c
}

func scheduleShow(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "show BOOKING",
		Short:   "Show a booking",
		Example: "  weal schedule show 7 --output json",
		Args:    exactArgs(1, "the number of a booking: weal schedule show 7"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := placeArg(cmd, "a booking", "weal schedule list", args[0])
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				b, err := client.Ledger.Booking(cmd.Context(), id)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), b, func(w io.Writer) error { return printBookings(w, []ledger.Booking{b}) })
			})
		},
	}
}

func scheduleList(o *options) *cobra.Command {
	var of string
	c := &cobra.Command{
		Use:     "list",
		Short:   "List booked calls",
		Example: "  weal schedule list\n  weal schedule list --of payer --output json",
		Args:    exactArgs(0, "no arguments: weal schedule list"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				var owner common.Address
				if of != "" {
					who, err := address(cmd, client, of)
					if err != nil {
						return err
					}
					owner = common.HexToAddress(who)
				}
				all, err := client.Ledger.Bookings(cmd.Context(), owner)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), nonNil(all), func(w io.Writer) error { return printBookings(w, all) })
			})
		},
	}
	c.Flags().StringVar(&of, "of", "", "an account of the home, or an address: only its bookings")
	return c
}

func printBookings(w io.Writer, all []ledger.Booking) error {
	if len(all) == 0 {
		_, err := fmt.Fprintln(w, "nothing is booked")
		return err
	}
	return table(w, "BOOKING\tTARGET\tNEXT BLOCK\tEVERY\tCALLS LEFT\tMADE\tFUNDS\tOWNER", func(row func(...any)) {
		for _, b := range all {
			row(b.ID, b.Target, b.Due, b.Every, b.Times, b.Runs, coins(b.Funds, types.BaseDenom), b.Owner)
		}
	})
}

func scheduleCalls(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "calls [BOOKING]",
		Short: "List what booked calls came to, with their logs",
		Long: `Calls lists the calls that the chain made, of one booking or of all, as far back as it
keeps them. They have no transactions, and so no receipts; --output json has their logs.`,
		Example: "  weal schedule calls\n  weal schedule calls 7 --output json",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return wrong(cmd, "want at most one booking: weal schedule calls 7")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			var id uint64
			if len(args) == 1 {
				if id, err = placeArg(cmd, "a booking", "weal schedule list", args[0]); err != nil {
					return err
				}
			}
			return o.withClient(cmd, func(client *local.Client) error {
				all, err := client.Ledger.BookedCalls(cmd.Context(), id)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), nonNil(all), func(w io.Writer) error { return printCalls(w, all) })
			})
		},
	}
}

func printCalls(w io.Writer, all []ledger.BookedCall) error {
	if len(all) == 0 {
		_, err := fmt.Fprintln(w, "no booked call was made")
		return err
	}
	return table(w, "BLOCK\tBOOKING\tTARGET\tGAS\tLOGS\tRESULT", func(row func(...any)) {
		for _, c := range all {
			result := "ok"
			if !c.OK {
				result = "failed: " + c.Reason
			}
			row(c.Height, c.Booking, c.Target, c.GasUsed, len(c.Logs), result)
		}
	})
}
