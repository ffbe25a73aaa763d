package node

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	evmconfig "github.com/cosmos/evm/server/config"
	"github.com/spf13/viper"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdkserver "github.com/cosmos/cosmos-sdk/server"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	pruningtypes "github.com/cosmos/cosmos-sdk/store/v2/pruning/types"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"

	"github.com/weal-network/weal/types"
)

// How much of the past a node keeps unless its files say otherwise. An idle
// chain writes a block each second for ever, so a node that keeps everything
// fills a disk with nothing.
const (
	// keepStates is how many heights can be queried as they were.
	keepStates = 100
	// keepBlocks is how many blocks, with their results, can be looked up: a day.
	keepBlocks = 86_400
	// iavlCache is how many nodes of the state trees stay in memory.
	iavlCache = 10_000
)

// AppTemplate is the text that app.toml is written from.
const AppTemplate = serverconfig.DefaultConfigTemplate + evmconfig.DefaultEVMConfigTemplate

// AppSettings is what app.toml holds.
type AppSettings struct {
	serverconfig.Config `mapstructure:",squash"`

	EVM     evmconfig.EVMConfig     `mapstructure:"evm"`
	JSONRPC evmconfig.JSONRPCConfig `mapstructure:"json-rpc"`
	TLS     evmconfig.TLSConfig     `mapstructure:"tls"`
}

// DefaultAppSettings are what a new node's app.toml says.
func DefaultAppSettings() AppSettings {
	s := AppSettings{
		Config: *serverconfig.DefaultConfig(), EVM: *evmconfig.DefaultEVMConfig(),
		JSONRPC: *evmconfig.DefaultJSONRPCConfig(), TLS: *evmconfig.DefaultTLSConfig(),
	}
	// The chain sets the least price itself (app.BaseFee).
	s.MinGasPrices = "0" + types.BaseDenom
	s.Pruning = pruningtypes.PruningOptionCustom
	s.PruningKeepRecent = fmt.Sprint(keepStates)
	s.PruningInterval = "10"
	s.MinRetainBlocks = keepBlocks
	s.IAVLCacheSize = iavlCache
	// Every block mints and distributes; an index of those events would outgrow
	// the chain. Transactions are found by hash and height without any of these.
	s.IndexEvents = []string{"ethereum_tx.ethereumTxHash", "tx.fee_payer", "message.action"}
	s.API.Enable = true
	s.GRPCWeb.Enable = false
	s.Mempool.MaxTxs = 0 // no limit of its own; a negative number would turn the mempool off
	s.EVM.EVMChainID = types.EVMChainID
	s.JSONRPC.Enable = true
	s.JSONRPC.GasCap = types.BlockGas // whatever fits a block can be estimated
	s.JSONRPC.API = []string{"eth", "net", "web3", "txpool", "debug"}
	return s
}

// DefaultCometSettings are what a new node's config.toml says.
func DefaultCometSettings() *cmtcfg.Config {
	c := cmtcfg.DefaultConfig()
	// The application holds the mempool; CometBFT relays.
	c.Mempool.Type = cmtcfg.MempoolTypeApp
	c.Consensus.TimeoutPropose = time.Second
	c.Consensus.TimeoutCommit = time.Second
	c.RPC.PprofListenAddress = ""
	c.Instrumentation.PrometheusListenAddr = "127.0.0.1:26660" // off until the owner turns it on
	return c
}

// EnsureSettings writes config.toml and app.toml with the default settings into a
// home that lacks them.
func EnsureSettings(home string) error {
	cfg := Config{Home: home}
	if err := os.MkdirAll(cfg.file("config"), 0o700); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	for _, f := range []struct {
		name  string
		write func(path string)
	}{
		{"config.toml", func(path string) { cmtcfg.WriteConfigFile(path, DefaultCometSettings()) }},
		{"app.toml", func(path string) { writeAppSettings(path, DefaultAppSettings()) }},
	} {
		if _, err := os.Stat(cfg.file("config", f.name)); errors.Is(err, fs.ErrNotExist) {
			f.write(cfg.file("config", f.name))
		}
	}
	return nil
}

func writeAppSettings(path string, s AppSettings) {
	serverconfig.SetConfigTemplate(AppTemplate)
	serverconfig.WriteConfigFile(path, s)
}

// localSettings are the default settings with the ports and the pace of a chain
// on one machine.
func localSettings(cfg Config) (*cmtcfg.Config, AppSettings) {
	comet, app := DefaultCometSettings(), DefaultAppSettings()
	comet.SetRoot(cfg.Home)
	comet.Moniker = "local"
	comet.Consensus.TimeoutCommit = cfg.BlockTime
	comet.P2P.AddrBookStrict = false
	comet.P2P.PexReactor = false
	cfg.place(comet, &app)
	return comet, app
}

// place sets the addresses that a node listens on.
func (c Config) place(comet *cmtcfg.Config, app *AppSettings) {
	comet.P2P.ListenAddress = "tcp://" + c.addr(c.Ports.P2P)
	comet.RPC.ListenAddress = "tcp://" + c.addr(c.Ports.RPC)
	app.API.Address = "tcp://" + c.addr(c.Ports.REST)
	app.GRPC.Address = c.addr(c.Ports.GRPC)
	app.JSONRPC.Address = c.addr(c.Ports.JSONRPC)
	app.JSONRPC.WsAddress = c.addr(c.Ports.WS)
}

// writeSettings writes config.toml, app.toml and client.toml.
func writeSettings(cfg Config, comet *cmtcfg.Config, app AppSettings) error {
	cmtcfg.WriteConfigFile(cfg.file("config", "config.toml"), comet)
	writeAppSettings(cfg.file("config", "app.toml"), app)
	client := fmt.Sprintf(clientTemplate, cfg.ChainID, comet.RPC.ListenAddress)
	if err := os.WriteFile(cfg.file("config", "client.toml"), []byte(client), 0o600); err != nil {
		return fmt.Errorf("write client.toml: %w", err)
	}
	return nil
}

// clientTemplate is client.toml: what the chain's own commands assume.
const clientTemplate = `chain-id = %q
keyring-backend = "os"
output = "text"
node = %q
broadcast-mode = "sync"
`

// readSettings reads a home's config.toml and app.toml, and puts cfg's ports
// over theirs.
func readSettings(cfg Config) (*viper.Viper, *cmtcfg.Config, error) {
	genesis, err := readGenesis(cfg.Home)
	if err != nil {
		return nil, nil, err
	}
	if genesis.ChainID != cfg.ChainID {
		return nil, nil, fmt.Errorf("open chain in %s: %w: %s, not %s; choose another home",
			cfg.Home, ErrOtherChain, genesis.ChainID, cfg.ChainID)
	}
	v := viper.New()
	v.Set(flags.FlagHome, cfg.Home)
	v.SetConfigType("toml")
	for _, name := range []string{"config.toml", "app.toml"} {
		v.SetConfigFile(cfg.file("config", name))
		if err := v.MergeInConfig(); err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", name, err)
		}
	}
	p := cfg.Ports
	for key, value := range map[string]string{
		"p2p.laddr": "tcp://" + cfg.addr(p.P2P), "rpc.laddr": "tcp://" + cfg.addr(p.RPC),
		"api.address": "tcp://" + cfg.addr(p.REST), "grpc.address": cfg.addr(p.GRPC),
		"json-rpc.address": cfg.addr(p.JSONRPC), "json-rpc.ws-address": cfg.addr(p.WS),
	} {
		v.Set(key, value)
	}
	comet := cmtcfg.DefaultConfig()
	if err := v.Unmarshal(comet); err != nil {
		return nil, nil, fmt.Errorf("read config.toml: %w", err)
	}
	comet.SetRoot(cfg.Home)
	return v, comet, nil
}

// checkSettings reads app.toml's part of the settings and checks both parts.
func checkSettings(v *viper.Viper, comet *cmtcfg.Config) (*evmconfig.Config, error) {
	app, err := evmconfig.GetConfig(v)
	if err == nil {
		err = app.ValidateBasic()
	}
	if err == nil {
		err = comet.ValidateBasic()
	}
	if err == nil {
		err = evmconfig.ValidateCrossConfig(comet, &app)
	}
	if err == nil {
		_, err = sdkserver.GetPruningOptionsFromFlags(v) // the application panics on wrong ones
	}
	if err != nil {
		return nil, fmt.Errorf("read settings in %s/config: %w", comet.RootDir, err)
	}
	return &app, nil
}

// readGenesis reads a home's genesis file.
func readGenesis(home string) (*genutiltypes.AppGenesis, error) {
	g, err := genutiltypes.AppGenesisFromFile(filepath.Join(home, "config", "genesis.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open chain in %s: %w", home, ErrNoChain)
	}
	if err != nil {
		return nil, fmt.Errorf("open chain in %s: read genesis: %w", home, err)
	}
	return g, nil
}
