package app

import (
	"fmt"
	"slices"

	"github.com/cosmos/evm/x/erc20"
	erc20types "github.com/cosmos/evm/x/erc20/types"
	"github.com/cosmos/evm/x/feemarket"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
	"github.com/cosmos/evm/x/vm"
	evmtypes "github.com/cosmos/evm/x/vm/types"
	"github.com/cosmos/ibc-go/v11/modules/apps/transfer"
	ibctransfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	ibc "github.com/cosmos/ibc-go/v11/modules/core"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"
	ibctm "github.com/cosmos/ibc-go/v11/modules/light-clients/07-tendermint"

	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/x/auth"
	authsims "github.com/cosmos/cosmos-sdk/x/auth/simulation"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/auth/vesting"
	vestingtypes "github.com/cosmos/cosmos-sdk/x/auth/vesting/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	authzmodule "github.com/cosmos/cosmos-sdk/x/authz/module"
	"github.com/cosmos/cosmos-sdk/x/bank"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/consensus"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distr "github.com/cosmos/cosmos-sdk/x/distribution"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	"github.com/cosmos/cosmos-sdk/x/evidence"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantmodule "github.com/cosmos/cosmos-sdk/x/feegrant/module"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	"github.com/cosmos/cosmos-sdk/x/gov"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	"github.com/cosmos/cosmos-sdk/x/mint"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	"github.com/cosmos/cosmos-sdk/x/slashing"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	"github.com/cosmos/cosmos-sdk/x/upgrade"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/weal-network/weal/x/asset"
	assettypes "github.com/weal-network/weal/x/asset/types"
	"github.com/weal-network/weal/x/job"
	jobtypes "github.com/weal-network/weal/x/job/types"
	"github.com/weal-network/weal/x/tab"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// newModules registers every module's services and sets the orders in which
// they act in a block.
func (a *App) newModules() error {
	a.modules = module.NewManager(slices.Concat(a.stockModules(), a.evmModules(), a.ownModules())...)
	a.basics = module.NewBasicManagerFromManager(a.modules, a.basicOverrides())
	a.basics.RegisterLegacyAminoCodec(a.amino)
	a.basics.RegisterInterfaces(a.registry)

	a.modules.SetOrderPreBlockers(upgradetypes.ModuleName, authtypes.ModuleName, evmtypes.ModuleName)
	a.modules.SetOrderBeginBlockers(beginOrder()...)
	a.modules.SetOrderEndBlockers(endOrder()...)
	a.modules.SetOrderInitGenesis(genesisOrder()...)
	a.modules.SetOrderExportGenesis(genesisOrder()...)

	a.configurator = module.NewConfigurator(a.cdc, a.MsgServiceRouter(), a.GRPCQueryRouter())
	if err := a.modules.RegisterServices(a.configurator); err != nil {
		return fmt.Errorf("register services: %w", err)
	}
	return nil
}

// stockModules are the SDK's and IBC's.
func (a *App) stockModules() []module.AppModule {
	return []module.AppModule{
		genutil.NewAppModule(a.AccountKeeper, a.StakingKeeper, a, a.txConfig),
		auth.NewAppModule(a.cdc, a.AccountKeeper, authsims.RandomGenesisAccounts, nil),
		bank.NewAppModule(a.cdc, a.BankKeeper, a.AccountKeeper, nil),
		feegrantmodule.NewAppModule(a.cdc, a.AccountKeeper, a.BankKeeper, a.FeeGrantKeeper, a.registry),
		gov.NewAppModule(a.cdc, &a.GovKeeper, a.AccountKeeper, a.BankKeeper, nil),
		mint.NewAppModule(a.cdc, a.MintKeeper, a.AccountKeeper, nil, nil),
		slashing.NewAppModule(a.cdc, a.SlashingKeeper, a.AccountKeeper, a.BankKeeper, a.StakingKeeper, nil, a.registry),
		distr.NewAppModule(a.cdc, a.DistrKeeper, a.AccountKeeper, a.BankKeeper, a.StakingKeeper, nil),
		staking.NewAppModule(a.cdc, a.StakingKeeper, a.AccountKeeper, a.BankKeeper, nil),
		upgrade.NewAppModule(a.UpgradeKeeper, a.AccountKeeper.AddressCodec()),
		evidence.NewAppModule(a.EvidenceKeeper),
		authzmodule.NewAppModule(a.cdc, a.AuthzKeeper, a.AccountKeeper, a.BankKeeper, a.registry),
		consensus.NewAppModule(a.cdc, a.ConsensusKeeper),
		vesting.NewAppModule(a.AccountKeeper, a.BankKeeper),
		ibc.NewAppModule(a.IBCKeeper),
		ibctm.NewAppModule(a.lightClient()),
		transfer.NewAppModule(a.TransferKeeper),
	}
}

// evmModules are the engine's.
func (a *App) evmModules() []module.AppModule {
	return []module.AppModule{
		vm.NewAppModule(a.EVMKeeper, a.AccountKeeper, a.BankKeeper, a.AccountKeeper.AddressCodec()),
		feemarket.NewAppModule(a.FeeMarketKeeper),
		erc20.NewAppModule(a.Erc20Keeper, a.AccountKeeper),
	}
}

// ownModules are Weal's.
func (a *App) ownModules() []module.AppModule {
	return []module.AppModule{
		asset.NewAppModule(a.cdc, a.AssetKeeper, a.MarketKeeper, a.CouncilKeeper, a.ContributionKeeper),
		tab.NewAppModule(a.TabKeeper),
		job.NewAppModule(a.JobKeeper),
	}
}

// beginOrder: new coins before their distribution; rewards before slashing, so
// that no fee of the last block is left; the fee market before the EVM, which
// reads its base fee.
func beginOrder() []string {
	return []string{
		minttypes.ModuleName,
		ibcexported.ModuleName, ibctransfertypes.ModuleName,
		erc20types.ModuleName, feemarkettypes.ModuleName, evmtypes.ModuleName,
		distrtypes.ModuleName, slashingtypes.ModuleName, evidencetypes.ModuleName, stakingtypes.ModuleName,
		authtypes.ModuleName, banktypes.ModuleName, govtypes.ModuleName, genutiltypes.ModuleName,
		authz.ModuleName, feegrant.ModuleName, consensustypes.ModuleName, vestingtypes.ModuleName,
		assettypes.ModuleName, tabtypes.ModuleName, jobtypes.ModuleName,
	}
}

// endOrder: the fee market after everything that uses gas.
func endOrder() []string {
	return []string{
		banktypes.ModuleName, govtypes.ModuleName, stakingtypes.ModuleName, authtypes.ModuleName,
		evmtypes.ModuleName, erc20types.ModuleName, feemarkettypes.ModuleName,
		ibcexported.ModuleName, ibctransfertypes.ModuleName, distrtypes.ModuleName, slashingtypes.ModuleName,
		minttypes.ModuleName, genutiltypes.ModuleName, evidencetypes.ModuleName, authz.ModuleName,
		feegrant.ModuleName, upgradetypes.ModuleName, consensustypes.ModuleName, vestingtypes.ModuleName,
		assettypes.ModuleName, tabtypes.ModuleName, jobtypes.ModuleName,
	}
}

// genesisOrder: accounts and coins before what spends them; genesis transactions
// after staking and after the fee market, whose parameters their checks read;
// tabs and jobs after the assets that they credit.
func genesisOrder() []string {
	return []string{
		authtypes.ModuleName, banktypes.ModuleName, distrtypes.ModuleName, stakingtypes.ModuleName,
		slashingtypes.ModuleName, govtypes.ModuleName, minttypes.ModuleName, ibcexported.ModuleName,
		evmtypes.ModuleName, feemarkettypes.ModuleName, erc20types.ModuleName,
		ibctransfertypes.ModuleName, genutiltypes.ModuleName, evidencetypes.ModuleName, authz.ModuleName,
		feegrant.ModuleName, upgradetypes.ModuleName, vestingtypes.ModuleName,
		ibctm.ModuleName, consensustypes.ModuleName,
		assettypes.ModuleName, tabtypes.ModuleName, jobtypes.ModuleName,
	}
}
