package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

func TestContributionUsage(t *testing.T) {
	for want, args := range map[string][]string{
		"contribution add: want an asset and files: weal contribution add 1 ./corpus":                                       {"add"},
		"contribution add: want files, or --root with --chunks: weal contribution add 1 ./corpus":                           {"add", "1"},
		"contribution add: --root: hash: want 64 hex digits, got 2 characters":                                              {"add", "1", "--root", "ab", "--chunks", "2"},
		"contribution accept: want a contribution: weal contribution accept 3; see: weal contribution list":                 {"accept"},
		"contribution accept: want the number of a contribution, got \"x\"; see: weal contribution list":                    {"accept", "3", "x"},
		"contribution check: want a contribution and files: weal contribution check 3 ./corpus":                             {"check", "3"},
		"contribution distribute: want a contribution and its points, for example 3=120, got \"3\"":                         {"distribute", "1", "3"},
		"contribution distribute: want a contribution and its points, for example 3=120, got \"3=0\"":                       {"distribute", "1", "3=0"},
		"contribution distribute: say what the points follow: --evidence FILE or --root HASH":                               {"distribute", "1", "3=5"},
		"contribution terms: say what is to change, for example --part 50%":                                                 {"terms", "1", "--propose", "x"},
		"contribution terms: --part: want basis points from 0 to 10000 or a percentage, for example 250 or 2.5%, got \"x\"": {"terms", "1", "--part", "x"},
	} {
		o := &options{}
		root := newRoot(o)
		root.SetArgs(append(append([]string{"contribution"}, args...), "--home", t.TempDir()))
		root.SetOut(&bytes.Buffer{})
		err := root.Execute()
		require.EqualError(t, err, want)
		require.Equal(t, exitUsage, exitCode(err), want)
	}
}

func TestPrintContributions(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, printContributions(&out, nil))
	require.Equal(t, "nothing was contributed; what an asset asks is told by: weal contribution terms ASSET\n", out.String())
	out.Reset()
	c := ledger.Contribution{
		ID: 3, Asset: 1, Contributor: "0xA", Root: types.Hash{1}, Chunks: 20, URI: "u\x1b[2J", State: "proposed", Units: 200, Deposit: types.NewAmount(1e17),
	}
	require.NoError(t, printContributions(&out, []ledger.Contribution{c}))
	require.Equal(t, "CONTRIBUTION  ASSET  STATE     CHUNKS  UNITS  CONTRIBUTOR  URI\n3             1      proposed  20      200    0xA          u\uFFFD[2J\n", out.String())
	out.Reset()
	require.NoError(t, printContribution(&out, c))
	require.Contains(t, out.String(), "promised      200 units; deposited 0.1 WEAL\n")
	out.Reset()
	c.State, c.Share = "accepted", 7
	c.Earnings = []ledger.ContributionEarning{{Denom: "uusd", Earned: types.NewAmount(9), Owed: types.NewAmount(4)}}
	require.NoError(t, printContribution(&out, c))
	require.Contains(t, out.String(), "granted       200 units, to share 7\nearned        9 uusd, of which 4 uusd can be claimed; last by evidence 00")
}

func TestPrintContributionTerms(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, printContributionTerms(&out, ledger.ContributionTerms{Asset: 1, Admission: "closed", Split: "none"}))
	require.Equal(t, `asset      1
admission  closed: it takes no contributions
steward    none: the council decides
limits     any number of chunks in all, any number of chunks of one contributor
revenue    0 % to contributors
so far     0 accepted with 0 chunks for no units, 0 open, 0 distributions
`, out.String())
	out.Reset()
	require.NoError(t, printContributionTerms(&out, ledger.ContributionTerms{
		Asset: 1, Admission: "review", Steward: "0xS", Pot: 3, PotUnits: 90, UnitsPerChunk: 1, MaxChunks: 50, Part: 2_500, Split: "score",
		Deposit: types.NewAmount(5e17), Open: 1, Accepted: 2, Chunks: 10, Granted: 10, Distributions: 4,
	}))
	require.Equal(t, `asset      1
admission  review: anyone proposes, for a deposit of 0.5 WEAL
steward    0xS
grants     1 unit for each chunk, from share 3, which can grant 90
limits     50 chunks in all, any number of chunks of one contributor
revenue    25 % to contributors, by score
so far     2 accepted with 10 chunks for 10 units, 1 open, 4 distributions
`, out.String())
}

func TestPrintPool(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, printPool(&out, pool{
		Pools:         []ledger.ContributionPool{{Denom: "uusd", Waiting: types.NewAmount(5), Granted: types.NewAmount(6)}},
		Distributions: []ledger.Distribution{{Number: 1, Denom: "uusd", Amount: types.NewAmount(7), Contributions: 2, Height: 9}},
	}))
	require.Equal(t, "WAITING  DIVIDED, NOT CLAIMED\n5 uusd   6 uusd\nDISTRIBUTION  AMOUNT  CONTRIBUTIONS  HEIGHT  EVIDENCE\n1             7 uusd  2              9       "+types.Hash{}.String()+"\n", out.String())
}
