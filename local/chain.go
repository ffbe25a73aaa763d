package local

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/node"
	"github.com/weal-network/weal/types"
)

// startChain starts the home's chain, and makes its genesis at first use.
func (n *Network) startChain(ctx context.Context, cfg Config, k *keys) (*node.Node, error) {
	accounts, err := genesisAccounts(k)
	if err != nil {
		return nil, err
	}
	log, err := n.chainLog(cfg.Log)
	if err != nil {
		return nil, err
	}
	nc := node.Config{
		Home: n.home.Path("chain"), ChainID: n.home.ChainID(), Ports: nodePorts(cfg.Ports),
		BlockTime: time.Second, Accounts: accounts, Log: log, Metrics: !cfg.NoMetrics,
	}
	if !node.Initialized(nc.Home) {
		cfg.Note("making a chain of its own for this home")
		if err := node.Init(nc); err != nil {
			return nil, fmt.Errorf("make chain: %w", err)
		}
	}
	chain, err := node.Start(ctx, nc)
	if err != nil {
		return nil, fmt.Errorf("start chain: %w", err)
	}
	n.onStop(chain.Stop)
	failed := make(chan error, 1)
	go func() {
		<-chain.Done()
		failed <- fmt.Errorf("the chain stopped: %w", chain.Wait())
	}()
	n.failed = failed
	return chain, nil
}

// maxLog is how large the chain's log may be when a start moves it aside, in bytes.
const maxLog = 16 << 20

// chainLog is where the node writes: <home>/chain.log, since an engine that
// starts is noisy; with debug logging it is the program's own log. A large log is
// moved to chain.log.old first.
func (n *Network) chainLog(log *slog.Logger) (*slog.Logger, error) {
	if log.Enabled(context.Background(), slog.LevelDebug) {
		return log, nil
	}
	path := n.home.Path("chain.log")
	if st, err := os.Stat(path); err == nil && st.Size() > maxLog {
		if err := os.Rename(path, path+".old"); err != nil {
			return nil, fmt.Errorf("move the chain's log aside: %w", err)
		}
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the chain's log: %w", err)
	}
	n.onStop(f.Close)
	return slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: slog.LevelWarn})), nil
}

// genesisAccounts gives the payer and the owners their first coins.
func genesisAccounts(k *keys) ([]node.Account, error) {
	var all []node.Account
	for _, name := range append([]string{payerAccount}, ownerAccounts()...) {
		address, err := ledger.Address(k.accounts[name])
		if err != nil {
			return nil, err
		}
		balance := ownerCoins
		if name == payerAccount {
			balance = payerCoins
		}
		all = append(all, node.Account{Address: address, Balance: balance})
	}
	return all, nil
}

func ownerAccounts() []string {
	return []string{ownerAccount(RoleVault), ownerAccount(RoleModel), ownerAccount(RoleGateway)}
}

func nodePorts(p home.Ports) node.Ports {
	return node.Ports{P2P: p.P2P, RPC: p.RPC, REST: p.REST, GRPC: p.GRPC, JSONRPC: p.JSONRPC, WS: p.WS}
}

// EVMChainID returns the EIP-155 chain id.
func (n *Network) EVMChainID() uint64 { return types.EVMChainID }
