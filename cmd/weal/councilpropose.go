package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func councilPropose(o *options) *cobra.Command {
	var f proposeFlags
	c := &cobra.Command{
		Use:   "propose ASSET",
		Short: "Propose what the asset's own account is to do",
		Long: `Propose makes a proposal about an asset, which its shares vote on from the next
block on. What passes is called by the asset's own account: first the new version,
then payments from its treasury, other calls, its rules, its watcher, and who
controls it.

A new version differs in the prices that are named, or is what --update says: a file
as weal asset register takes it. --controller council leaves the asset to its
council alone.`,
		Example: `  weal council propose 1 --title "A fair price" --passage 0.002
  weal council propose 1 --title "Pay the curator" --pay 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed:10
  weal council propose 1 --title "No maker above us" --controller council --quorum 40%
  weal council propose 1 --title "Stake" --call 0x0000000000000000000000000000000000000800:0x53266bbb…`,
		Args: exactArgs(1, "the asset's number, and what is proposed: weal council propose 1 --title … --passage 0.002"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := assetArg(cmd, args[0])
			if err != nil {
				return err
			}
			if f.title == "" {
				return wrong(cmd, "say what is proposed: --title \"…\"")
			}
			read, err := f.read(cmd.Flags().Changed)
			if err != nil {
				return wrong(cmd, "%w", err)
			}
			return o.withClient(cmd, func(client *local.Client) error {
				if err := exists(cmd, client, id); err != nil {
					return err
				}
				calls, err := read.calls(cmd, client, id)
				if err != nil {
					return err
				}
				if err := read.warn(cmd, client, id); err != nil {
					return err
				}
				s, v, err := voice(client, f.from, silentNow(id), func(account string) (ledger.Voice, error) {
					return client.Ledger.VoiceNow(cmd.Context(), id, account)
				})
				if err != nil {
					return err
				}
				n, err := s.Propose(cmd.Context(), id, f.title, f.uri, calls, v.Shares)
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), map[string]any{"proposal": n, "asset": id, "calls": calls},
					say("proposal %d; voting begins with the next block; vote with: weal council vote %d yes", n, n))
			})
		},
	}
	f.add(c)
	return c
}

// proposeFlags are the flags of councilPropose.
type proposeFlags struct {
	title, uri, from string
	prices           priceFlags
	update           string
	pay, call        []string
	controller       string
	watcher          string
	rules            ruleFlags
}

func (f *proposeFlags) add(c *cobra.Command) {
	set := c.Flags()
	set.StringVar(&f.title, "title", "", "what is proposed, in a line")
	set.StringVar(&f.uri, "uri", "", "where the reasons are found")
	set.StringVar(&f.prices.passage, "passage", "", "new price of one passage of a vault, or none")
	set.StringVar(&f.prices.token, "token", "", "new price of --tokens metered tokens of passages of a vault, or none")
	set.StringVar(&f.prices.use, "use", "", "new price of one use of an app, or none")
	set.StringVar(&f.prices.tick, "tick", "", "new price of one tick of a model, or none")
	set.Uint32Var(&f.prices.tokens, "tokens", 0, "metered tokens that the price of a token or a tick is for")
	set.Uint8Var(&f.prices.band, "band", 0, "least score band, 1 to 9, of the passages that the price is for")
	set.StringVar(&f.prices.denom, "denom", types.BaseDenom, "denomination of the prices")
	set.StringVar(&f.update, "update", "", "file that describes the asset's new version")
	set.StringArrayVar(&f.pay, "pay", nil, "ADDRESS:AMOUNT, paid from the treasury: 0x…:1.5, 0x…:300uusd; can be repeated")
	set.StringArrayVar(&f.call, "call", nil, "TO:DATA or TO:DATA:VALUE, with data in hex and value in WEAL; can be repeated")
	set.StringVar(&f.controller, "controller", "", "who is to control the asset beside its council, or: council")
	set.StringVar(&f.watcher, "watcher", "", "ADDRESS:FEE of who is to settle for the asset while it is away, for example 0x…:2%, or none")
	f.rules.add(c)
	fromFlag(c, &f.from, "the one with the most units")
}

// proposed is what flags say, before the chain is asked.
type proposed struct {
	lines      []line
	file       *local.AssetFile
	pay        []payment
	call       []ledger.CouncilCall
	controller string
	watcher    *watcherFee
	rules      func(*ledger.CouncilRules)
}

type payment struct {
	to, denom string
	amount    types.Amount
}

// read reads the flags.
func (f *proposeFlags) read(set func(name string) bool) (p proposed, err error) {
	if f.prices.passage+f.prices.token+f.prices.use+f.prices.tick != "" || set("tokens") || set("band") {
		if p.lines, err = f.prices.lines(); err != nil {
			return p, err
		}
	}
	if f.update != "" {
		if len(p.lines) > 0 {
			return p, errors.New("--update has the prices; do not name them beside it")
		}
		file, err := local.ReadAssetFile(f.update)
		if err != nil {
			return p, fmt.Errorf("--update: %w", err)
		}
		p.file = &file
	}
	for _, s := range f.pay {
		one, err := parsePayment(s)
		if err != nil {
			return p, err
		}
		p.pay = append(p.pay, one)
	}
	for _, s := range f.call {
		one, err := parseCall(s)
		if err != nil {
			return p, err
		}
		p.call = append(p.call, one)
	}
	p.controller = f.controller
	if f.watcher != "" {
		if p.watcher, err = parseWatcher(f.watcher); err != nil {
			return p, err
		}
	}
	if p.rules, err = f.rules.change(set); err != nil {
		return p, err
	}
	if len(p.lines) == 0 && p.file == nil && len(p.pay) == 0 && len(p.call) == 0 && p.controller == "" && p.watcher == nil && p.rules == nil {
		return p, errors.New("say what is to be done, for example --passage 0.002 or --pay 0x…:1.5")
	}
	return p, nil
}

// watcherFee is a watcher and its part; without an address it is nobody.
type watcherFee struct {
	account string
	points  uint16
}

// parseWatcher reads ADDRESS:FEE, or none.
func parseWatcher(s string) (*watcherFee, error) {
	if s == "none" {
		return &watcherFee{}, nil
	}
	account, fee, ok := strings.Cut(s, ":")
	if !ok || account == "" {
		return nil, fmt.Errorf("--watcher: want ADDRESS:FEE, for example 0x…:2%%, or none, got %q", s)
	}
	points, err := local.ParseBasisPoints(fee)
	if err != nil {
		return nil, fmt.Errorf("--watcher: %w", err)
	}
	return &watcherFee{account, uint16(points)}, nil
}

// parsePayment reads ADDRESS:AMOUNT.
func parsePayment(s string) (p payment, err error) {
	to, amount, ok := strings.Cut(s, ":")
	if !ok {
		return p, fmt.Errorf("--pay: want ADDRESS:AMOUNT, for example 0x…:1.5 or 0x…:300uusd, got %q", s)
	}
	p.to = to
	if p.amount, p.denom, err = parsePrice(amount); err != nil {
		return p, fmt.Errorf("--pay: %w", err)
	}
	return p, nil
}

// parsePrice reads 1.5 for WEAL, or 300uusd.
func parsePrice(s string) (types.Amount, string, error) {
	amount, denom, err := priceArg(&cobra.Command{Use: "amount"}, "amount", s)
	var usage usageError
	if errors.As(err, &usage) {
		err = usage.error
	}
	return amount, denom, err
}

// parseCall reads TO:DATA or TO:DATA:VALUE.
func parseCall(s string) (c ledger.CouncilCall, err error) {
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return c, fmt.Errorf("--call: want TO:DATA or TO:DATA:VALUE, got %.80q", s)
	}
	if _, err := ledger.ParseAddress(parts[0]); err != nil {
		return c, fmt.Errorf("--call: %w", err)
	}
	c = ledger.CouncilCall{To: parts[0], Value: "0"}
	if c.Data, err = hex.DecodeString(strings.TrimPrefix(parts[1], "0x")); err != nil {
		return c, fmt.Errorf("--call: data: want hex digits, got %.80q", parts[1])
	}
	if len(parts) == 3 {
		value, err := parseCoins(parts[2])
		if err != nil {
			return c, fmt.Errorf("--call: %w", err)
		}
		c.Value = value.String()
	}
	return c, nil
}

// warn says on standard error if the treasury has less now than is to be paid.
func (p proposed) warn(cmd *cobra.Command, client *local.Client, id types.AssetID) error {
	sums := map[string]types.Amount{}
	for _, one := range p.pay {
		sum, ok := sums[one.denom].Add(one.amount)
		if !ok {
			return wrong(cmd, "--pay: that much %s is more than an amount can be", one.denom)
		}
		sums[one.denom] = sum
	}
	for _, denom := range slices.Sorted(maps.Keys(sums)) {
		has, err := client.Ledger.Balance(cmd.Context(), local.CouncilOf(id), denom)
		if err != nil {
			return err
		}
		if w := shortOf(id, denom, sums[denom], has); w != "" {
			_, _ = fmt.Fprintln(cmd.ErrOrStderr(), w)
		}
	}
	return nil
}

// shortOf is the warning that a treasury has less than is to be paid; empty if it
// has enough.
func shortOf(id types.AssetID, denom string, pays, has types.Amount) string {
	if has.Cmp(pays) >= 0 {
		return ""
	}
	return fmt.Sprintf("warning: the treasury of asset %d has %s, and the proposal pays %s: it will fail unless the rest is paid to %s before it is executed",
		id, coins(has, denom), coins(pays, denom), local.CouncilOf(id))
}

// calls makes calls of what is proposed.
func (p proposed) calls(cmd *cobra.Command, client *local.Client, id types.AssetID) (all []ledger.CouncilCall, err error) {
	add := func(c ledger.CouncilCall, err error) error {
		all = append(all, c)
		return err
	}
	if p.file != nil || len(p.lines) > 0 {
		u, err := p.version(cmd, client, id)
		if err == nil {
			err = add(ledger.UpdateCall(u))
		}
		if err != nil {
			return nil, err
		}
	}
	for _, one := range p.pay {
		to, err := address(cmd, client, one.to)
		if err == nil {
			err = add(ledger.PayCall(id, to, one.denom, one.amount))
		}
		if err != nil {
			return nil, err
		}
	}
	all = append(all, p.call...)
	if p.rules != nil {
		is, err := client.Ledger.Council(cmd.Context(), id)
		if err != nil {
			return nil, err
		}
		p.rules(&is.Rules)
		if err := add(ledger.RulesCall(id, is.Rules)); err != nil {
			return nil, err
		}
	}
	if p.watcher != nil {
		account := p.watcher.account
		if account != "" {
			var err error
			if account, err = address(cmd, client, account); err != nil {
				return nil, err
			}
		}
		if err := add(ledger.WatcherCall(id, account, p.watcher.points)); err != nil {
			return nil, err
		}
	}
	if p.controller == "" {
		return all, nil
	}
	var to string
	if p.controller != "council" {
		if to, err = address(cmd, client, p.controller); err != nil {
			return nil, err
		}
	}
	return all, add(ledger.ControllerCall(id, to))
}

// version is the asset's new version.
func (p proposed) version(cmd *cobra.Command, client *local.Client, id types.AssetID) (ledger.Update, error) {
	if p.file != nil {
		m := p.file.Manifest()
		b, err := m.Bytes()
		u := ledger.Update{Asset: id, Manifest: types.ManifestHash(b), ManifestURI: p.file.ManifestURI, Root: p.file.Root, Prices: m.Prices}
		if p.file.Licence.Kind.Valid() {
			u.Licence = &p.file.Licence.Licence
		}
		return u, err
	}
	a, err := client.Ledger.AssetNow(cmd.Context(), id)
	if err != nil {
		return ledger.Update{}, err
	}
	a.Prices = slices.Clone(a.Prices) // the ledger remembers what it has told
	if err := setPrices(cmd, &a, p.lines); err != nil {
		return ledger.Update{}, err
	}
	return ledger.Update{
		Asset: id, Manifest: a.Manifest, ManifestURI: a.ManifestURI, Root: a.Root, Prices: a.Prices, Licence: &a.Licence,
	}, nil
}
