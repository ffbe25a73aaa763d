package app

import (
	"slices"

	"github.com/ethereum/go-ethereum/common"

	evmtypes "github.com/cosmos/evm/x/vm/types"

	assetcontract "github.com/weal-network/weal/precompile/asset"
	collectioncontract "github.com/weal-network/weal/precompile/collection"
	contributioncontract "github.com/weal-network/weal/precompile/contribution"
	councilcontract "github.com/weal-network/weal/precompile/council"
	jobcontract "github.com/weal-network/weal/precompile/job"
	marketcontract "github.com/weal-network/weal/precompile/market"
	"github.com/weal-network/weal/x402/proxy"
)

// ownContracts are the addresses of Weal's contracts that are written in Go.
func ownContracts() []common.Address {
	return []common.Address{
		assetcontract.Address, collectioncontract.Address, marketcontract.Address, councilcontract.Address,
		jobcontract.Address, contributioncontract.Address,
	}
}

// registerContracts has the EVM run them.
func (a *App) registerContracts() {
	a.EVMKeeper.RegisterStaticPrecompile(assetcontract.Address, assetcontract.New(a.AssetKeeper, a.TabKeeper))
	a.EVMKeeper.RegisterStaticPrecompile(collectioncontract.Address, collectioncontract.New(a.AssetKeeper.Tokens))
	a.EVMKeeper.RegisterStaticPrecompile(marketcontract.Address, marketcontract.New(a.MarketKeeper))
	a.EVMKeeper.RegisterStaticPrecompile(councilcontract.Address, councilcontract.New(a.CouncilKeeper))
	a.EVMKeeper.RegisterStaticPrecompile(contributioncontract.Address, contributioncontract.New(a.ContributionKeeper))
	a.EVMKeeper.RegisterStaticPrecompile(jobcontract.Address, jobcontract.New(a.JobKeeper))
}

// preinstalls are the contracts that are there from the first block on: the
// engine's, a byte of code at the address of each of ours, and the one that public
// x402 clients sign for.
func preinstalls() []evmtypes.Preinstall {
	return append(slices.Clone(evmtypes.DefaultPreinstalls),
		assetcontract.Preinstall(), collectioncontract.Preinstall(), marketcontract.Preinstall(), councilcontract.Preinstall(),
		contributioncontract.Preinstall(),
		jobcontract.Preinstall(),
		proxy.Preinstall())
}

// staticPrecompiles returns the addresses of the contracts written in Go, in
// ascending order, as the EVM's parameters want them.
func staticPrecompiles() []string {
	all := slices.Clone(evmtypes.AvailableStaticPrecompiles)
	for _, a := range ownContracts() {
		all = append(all, a.Hex())
	}
	slices.Sort(all)
	return all
}
