package node

import (
	"context"
	"errors"
	"fmt"
	"os"

	cmtcfg "github.com/cometbft/cometbft/config"
	cmtnode "github.com/cometbft/cometbft/node"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"
	"github.com/cometbft/cometbft/proxy"
	cmtlocal "github.com/cometbft/cometbft/rpc/client/local"
	"github.com/cosmos/evm/crypto/hd"
	evmmempool "github.com/cosmos/evm/mempool"
	evmserver "github.com/cosmos/evm/server"
	evmconfig "github.com/cosmos/evm/server/config"
	"github.com/spf13/viper"

	"cosmossdk.io/log/v2"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	sdkserver "github.com/cosmos/cosmos-sdk/server"
	servercmtlog "github.com/cosmos/cosmos-sdk/server/log"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/weal-network/weal/app"
)

// Start runs the chain in cfg.Home and returns when all its ports listen. The
// first block after a start follows within about one block time. If ctx ends,
// the node stops.
func Start(ctx context.Context, cfg Config) (*Node, error) {
	cfg = cfg.withDefaults()
	v, comet, err := readSettings(cfg)
	if err != nil {
		return nil, err
	}
	return run(ctx, v, comet, logger{log: cfg.Log}, cfg.Metrics)
}

// Run is Start with settings that the caller has read: v holds what app.toml and
// flags say, comet what config.toml does.
func Run(ctx context.Context, v *viper.Viper, comet *cmtcfg.Config, log log.Logger) (*Node, error) {
	return run(ctx, v, comet, log, false)
}

func run(ctx context.Context, v *viper.Viper, comet *cmtcfg.Config, log log.Logger, counts bool) (*Node, error) {
	settings, err := checkSettings(v, comet)
	if err != nil {
		return nil, err
	}
	genesis, err := readGenesis(comet.RootDir)
	if err != nil {
		return nil, err
	}
	n := &Node{
		home: comet.RootDir, chainID: genesis.ChainID, log: log, counts: counts,
		done: make(chan struct{}), changed: make(chan struct{}), ready: make(chan struct{}),
	}
	if err := n.start(v, comet, settings); err != nil {
		return nil, errors.Join(err, n.Stop())
	}
	context.AfterFunc(ctx, func() {
		if err := n.Stop(); err != nil {
			log.Error("node did not stop cleanly", "error", err)
		}
	})
	return n, nil
}

// start brings everything up, the listeners first: a port in use is found before
// any file is changed, and consensus last: the first block has its audience.
func (n *Node) start(v *viper.Viper, comet *cmtcfg.Config, settings *evmconfig.Config) error {
	if err := n.listen(comet, settings); err != nil {
		return err
	}
	if err := n.openApp(v); err != nil {
		return err
	}
	if err := n.newComet(comet); err != nil {
		return err
	}
	c := n.clientContext()
	n.app.RegisterTxService(c)
	n.app.RegisterTendermintService(c)
	n.app.RegisterNodeService(c, settings.Config)
	n.connectMempool(c)
	c, err := n.serveGRPC(c, settings)
	if err != nil {
		return err
	}
	n.serveREST(c, settings)
	if err := n.serveJSONRPC(sdkserver.NewContext(v, comet, n.log), c, settings); err != nil {
		return err
	}
	if err := n.watch(); err != nil {
		return err
	}
	if err := n.comet.Start(); err != nil {
		return fmt.Errorf("start consensus: %w", err)
	}
	return nil
}

// connectMempool tells the mempool of blocks as they come, and of the state that
// was opened: it takes no transactions before it knows one.
func (n *Node) connectMempool(c client.Context) {
	pool, ok := n.app.GetMempool().(*evmmempool.Mempool)
	if !ok {
		close(n.ready)
		return
	}
	pool.SetEventBus(n.comet.EventBus())
	pool.SetClientCtx(c)
	n.pool = pool
	if n.app.LastBlockHeight() > 0 {
		n.app.WakeMempool()
		close(n.ready)
	}
}

// openApp opens the application over its database. An application that cannot
// read its state panics while it is built; here that is most likely a state that
// another version wrote.
func (n *Node) openApp(v *viper.Viper) (err error) {
	db, err := OpenState(n.home)
	if err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			err = errors.Join(fmt.Errorf("open chain in %s: %v; was it made by another version of weal?", n.home, r), db.Close())
		}
	}()
	n.app = app.Open(n.log, db, v)
	return nil
}

// newComet connects consensus to the application and replays what the
// application has not committed.
func (n *Node) newComet(comet *cmtcfg.Config) error {
	key, err := p2p.LoadNodeKey(comet.NodeKeyFile())
	if err != nil {
		return fmt.Errorf("read node key: %w", err)
	}
	// CometBFT ends the process if it cannot read these.
	for _, f := range []string{comet.PrivValidatorKeyFile(), comet.PrivValidatorStateFile()} {
		if _, err := os.Stat(f); err != nil {
			return fmt.Errorf("read validator key: %w", err)
		}
	}
	n.comet, err = cmtnode.NewNode(comet,
		privval.LoadFilePV(comet.PrivValidatorKeyFile(), comet.PrivValidatorStateFile()), key,
		proxy.NewLocalClientCreator(sdkserver.NewCometABCIWrapper(n.app)),
		evmserver.GenDocProvider(comet), n.dbs.provide,
		metrics(comet.Instrumentation, n.counts),
		servercmtlog.CometLoggerWrapper{Logger: n.log})
	if err != nil {
		return fmt.Errorf("connect consensus: %w", err)
	}
	return nil
}

// clientContext is how the node's own servers reach the chain. Its keyring is
// empty: a node holds nobody's keys.
func (n *Node) clientContext() client.Context {
	return client.Context{}.
		WithCodec(n.app.Codec()).
		WithInterfaceRegistry(n.app.InterfaceRegistry()).
		WithTxConfig(n.app.TxConfig()).
		WithLegacyAmino(n.app.LegacyAmino()).
		WithAccountRetriever(authtypes.AccountRetriever{}).
		WithKeyring(keyring.NewInMemory(n.app.Codec(), hd.EthSecp256k1Option())).
		WithHomeDir(n.home).
		WithChainID(n.chainID).
		WithClient(cmtlocal.New(n.comet))
}
