package chaincmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/node"
)

// testnetCommand writes the homes of a network of several validators.
func testnetCommand() *cobra.Command {
	var n node.Network
	var accounts []string
	cmd := &cobra.Command{
		Use:   "testnet",
		Short: "Write the homes of a network of several validators on this machine",
		Example: `  weal chain testnet --dir net --validators 4
  weal chain start --home net/node0     # and node1, node2, node3, each in a shell of its own`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, a := range accounts {
				n.Accounts = append(n.Accounts, node.Account{Address: a, Balance: node.TestBalance()})
			}
			homes, err := node.InitNetwork(n)
			if err != nil {
				return err
			}
			for _, h := range homes {
				if _, err := fmt.Fprintln(cmd.OutOrStdout(), h); err != nil {
					return err
				}
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&n.Dir, "dir", "weal-testnet", "directory that the homes are written to")
	f.IntVar(&n.Validators, "validators", 4, "number of validators")
	f.StringVar(&n.ChainID, "chain-id", "", "the network's id (default a local one)")
	f.IntVar(&n.PortsFrom, "ports-from", 26656, "first of the ports; each node takes ten")
	f.StringSliceVar(&accounts, "account", nil, "address (0x… or weal1…) that gets a million WEAL; may be repeated")
	return cmd
}
