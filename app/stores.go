package app

import (
	"maps"
	"slices"

	erc20types "github.com/cosmos/evm/x/erc20/types"
	feemarkettypes "github.com/cosmos/evm/x/feemarket/types"
	evmtypes "github.com/cosmos/evm/x/vm/types"
	ibctransfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"

	corestore "cosmossdk.io/core/store"
	"github.com/cosmos/cosmos-sdk/runtime"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	authzkeeper "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"
	"github.com/cosmos/cosmos-sdk/x/feegrant"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"

	assettypes "github.com/weal-network/weal/x/asset/types"
	jobtypes "github.com/weal-network/weal/x/job/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// stores are the keys of what the modules keep: kv on disk and in the app hash,
// object for one block only.
type stores struct {
	kv     map[string]*storetypes.KVStoreKey
	object map[string]*storetypes.ObjectStoreKey
}

func newStores() stores {
	return stores{
		kv: storetypes.NewKVStoreKeys(
			authtypes.StoreKey, banktypes.StoreKey, stakingtypes.StoreKey, slashingtypes.StoreKey,
			distrtypes.StoreKey, minttypes.StoreKey, govtypes.StoreKey, evidencetypes.StoreKey,
			upgradetypes.StoreKey, feegrant.StoreKey, authzkeeper.StoreKey, consensustypes.StoreKey,
			ibcexported.StoreKey, ibctransfertypes.StoreKey,
			evmtypes.StoreKey, feemarkettypes.StoreKey, erc20types.StoreKey,
			assettypes.StoreKey, tabtypes.StoreKey, jobtypes.StoreKey,
		),
		object: storetypes.NewObjectStoreKeys(banktypes.ObjectStoreKey, evmtypes.ObjectKey),
	}
}

// all returns every key, in the order of their names.
func (s stores) all() []storetypes.StoreKey {
	var keys []storetypes.StoreKey
	for _, name := range slices.Sorted(maps.Keys(s.kv)) {
		keys = append(keys, s.kv[name])
	}
	for _, name := range slices.Sorted(maps.Keys(s.object)) {
		keys = append(keys, s.object[name])
	}
	return keys
}

// service is how a keeper opens the store of that name.
func (s stores) service(name string) corestore.KVStoreService {
	return runtime.NewKVStoreService(s.kv[name])
}
