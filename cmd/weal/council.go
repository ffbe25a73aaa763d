package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func councilCommand(o *options) *cobra.Command {
	return group("council", "Govern assets by the votes of their shares",
		councilRules(o), councilList(o), councilShow(o), councilPropose(o), councilVote(o),
		councilDelegate(o), councilExecute(o), councilCancel(o),
	)
}

// proposalArg reads the number of a proposal.
func proposalArg(cmd *cobra.Command, s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 {
		return 0, wrong(cmd, "want the number of a proposal, got %q; see: weal council list", s)
	}
	return n, nil
}

// council is how an asset is governed, with what its treasury holds.
type council struct {
	ledger.Council
	Holds []ledger.Coins `json:"holds"`
}

func councilRules(o *options) *cobra.Command {
	var f ruleFlags
	var from string
	c := &cobra.Command{
		Use:   "rules ASSET",
		Short: "Show how an asset is governed, or set it",
		Long: `Rules shows when a proposal about an asset passes, and what its treasury holds.
With flags it sets the rules: who controls an asset can as long as it owns every
share; then only the council can, by a proposal (weal council propose --quorum …).
Parts are of the units that can vote, in basis points or percent. Voting begins with
the block after a proposal; voting, lock and grace last at least 10 blocks each.`,
		Example: "  weal council rules 1\n  weal council rules 1 --quorum 40% --voting 72h --lock 24h",
		Args:    exactArgs(1, "the asset's number: weal council rules 1"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			change, err := f.change(cmd.Flags().Changed)
			if err != nil {
				return wrong(cmd, "%w", err)
			}
			return o.withClient(cmd, func(client *local.Client) error {
				if err := exists(cmd, client, id); err != nil {
					return err
				}
				if change != nil {
					if err := setRules(cmd, client, id, from, change); err != nil {
						return err
					}
				}
				is, err := councilOf(cmd, client, id)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), is, func(w io.Writer) error { return printCouncil(w, is) })
			})
		},
	}
	f.add(c)
	fromFlag(c, &from, controlsIt)
	return c
}

func setRules(cmd *cobra.Command, client *local.Client, id types.AssetID, from string, change func(*ledger.CouncilRules)) error {
	is, err := client.Ledger.Council(cmd.Context(), id)
	if err != nil {
		return err
	}
	s, _, err := client.Controller(cmd.Context(), id, from)
	if err != nil {
		return err
	}
	change(&is.Rules)
	return s.SetRules(cmd.Context(), id, is.Rules)
}

func councilOf(cmd *cobra.Command, client *local.Client, id types.AssetID) (is council, err error) {
	if is.Council, err = client.Ledger.Council(cmd.Context(), id); err != nil {
		return is, err
	}
	a, err := client.Ledger.Asset(cmd.Context(), id)
	if err != nil {
		return is, err
	}
	for _, denom := range a.Denoms {
		amount, err := client.Ledger.Balance(cmd.Context(), is.Account, denom)
		if err != nil {
			return is, err
		}
		is.Holds = append(is.Holds, ledger.Coins{Denom: denom, Amount: amount})
	}
	return is, nil
}

func printCouncil(w io.Writer, is council) error {
	_, _ = fmt.Fprintf(w, "asset     %d\naccount   %s\nunits     %d can vote, %d in the treasury\n", is.Asset, is.Account, is.Circulating, is.Treasury)
	for _, h := range is.Holds {
		_, _ = fmt.Fprintf(w, "treasury  %s\n", coins(h.Amount, h.Denom))
	}
	return printRules(w, is.Rules)
}

func printRules(w io.Writer, r ledger.CouncilRules) error {
	_, err := fmt.Fprintf(w, "quorum    %s of the units must vote, more than %s of the votes for or against are for\npropose   %s of the units must stand behind a proposal\ntimes     voting %s, then locked %s, then %s to execute\n",
		percent(r.Quorum), percent(r.Threshold), percent(r.Propose), seconds(r.VotingSeconds), seconds(r.LockSeconds), seconds(r.GraceSeconds))
	return err
}

func percent(bps uint32) string {
	s := strings.TrimRight(fmt.Sprintf("%d.%02d", bps/100, bps%100), "0")
	return strings.TrimSuffix(s, ".") + " %"
}

func seconds(n uint64) string { return (time.Duration(n) * time.Second).String() }

// ruleFlags are the flags that change rules.
type ruleFlags struct {
	quorum, threshold, propose string
	voting, lock, grace        time.Duration
}

func (f *ruleFlags) add(c *cobra.Command) {
	set := c.Flags()
	set.StringVar(&f.quorum, "quorum", "", "how many of the units must vote: 3334 or 33.34%")
	set.StringVar(&f.threshold, "threshold", "", "the part of the votes for or against that those for must exceed")
	set.StringVar(&f.propose, "propose", "", "how many of the units must stand behind a proposal")
	set.DurationVar(&f.voting, "voting", 0, "how long votes are taken, for example 72h")
	set.DurationVar(&f.lock, "lock", 0, "how long what has passed waits before it can be executed")
	set.DurationVar(&f.grace, "grace", 0, "how long it can then be executed")
}

// change returns what the flags that were set make of rules, nil if none was.
func (f *ruleFlags) change(set func(name string) bool) (func(*ledger.CouncilRules), error) {
	var changes []func(*ledger.CouncilRules)
	for _, part := range []struct {
		name, text string
		of         func(*ledger.CouncilRules) *uint32
	}{
		{"quorum", f.quorum, func(r *ledger.CouncilRules) *uint32 { return &r.Quorum }},
		{"threshold", f.threshold, func(r *ledger.CouncilRules) *uint32 { return &r.Threshold }},
		{"propose", f.propose, func(r *ledger.CouncilRules) *uint32 { return &r.Propose }},
	} {
		if !set(part.name) {
			continue
		}
		bps, err := local.ParseBasisPoints(part.text)
		if err != nil {
			return nil, fmt.Errorf("--%s: %w", part.name, err)
		}
		changes = append(changes, func(r *ledger.CouncilRules) { *part.of(r) = uint32(bps) })
	}
	for _, time := range []struct {
		name  string
		value time.Duration
		of    func(*ledger.CouncilRules) *uint64
	}{
		{"voting", f.voting, func(r *ledger.CouncilRules) *uint64 { return &r.VotingSeconds }},
		{"lock", f.lock, func(r *ledger.CouncilRules) *uint64 { return &r.LockSeconds }},
		{"grace", f.grace, func(r *ledger.CouncilRules) *uint64 { return &r.GraceSeconds }},
	} {
		if !set(time.name) {
			continue
		}
		if time.value < 0 || time.value%1e9 != 0 {
			return nil, fmt.Errorf("--%s: want whole seconds, got %s", time.name, time.value)
		}
		changes = append(changes, func(r *ledger.CouncilRules) { *time.of(r) = uint64(time.value / 1e9) })
	}
	if len(changes) == 0 {
		return nil, nil
	}
	return func(r *ledger.CouncilRules) {
		for _, change := range changes {
			change(r)
		}
	}, nil
}

func councilList(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "list [ASSET]",
		Short:   "List proposals, about one asset or all, the newest first",
		Example: "  weal council list 1",
		Args:    oneAsset("weal council list 1"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.aboutAsset(cmd, args, func(client *local.Client, asset types.AssetID) error {
				all, err := client.Ledger.Proposals(cmd.Context(), asset)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), nonNil(all), func(w io.Writer) error {
					return table(w, "PROPOSAL\tASSET\tSTATE\tYES\tNO\tABSTAIN\tOF\tTITLE", func(row func(...any)) {
						for _, p := range all {
							row(p.ID, p.Asset, p.State, p.Yes, p.No, p.Abstain, p.Circulating, plain(p.Title))
						}
					})
				})
			})
		},
	}
}

func councilShow(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "show PROPOSAL",
		Short:   "Show a proposal: what it calls, where it stands",
		Example: "  weal council show 3",
		Args:    exactArgs(1, "the proposal's number: weal council show 3; see: weal council list"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := proposalArg(cmd, args[0])
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				p, err := client.Ledger.Proposal(cmd.Context(), id)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), p, func(w io.Writer) error { return printProposal(w, p) })
			})
		},
	}
}

func printProposal(w io.Writer, p ledger.Proposal) error {
	_, _ = fmt.Fprintf(w, "proposal  %d about asset %d: %s\nproposer  %s\n", p.ID, p.Asset, plain(p.Title), p.Proposer)
	if p.URI != "" {
		_, _ = fmt.Fprintf(w, "why       %s\n", p.URI)
	}
	_, _ = fmt.Fprintf(w, "state     %s%s\n", p.State, when(p))
	if p.StartHeight > 0 {
		_, _ = fmt.Fprintf(w, "votes     %d yes, %d no, %d abstain of %d units\n", p.Yes, p.No, p.Abstain, p.Circulating)
	}
	_ = printRules(w, p.Rules)
	for i, c := range p.Calls {
		value, err := types.ParseAmount(c.Value)
		text := c.Value + types.BaseDenom
		if err == nil {
			text = coins(value, types.BaseDenom)
		}
		_, _ = fmt.Fprintf(w, "call %-2d   %s, with %s\n", i, c.To, text)
		if says := c.Says(); says != "" {
			_, _ = fmt.Fprintf(w, "          %s\n", plain(says))
		} else if len(c.Data) > 0 {
			_, _ = fmt.Fprintf(w, "          %s\n", c.Data)
		}
	}
	return nil
}

// when tells what comes next, and when.
func when(p ledger.Proposal) string {
	after := func(t time.Time, seconds uint64) string {
		return " until " + t.Add(time.Duration(seconds)*time.Second).UTC().Format(time.RFC3339)
	}
	switch p.State {
	case "voting":
		return after(p.StartTime, p.Rules.VotingSeconds)
	case "locked":
		return after(p.EndTime, p.Rules.LockSeconds)
	case "ready":
		return after(p.EndTime, p.Rules.LockSeconds+p.Rules.GraceSeconds)
	}
	return ""
}

// plain takes control characters out of what others wrote.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, s)
}

// prose is plain for text of several lines.
func prose(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && !strconv.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, s)
}

// voice returns the sender called from, or the home's account with the most units
// to speak with, and its shares. Without a share there is no voice: silent says
// so of who it is told.
func voice(client *local.Client, from string, silent func(who string) error, of func(account string) (ledger.Voice, error)) (*ledger.Sender, ledger.Voice, error) {
	if from != "" {
		s, err := client.Signer(from, "", "")
		if err != nil {
			return nil, ledger.Voice{}, err
		}
		v, err := of(s.Address())
		if err == nil && v.Units == 0 {
			err = silent(from)
		}
		return s, v, err
	}
	accounts, err := client.Accounts()
	if err != nil {
		return nil, ledger.Voice{}, err
	}
	var name string
	var best ledger.Voice
	for _, a := range accounts {
		v, err := of(a.Address)
		if err != nil {
			return nil, v, err
		}
		if v.Units > best.Units {
			name, best = a.Name, v
		}
	}
	if name == "" {
		return nil, best, silent("this home")
	}
	s, err := client.Signer(name, "", "")
	return s, best, err
}

// silentNow says that who has no voice about an asset now.
func silentNow(id types.AssetID) func(who string) error {
	return func(who string) error {
		return fmt.Errorf("%s owns no share of asset %d, and is the delegate of nobody who does", who, id)
	}
}

// silentIn says that who has no voice in a proposal.
func silentIn(p ledger.Proposal) func(who string) error {
	return func(who string) error {
		return fmt.Errorf("%s owns no share of asset %d at the snapshot of proposal %d, and is the delegate of no owner who has not voted; name shares that were sold since with --shares and --from",
			who, p.Asset, p.ID)
	}
}
