package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

func vaultCommand(o *options) *cobra.Command {
	return group("vault", "Knowledge that stays with its owner", vaultAdd(o), vaultCrawl(o), vaultPreview(o), vaultSettings(o), vaultRemove(o), vaultFind(o), vaultEmbed(o), vaultRerank(o), vaultTune(o), vaultStats(o), vaultContributors(o), vaultDistribute(o), vaultStatus(o), vaultServe(o), vaultRekey(o), vaultCopy(o), vaultCheck(o))
}

func vaultStatus(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Documents, chunks, version and root of the home's vault",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withClient(cmd, func(client *local.Client) error {
				s, err := client.VaultStatus(cmd.Context())
				if err != nil {
					return err
				}
				return o.show(cmd.OutOrStdout(), s, func(w io.Writer) error { return printVault(w, s) })
			})
		},
	}
}

func vaultServe(o *options) *cobra.Command {
	var cfg local.RoleConfig
	var l licenceFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run a vault alone, beside any node",
		Long: `Serve runs a vault over HTTP against a node. At first use it makes an owner's
key in the home, waits until that account has coins for the fee, and registers
the asset. Other commands of the home (vault add, earnings, settle, claim) work
while it runs.`,
		Example: "  weal vault serve --home ~/.weal-vault --node 127.0.0.1:9090 --listen 127.0.0.1:8081 --name notes",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.serveRole(cmd, local.RoleVault, cfg, l)
		},
	}
	roleFlags(c, &cfg, &l, 8081)
	c.Flags().StringVar(&cfg.DB, "db", "", dbHelp)
	return c
}

// dbHelp explains the flag --db.
const dbHelp = "URL of the PostgreSQL database that has the vault's documents, postgres://…; default: WEAL_VAULT_DB, else a file in the home"

// metricsHelp explains the flag --metrics of a role.
const metricsHelp = "address to serve metrics on without a token, for example 127.0.0.1:9464; with the token of weal metrics --scrape they are at /metrics of the role itself"

// serveRole runs one role until the command's context ends.
func (o *options) serveRole(cmd *cobra.Command, role string, cfg local.RoleConfig, l licenceFlags) error {
	var err error
	if cfg.Licence, err = l.licence(); err != nil {
		return wrong(cmd, "%w", err)
	}
	cfg.Home, cfg.Log, cfg.Role, cfg.Version = o.home, o.logger(), role, version()
	if !o.quiet {
		cfg.Note = func(s string) { _, _ = fmt.Fprintln(os.Stderr, s) }
	}
	r, err := local.Serve(cmd.Context(), cfg)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(cmd.OutOrStdout(), "ready: %s, asset %d, %s\n", role, r.Asset(), r.URL())
	<-cmd.Context().Done()
	return r.Close()
}

func roleFlags(c *cobra.Command, cfg *local.RoleConfig, l *licenceFlags, port int) {
	f := c.Flags()
	f.StringVar(&cfg.Node, "node", "127.0.0.1:9090", "gRPC address of a node")
	f.StringVar(&cfg.Listen, "listen", fmt.Sprintf("127.0.0.1:%d", port), "address to serve on")
	f.StringVar(&cfg.Endpoint, "endpoint", "", "URL that others reach it by; default: http:// and the address")
	f.StringVar(&cfg.Name, "name", "", "name in the manifest")
	f.StringVar(&cfg.Contact, "contact", "", "where to ask for a credential, in the manifest and in refusals: a URL or an address")
	f.Var(coinsFlag{&cfg.Exposure}, "exposure", "the most that one tab may owe before it is settled, in WEAL; default: 0.5")
	f.Var(coinsFlag{&cfg.ExposureAll}, "exposure-all", "the most that all tabs together may owe, and have cost by promising more than they held; default: 20 times that of one")
	f.StringVar(&cfg.Metrics, "metrics", "", metricsHelp)
	f.StringVar(&cfg.Watcher, "watcher", "", "URL of a watcher, which settles while this role is away; see: weal watcher")
	f.StringVar(&l.kind, "licence", "", "kind of licence to register the asset under; default: open. Later: weal asset licence")
	f.StringVar(&l.royalty, "royalty", "", "the least that a child of the new asset owes: basis points (300) or a percentage (3%)")
	f.BoolVar(&l.closed, "closed", false, "uses of the new asset need a credential: weal asset grant")
}

// coinsFlag is a flag of an amount in WEAL.
type coinsFlag struct{ to *types.Amount }

// String implements pflag.Value: none is shown as a default.
func (coinsFlag) String() string { return "" }

// Type implements pflag.Value.
func (coinsFlag) Type() string { return "WEAL" }

// Set implements pflag.Value.
func (f coinsFlag) Set(s string) (err error) {
	*f.to, err = parseCoins(s)
	return err
}

// licence reads the flags of the licence that a new asset is registered under.
func (l licenceFlags) licence() (types.Licence, error) {
	set := func(name string) bool {
		return (name == "kind" && l.kind != "") || (name == "royalty" && l.royalty != "") || (name == "closed" && l.closed)
	}
	change, err := l.change(set)
	if err != nil || (l.kind == "" && l.royalty == "" && !l.closed) {
		return types.Licence{}, err
	}
	return change(types.Licence{Kind: types.LicenceOpen}), nil
}
