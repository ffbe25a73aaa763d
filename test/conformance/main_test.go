package conformance

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/node"
	"github.com/weal-network/weal/types"
)

// The node to test, and a key with coins there. Without them the tests start one.
const (
	envRPC = "WEAL_RPC"
	envKey = "WEAL_KEY"
)

// chain is the network that all tests use.
var chain *network

func TestMain(m *testing.M) {
	flag.Parse()
	// Tests wait for blocks most of the time: more run at once than there are cores.
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(code)
}

func run(m *testing.M) (code int, err error) {
	url, secret := os.Getenv(envRPC), os.Getenv(envKey)
	if (url == "") != (secret == "") {
		return 0, fmt.Errorf("%s and %s go together: set both or none", envRPC, envKey)
	}
	if url == "" {
		var stop func() error
		if url, secret, stop, err = startNode(); err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, stop()) }()
	}
	if chain, err = dial(url, secret); err != nil {
		return 0, err
	}
	defer chain.close()
	return m.Run(), nil
}

// startNode starts a chain with fast blocks and an account that has coins.
func startNode() (url, secret string, stop func() error, err error) {
	dir, err := os.MkdirTemp("", "weal-conformance-")
	if err != nil {
		return "", "", nil, err
	}
	key, err := crypto.GenerateKey()
	if err != nil {
		return "", "", nil, err
	}
	balance, err := types.AmountFromBig(new(big.Int).Mul(big.NewInt(100_000), big.NewInt(1e18)))
	if err != nil {
		return "", "", nil, err
	}
	cfg := node.Config{
		Home: filepath.Join(dir, "chain"), Ports: freePorts(), BlockTime: 60 * time.Millisecond,
		Accounts: []node.Account{{Address: crypto.PubkeyToAddress(key.PublicKey).Hex(), Balance: balance}},
	}
	if err := node.Init(cfg); err != nil {
		return "", "", nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	n, err := node.Start(context.Background(), cfg)
	if err != nil {
		return "", "", nil, err
	}
	stop = func() error { return errors.Join(n.Stop(), os.RemoveAll(dir)) }
	if err := n.AwaitHeight(ctx, 2); err != nil {
		return "", "", nil, errors.Join(err, stop())
	}
	return home.URL(cfg.Ports.JSONRPC), fmt.Sprintf("%x", crypto.FromECDSA(key)), stop, nil
}

// freePorts returns six ports in a row that nobody uses, below those that the
// system hands out by itself.
func freePorts() node.Ports {
	for {
		p := 20_000 + rand.IntN(10_000)
		free := true
		for i := range 6 {
			l, err := net.Listen("tcp", home.Loopback(p+i))
			if err != nil {
				free = false
				break
			}
			_ = l.Close()
		}
		if free {
			return node.Ports{P2P: p, RPC: p + 1, REST: p + 2, GRPC: p + 3, JSONRPC: p + 4, WS: p + 5}
		}
	}
}
