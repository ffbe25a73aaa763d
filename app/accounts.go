package app

import (
	"maps"

	"github.com/ethereum/go-ethereum/common"
	corevm "github.com/ethereum/go-ethereum/core/vm"

	erc20types "github.com/cosmos/evm/x/erc20/types"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
	evmtypes "github.com/cosmos/evm/x/vm/types"
	ibctransfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	contributioncontract "github.com/weal-network/weal/precompile/contribution"
	jobcontract "github.com/weal-network/weal/precompile/job"
	marketcontract "github.com/weal-network/weal/precompile/market"
	"github.com/weal-network/weal/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// moduleAccounts returns the accounts that modules hold, and what each may do.
// The escrow may do nothing: it can neither mint nor burn what it holds. What of
// a bond is burned passes through x/tab's own account.
func moduleAccounts() map[string][]string {
	return map[string][]string{
		authtypes.FeeCollectorName:     nil,
		distrtypes.ModuleName:          nil,
		minttypes.ModuleName:           {authtypes.Minter},
		stakingtypes.BondedPoolName:    {authtypes.Burner, authtypes.Staking},
		stakingtypes.NotBondedPoolName: {authtypes.Burner, authtypes.Staking},
		govtypes.ModuleName:            {authtypes.Burner},
		ibctransfertypes.ModuleName:    {authtypes.Minter, authtypes.Burner},
		evmtypes.ModuleName:            {authtypes.Minter, authtypes.Burner},
		feemarkettypes.ModuleName:      nil,
		erc20types.ModuleName:          {authtypes.Minter, authtypes.Burner},
		types.Escrow:                   nil,
		tabtypes.ModuleName:            {authtypes.Burner},
	}
}

// blockedAddresses returns the accounts that take no coins by a plain transfer:
// coins there would belong to nobody, and in the escrow they would break the
// sum that x/asset and x/tab keep. Those of the market, of jobs and of contributions
// are none: they hold what is offered, locked and deposited, and the EVM writes no
// balance of a blocked account.
func blockedAddresses() map[string]bool {
	blocked := map[string]bool{}
	for name := range maps.Keys(moduleAccounts()) {
		blocked[authtypes.NewModuleAddress(name).String()] = true
	}
	for _, hex := range staticPrecompiles() {
		blocked[sdk.AccAddress(common.HexToAddress(hex).Bytes()).String()] = true
	}
	for _, a := range []common.Address{marketcontract.Address, jobcontract.Address, contributioncontract.Address} {
		delete(blocked, sdk.AccAddress(a.Bytes()).String())
	}
	for _, a := range corevm.PrecompiledAddressesPrague {
		blocked[sdk.AccAddress(a.Bytes()).String()] = true
	}
	return blocked
}
