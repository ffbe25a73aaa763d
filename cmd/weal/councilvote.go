package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

// choices are the words for votes.
var choices = map[string]uint8{"yes": 1, "no": 2, "abstain": 3}

func councilVote(o *options) *cobra.Command {
	var from string
	var shares []uint
	c := &cobra.Command{
		Use:   "vote PROPOSAL yes|no|abstain",
		Short: "Vote on a proposal, or change a vote",
		Long: `Vote speaks for shares that the account owned when voting began, and for those of
owners whose delegate it is, unless they have voted themselves. Without --shares
these are the ones that are still where they were; name others that were sold since.`,
		Example: "  weal council vote 3 yes\n  weal council vote 3 no --shares 4,17 --from payer",
		Args:    exactArgs(2, "a proposal and a choice: weal council vote 3 yes"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := proposalArg(cmd, args[0])
			if err != nil {
				return err
			}
			choice, ok := choices[args[1]]
			if !ok {
				return wrong(cmd, "want yes, no or abstain, got %q", args[1])
			}
			return o.withClient(cmd, func(client *local.Client) error {
				p, err := client.Ledger.Proposal(cmd.Context(), id)
				if err != nil {
					return err
				}
				if p.State != "voting" {
					return fmt.Errorf("proposal %d is %s; nobody votes on it now", id, p.State)
				}
				s, v, err := ballot(cmd, client, p, from, shares)
				if err != nil {
					return err
				}
				units, err := s.Vote(cmd.Context(), id, choice, v.Shares)
				if err != nil {
					return err
				}
				did := map[string]any{"proposal": id, "choice": args[1], "voter": s.Address(), "shares": v.Shares, "units": units}
				return o.show(cmd.OutOrStdout(), did, say("%s with %s, of %d", args[1], unitsText(units), p.Circulating))
			})
		},
	}
	c.Flags().UintSliceVar(&shares, "shares", nil, "the shares to speak for; default: all that can be found")
	fromFlag(c, &from, "the one with the most units")
	return c
}

// ballot returns who votes, and the shares it speaks for: those that are named, or
// all that are found.
func ballot(cmd *cobra.Command, client *local.Client, p ledger.Proposal, from string, named []uint) (s *ledger.Sender, v ledger.Voice, err error) {
	if from != "" && len(named) > 0 {
		s, err = client.Signer(from, "", "") // they may have been sold since
	} else {
		s, v, err = voice(client, from, silentIn(p), func(account string) (ledger.Voice, error) {
			return client.Ledger.VoiceIn(cmd.Context(), p, account)
		})
	}
	if err != nil || len(named) == 0 {
		return s, v, err
	}
	v.Shares = nil
	for _, n := range named {
		v.Shares = append(v.Shares, types.ShareID(n))
	}
	return s, v, nil
}

func councilDelegate(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:     "delegate ASSET ADDRESS",
		Short:   "Let another vote for an owner's shares of an asset, or nobody (none)",
		Example: "  weal council delegate 1 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n  weal council delegate 1 none",
		Args:    exactArgs(2, "an asset and who is to vote: weal council delegate 1 0x…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			return o.withClient(cmd, func(client *local.Client) error {
				if err := exists(cmd, client, id); err != nil {
					return err
				}
				silent, to := silentNow(id), ""
				if args[1] == none && from != "" {
					silent = func(string) error { return nil } // who has sold all can take it back
				}
				if args[1] != none {
					if to, err = address(cmd, client, args[1]); err != nil {
						return err
					}
				}
				s, _, err := voice(client, from, silent, func(account string) (ledger.Voice, error) {
					return client.Ledger.VoiceNow(cmd.Context(), id, account)
				})
				if err != nil {
					return err
				}
				if err := s.Delegate(cmd.Context(), id, to); err != nil {
					return err
				}
				did := map[string]any{"asset": id, "owner": s.Address(), "delegate": to}
				if to == "" {
					return o.show(cmd.OutOrStdout(), did, say("nobody else votes for %s about asset %d", s.Address(), id))
				}
				return o.show(cmd.OutOrStdout(), did, say("%s can vote for %s about asset %d", to, s.Address(), id))
			})
		},
	}
	fromFlag(c, &from, "the one with the most units")
	return c
}

func councilExecute(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:     "execute PROPOSAL",
		Short:   "Make the calls of a proposal that has passed; anyone can",
		Example: "  weal council execute 3",
		Args:    exactArgs(1, "the proposal's number: weal council execute 3"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := proposalArg(cmd, args[0])
			if err != nil {
				return err
			}
			return o.acting(cmd, map[string]any{"proposal": id}, fmt.Sprintf("proposal %d is executed", id), func(client *local.Client) error {
				p, err := client.Ledger.Proposal(cmd.Context(), id)
				if err != nil {
					return err
				}
				s, err := client.Signer(from, "", "")
				if err != nil {
					return err
				}
				return s.Execute(cmd.Context(), p)
			})
		},
	}
	fromFlag(c, &from, "the home's first")
	return c
}

func councilCancel(o *options) *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:     "cancel PROPOSAL",
		Short:   "Take a proposal back that nobody has voted on",
		Example: "  weal council cancel 3",
		Args:    exactArgs(1, "the proposal's number: weal council cancel 3"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := proposalArg(cmd, args[0])
			if err != nil {
				return err
			}
			return o.acting(cmd, map[string]any{"proposal": id}, fmt.Sprintf("proposal %d is cancelled", id), func(client *local.Client) error {
				p, err := client.Ledger.Proposal(cmd.Context(), id)
				if err != nil {
					return err
				}
				s, err := client.Signer(from, p.Proposer, fmt.Sprintf("made proposal %d", id))
				if err != nil {
					return err
				}
				return s.CancelProposal(cmd.Context(), id)
			})
		},
	}
	fromFlag(c, &from, "the proposer")
	return c
}
