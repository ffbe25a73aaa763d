package main

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

// fromFlag adds --from: the home's account that signs.
func fromFlag(c *cobra.Command, from *string, otherwise string) {
	c.Flags().Var(account{from}, "from", "account of the home that signs: "+strings.Join(local.AccountNames, ", ")+"; default: "+otherwise)
}

// acting is a command that sends a transaction and says what it did. Args are read
// before anything is connected to, so that wrong usage needs no home that runs.
func (o *options) acting(cmd *cobra.Command, did any, text string, act func(*local.Client) error) error {
	return o.withClient(cmd, func(client *local.Client) error {
		if err := act(client); err != nil {
			return err
		}
		return o.show(cmd.OutOrStdout(), did, func(w io.Writer) error {
			_, err := fmt.Fprintln(w, text)
			return err
		})
	})
}

// assetArg reads the number of an asset.
func assetArg(cmd *cobra.Command, s string) (types.AssetID, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 {
		return 0, wrong(cmd, "want the number of an asset, got %q; see: weal asset list", s)
	}
	return types.AssetID(n), nil
}

// shareArg reads the number of a share.
func shareArg(cmd *cobra.Command, s string) (types.ShareID, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 {
		return 0, wrong(cmd, "want the number of a share, got %q; see: weal asset shares --owner ADDRESS", s)
	}
	return types.ShareID(n), nil
}

// unitsArg reads a number of units.
func unitsArg(cmd *cobra.Command, s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 || n > types.MaxUnits {
		return 0, wrong(cmd, "want a whole number of units from 1, got %q", s)
	}
	return n, nil
}

// numberArg reads a number of up to 256 bits, as tokens of collections have them.
func numberArg(cmd *cobra.Command, what, s string) (*big.Int, error) {
	n, ok := new(big.Int).SetString(s, 10)
	if !ok || n.Sign() < 0 || n.BitLen() > 256 {
		return nil, wrong(cmd, "%s: want a whole number below 2^256, got %.80q", what, s)
	}
	return n, nil
}

// timeArg reads when something ends: a date, a time, or how long from now.
func timeArg(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, nil
		}
	}
	if d, err := time.ParseDuration(s); err == nil && d > 0 {
		return now.Add(d), nil
	}
	return time.Time{}, errors.New(`want a date (2027-01-31), a time (2027-01-31T12:00:00Z) or a while from now (72h), got "` + s + `"`)
}

// addressForm returns wrong usage if s is no address: of a collection, which no
// account of the home is. What is the flag that it came by, with a colon, or empty.
func addressForm(cmd *cobra.Command, what, s string) error {
	if _, err := ledger.ParseAddress(s); err != nil {
		return wrong(cmd, "%s%w", what, err)
	}
	return nil
}

// address resolves an address in either form, or the name of an account of the
// home.
func address(cmd *cobra.Command, client *local.Client, s string) (string, error) {
	a, err := client.Resolve(s)
	if err != nil {
		return "", wrong(cmd, "%w", err)
	}
	return a, nil
}
