package app

import (
	goruntime "runtime"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	vmrunner "github.com/cosmos/evm/x/vm/runner"

	"cosmossdk.io/log/v2"
	"github.com/cosmos/cosmos-sdk/baseapp/txnrunner"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// setRunner sets what runs a block's transactions: Block-STM, which runs them in
// parallel and again where they conflict, or one after the other. Both give the
// same state; only the inner runner differs, so that a test can compare them.
func (a *App) setRunner(sequential bool, decode sdk.TxDecoder) {
	if sequential {
		vmrunner.SetRunner(a.BaseApp, txnrunner.NewDefaultRunner(decode))
		return
	}
	workers := min(goruntime.GOMAXPROCS(0), goruntime.NumCPU())
	vmrunner.SetRunner(a.BaseApp, txnrunner.NewSTMRunner(decode, a.stores.all(), workers, true,
		func(ms storetypes.MultiStore) string {
			ctx := sdk.NewContext(ms, cmtproto.Header{}, false, log.NewNopLogger())
			return a.EVMKeeper.GetParams(ctx).EvmDenom
		}))
}
