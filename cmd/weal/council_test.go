package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func TestRuleFlags(t *testing.T) {
	var f ruleFlags
	c := &cobra.Command{Use: "rules"}
	f.add(c)
	change, err := f.change(c.Flags().Changed)
	require.NoError(t, err)
	require.Nil(t, change)

	require.NoError(t, c.ParseFlags([]string{"--quorum", "33.34%", "--propose", "100", "--lock", "0s", "--voting", "72h"}))
	change, err = f.change(c.Flags().Changed)
	require.NoError(t, err)
	r := ledger.CouncilRules{Threshold: 5_000, LockSeconds: 5, GraceSeconds: 60}
	change(&r)
	require.Equal(t, ledger.CouncilRules{Quorum: 3_334, Threshold: 5_000, Propose: 100, VotingSeconds: 259_200, GraceSeconds: 60}, r)

	for _, args := range [][]string{{"--quorum", "101%"}, {"--threshold", "half"}, {"--voting", "1500ms"}, {"--lock", "-1s"}} {
		var f ruleFlags
		c := &cobra.Command{Use: "rules"}
		f.add(c)
		require.NoError(t, c.ParseFlags(args))
		_, err := f.change(c.Flags().Changed)
		require.ErrorContains(t, err, args[0], "%v", args)
	}
}

func TestProposeFlags(t *testing.T) {
	const to = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
	read := func(args ...string) (proposed, error) {
		var f proposeFlags
		c := &cobra.Command{Use: "propose"}
		f.add(c)
		require.NoError(t, c.ParseFlags(args))
		return f.read(c.Flags().Changed)
	}
	p, err := read("--passage", "0.002", "--pay", "0xab:1.5", "--pay", "payer:300uusd", "--controller", "council", "--quorum", "40%",
		"--call", to+":0x0102:2", "--call", to+":")
	require.NoError(t, err)
	require.Len(t, p.lines, 1)
	require.Equal(t, []payment{
		{"0xab", types.BaseDenom, types.NewAmount(1_500_000_000_000_000_000)}, {"payer", "uusd", types.NewAmount(300)},
	}, p.pay)
	require.Equal(t, []ledger.CouncilCall{
		{To: to, Value: "2000000000000000000", Data: []byte{1, 2}}, {To: to, Value: "0", Data: []byte{}},
	}, p.call)
	require.NotNil(t, p.rules)
	require.Equal(t, "council", p.controller)

	for want, args := range map[string][]string{
		"say what is to be done":                 nil,
		"--update has the prices":                {"--passage", "1", "--update", "none.yaml"},
		"--update: open none.yaml":               {"--update", "none.yaml"},
		"--pay: want ADDRESS:AMOUNT":             {"--pay", "0xab"},
		"--pay: amount":                          {"--pay", "0xab:many"},
		"--call: want TO:DATA":                   {"--call", "0xab"},
		"--call: address":                        {"--call", "0xab:0x"},
		"--call: data: want hex digits":          {"--call", to + ":0xzz"},
		"--call: amount":                         {"--call", to + "::many"},
		"say which price":                        {"--tokens", "5"},
		"--quorum: want basis points from 0 to ": {"--quorum", "all"},
	} {
		_, err := read(args...)
		require.ErrorContains(t, err, want)
	}
}

func TestATreasuryThatIsShort(t *testing.T) {
	n := types.NewAmount
	require.Empty(t, shortOf(1, "uusd", n(5), n(5)))
	require.Equal(t, "warning: the treasury of asset 1 has 4 uusd, and the proposal pays 5 uusd: it will fail unless the rest is paid to "+
		local.CouncilOf(1)+" before it is executed", shortOf(1, "uusd", n(5), n(4)))
}

func TestSilenceSaysWho(t *testing.T) {
	require.EqualError(t, silentNow(9)("vault"), "vault owns no share of asset 9, and is the delegate of nobody who does")
	err := silentIn(ledger.Proposal{ID: 5, Asset: 9})("vault")
	require.ErrorContains(t, err, "vault owns no share of asset 9 at the snapshot of proposal 5")
}

func TestPrintProposal(t *testing.T) {
	pay, err := ledger.PayCall(1, "0x00000000000000000000000000000000000000AA", types.BaseDenom, types.NewAmount(5))
	require.NoError(t, err)
	control, err := ledger.ControllerCall(1, "0x00000000000000000000000000000000000000AA")
	require.NoError(t, err)
	p := ledger.Proposal{
		ID: 3, Asset: 1, Proposer: "0xB", Title: "Bell\a", URI: "https://example.org", State: "voting",
		Rules: ledger.CouncilRules{Quorum: 3_334, Threshold: 5_000, Propose: 100, VotingSeconds: 60, GraceSeconds: 3_600},
		Calls: []ledger.CouncilCall{pay, control, {To: "0xC", Value: "0", Data: []byte{1}}}, StartHeight: 5,
		StartTime: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC), Circulating: 10, Yes: 4, No: 3, Abstain: 2,
	}
	var out bytes.Buffer
	require.NoError(t, printProposal(&out, p))
	require.Equal(t, "proposal  3 about asset 1: Bell\uFFFD\n"+`proposer  0xB
why       https://example.org
state     voting until 2030-01-02T03:05:05Z
votes     4 yes, 3 no, 2 abstain of 10 units
quorum    33.34 % of the units must vote, more than 50 % of the votes for or against are for
propose   1 % of the units must stand behind a proposal
times     voting 1m0s, then locked 0s, then 1h0m0s to execute
call 0    0x00000000000000000000000000000000000000AA, with 0.000000000000000005 WEAL
call 1    0x0000000000000000000000000000000000003525, with 0 WEAL
          setController(asset: 1, controller: 0x00000000000000000000000000000000000000AA)
call 2    0xC, with 0 WEAL
          0x01
`, out.String())

	out.Reset()
	require.NoError(t, printCouncil(&out, council{
		Council: ledger.Council{Asset: 1, Account: "0xA", Circulating: 900, Treasury: 100, Rules: p.Rules},
		Holds:   []ledger.Coins{{Denom: "uusd", Amount: types.NewAmount(5)}},
	}))
	require.Contains(t, out.String(), "units     900 can vote, 100 in the treasury\ntreasury  5 uusd\nquorum")
}
