package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func jobRequest(o *options) *cobra.Command {
	var from, hash, uri, most, callback string
	var wait time.Duration
	var gas uint64
	c := &cobra.Command{
		Use:   "request ASSET [TEXT]",
		Short: "Ask an asset on the chain, and pay its price for a use ahead",
		Long: `Request locks the asset's price for a use, and the gas of a call-back, until one of the
asset's operators answers. If nobody does in time, all of it comes back by itself.
The input is public. One beyond 4096 bytes is named by its hash, and a URI where it is.`,
		Example: "  weal job request 3 \"What is a tort?\"\n" +
			"  weal job request 3 --hash 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 --uri ipfs://…\n" +
			"  weal job request 3 \"What is a tort?\" --callback 0x… --gas 200000 --wait 10m",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return wrong(cmd, "want an asset and a text: weal job request 3 \"What is a tort?\"")
			}
			if len(args) == 2 && strings.TrimSpace(args[1]) == "" {
				return wrong(cmd, "there is no text; want for example: weal job request 3 \"What is a tort?\"")
			}
			if (len(args) == 1) == (hash == "") {
				return wrong(cmd, "want a text or --hash, and one of them only")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			ask, err := askArgs(cmd, args, hash, uri, callback)
			if err != nil {
				return err
			}
			ask.Gas, ask.Seconds = gas, uint64(max(0, wait/time.Second))
			if most != "" {
				var denom string
				if ask.MaxFee, denom, err = priceArg(cmd, "--at-most", most); err != nil {
					return err
				}
				if denom != types.BaseDenom {
					return wrong(cmd, "--at-most: requests are paid in %s", types.DisplayDenom)
				}
			}
			return o.withClient(cmd, func(client *local.Client) error {
				operators, err := client.Ledger.Operators(cmd.Context(), ask.Asset)
				if err != nil {
					return err
				}
				if len(operators) == 0 {
					_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "warning: nobody may answer for asset %d now; what nobody answers comes back after --wait\n", ask.Asset)
				}
				price, gasPay, err := client.Ledger.RequestQuote(cmd.Context(), ask.Asset, gas)
				if err != nil {
					return err
				}
				if most == "" {
					ask.MaxFee = price
				}
				value, ok := price.Add(gasPay)
				if !ok {
					return fmt.Errorf("a request costs more than there is")
				}
				s, err := client.Signer(from, "", "")
				if err != nil {
					return err
				}
				// The price of gas may rise until the transaction is in a block; what is
				// not needed comes back.
				if more, ok := value.Add(gasPay); ok {
					value = more
				}
				id, err := s.Ask(cmd.Context(), ask, value)
				if err != nil {
					return err
				}
				did := map[string]any{"request": id, "asset": ask.Asset, "price": price, "gas_pay": gasPay}
				return o.show(cmd.OutOrStdout(), did, say("request %d to asset %d for %s; see: weal job show %d",
					id, ask.Asset, coins(price, types.BaseDenom), id))
			})
		},
	}
	c.Flags().StringVar(&hash, "hash", "", "SHA-256 of an input that is elsewhere, in hex")
	c.Flags().StringVar(&uri, "uri", "", "where an input is that is named by its hash")
	c.Flags().StringVar(&most, "at-most", "", "the most to pay for the use; default: what it costs now")
	c.Flags().DurationVar(&wait, "wait", 0, "how long to wait for an answer; default: an hour")
	c.Flags().StringVar(&callback, "callback", "", "address of a contract to be told of the answer")
	c.Flags().Uint64Var(&gas, "gas", 0, "gas that the contract is told with")
	fromFlag(c, &from, "payer")
	return c
}

// askArgs reads what is asked.
func askArgs(cmd *cobra.Command, args []string, hash, uri, callback string) (a ledger.Ask, err error) {
	if a.Asset, err = assetArg(cmd, args[0]); err != nil {
		return a, err
	}
	a.URI = uri
	if len(args) == 2 {
		a.Input = []byte(args[1])
	} else if a.Hash, err = types.ParseHash(hash); err != nil {
		return a, wrong(cmd, "--hash: %w", err)
	}
	if callback != "" {
		if !common.IsHexAddress(callback) {
			return a, wrong(cmd, "--callback: want the address of a contract, got %q", callback)
		}
		a.Callback = common.HexToAddress(callback)
	}
	return a, nil
}

func jobQuote(o *options) *cobra.Command {
	var gas uint64
	c := &cobra.Command{
		Use:     "quote ASSET",
		Short:   "Show what a request costs now",
		Example: "  weal job quote 3\n  weal job quote 3 --gas 200000 --output json",
		Args:    exactArgs(1, "an asset: weal job quote 3"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.aboutAsset(cmd, args, func(client *local.Client, asset types.AssetID) error {
				price, gasPay, err := client.Ledger.RequestQuote(cmd.Context(), asset, gas)
				if err != nil {
					return err
				}
				told := map[string]any{"asset": asset, "price": price, "gas": gas, "gas_pay": gasPay}
				return o.show(cmd.OutOrStdout(), told, say("a use of asset %d costs %s, and %d gas of a call-back %s",
					asset, coins(price, types.BaseDenom), gas, coins(gasPay, types.BaseDenom)))
			})
		},
	}
	c.Flags().Uint64Var(&gas, "gas", 0, "gas that a contract is told with")
	return c
}

func jobRetry(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:     "retry REQUEST",
		Short:   "Tell the contract of a request again of its answer, if that failed",
		Example: "  weal job retry 7",
		Args:    exactArgs(1, "the number of a request: weal job retry 7"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := placeArg(cmd, "a request", "weal job list", args[0])
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				s, err := client.Signer(from, "", "")
				if err != nil {
					return err
				}
				if err := s.RetryCallback(cmd.Context(), id); err != nil {
					return err
				}
				r, err := client.Ledger.Request(cmd.Context(), id)
				if err != nil {
					return err
				}
				did := map[string]any{"request": id, "callback_state": r.CallbackState, "tries": r.Tries}
				return o.show(cmd.OutOrStdout(), did, say("the call-back of request %d: %s", id, r.CallbackState))
			})
		},
	}
	fromFlag(c, &from, "payer")
	return c
}
