package chaincmd

import (
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/client/rpc"
	sdkserver "github.com/cosmos/cosmos-sdk/server"
	authcmd "github.com/cosmos/cosmos-sdk/x/auth/client/cli"
)

// queryCommand asks a node; the modules' own queries are added to it.
func queryCommand() *cobra.Command {
	return group("query", "Ask a node", []string{"q"},
		rpc.QueryEventForTxCmd(), rpc.ValidatorCommand(),
		sdkserver.QueryBlockCmd(), sdkserver.QueryBlocksCmd(), sdkserver.QueryBlockResultsCmd(),
		authcmd.QueryTxsByEventsCmd(), authcmd.QueryTxCmd())
}

// txCommand sends transactions; the modules' own messages are added to it.
func txCommand() *cobra.Command {
	return group("tx", "Sign and send transactions", nil,
		authcmd.GetSignCommand(), authcmd.GetSignBatchCommand(),
		authcmd.GetMultiSignCommand(), authcmd.GetMultiSignBatchCmd(), authcmd.GetValidateSignaturesCommand(),
		authcmd.GetBroadcastCommand(), authcmd.GetEncodeCommand(), authcmd.GetDecodeCommand(), authcmd.GetSimulateCmd())
}

func group(use, short string, aliases []string, cmds ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Aliases: aliases,
		SuggestionsMinimumDistance: 2, RunE: client.ValidateCmd,
	}
	cmd.AddCommand(cmds...)
	cmd.PersistentFlags().String(flags.FlagChainID, "", "the chain's id")
	return cmd
}
