package types

import "cosmossdk.io/collections"

const (
	// ModuleName is the name of the module.
	ModuleName = "asset"
	// StoreKey names the module's store.
	StoreKey = ModuleName
	// BasisPoints is the whole, in basis points.
	BasisPoints = 10_000
	// MaxClaimShares is the most shares that one claim may name.
	MaxClaimShares = 64
)

// The prefixes of the module's store. They are consensus: never reused.
var (
	// ParamsKey holds Params.
	ParamsKey = collections.NewPrefix(0)
	// NextAssetKey holds the id of the next asset.
	NextAssetKey = collections.NewPrefix(1)
	// AssetsKey: asset → Asset.
	AssetsKey = collections.NewPrefix(3)
	// VersionsKey: (asset, version) → Version.
	VersionsKey = collections.NewPrefix(4)
	// DenomsKey: asset → the denominations it earns in, in its order.
	DenomsKey = collections.NewPrefix(5)
	// RevenuesKey: (asset, denom) → revenue, 94 bytes. A row exists for every
	// denomination that the asset earns in, from its registration on.
	RevenuesKey = collections.NewPrefix(11)
	// MarksKey: share → a mark for each of the asset's denominations, in the
	// order the asset names them; no row is all zero.
	MarksKey = collections.NewPrefix(12)
	// RoyaltiesPaidKey: (asset, ancestor, denom) → amount, 16 bytes.
	RoyaltiesPaidKey = collections.NewPrefix(13)
	// TreasuriesKey: (asset, denom) → amount, 16 bytes; no row is zero.
	TreasuriesKey = collections.NewPrefix(14)
	// ChildrenKey: (parent, child), an index.
	ChildrenKey = collections.NewPrefix(15)
	// CredentialsKey: (asset, holder) → Credential.
	CredentialsKey = collections.NewPrefix(16)
	// ContributorsKey: (asset, denom) → waiting, granted: 32 bytes; no row is all
	// zero.
	ContributorsKey = collections.NewPrefix(17)
)

// The prefixes of package token, from 20; the first part of every key is the
// collection's number.
var (
	// TokenNextKey: collection → the least id that value sent to an address may get.
	TokenNextKey = collections.NewPrefix(20)
	// TokensKey: (collection, token) → slot, value, owner, approved, allowances.
	TokensKey = collections.NewPrefix(21)
	// TokenPlacesKey: (collection, token) → its indices in the enumerations.
	TokenPlacesKey = collections.NewPrefix(22)
	// TokenSupplyKey: collection → number of tokens; no row is zero.
	TokenSupplyKey = collections.NewPrefix(23)
	// TokenAllKey: (collection, index) → token.
	TokenAllKey = collections.NewPrefix(24)
	// TokenCountKey: (collection, owner) → number of tokens; no row is zero.
	TokenCountKey = collections.NewPrefix(25)
	// TokenOwnedKey: (collection, owner, index) → token.
	TokenOwnedKey = collections.NewPrefix(26)
	// TokenSlotCountKey: collection → number of slots; no row is zero.
	TokenSlotCountKey = collections.NewPrefix(27)
	// TokenSlotsKey: (collection, index) → slot.
	TokenSlotsKey = collections.NewPrefix(28)
	// TokenSlotRowsKey: (collection, slot) → its index, number of tokens.
	TokenSlotRowsKey = collections.NewPrefix(29)
	// TokenInSlotKey: (collection, slot, index) → token.
	TokenInSlotKey = collections.NewPrefix(30)
	// TokenAllowancesKey: (collection, token, operator) → value; no row is zero.
	TokenAllowancesKey = collections.NewPrefix(31)
	// TokenOperatorsKey: (collection, owner, operator).
	TokenOperatorsKey = collections.NewPrefix(32)
	// TokenSlotOperatorsKey: (collection, owner, slot, operator).
	TokenSlotOperatorsKey = collections.NewPrefix(33)
	// TokenWorthKey: (collection, owner, slot, token), of tokens whose value is not
	// zero; an index.
	TokenWorthKey = collections.NewPrefix(37)
	// CollectionsKey: collection → Collection.
	CollectionsKey = collections.NewPrefix(34)
	// CollectionNumbersKey: address → collection.
	CollectionNumbersKey = collections.NewPrefix(35)
	// NextCollectionKey holds how many collections were opened.
	NextCollectionKey = collections.NewPrefix(36)
)
