package app

import (
	"github.com/spf13/cast"

	evmaddress "github.com/cosmos/evm/encoding/address"
	precompiletypes "github.com/cosmos/evm/precompiles/types"
	evmsrvflags "github.com/cosmos/evm/server/flags"
	"github.com/cosmos/evm/x/erc20"
	erc20keeper "github.com/cosmos/evm/x/erc20/keeper"
	erc20types "github.com/cosmos/evm/x/erc20/types"
	erc20v2 "github.com/cosmos/evm/x/erc20/v2"
	feemarketkeeper "github.com/cosmos/evm/x/feemarket/keeper"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
	ibccallbackskeeper "github.com/cosmos/evm/x/ibc/callbacks/keeper"
	evmkeeper "github.com/cosmos/evm/x/vm/keeper"
	evmtypes "github.com/cosmos/evm/x/vm/types"
	ibccallbacks "github.com/cosmos/ibc-go/v11/modules/apps/callbacks"
	"github.com/cosmos/ibc-go/v11/modules/apps/transfer"
	transferkeeper "github.com/cosmos/ibc-go/v11/modules/apps/transfer/keeper"
	ibctransfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	transferv2 "github.com/cosmos/ibc-go/v11/modules/apps/transfer/v2"
	porttypes "github.com/cosmos/ibc-go/v11/modules/core/05-port/types"
	ibcapi "github.com/cosmos/ibc-go/v11/modules/core/api"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"
	ibckeeper "github.com/cosmos/ibc-go/v11/modules/core/keeper"
	ibctm "github.com/cosmos/ibc-go/v11/modules/light-clients/07-tendermint"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// callbackGas is the most gas that a contract called for an IBC packet may use.
const callbackGas = 1_000_000

// newEVMKeepers builds IBC, its transfers and the EVM, which reaches both
// through its precompiles and therefore comes last.
func (a *App) newEVMKeepers(opts servertypes.AppOptions, chainID uint64) {
	gov := authority()
	a.IBCKeeper = ibckeeper.NewKeeper(a.cdc, a.stores.service(ibcexported.StoreKey), a.UpgradeKeeper, gov.String())
	a.TransferKeeper = transferkeeper.NewKeeper(
		a.cdc, evmaddress.NewEvmCodec(sdk.GetConfig().GetBech32AccountAddrPrefix()),
		a.stores.service(ibctransfertypes.StoreKey), a.IBCKeeper.ChannelKeeper, a.MsgServiceRouter(),
		a.AccountKeeper, a.BankKeeper, gov.String())
	a.FeeMarketKeeper = feemarketkeeper.NewKeeper(a.cdc, gov, a.stores.kv[feemarkettypes.StoreKey])
	a.EVMKeeper = evmkeeper.NewKeeper(
		a.cdc, a.stores.kv[evmtypes.StoreKey], a.stores.object[evmtypes.ObjectKey], a.stores.all(), gov,
		a.AccountKeeper, a.BankKeeper, a.StakingKeeper, a.FeeMarketKeeper, &a.ConsensusKeeper, &a.Erc20Keeper,
		chainID, cast.ToString(opts.Get(evmsrvflags.EVMTracer)),
	).WithStaticPrecompiles(precompiletypes.DefaultStaticPrecompiles(
		*a.StakingKeeper, a.DistrKeeper, a.BankKeeper, &a.Erc20Keeper, a.TransferKeeper,
		a.IBCKeeper.ChannelKeeper, a.IBCKeeper.ClientKeeper, a.GovKeeper, a.SlashingKeeper, a.cdc))
	a.newJobKeeper()
	a.registerContracts()
	// Fees are summed in the object store and paid once a block: a send to the
	// fee collector in every transaction would have all of them conflict.
	a.EVMKeeper.EnableVirtualFeeCollection()
	a.Erc20Keeper = erc20keeper.NewKeeper(
		a.stores.kv[erc20types.StoreKey], a.cdc, gov,
		a.AccountKeeper, a.BankKeeper, a.EVMKeeper, a.StakingKeeper, a.TransferKeeper)
}

// newTransferStack puts the ERC-20 conversion and contract callbacks around IBC
// transfers. A received packet passes callbacks, ERC-20 and transfer, in this
// order; a sent one the other way.
func (a *App) newTransferStack() {
	a.CallbackKeeper = ibccallbackskeeper.NewKeeper(a.AccountKeeper, a.EVMKeeper, a.Erc20Keeper)
	callbacks := ibccallbacks.NewIBCMiddleware(a.CallbackKeeper, callbackGas)
	callbacks.SetICS4Wrapper(a.IBCKeeper.ChannelKeeper)
	callbacks.SetUnderlyingApplication(erc20.NewIBCMiddleware(a.Erc20Keeper, transfer.NewIBCModule(a.TransferKeeper)))

	v1 := porttypes.NewRouter()
	v1.AddRoute(ibctransfertypes.ModuleName, callbacks)
	a.IBCKeeper.SetRouter(v1)
	v2 := ibcapi.NewRouter()
	v2.AddRoute(ibctransfertypes.ModuleName, erc20v2.NewIBCMiddleware(transferv2.NewIBCModule(a.TransferKeeper), a.Erc20Keeper))
	a.IBCKeeper.SetRouterV2(v2)

	light := a.lightClient()
	a.IBCKeeper.ClientKeeper.AddRoute(ibctm.ModuleName, &light)
}

// lightClient is how IBC follows other CometBFT chains.
func (a *App) lightClient() ibctm.LightClientModule {
	return ibctm.NewLightClientModule(a.cdc, a.IBCKeeper.ClientKeeper.GetStoreProvider())
}
