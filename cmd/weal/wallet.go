package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/weal-network/weal/app"
	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/wallet"
)

func walletCommand(o *options) *cobra.Command {
	w := &walletOptions{options: o}
	c := group("wallet", "What wallets and libraries need to know of the chain",
		w.form("eip3085", "The parameter of wallet_addEthereumChain, for MetaMask and others",
			"  weal wallet eip3085\n  weal wallet eip3085 --json-rpc https://rpc.example.org --name \"Weal Testnet\" --network testnet",
			wallet.EIP3085),
		w.form("viem", "A module with a chain definition for viem", "  weal wallet viem > weal.mjs", wallet.Viem),
		w.form("keplr", "The argument of Keplr's experimentalSuggestChain", "  weal wallet keplr", wallet.Keplr),
		w.registry(), walletAddress(o),
	)
	c.Long = `Wallet prints the chain's parameters in the forms that wallets and libraries
read. Endpoints are those of the node that runs in the home; name others with the
flags, for a node that others are to use.`
	f := c.PersistentFlags()
	f.StringVar(&w.name, "name", "Weal Local", "the chain's name for people")
	f.StringVar(&w.network, "network", wallet.Devnet, "mainnet, testnet or devnet")
	f.StringVar(&w.chainID, "chain-id", "", "Cosmos chain id, if it is not the home's")
	f.StringVar(&w.named.JSONRPC, "json-rpc", "", "URL of the Ethereum JSON-RPC")
	f.StringVar(&w.named.WebSocket, "ws", "", "URL of the Ethereum WebSocket")
	f.StringVar(&w.named.RPC, "rpc", "", "URL of the CometBFT RPC")
	f.StringVar(&w.named.REST, "rest", "", "URL of the REST API")
	f.StringVar(&w.named.GRPC, "grpc", "", "host:port of the gRPC server")
	return c
}

// walletOptions are what the commands that print a form take.
type walletOptions struct {
	*options
	name, network, chainID string
	named                  wallet.Facts // endpoints named by flags
}

// facts are those of the flags; without an endpoint among them, of what runs in
// the home.
func (w *walletOptions) facts() (wallet.Facts, error) {
	f := w.named
	f.ChainID, f.Name, f.Network, f.GasPrice = w.chainID, w.name, w.network, app.BaseFee
	if f.JSONRPC+f.WebSocket+f.RPC+f.REST+f.GRPC == "" {
		if err := w.ofHome(&f); err != nil {
			return f, err
		}
	}
	if err := f.Check(); err != nil {
		return f, usageError{err}
	}
	return f, nil
}

// ofHome fills in what runs in the home.
func (w *walletOptions) ofHome(f *wallet.Facts) error {
	const named = "or name the endpoints of a node, see: weal wallet --help"
	h, err := home.Open(w.home)
	if err != nil {
		return fmt.Errorf("%w, %s", err, named)
	}
	r, err := h.Running()
	if err != nil {
		return fmt.Errorf("%w, %s", err, named)
	}
	p := r.Ports
	if p.JSONRPC == 0 {
		return usageError{errors.New("wallet: the node does not run in this home; name its endpoints, see: weal wallet --help")}
	}
	if f.ChainID == "" {
		f.ChainID = h.ChainID()
	}
	f.JSONRPC, f.WebSocket = home.URL(p.JSONRPC), "ws://"+home.Loopback(p.WS)
	f.RPC, f.REST, f.GRPC = home.URL(p.RPC), home.URL(p.REST), home.Loopback(p.GRPC)
	return nil
}

// form is a command that prints one form. With --output json a module is put
// into an object; the others are JSON in any case.
func (w *walletOptions) form(use, short, example string, write func(wallet.Facts) ([]byte, error)) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Example: example, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			f, err := w.facts()
			if err != nil {
				return err
			}
			b, err := write(f)
			if err != nil {
				return usageError{err}
			}
			if use == "viem" && w.output == "json" {
				return printJSON(cmd.OutOrStdout(), map[string]string{"module": string(b)})
			}
			_, err = cmd.OutOrStdout().Write(b)
			return err
		},
	}
}

func (w *walletOptions) registry() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "chain-registry --dir DIR",
		Short: "Write chain.json and assetlist.json of the Cosmos chain registry",
		Long: `Chain-registry writes chain.json and assetlist.json into a directory, which is
made if it is missing. Files of these names in it are replaced.`,
		Example: "  weal wallet chain-registry --dir testnets/wealtestnet --name \"Weal Testnet\" --network testnet \\\n" +
			"    --chain-id weal-testnet-1 --rpc https://rpc.example.org --rest https://rest.example.org",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if dir == "" {
				return usageError{errors.New("wallet chain-registry: say where to with --dir DIR")}
			}
			f, err := w.facts()
			if err != nil {
				return err
			}
			files, err := writeRegistry(dir, f)
			if errors.Is(err, wallet.ErrFacts) {
				return usageError{err}
			}
			if err != nil {
				return err
			}
			return w.show(cmd.OutOrStdout(), files, func(out io.Writer) error {
				for _, path := range files {
					_, _ = fmt.Fprintln(out, path)
				}
				return nil
			})
		},
	}
	c.Flags().StringVar(&dir, "dir", "", "the chain's directory in the registry")
	return c
}

// writeRegistry writes both files and returns their paths.
func writeRegistry(dir string, f wallet.Facts) (paths []string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("write to the registry: %w", err)
	}
	for _, file := range []struct {
		name  string
		write func(wallet.Facts) ([]byte, error)
	}{{"chain.json", wallet.ChainFile}, {"assetlist.json", wallet.AssetList}} {
		b, err := file.write(f)
		if err != nil {
			return nil, err
		}
		path := filepath.Join(dir, file.name)
		if err := os.WriteFile(path, b, 0o644); err != nil {
			return nil, fmt.Errorf("write to the registry: %w", err)
		}
		paths = append(paths, path)
	}
	return paths, nil
}

func walletAddress(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "address ADDRESS",
		Short: "Both forms of an address",
		Long: `Address prints both forms of one account's address: the one that contracts,
MetaMask and Ethereum libraries use, and the one that Cosmos wallets and tools use.
Hex digits in mixed case must have the checksum of EIP-55.`,
		Example: "  weal wallet address 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\n" +
			"  weal wallet address weal1t2htvpfl862vnwdqnuekd9p4ulh3h6hdxzf453",
		Args: exactArgs(1, "an address: weal wallet address 0x…"),
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := ledger.ParseAddress(args[0])
			if err != nil {
				return usageError{err}
			}
			forms := struct {
				EVM    string `json:"evm"`
				Cosmos string `json:"cosmos"`
			}{a.Hex(), ledger.Bech32(a)}
			return o.show(cmd.OutOrStdout(), forms, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "EVM     %s\nCosmos  %s\n", forms.EVM, forms.Cosmos)
				return err
			})
		},
	}
}
