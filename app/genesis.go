package app

import (
	"encoding/json"

	erc20types "github.com/cosmos/evm/x/erc20/types"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
	evmtypes "github.com/cosmos/evm/x/vm/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/cosmos/ibc-go/v11/modules/apps/transfer"
	ibctransfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	"cosmossdk.io/math"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/weal-network/weal/types"
)

const (
	// WrappedCoin is the address where the coin is an ERC-20 token.
	WrappedCoin = "0x0000000000000000000000000000000000009325"
	// BlocksPerYear is a year of blocks of one second; inflation counts in it.
	BlocksPerYear = 365 * 24 * 3600
	// BaseFee is the price of gas that an idle chain comes down to, in aweal:
	// 0.01 gwei. It is also the least price, since a base fee that halves without
	// end would become 0 and make spam free, and one that moves while nothing
	// happens makes wallets quote a fee that is wrong in the next block. A plain
	// transfer costs 2.1e-7 WEAL.
	BaseFee = 10_000_000
)

// coins returns n WEAL.
func coins(n int64) sdk.Coins {
	unit := math.NewIntWithDecimal(1, types.Decimals)
	return sdk.NewCoins(sdk.NewCoin(types.BaseDenom, unit.MulRaw(n)))
}

// DefaultGenesis returns the state of a chain without accounts or validators.
func (a *App) DefaultGenesis() map[string]json.RawMessage { return a.basics.DefaultGenesis(a.cdc) }

// basicOverrides are modules whose default genesis is ours, and those whose
// genesis commands need more than their module gives.
func (a *App) basicOverrides() map[string]module.AppModuleBasic {
	over := map[string]module.AppModuleBasic{
		genutiltypes.ModuleName:     genutil.NewAppModuleBasic(genutiltypes.DefaultMessageValidator),
		stakingtypes.ModuleName:     staking.AppModuleBasic{},
		ibctransfertypes.ModuleName: transfer.AppModuleBasic{},
	}
	for name, state := range map[string]proto.Message{
		banktypes.ModuleName:      bankGenesis(),
		minttypes.ModuleName:      mintGenesis(),
		govtypes.ModuleName:       govGenesis(),
		evmtypes.ModuleName:       evmGenesis(),
		feemarkettypes.ModuleName: feeGenesis(),
		erc20types.ModuleName:     erc20Genesis(),
	} {
		over[name] = genesisOf{a.modules.Modules[name].(module.AppModuleBasic), state}
	}
	return over
}

// genesisOf is a module with another default genesis.
type genesisOf struct {
	module.AppModuleBasic
	state proto.Message
}

var _ module.HasGenesisBasics = genesisOf{}

// DefaultGenesis implements module.HasGenesisBasics.
func (g genesisOf) DefaultGenesis(cdc codec.JSONCodec) json.RawMessage {
	return cdc.MustMarshalJSON(g.state)
}

// ValidateGenesis implements module.HasGenesisBasics.
func (g genesisOf) ValidateGenesis(cdc codec.JSONCodec, c client.TxEncodingConfig, bz json.RawMessage) error {
	return g.AppModuleBasic.(module.HasGenesisBasics).ValidateGenesis(cdc, c, bz)
}

// bankGenesis names the coin; the EVM takes its decimals from here.
func bankGenesis() *banktypes.GenesisState {
	s := banktypes.DefaultGenesisState()
	s.DenomMetadata = []banktypes.Metadata{{
		Description: "The coin that uses and fees are paid in",
		DenomUnits: []*banktypes.DenomUnit{
			{Denom: types.BaseDenom, Exponent: 0},
			{Denom: types.DisplayDenom, Exponent: types.Decimals},
		},
		Base: types.BaseDenom, Display: types.DisplayDenom, Name: "Weal", Symbol: types.DisplayDenom,
	}}
	return s
}

func mintGenesis() *minttypes.GenesisState {
	s := minttypes.DefaultGenesisState()
	s.Params.BlocksPerYear = BlocksPerYear
	return s
}

// govGenesis asks deposits in whole coins: the SDK's numbers are for coins of
// six decimals.
func govGenesis() *govv1.GenesisState {
	s := govv1.DefaultGenesisState()
	s.Params.MinDeposit = coins(1_000)
	s.Params.ExpeditedMinDeposit = coins(5_000)
	return s
}

func evmGenesis() *evmtypes.GenesisState {
	s := evmtypes.DefaultGenesisState()
	s.Params.EvmDenom = types.BaseDenom
	s.Params.ActiveStaticPrecompiles = staticPrecompiles()
	s.Preinstalls = preinstalls()
	return s
}

func feeGenesis() *feemarkettypes.GenesisState {
	s := feemarkettypes.DefaultGenesisState()
	s.Params.BaseFee = math.LegacyNewDec(BaseFee)
	s.Params.MinGasPrice = math.LegacyNewDec(BaseFee)
	return s
}

func erc20Genesis() *erc20types.GenesisState {
	s := erc20types.DefaultGenesisState()
	s.TokenPairs = []erc20types.TokenPair{{
		Erc20Address: WrappedCoin, Denom: types.BaseDenom, Enabled: true, ContractOwner: erc20types.OWNER_MODULE,
	}}
	s.NativePrecompiles = []string{WrappedCoin}
	return s
}
