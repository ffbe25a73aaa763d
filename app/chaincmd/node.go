package chaincmd

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	dbm "github.com/cosmos/cosmos-db"
	evmsrvflags "github.com/cosmos/evm/server/flags"

	"cosmossdk.io/log/v2"
	"github.com/cosmos/cosmos-sdk/client"
	sdkserver "github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	genutilcli "github.com/cosmos/cosmos-sdk/x/genutil/client/cli"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/weal-network/weal/app"
	"github.com/weal-network/weal/node"
)

// replaceStart has `start` run the node of package node. The engine's own, which
// differs in JSON-RPC and in stopping, stays for an application that serves a
// CometBFT of its own process.
func replaceStart(root *cobra.Command) {
	start, _, err := root.Find([]string{"start"})
	if err != nil {
		panic(fmt.Sprintf("chaincmd: %v", err)) // the engine has just added it
	}
	engine := start.RunE
	start.RunE = func(cmd *cobra.Command, args []string) error {
		if with, err := cmd.Flags().GetBool(evmsrvflags.WithCometBFT); err == nil && !with {
			return engine(cmd, args)
		}
		ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		svr := sdkserver.GetServerContextFromCmd(cmd)
		n, err := node.Run(ctx, svr.Viper, svr.Config, svr.Logger)
		if err != nil {
			return err
		}
		return n.Wait()
	}
}

// initCommand is the SDK's init with this chain's limit of gas in a block.
func initCommand(tpl *app.App, home string) *cobra.Command {
	cmd := genutilcli.InitCmd(tpl.Basics(), home)
	sdk := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := sdk(cmd, args); err != nil {
			return err
		}
		file := sdkserver.GetServerContextFromCmd(cmd).Config.GenesisFile()
		g, err := genutiltypes.AppGenesisFromFile(file)
		if err != nil {
			return fmt.Errorf("read genesis: %w", err)
		}
		g.Consensus.Params.Block.MaxGas = app.BlockGas
		return g.SaveAs(file)
	}
	return cmd
}

// export writes a stopped home's state as genesis, and closes it: the SDK's
// command leaves that to the end of the process. It logs nothing, since the
// genesis itself goes to standard output.
func export(
	_ log.Logger, db dbm.DB, height int64, zeroHeight bool, jailAllowed []string,
	opts servertypes.AppOptions, modules []string,
) (out servertypes.ExportedApp, err error) {
	if zeroHeight || len(jailAllowed) > 0 {
		return out, errors.Join(app.ErrZeroHeight, db.Close())
	}
	a, err := openStopped(log.NewNopLogger(), db, opts, height)
	if err != nil {
		return out, errors.Join(err, db.Close())
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return a.Export(modules...)
}

// openStopped opens a stopped home's state at a height, or the newest at -1.
func openStopped(l log.Logger, db dbm.DB, opts servertypes.AppOptions, height int64) (*app.App, error) {
	a := app.New(l, db, height == -1, reading{opts}, sdkserver.DefaultBaseappOptions(opts)...)
	if height == -1 {
		return a, nil
	}
	if err := a.LoadHeight(height); err != nil {
		return nil, fmt.Errorf("open height %d: %w; pruning may have removed it", height, err)
	}
	return a, nil
}

// reading are a home's options for who only reads its state: without a mempool.
type reading struct{ servertypes.AppOptions }

// Get implements servertypes.AppOptions.
func (r reading) Get(key string) any {
	if key == sdkserver.FlagMempoolMaxTxs {
		return -1
	}
	return r.AppOptions.Get(key)
}

// invariantsCommand checks a stopped home's state.
func invariantsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "invariants",
		Short: "Check the state of assets and tabs in a stopped node's home",
		Long: `Check the state of assets and tabs in a stopped node's home: units of shares,
revenue and claims, royalties, tabs and lanes, and the coins that all of them
count on. It prints "ok" and the height, or what is broken, and exits with 1.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			svr := sdkserver.GetServerContextFromCmd(cmd)
			db, err := node.OpenState(client.GetClientContextFromCmd(cmd).HomeDir)
			if err != nil {
				return err
			}
			a, err := openStopped(log.NewNopLogger(), db, svr.Viper, -1)
			if err != nil {
				return err
			}
			defer func() { _ = a.Close() }() // nothing was written
			if err := a.CheckState(); err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "ok at height %d\n", a.LastBlockHeight())
			return err
		},
	}
}
