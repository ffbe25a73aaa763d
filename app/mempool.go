package app

import (
	evmmempool "github.com/cosmos/evm/mempool"
	evmserver "github.com/cosmos/evm/server"

	"cosmossdk.io/log/v2"
	"github.com/cosmos/cosmos-sdk/baseapp"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// setMempool gives the application the EVM's mempool, with its queues for
// nonces to come, unless mempool.max-txs is negative. CometBFT must then be set
// to mempool.type "app": it only relays what the application hands it.
func (a *App) setMempool(opts servertypes.AppOptions, logger log.Logger) error {
	most := evmserver.GetCosmosPoolMaxTx(opts, logger)
	if most < 0 {
		return nil
	}
	cfg := evmserver.ResolveMempoolConfig(a.AnteHandler(), opts, logger)
	if err := evmserver.ValidateReapBounds(opts, cfg.BlockGasLimit); err != nil {
		return err
	}
	enc := evmmempool.NewTxEncoder(a.txConfig)
	pool := evmmempool.NewMempool(
		a.poolContext, logger, a.EVMKeeper, a.FeeMarketKeeper, a.txConfig,
		evmmempool.NewTxRechecker(cfg.AnteHandler, enc), evmmempool.NewTxRechecker(cfg.AnteHandler, enc),
		cfg, most)
	a.mempool = pool
	a.SetMempool(pool)
	a.SetPrepareProposal(baseapp.NewDefaultProposalHandler(pool, checkedTxs{a.BaseApp}).PrepareProposalHandler())
	a.SetInsertTxHandler(pool.NewInsertTxHandler(a.TxDecode))
	a.SetReapTxsHandler(pool.NewReapTxsHandler())
	a.SetCheckTxHandler(pool.NewCheckTxHandler(a.TxDecode, evmserver.GetMempoolCheckTxTimeout(opts, logger)))
	a.SetPrepareCheckStater(func(sdk.Context) {
		// With CometBFT in the process the pool hears of blocks from its event bus.
		if !pool.HasEventBus() {
			pool.NotifyNewBlock()
		}
	})
	return nil
}

// WakeMempool tells the pool of the state that was opened. Without it the pool of
// a restarted node believes in a chain without blocks, in which there is no gas,
// and refuses every transaction until the second block.
func (a *App) WakeMempool() {
	pool, ok := a.mempool.(*evmmempool.Mempool)
	if !ok || a.LastBlockHeight() == 0 {
		return
	}
	pool.NotifyNewBlock() // gives the pool a first header to count from
	pool.NotifyNewBlock() // and this one the state
}

// checkedTxs encodes the transactions that the pool chose for a proposal, and
// does not run their checks once more: the pool offers only what passed them at
// the last committed height.
type checkedTxs struct{ *baseapp.BaseApp }

var _ baseapp.ProposalTxVerifier = checkedTxs{}

// PrepareProposalVerifyTx implements baseapp.ProposalTxVerifier.
func (c checkedTxs) PrepareProposalVerifyTx(tx sdk.Tx) ([]byte, error) { return c.TxEncode(tx) }
