package types

// The module's events. Amounts are decimal strings of smallest units. Changes
// of ownership have EVM logs, not events: they happen only in EVM transactions.
const (
	// EventRegister: asset, kind, maker, share.
	EventRegister = "asset_register"
	// EventUpdate: asset, version, manifest (hex), root (hex).
	EventUpdate = "asset_update"
	// EventClaim, one for each share and denomination paid: share, asset, owner, denom, amount.
	EventClaim = "asset_claim"
	// EventRoyalty: asset (which owed), ancestor (which got), denom, amount.
	EventRoyalty = "asset_royalty"
)

// The attributes of the events.
const (
	AttrAsset    = "asset"
	AttrAncestor = "ancestor"
	AttrShare    = "share"
	AttrKind     = "kind"
	AttrMaker    = "maker"
	AttrOwner    = "owner"
	AttrVersion  = "version"
	AttrManifest = "manifest"
	AttrRoot     = "root"
	AttrDenom    = "denom"
	AttrAmount   = "amount"
)
