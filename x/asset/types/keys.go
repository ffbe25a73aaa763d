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
	// NextShareKey holds the id of the next share.
	NextShareKey = collections.NewPrefix(2)
	// AssetsKey: asset → Asset.
	AssetsKey = collections.NewPrefix(3)
	// VersionsKey: (asset, version) → Version.
	VersionsKey = collections.NewPrefix(4)
	// SharesKey: share → asset, value, owner, approved, allowances; 60 bytes.
	SharesKey = collections.NewPrefix(5)
	// SlotsKey: (asset, share), an index.
	SlotsKey = collections.NewPrefix(6)
	// OwnedKey: (owner, share), an index.
	OwnedKey = collections.NewPrefix(7)
	// OwnedCountKey: owner → number of shares; no row is zero.
	OwnedCountKey = collections.NewPrefix(8)
	// AllowancesKey: (share, operator) → value, 32 bytes; no row is zero.
	AllowancesKey = collections.NewPrefix(9)
	// OperatorsKey: (owner, operator).
	OperatorsKey = collections.NewPrefix(10)
	// RevenuesKey: (asset, denom) → revenue, 90 bytes. A row exists for every
	// denomination that the asset earns in, from its registration on.
	RevenuesKey = collections.NewPrefix(11)
	// MarksKey: (share, denom) → mark, 48 bytes; no row is all zero.
	MarksKey = collections.NewPrefix(12)
	// RoyaltiesPaidKey: (asset, ancestor, denom) → amount, 16 bytes.
	RoyaltiesPaidKey = collections.NewPrefix(13)
)
