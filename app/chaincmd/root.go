package chaincmd

import (
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	dbm "github.com/cosmos/cosmos-db"
	evmclient "github.com/cosmos/evm/client"
	evmdebug "github.com/cosmos/evm/client/debug"
	"github.com/cosmos/evm/crypto/hd"
	evmserver "github.com/cosmos/evm/server"
	evmsrvflags "github.com/cosmos/evm/server/flags"

	"cosmossdk.io/log/v2"
	confixcmd "cosmossdk.io/tools/confix/cmd"
	"github.com/cosmos/cosmos-sdk/client"
	clientconfig "github.com/cosmos/cosmos-sdk/client/config"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/client/pruning"
	"github.com/cosmos/cosmos-sdk/client/snapshot"
	sdkserver "github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	txmodule "github.com/cosmos/cosmos-sdk/x/auth/tx/config"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"

	"github.com/weal-network/weal/app"
	"github.com/weal-network/weal/node"
)

// newRoot builds the command tree. home is the default of --home.
func newRoot(home string) (*cobra.Command, error) {
	tpl := app.Template()
	base := client.Context{}.
		WithCodec(tpl.Codec()).
		WithInterfaceRegistry(tpl.InterfaceRegistry()).
		WithTxConfig(authtx.NewTxConfig(tpl.Codec(), authtx.DefaultSignModes)).
		WithLegacyAmino(tpl.LegacyAmino()).
		WithAccountRetriever(authtypes.AccountRetriever{}).
		WithInput(os.Stdin).
		WithHomeDir(home).
		WithViper("").
		WithBroadcastMode(flags.FlagBroadcastMode).
		WithKeyringOptions(hd.EthSecp256k1Option()).
		WithLedgerHasProtobuf(true)
	root := &cobra.Command{
		Use:           "chain",
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: "weal chain"},
		Short:         "Run and operate the chain itself",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return prepare(cmd, base)
		},
	}
	create := func(l log.Logger, db dbm.DB, o servertypes.AppOptions) evmserver.Application {
		return app.Open(l, db, o)
	}
	creator := func(l log.Logger, db dbm.DB, o servertypes.AppOptions) servertypes.Application {
		return app.Open(l, db, o)
	}
	root.AddCommand(
		initCommand(tpl, home),
		genutilcli.Commands(base.TxConfig, tpl.Basics(), home),
		evmclient.KeyCommands(home, true),
		sdkserver.StatusCommand(),
		queryCommand(), txCommand(),
		confixcmd.ConfigCommand(),
		pruning.Cmd(creator, home),
		snapshot.Cmd(creator),
		evmdebug.Cmd(),
		testnetCommand(),
		invariantsCommand(),
	)
	evmserver.AddCommands(root, evmserver.NewDefaultStartOptions(create, home), export, func(*cobra.Command) {})
	replaceStart(root)
	if _, err := evmsrvflags.AddTxFlags(root); err != nil {
		return nil, err
	}
	return root, tpl.AutoCLI().EnhanceRootCommand(root)
}

// needsChain reports whether a command reads or writes a node's state. It would
// else make a half of a home where there is none.
func needsChain(cmd *cobra.Command) bool {
	for cmd.HasParent() && cmd.Parent().HasParent() {
		cmd = cmd.Parent()
	}
	return slices.Contains([]string{
		"start", "invariants", "export", "prune", "snapshots", "rollback", "comet", "index-eth-tx",
	}, cmd.Name())
}

// prepare reads the home's files before a command runs, and writes those that
// are missing.
func prepare(cmd *cobra.Command, base client.Context) error {
	cmd.SetOut(cmd.OutOrStdout())
	cmd.SetErr(cmd.ErrOrStderr())
	c, err := client.ReadPersistentCommandFlags(base.WithCmdContext(cmd.Context()), cmd.Flags())
	if err != nil {
		return err
	}
	if needsChain(cmd) && !holdsChain(c.HomeDir) {
		return fmt.Errorf("%s: there is no chain in %s; name a node's home with --home, or make one: weal up, weal chain init", cmd.Name(), c.HomeDir)
	}
	if c, err = clientconfig.ReadFromClientConfig(c); err != nil {
		return err
	}
	if c, err = withTextual(c); err != nil {
		return err
	}
	if err := client.SetCmdClientContextHandler(c, cmd); err != nil {
		return err
	}
	if err := node.EnsureSettings(c.HomeDir); err != nil {
		return err
	}
	return sdkserver.InterceptConfigsPreRunHandler(cmd, node.AppTemplate, node.DefaultAppSettings(), node.DefaultCometSettings())
}

// withTextual lets hardware wallets show what they sign in words. The words need
// the coins' names, which a node has to be asked for.
func withTextual(c client.Context) (client.Context, error) {
	if c.Offline {
		return c, nil
	}
	cfg, err := authtx.NewTxConfigWithOptions(c.Codec, authtx.ConfigOptions{
		EnabledSignModes:           slices.Concat(authtx.DefaultSignModes, []signing.SignMode{signing.SignMode_SIGN_MODE_TEXTUAL}),
		TextualCoinMetadataQueryFn: txmodule.NewGRPCCoinMetadataQueryFn(c),
	})
	if err != nil {
		return c, err
	}
	return c.WithTxConfig(cfg), nil
}
