package app

import (
	"errors"

	evmante "github.com/cosmos/evm/ante"
	antetypes "github.com/cosmos/evm/ante/types"

	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/x/auth/posthandler"

	assetante "github.com/weal-network/weal/x/asset/ante"
)

// setAnte sets what is checked of a transaction before it runs: signature,
// nonce, fee and, for EVM transactions, the sender's balance. A claim of earnings
// may pay its fee from what it claims.
func (a *App) setAnte(maxGasWanted uint64) error {
	opts := evmante.HandlerOptions{
		Cdc:                    a.cdc,
		AccountKeeper:          a.AccountKeeper,
		BankKeeper:             a.BankKeeper,
		EvmKeeper:              a.EVMKeeper,
		FeegrantKeeper:         a.FeeGrantKeeper,
		IBCKeeper:              a.IBCKeeper,
		FeeMarketKeeper:        a.FeeMarketKeeper,
		ExtensionOptionChecker: antetypes.HasDynamicFeeExtensionOption,
		SignModeHandler:        a.txConfig.SignModeHandler(),
		SigGasConsumer:         evmante.SigVerificationGasConsumer,
		MaxTxGasWanted:         maxGasWanted,
		DynamicFeeChecker:      true,
		PendingTxListener:      a.onPendingTx,
	}
	if err := opts.Validate(); err != nil {
		return err
	}
	a.SetAnteHandler(assetante.New(a.AssetKeeper,
		assetante.Contributions(a.ContributionKeeper, a.freeAtGenesis(evmante.NewAnteHandler(opts)))))
	post, err := posthandler.NewPostHandler(posthandler.HandlerOptions{})
	if err != nil {
		return err
	}
	a.SetPostHandler(post)
	return nil
}

// freeAtGenesis lets the transactions of a genesis pass without a fee: whoever
// writes a genesis writes the balances too, and nobody could be paid.
func (a *App) freeAtGenesis(next sdk.AnteHandler) sdk.AnteHandler {
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		if ctx.BlockHeight() != 0 {
			return next(ctx, tx, simulate)
		}
		params := a.FeeMarketKeeper.GetParams(ctx)
		free := params
		free.NoBaseFee, free.MinGasPrice = true, math.LegacyZeroDec()
		if err := a.FeeMarketKeeper.SetParams(ctx, free); err != nil {
			return ctx, err
		}
		after, err := next(ctx, tx, simulate)
		return after, errors.Join(err, a.FeeMarketKeeper.SetParams(ctx, params))
	}
}
