package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestUsageErrorsHaveOneForm: the command's name, what it wants, what it got; and
// the exit code of wrong usage, before anything is connected to.
func TestUsageErrorsHaveOneForm(t *testing.T) {
	const to = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
	for want, args := range map[string][]string{
		"asset transfer: no number can be below zero here, got -1; see: weal asset transfer --help":     {"asset", "transfer", "-1", to},
		"market buy: no number can be below zero here, got -7; see: weal market buy --help":             {"market", "buy", "-7"},
		"asset grant: --uses: want a whole number, 0 or above, got \"-1\"":                              {"asset", "grant", "1", to, "--uses", "-1"},
		"asset burn: --units: want a whole number, 0 or above, got \"-5\"":                              {"asset", "burn", "3", "--units", "-5", "--yes"},
		"council vote: --shares: want whole numbers with commas between, for example 4,17, got \"4,x\"": {"council", "vote", "3", "yes", "--shares", "4,x"},
		"council rules: --voting: want a length of time, for example 90s or 72h, got \"long\"":          {"council", "rules", "1", "--voting", "long"},
		"asset show: unknown flag: --nothing; see: weal asset show --help":                              {"asset", "show", "1", "--nothing"},
		"asset show: want the asset's number: weal asset show 1":                                        {"asset", "show"},
		"asset show: want the number of an asset, got \"x\"; see: weal asset list":                      {"asset", "show", "x"},
		"asset list: want no arguments, got [\"x\"]; see: weal asset list --help":                       {"asset", "list", "x"},
		"market show: want at most one asset: weal market show 1":                                       {"market", "show", "1", "2"},
		"asset move: want two shares, got 3 twice; to split one: weal asset split":                      {"asset", "move", "3", "3", "10"},
		"asset merge: want two shares or more, of one asset: weal asset merge 3 7 12":                   {"asset", "merge", "3"},
		"asset merge: share 7 is named twice":                                                           {"asset", "merge", "3", "7", "7"},
		"receipts: --limit: want at least 1, got 0":                                                     {"receipts", "--limit", "0"},
		"asset shares: --limit: want at least 1, got 0":                                                 {"asset", "shares", "1", "--limit", "0"},
		"collection show: --limit: want at least 1, got 0":                                              {"collection", "show", to, "--limit", "0"},
		"collection show: address: want 0x and 40 hex digits, or weal1…, got \"here\"":                  {"collection", "show", "here"},
		"asset register: asset file: open none.yaml: no such file or directory":                         {"asset", "register", "none.yaml"},
		"asset licence: --collection: address: want 0x and 40 hex digits, or weal1…, got \"here\"":      {"asset", "licence", "1", "--collection", "here"},
		"asset licence: --slot: want a whole number below 2^256, got \"-1\"":                            {"asset", "licence", "1", "--slot", "-1"},
		"council propose: --call: address: want 0x and 40 hex digits, or weal1…, got \"0xab\"":          {"council", "propose", "1", "--title", "x", "--call", "0xab:0x"},
		"there is no weal asset sell; see: weal asset --help":                                           {"asset", "sell"},
	} {
		o := &options{}
		root := newRoot(o)
		root.SetArgs(append(args, "--home", t.TempDir()))
		root.SetOut(&bytes.Buffer{})
		err := root.Execute()
		require.EqualError(t, err, want)
		require.Equal(t, exitUsage, exitCode(err), want)
	}
}
