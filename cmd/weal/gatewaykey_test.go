package main

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/gateway/keys"
	"github.com/weal-network/weal/types"
)

var noon = time.Date(2026, 7, 15, 12, 0, 0, 0, time.UTC)

func TestExpiresArg(t *testing.T) {
	for text, want := range map[string]time.Time{
		"30d": noon.AddDate(0, 0, 30), "2w": noon.AddDate(0, 0, 14), "12h": noon.Add(12 * time.Hour), " 1d ": noon.AddDate(0, 0, 1),
		"2026-12-31": time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC), "2026-07-15T14:00:01+02:00": noon.Add(time.Second),
	} {
		at, err := expiresArg(text, noon)
		require.NoError(t, err, text)
		require.Equal(t, want.Unix(), at, text)
	}
	at, err := expiresArg("never", noon)
	require.NoError(t, err)
	require.Zero(t, at)
	for _, text := range []string{"", "0d", "-1d", "d", "1", "1.5d", "36501d", "5215w", "2026-07-15", "2026-07-15T12:00:00Z", "soon", "99999999999d", "1y"} {
		_, err := expiresArg(text, noon)
		require.Error(t, err, text)
	}
}

func TestKeyFlags(t *testing.T) {
	change := func(args ...string) (keys.Change, error) {
		var f keyFlags
		cmd := &cobra.Command{Use: "create"}
		f.add(cmd)
		require.NoError(t, cmd.ParseFlags(args))
		return f.change(cmd, noon)
	}
	c, err := change("--name", "alice", "--budget", "10WEAL", "--per", "month", "--rpm", "60", "--tpm", "10000", "--parallel", "4", "--expires", "30d", "--tab", "7")
	require.NoError(t, err)
	unit, err := types.ParseAmount("10000000000000000000")
	require.NoError(t, err)
	tab := types.TabID(7)
	at := noon.AddDate(0, 0, 30).Unix()
	require.Equal(t, keys.Change{
		Name: ptr("alice"), Tab: &tab, Denom: types.BaseDenom, Budget: &unit, Per: keys.Month,
		Requests: ptr(uint32(60)), Tokens: ptr(uint32(10000)), Parallel: ptr(uint32(4)), Expires: &at,
	}, c)
	c, err = change("--total", "300uusd", "--budget", "none", "--rpm", "0", "--expires", "never")
	require.NoError(t, err)
	require.Equal(t, keys.Change{
		Denom: "uusd", Total: ptr(types.NewAmount(300)), Budget: &types.Amount{}, Requests: ptr(uint32(0)), Expires: ptr(int64(0)),
	}, c)
	c, err = change()
	require.NoError(t, err)
	require.Equal(t, keys.Change{}, c)
	for _, args := range [][]string{
		{"--budget", "0"}, {"--budget", "-1"}, {"--budget", ""}, {"--budget", "1e18"}, {"--budget", "ten"}, {"--per", "year"}, {"--per", ""},
		{"--expires", ""}, {"--expires", "1970-01-01"}, {"--budget", "1", "--total", "5uusd"},
	} {
		_, err := change(args...)
		var usage usageError
		require.ErrorAs(t, err, &usage, args)
	}
}

func TestGatewayCommandsNeedWords(t *testing.T) {
	key := strings.Repeat("ab", 32)
	for _, args := range [][]string{
		{"key", "create"}, {"key", "create", "alice"}, {"key", "show"}, {"key", "set", "alice"}, {"key", "set", "alice", "--on", "--off"},
		{"key", "set", "--off"}, {"key", "revoke"}, {"key", "list", "x"}, {"key", "make"}, {"key", "create", "--name", "a", "--rpm", "-1"},
		{"lanes", "fund"}, {"lanes", "fund", key}, {"lanes", "fund", "--app", "1", "--amount", "1"}, {"lanes", "fund", "--app", "1", "--amount", "0", key},
		{"lanes", "fund", "--app", "1", "--amount", "1", key, key}, {"lanes", "fund", "--app", "1", "--amount", "1", "abc"},
	} {
		o := &options{home: t.TempDir(), output: "text"}
		c := newRoot(o)
		c.SetArgs(append([]string{"gateway"}, args...))
		c.SetOut(&bytes.Buffer{})
		err := c.Execute()
		require.Error(t, err, args)
		if o.began { // what cobra itself refuses is wrong usage, too
			var usage usageError
			require.ErrorAs(t, err, &usage, args)
		}
	}
}

func TestKeysArePrintedForPeople(t *testing.T) {
	amount := func(milli uint64) types.Amount {
		a, err := types.ParseAmount(strconv.FormatUint(milli, 10) + "000000000000000")
		require.NoError(t, err)
		return a
	}
	k := keys.Key{
		ID: 2, Name: "alice", Hint: "…WXYZ", State: keys.Active, Denom: types.BaseDenom, Tab: 7, Spent: amount(1500), Reserved: amount(10),
		Total:  &keys.Quota{Amount: amount(9000), Spent: amount(1500), Left: amount(7500)},
		Budget: &keys.Quota{Amount: amount(2000), Per: keys.Month, Spent: amount(1500), Left: amount(500), Resets: noon},
		Limits: keys.Limits{Requests: 60, Parallel: 4}, Requests: 3, Tokens: 900, Created: noon,
	}
	var b bytes.Buffer
	require.NoError(t, printKey(&b, k))
	for _, says := range []string{
		"2, alice", "…WXYZ", "active", "1.5 WEAL", "up to 0.01 WEAL for requests under way", "2 WEAL a month, 0.5 WEAL left until 2026-07-15T12:00:00Z",
		"9 WEAL in all, 7.5 WEAL left", "60 requests a minute, 4 at once", "expires    never",
	} {
		require.Contains(t, b.String(), says)
	}
	b.Reset()
	require.NoError(t, printKeys(&b, []keys.Key{k, {ID: 1, Name: "x402", State: keys.Active, Denom: types.BaseDenom}}))
	require.Contains(t, b.String(), "0.5 WEAL")
	require.Contains(t, b.String(), "no limit")
	require.Contains(t, b.String(), "own")
}

// Whatever is typed, an end is in the time to come, and a budget is some coins.
func FuzzKeyArgs(f *testing.F) {
	for _, s := range []string{"30d", "2w", "72h", "2027-01-31", "never", "10WEAL", "1.5 WEAL", "300uusd", "none", "15aweal", "340282366920938463463.374607431768211455"} {
		f.Add(s)
	}
	cmd := &cobra.Command{Use: "create"}
	f.Fuzz(func(t *testing.T, s string) {
		if at, err := expiresArg(s, noon); err == nil && strings.TrimSpace(s) != "never" {
			require.Greater(t, at, noon.Unix()-1)
		}
		amount, denom, err := budgetArg(cmd, "--budget", s)
		if err == nil {
			require.Equal(t, s == "none", amount.IsZero())
			require.Equal(t, s == "none", denom == "")
		}
	})
}
