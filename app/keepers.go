package app

import (
	"slices"

	"github.com/spf13/cast"

	evmaddress "github.com/cosmos/evm/encoding/address"
	erc20keeper "github.com/cosmos/evm/x/erc20/keeper"
	feemarketkeeper "github.com/cosmos/evm/x/feemarket/keeper"
	ibccallbackskeeper "github.com/cosmos/evm/x/ibc/callbacks/keeper"
	evmkeeper "github.com/cosmos/evm/x/vm/keeper"
	transferkeeper "github.com/cosmos/ibc-go/v11/modules/apps/transfer/keeper"
	ibckeeper "github.com/cosmos/ibc-go/v11/modules/core/keeper"

	"cosmossdk.io/log/v2"
	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/runtime"
	sdkserver "github.com/cosmos/cosmos-sdk/server"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	signingtypes "github.com/cosmos/cosmos-sdk/types/tx/signing"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	txmodule "github.com/cosmos/cosmos-sdk/x/auth/tx/config"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	authzkeeper "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensuskeeper "github.com/cosmos/cosmos-sdk/x/consensus/keeper"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distrkeeper "github.com/cosmos/cosmos-sdk/x/distribution/keeper"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	evidencekeeper "github.com/cosmos/cosmos-sdk/x/evidence/keeper"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	feegrantkeeper "github.com/cosmos/cosmos-sdk/x/feegrant/keeper"
	govkeeper "github.com/cosmos/cosmos-sdk/x/gov/keeper"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	mintkeeper "github.com/cosmos/cosmos-sdk/x/mint/keeper"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	slashingkeeper "github.com/cosmos/cosmos-sdk/x/slashing/keeper"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingkeeper "github.com/cosmos/cosmos-sdk/x/staking/keeper"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	upgradekeeper "github.com/cosmos/cosmos-sdk/x/upgrade/keeper"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	"github.com/weal-network/weal/x/asset/contribution"
	"github.com/weal-network/weal/x/asset/council"
	assetkeeper "github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/market"
	assettypes "github.com/weal-network/weal/x/asset/types"
	jobkeeper "github.com/weal-network/weal/x/job/keeper"
	tabkeeper "github.com/weal-network/weal/x/tab/keeper"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// Keepers are the modules' ways to the state.
type Keepers struct {
	AccountKeeper   authkeeper.AccountKeeper
	BankKeeper      bankkeeper.Keeper
	StakingKeeper   *stakingkeeper.Keeper
	SlashingKeeper  slashingkeeper.Keeper
	MintKeeper      mintkeeper.Keeper
	DistrKeeper     distrkeeper.Keeper
	GovKeeper       govkeeper.Keeper
	UpgradeKeeper   *upgradekeeper.Keeper
	AuthzKeeper     authzkeeper.Keeper
	EvidenceKeeper  evidencekeeper.Keeper
	FeeGrantKeeper  feegrantkeeper.Keeper
	ConsensusKeeper consensuskeeper.Keeper

	IBCKeeper      *ibckeeper.Keeper
	TransferKeeper *transferkeeper.Keeper
	CallbackKeeper ibccallbackskeeper.ContractKeeper

	FeeMarketKeeper feemarketkeeper.Keeper
	EVMKeeper       *evmkeeper.Keeper
	Erc20Keeper     erc20keeper.Keeper

	AssetKeeper        assetkeeper.Keeper
	MarketKeeper       market.Keeper
	CouncilKeeper      council.Keeper
	ContributionKeeper contribution.Keeper
	TabKeeper          tabkeeper.Keeper
	JobKeeper          jobkeeper.Keeper
}

// authority is the account in whose name the chain changes its own parameters:
// the governance module's.
func authority() sdk.AccAddress { return authtypes.NewModuleAddress(govtypes.ModuleName) }

// newKeepers builds every keeper. The order matters: each takes those before it.
func (a *App) newKeepers(opts servertypes.AppOptions, logger log.Logger, evmChainID uint64) {
	a.newBaseKeepers(logger)
	a.newStakeKeepers()
	a.newRuleKeepers(opts)
	a.newMarketKeepers()
	a.newEVMKeepers(opts, evmChainID)
	a.newTransferStack()
}

// newBaseKeepers builds accounts, coins and consensus parameters.
func (a *App) newBaseKeepers(logger log.Logger) {
	prefix := sdk.GetConfig().GetBech32AccountAddrPrefix()
	a.ConsensusKeeper = consensuskeeper.NewKeeper(
		a.cdc, a.stores.service(consensustypes.StoreKey), authority().String(), runtime.EventService{})
	a.SetParamStore(a.ConsensusKeeper.ParamsStore)
	a.AccountKeeper = authkeeper.NewAccountKeeper(
		a.cdc, a.stores.service(authtypes.StoreKey), authtypes.ProtoBaseAccount,
		moduleAccounts(), evmaddress.NewEvmCodec(prefix), prefix, authority().String())
	a.BankKeeper = bankkeeper.NewBaseKeeper(
		a.cdc, a.stores.service(banktypes.StoreKey), a.AccountKeeper,
		blockedAddresses(), authority().String(), logger,
	).WithObjStoreKey(a.stores.object[banktypes.ObjectStoreKey])

	// Hardware wallets show the textual form of what they sign; it needs the
	// coins' names. The first mode is the default, so it comes last.
	modes := slices.Concat(authtx.DefaultSignModes, []signingtypes.SignMode{signingtypes.SignMode_SIGN_MODE_TEXTUAL})
	cfg, err := authtx.NewTxConfigWithOptions(a.cdc, authtx.ConfigOptions{
		EnabledSignModes:           modes,
		TextualCoinMetadataQueryFn: txmodule.NewBankKeeperCoinMetadataQueryFn(a.BankKeeper),
	})
	must("enable textual signing", err)
	a.txConfig = cfg
}

// newStakeKeepers builds what pays and punishes validators.
func (a *App) newStakeKeepers() {
	cfg, gov := sdk.GetConfig(), authority().String()
	a.StakingKeeper = stakingkeeper.NewKeeper(
		a.cdc, a.stores.service(stakingtypes.StoreKey), a.AccountKeeper, a.BankKeeper, gov,
		evmaddress.NewEvmCodec(cfg.GetBech32ValidatorAddrPrefix()),
		evmaddress.NewEvmCodec(cfg.GetBech32ConsensusAddrPrefix()))
	a.MintKeeper = mintkeeper.NewKeeper(
		a.cdc, a.stores.service(minttypes.StoreKey), a.StakingKeeper, a.AccountKeeper, a.BankKeeper,
		authtypes.FeeCollectorName, gov)
	a.DistrKeeper = distrkeeper.NewKeeper(
		a.cdc, a.stores.service(distrtypes.StoreKey), a.AccountKeeper, a.BankKeeper, a.StakingKeeper,
		authtypes.FeeCollectorName, gov)
	a.SlashingKeeper = slashingkeeper.NewKeeper(
		a.cdc, a.amino, a.stores.service(slashingtypes.StoreKey), a.StakingKeeper, gov)
	a.StakingKeeper.SetHooks(stakingtypes.NewMultiStakingHooks(a.DistrKeeper.Hooks(), a.SlashingKeeper.Hooks()))
	a.EvidenceKeeper = *evidencekeeper.NewKeeper(
		a.cdc, a.stores.service(evidencetypes.StoreKey), a.StakingKeeper, a.SlashingKeeper,
		a.AccountKeeper.AddressCodec(), runtime.ProvideCometInfoService())
}

// newRuleKeepers builds who may act for whom, votes and upgrades.
func (a *App) newRuleKeepers(opts servertypes.AppOptions) {
	gov := authority().String()
	a.FeeGrantKeeper = feegrantkeeper.NewKeeper(a.cdc, a.stores.service(feegrant.StoreKey), a.AccountKeeper)
	a.AuthzKeeper = authzkeeper.NewKeeper(
		a.stores.service(authzkeeper.StoreKey), a.cdc, a.MsgServiceRouter(), a.AccountKeeper)

	skip := map[int64]bool{}
	for _, h := range cast.ToIntSlice(opts.Get(sdkserver.FlagUnsafeSkipUpgrades)) {
		skip[int64(h)] = true
	}
	a.UpgradeKeeper = upgradekeeper.NewKeeper(
		skip, a.stores.service(upgradetypes.StoreKey), a.cdc,
		cast.ToString(opts.Get(flags.FlagHome)), a.BaseApp, gov)
	a.GovKeeper = *govkeeper.NewKeeper(
		a.cdc, a.stores.service(govtypes.StoreKey), a.AccountKeeper, a.BankKeeper, a.DistrKeeper,
		a.MsgServiceRouter(), govtypes.DefaultConfig(), gov,
		govkeeper.NewDefaultCalculateVoteResultsAndVotingPower(a.StakingKeeper))
}

// newMarketKeepers builds what is owned and what pays for its use. Tabs credit
// assets; assets know nothing of tabs.
func (a *App) newMarketKeepers() {
	codec, gov := a.AccountKeeper.AddressCodec(), authority().String()
	store := a.stores.service(assettypes.StoreKey)
	snapshots := council.NewSnapshots(a.cdc, store)
	a.AssetKeeper = assetkeeper.NewKeeper(a.cdc, store, codec, a.AccountKeeper, a.BankKeeper, gov,
		snapshots, market.NewWatch(a.cdc, store))
	a.MarketKeeper = market.NewKeeper(a.cdc, store, a.AssetKeeper, a.BankKeeper)
	a.CouncilKeeper = council.NewKeeper(a.cdc, store, snapshots, a.AssetKeeper)
	a.ContributionKeeper = contribution.NewKeeper(a.cdc, store, a.AssetKeeper, a.BankKeeper)
	a.TabKeeper = tabkeeper.NewKeeper(
		a.cdc, a.stores.service(tabtypes.StoreKey), codec, a.BankKeeper, a.AssetKeeper, gov)
}
