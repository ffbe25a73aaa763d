package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"

	"cosmossdk.io/math"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/app"
	"github.com/weal-network/weal/types"
)

// portsPerNode is how far the ports of a network's nodes are apart.
const portsPerNode = 10

// Network describes a network of validators on one machine.
type Network struct {
	// Dir takes the homes: node0, node1 and so on.
	Dir string
	// Validators is how many there are.
	Validators int
	// ChainID is types.LocalChainID if empty.
	ChainID string
	// PortsFrom is the first port of node0.
	PortsFrom int
	// BlockTime is a second if zero.
	BlockTime time.Duration
	// Accounts are funded.
	Accounts []Account
}

// TestBalance is a million WEAL.
func TestBalance() types.Amount {
	a, err := types.AmountFromBig(math.NewIntWithDecimal(1_000_000, types.Decimals).BigInt())
	if err != nil {
		panic(fmt.Sprintf("node: %v", err)) // 10^24 is less than 2^128
	}
	return a
}

// Config returns how to start the i-th node.
func (n Network) Config(i int) Config {
	p := n.PortsFrom + i*portsPerNode
	return Config{
		Home: filepath.Join(n.Dir, "node"+strconv.Itoa(i)), ChainID: n.ChainID, BlockTime: n.BlockTime,
		Ports: Ports{P2P: p, RPC: p + 1, REST: p + 2, GRPC: p + 3, JSONRPC: p + 4, WS: p + 5},
	}.withDefaults()
}

// InitNetwork writes every node's keys and files and the genesis file that they
// share, and returns the homes.
func InitNetwork(n Network) ([]string, error) {
	if n.Validators < 1 {
		return nil, fmt.Errorf("init network: want at least one validator, got %d", n.Validators)
	}
	funded, err := balances(n.Accounts)
	if err != nil {
		return nil, fmt.Errorf("init network: %w", err)
	}
	chain := app.Chain{ID: n.Config(0).ChainID, Time: time.Now(), Balances: funded}
	var peers []string
	for i := range n.Validators {
		v, peer, err := n.initKeys(i)
		if err != nil {
			return nil, fmt.Errorf("init network: node%d: %w", i, err)
		}
		chain.Validators = append(chain.Validators, v)
		peers = append(peers, peer)
	}
	genesis, err := app.Template().Genesis(chain)
	if err != nil {
		return nil, fmt.Errorf("init network: %w", err)
	}
	var homes []string
	for i := range n.Validators {
		cfg := n.Config(i)
		comet, settings := localSettings(cfg)
		comet.Moniker = filepath.Base(cfg.Home)
		comet.P2P.AllowDuplicateIP = true
		comet.P2P.PersistentPeers = strings.Join(append(append([]string{}, peers[:i]...), peers[i+1:]...), ",")
		if err := writeSettings(cfg, comet, settings); err != nil {
			return nil, fmt.Errorf("init network: %w", err)
		}
		if err := writeGenesis(comet.GenesisFile(), genesis); err != nil {
			return nil, fmt.Errorf("init network: %w", err)
		}
		homes = append(homes, cfg.Home)
	}
	return homes, nil
}

// initKeys makes the i-th node's keys; peer is how the others reach it.
func (n Network) initKeys(i int) (v app.Validator, peer string, err error) {
	cfg := n.Config(i)
	if Initialized(cfg.Home) {
		return v, "", fmt.Errorf("%s: %w; choose another directory", cfg.Home, ErrChainExists)
	}
	v, id, err := makeKeys(cfg)
	return v, fmt.Sprintf("%s@%s", id, cfg.addr(cfg.Ports.P2P)), err
}

// makeKeys makes a home's keys, unless it has them, and returns the validator
// that they are.
func makeKeys(cfg Config) (app.Validator, p2p.ID, error) {
	for _, dir := range []string{"config", "data"} {
		if err := os.MkdirAll(cfg.file(dir), 0o700); err != nil {
			return app.Validator{}, "", err
		}
	}
	comet := cmtcfg.DefaultConfig().SetRoot(cfg.Home)
	// A kill may have left half a node key, which nobody knows the node by yet.
	if _, err := p2p.LoadNodeKey(comet.NodeKeyFile()); err != nil {
		_ = os.Remove(comet.NodeKeyFile())
	}
	key, err := p2p.LoadOrGenNodeKey(comet.NodeKeyFile())
	if err != nil {
		return app.Validator{}, "", fmt.Errorf("write node key: %w", err)
	}
	// The same with a validator's key whose state was not written: it has signed nothing.
	if _, err := os.Stat(comet.PrivValidatorStateFile()); errors.Is(err, fs.ErrNotExist) {
		_ = os.Remove(comet.PrivValidatorKeyFile())
	}
	pv := privval.LoadOrGenFilePV(comet.PrivValidatorKeyFile(), comet.PrivValidatorStateFile())
	pub, err := cryptocodec.FromCmtPubKeyInterface(pv.Key.PubKey)
	if err != nil {
		return app.Validator{}, "", fmt.Errorf("read validator key: %w", err)
	}
	return app.Validator{
		Key: pub, Operator: sdk.AccAddress(pv.Key.Address), Name: filepath.Base(cfg.Home),
		Stake: math.NewIntWithDecimal(localStake, types.Decimals),
	}, key.ID(), nil
}
