package app

import (
	evmante "github.com/cosmos/evm/ante"
	antetypes "github.com/cosmos/evm/ante/types"

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
	a.SetAnteHandler(assetante.New(a.AssetKeeper, evmante.NewAnteHandler(opts)))
	post, err := posthandler.NewPostHandler(posthandler.HandlerOptions{})
	if err != nil {
		return err
	}
	a.SetPostHandler(post)
	return nil
}
