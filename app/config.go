package app

import (
	"runtime/debug"

	"github.com/cosmos/evm/crypto/hd"
	"github.com/cosmos/evm/utils"
	"github.com/cosmos/evm/x/vm"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/version"

	"github.com/weal-network/weal/types"
)

const (
	// Name is the application's name in its handshake with CometBFT.
	Name = "weal"
	// BlockGas is the gas limit of a block.
	BlockGas = types.BlockGas
	// OptSequential is the application option (bool) that runs a block's
	// transactions one after the other instead of in parallel.
	OptSequential = "weal.sequential"
)

// The engine keeps these in globals, and the SDK caches the text of every
// address it has written once; both must be right before anything else runs,
// hence an init. It also makes a second application in one process possible:
// the engine accepts a new chain configuration only over its default chain id,
// and new opcode activators only once.
func init() {
	c := sdk.GetConfig()
	acc, val, cons := types.Bech32Prefix, types.Bech32Prefix+"valoper", types.Bech32Prefix+"valcons"
	c.SetBech32PrefixForAccount(acc, acc+"pub")
	c.SetBech32PrefixForValidator(val, val+"pub")
	c.SetBech32PrefixForConsensusNode(cons, cons+"pub")
	c.SetCoinType(types.CoinType)
	c.SetPurpose(sdk.Purpose)
	c.SetFullFundraiserPath(hd.BIP44HDPath) //nolint:staticcheck // the keyring's ledger support still reads it

	version.Name, version.AppName = Name, Name
	if info, ok := debug.ReadBuildInfo(); ok && version.Version == "" {
		version.Version = info.Main.Version
	}
	sdk.DefaultBondDenom = types.BaseDenom
	sdk.DefaultPowerReduction = utils.AttoPowerReduction

	evmtypes.DefaultEVMChainID = types.EVMChainID
	evmtypes.DefaultEVMDenom = types.BaseDenom
	evmtypes.DefaultEVMExtendedDenom = types.BaseDenom
	evmtypes.DefaultEVMDisplayDenom = types.DisplayDenom
	evmtypes.DefaultEVMDecimals = types.Decimals
	vm.SetGlobalConfigVariables(evmtypes.EvmCoinInfo{
		Denom:         types.BaseDenom,
		ExtendedDenom: types.BaseDenom,
		DisplayDenom:  types.DisplayDenom,
		Decimals:      types.Decimals,
	})
	evmtypes.DefaultCosmosEVMActivators = nil
}
