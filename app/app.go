package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cast"

	// The tracers register themselves; debug_traceTransaction needs them.
	_ "github.com/ethereum/go-ethereum/eth/tracers/js"
	_ "github.com/ethereum/go-ethereum/eth/tracers/native"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	evmante "github.com/cosmos/evm/ante"
	evmencoding "github.com/cosmos/evm/encoding"
	evmmempool "github.com/cosmos/evm/mempool"
	evmserver "github.com/cosmos/evm/server"
	evmsrvflags "github.com/cosmos/evm/server/flags"

	"cosmossdk.io/log/v2"
	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkmempool "github.com/cosmos/cosmos-sdk/types/mempool"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/version"

	"github.com/weal-network/weal/types"
)

var (
	_ servertypes.Application = (*App)(nil)
	_ evmserver.Application   = (*App)(nil)
)

// App is the chain's ABCI application. Its keepers are exported for tests and
// for invariants; nothing else changes state through them.
type App struct {
	*baseapp.BaseApp
	Keepers

	amino    *codec.LegacyAmino
	cdc      codec.Codec
	registry codectypes.InterfaceRegistry
	txConfig client.TxConfig
	stores   stores

	modules      *module.Manager
	basics       module.BasicManager
	configurator module.Configurator
	mempool      sdkmempool.ExtMempool

	pendingMu sync.RWMutex
	pending   []evmante.PendingTxListener

	opened   int64 // the height that New loaded
	closed   sync.Once
	closeErr error
}

// New builds the application over db. With loadLatest it opens the newest
// committed state; without it the caller loads a height itself. Wiring that
// cannot work panics: it is the same for every start of a binary, so the first
// test finds it.
func New(
	logger log.Logger, db dbm.DB, loadLatest bool,
	opts servertypes.AppOptions, baseOpts ...func(*baseapp.BaseApp),
) *App {
	chainID := cast.ToUint64(opts.Get(evmsrvflags.EVMChainID))
	if chainID == 0 {
		chainID = types.EVMChainID
	}
	enc := evmencoding.MakeConfig(chainID)
	base := baseapp.NewBaseApp(Name, logger, db, enc.TxConfig.TxDecoder(),
		append(baseOpts, baseapp.SetOptimisticExecution())...)
	base.SetVersion(version.Version)
	base.SetInterfaceRegistry(enc.InterfaceRegistry)
	base.SetTxEncoder(enc.TxConfig.TxEncoder())
	// The EVM accounts for gas itself; a block gas meter would serialise the
	// transactions that run in parallel.
	base.SetDisableBlockGasMeter(true)

	a := &App{
		BaseApp: base, stores: newStores(),
		amino: enc.Amino, cdc: enc.Codec, registry: enc.InterfaceRegistry, txConfig: enc.TxConfig,
	}
	must("register streaming", base.RegisterStreamingServices(opts, a.stores.kv))
	a.newKeepers(opts, logger, chainID)
	must("wire modules", a.newModules())
	must("register upgrades", a.registerUpgrades(cast.ToString(opts.Get(flags.FlagHome))))
	a.registerReflection()

	a.MountKVStores(a.stores.kv)
	a.MountObjectStores(a.stores.object)
	a.SetInitChainer(a.initChain)
	a.SetPreBlocker(a.preBlock)
	a.SetBeginBlocker(a.modules.BeginBlock)
	a.SetEndBlocker(a.modules.EndBlock)
	must("set checks", a.setAnte(cast.ToUint64(opts.Get(evmsrvflags.EVMMaxTxGasWanted))))
	must("set mempool", a.setMempool(opts, logger))
	a.setRunner(cast.ToBool(opts.Get(OptSequential)), enc.TxConfig.TxDecoder())
	if loadLatest {
		must("open the newest state", a.LoadLatestVersion())
		a.opened = a.LastBlockHeight()
	}
	return a
}

// must stops a start that cannot work; see New.
func must(what string, err error) {
	if err != nil {
		panic(fmt.Sprintf("%s: %v", what, err))
	}
}

// initChain writes the genesis state at the chain's first height.
func (a *App) initChain(ctx sdk.Context, req *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	var state map[string]json.RawMessage
	if err := json.Unmarshal(req.AppStateBytes, &state); err != nil {
		return nil, fmt.Errorf("read genesis state: %w", err)
	}
	if err := a.UpgradeKeeper.SetModuleVersionMap(ctx, a.modules.GetVersionMap()); err != nil {
		return nil, fmt.Errorf("write module versions: %w", err)
	}
	return a.modules.InitGenesis(ctx, a.cdc, state)
}

func (a *App) preBlock(ctx sdk.Context, _ *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
	return a.modules.PreBlock(ctx)
}

// LoadHeight opens the state of a height that pruning has left.
func (a *App) LoadHeight(height int64) error { return a.LoadVersion(height) }

// Codec returns the codec of the chain's messages.
func (a *App) Codec() codec.Codec { return a.cdc }

// LegacyAmino returns the codec that hardware wallets sign with.
func (a *App) LegacyAmino() *codec.LegacyAmino { return a.amino }

// InterfaceRegistry returns the registry of the messages' interfaces.
func (a *App) InterfaceRegistry() codectypes.InterfaceRegistry { return a.registry }

// TxConfig returns how transactions are encoded and signed.
func (a *App) TxConfig() client.TxConfig { return a.txConfig }

// Basics returns the modules' codecs and default genesis states.
func (a *App) Basics() module.BasicManager { return a.basics }

// GetMempool returns the EVM mempool, or nil if the application has none.
func (a *App) GetMempool() sdkmempool.ExtMempool { return a.mempool }

// RegisterPendingTxListener has f called with the hash of every EVM transaction
// that passes its checks; JSON-RPC subscriptions rest on it.
func (a *App) RegisterPendingTxListener(f func(common.Hash)) {
	a.pendingMu.Lock()
	defer a.pendingMu.Unlock()
	a.pending = append(a.pending, f)
}

func (a *App) onPendingTx(hash common.Hash) {
	a.pendingMu.RLock()
	defer a.pendingMu.RUnlock()
	for _, f := range a.pending {
		f(hash)
	}
}

// Close stops the mempool and closes the databases. Further calls do nothing.
func (a *App) Close() error {
	a.closed.Do(func() {
		var err error
		if m, ok := a.mempool.(*evmmempool.Mempool); ok {
			err = m.Close()
		}
		a.closeErr = errors.Join(err, a.BaseApp.Close())
	})
	return a.closeErr
}
