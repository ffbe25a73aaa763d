package chaincmd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/app"
	"github.com/weal-network/weal/app/chaincmd"
	"github.com/weal-network/weal/node"
	"github.com/weal-network/weal/types"
)

// run executes `weal chain` with args on home and returns what it printed.
func run(t *testing.T, home string, args ...string) (string, error) {
	t.Helper()
	var out, help bytes.Buffer
	err := chaincmd.Run(t.Context(), home, args, &out, &help)
	return out.String(), err
}

// stopped returns the home of a chain that has run for a few blocks.
func stopped(t *testing.T) string {
	t.Helper()
	first := 20_000 + rand.IntN(10_000)
	cfg := node.Config{
		Home: t.TempDir(), BlockTime: 50 * time.Millisecond,
		Ports: node.Ports{P2P: first, RPC: first + 1, REST: first + 2, GRPC: first + 3, JSONRPC: first + 4, WS: first + 5},
	}
	require.NoError(t, node.Init(cfg))
	n, err := node.Start(context.WithoutCancel(t.Context()), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, n.Stop()) })
	require.NoError(t, n.AwaitHeight(t.Context(), 3))

	_, err = run(t, cfg.Home, "invariants")
	require.ErrorIs(t, err, node.ErrLocked, "a running node's state is not looked at")
	require.NoError(t, n.Stop())
	return cfg.Home
}

func TestStoppedHomeIsCheckedExportedAndPruned(t *testing.T) {
	home := stopped(t)
	out, err := run(t, home, "invariants")
	require.NoError(t, err)
	require.Regexp(t, `^ok at height \d+\n$`, out)

	file := filepath.Join(t.TempDir(), "genesis.json")
	_, err = run(t, home, "export", "--output-document", file)
	require.NoError(t, err)
	var exported struct {
		ChainID       string                     `json:"chain_id"`
		InitialHeight int64                      `json:"initial_height"`
		AppState      map[string]json.RawMessage `json:"app_state"`
	}
	bz, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(bz, &exported))
	require.Equal(t, types.LocalChainID, exported.ChainID)
	require.GreaterOrEqual(t, exported.InitialHeight, int64(4))
	for _, module := range []string{"asset", "tab", "bank", "evm"} {
		require.Contains(t, exported.AppState, module)
	}
	_, err = run(t, home, "export", "--for-zero-height")
	require.ErrorIs(t, err, app.ErrZeroHeight)

	_, err = run(t, home, "prune", "everything")
	require.NoError(t, err)
}

func TestInitWritesThisChainsGenesis(t *testing.T) {
	home := filepath.Join(t.TempDir(), "chain")
	_, err := run(t, home, "init", "alice", "--chain-id", "weal-test-1")
	require.NoError(t, err)
	bz, err := os.ReadFile(filepath.Join(home, "config", "genesis.json"))
	require.NoError(t, err)
	var g struct {
		Consensus struct {
			Params struct {
				Block struct {
					MaxGas string `json:"max_gas"`
				} `json:"block"`
			} `json:"params"`
		} `json:"consensus"`
		AppState struct {
			Staking struct {
				Params struct {
					BondDenom string `json:"bond_denom"`
				} `json:"params"`
			} `json:"staking"`
			Feemarket struct {
				Params struct {
					MinGasPrice string `json:"min_gas_price"`
				} `json:"params"`
			} `json:"feemarket"`
		} `json:"app_state"`
	}
	require.NoError(t, json.Unmarshal(bz, &g))
	require.Equal(t, "60000000", g.Consensus.Params.Block.MaxGas)
	require.Equal(t, types.BaseDenom, g.AppState.Staking.Params.BondDenom)
	require.Equal(t, "10000000.000000000000000000", g.AppState.Feemarket.Params.MinGasPrice)
}

func TestHomeOfTheEnvironmentIsNotTheChains(t *testing.T) {
	t.Setenv("WEAL_HOME", filepath.Join(t.TempDir(), "whole"))
	home := filepath.Join(t.TempDir(), "chain")
	_, err := run(t, home, "init", "alice", "--chain-id", "weal-test-1")
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(home, "config", "genesis.json"))
	require.NoDirExists(t, os.Getenv("WEAL_HOME"))
}

func TestTestnetWritesHomes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "net")
	out, err := run(t, t.TempDir(), "testnet", "--dir", dir, "--validators", "2", "--account", "0x00000000000000000000000000000000deadbeef")
	require.NoError(t, err)
	require.Equal(t, filepath.Join(dir, "node0")+"\n"+filepath.Join(dir, "node1")+"\n", out)
	require.True(t, node.Initialized(filepath.Join(dir, "node1")))
}
