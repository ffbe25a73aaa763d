package node_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/node"
)

// childHome, if set, makes this test binary run the chain there until it is
// killed.
const (
	childHome = "WEAL_TEST_NODE_HOME"
	childPort = "WEAL_TEST_NODE_PORT"
)

func TestMain(m *testing.M) {
	dir := os.Getenv(childHome)
	if dir == "" {
		os.Exit(m.Run())
	}
	first, err := strconv.Atoi(os.Getenv(childPort))
	if err == nil {
		var n *node.Node
		if n, err = node.Start(context.Background(), node.Config{Home: dir, Ports: portsFrom(first)}); err == nil {
			err = n.Wait()
		}
	}
	_, _ = os.Stderr.WriteString(err.Error())
	os.Exit(1)
}

// portsFrom numbers a node's ports from n.
func portsFrom(n int) node.Ports {
	return node.Ports{P2P: n, RPC: n + 1, REST: n + 2, GRPC: n + 3, JSONRPC: n + 4, WS: n + 5}
}

// TestKillLosesNoBlock kills a chain three times, each time as soon as it has told
// of a transaction in a block, and starts it again.
func TestKillLosesNoBlock(t *testing.T) {
	p := newPerson(t)
	cfg := initChain(t, p)
	to := common.HexToAddress("0x00000000000000000000000000000000deadbeef")
	var height uint64
	for round := range 3 {
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), childHome+"="+cfg.Home, childPort+"="+strconv.Itoa(cfg.Ports.P2P))
		child.Stderr = os.Stderr
		require.NoError(t, child.Start())
		t.Cleanup(func() { _ = child.Process.Kill() }) // fails if it is dead already
		eth := dial(t, home.URL(cfg.Ports.JSONRPC))
		require.Eventually(t, func() bool {
			h, err := eth.BlockNumber(t.Context())
			return err == nil && h > height
		}, 20*time.Second, 20*time.Millisecond)
		receipt := send(t, eth, p, &to, 1, nil)
		require.Greater(t, receipt.BlockNumber.Uint64(), height)
		height = receipt.BlockNumber.Uint64()
		require.NoError(t, child.Process.Kill())
		require.Error(t, child.Wait())
		t.Logf("round %d: killed after height %d", round, height)
	}
	n := start(t, cfg)
	await(t, n, int64(height)+2)
	got, err := dial(t, home.URL(cfg.Ports.JSONRPC)).BalanceAt(t.Context(), to, nil)
	require.NoError(t, err)
	require.Equal(t, int64(3), got.Int64(), "what was in a block before the kill stays")
}

// TestHalfMadeFilesAreMadeAnew puts into a home what a kill leaves that comes
// while a database or a key is being made.
func TestHalfMadeFilesAreMadeAnew(t *testing.T) {
	p := newPerson(t)
	cfg := node.Config{Home: t.TempDir(), Ports: freePorts(t), BlockTime: 100 * time.Millisecond}
	cut := func(names ...string) {
		path := filepath.Join(append([]string{cfg.Home}, names...)...)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte("{"), 0o600))
	}
	cut("config", "node_key.json")
	cut("config", "priv_validator_key.json") // its state was not written yet
	cut("config", "genesis.json.part")
	cfg.Accounts = []node.Account{{Address: p.addr.Hex(), Balance: weal(1)}}
	require.NoError(t, node.Init(cfg))
	for _, db := range []string{"application.db", "blockstore.db", "state.db", "evidence.db", "tx_index.db", "snapshots/metadata.db"} {
		cut("data", db, "MANIFEST-000000")
		cut("data", db, "LOG")
		cut("data", db, "CURRENT.0")
	}
	await(t, start(t, cfg), 2)
}
