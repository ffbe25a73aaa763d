package app

import (
	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"
	sdkserver "github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
)

// Options are application options as a plain map.
type Options map[string]any

var _ servertypes.AppOptions = Options{}

// Get implements servertypes.AppOptions.
func (o Options) Get(key string) any { return o[key] }

// Template returns an application without state, mempool or files: its codecs,
// modules and default genesis are what commands and tools need.
func Template() *App {
	return New(log.NewNopLogger(), dbm.NewMemDB(), true, Options{sdkserver.FlagMempoolMaxTxs: -1})
}

// Open builds the application of a node: New with what the node's files and
// flags say about the chain's id, pruning, snapshots, halting and caches. As in
// New, settings that cannot work panic.
func Open(logger log.Logger, db dbm.DB, opts servertypes.AppOptions) *App {
	return New(logger, db, true, opts, sdkserver.DefaultBaseappOptions(opts)...)
}
