package types

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Emit emits an event with attributes, given as names and values in turn.
func Emit(ctx context.Context, kind string, pairs ...any) {
	attrs := make([]sdk.Attribute, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		attrs = append(attrs, sdk.NewAttribute(fmt.Sprint(pairs[i]), fmt.Sprint(pairs[i+1])))
	}
	sdk.UnwrapSDKContext(ctx).EventManager().EmitEvent(sdk.NewEvent(kind, attrs...))
}

// The module's events. Amounts are decimal strings of smallest units. Changes
// of ownership have EVM logs, not events: they happen only in EVM transactions.
const (
	// EventRegister: asset, kind, maker, share.
	EventRegister = "asset_register"
	// EventUpdate: asset, version, manifest (hex), root (hex).
	EventUpdate = "asset_update"
	// EventLicence, if a new version has another licence: asset, version, licence (its kind).
	EventLicence = "asset_licence"
	// EventController: asset, controller (the new one).
	EventController = "asset_controller"
	// EventGrant: asset, holder, granter, uses, until (0 in both is without limit).
	EventGrant = "asset_grant"
	// EventRevoke: asset, holder.
	EventRevoke = "asset_revoke"
	// EventUseCredential, if a child was registered under one: asset (the parent), holder, used.
	EventUseCredential = "asset_use_credential"
	// EventSpend, of a treasury's coins: asset, receiver, denom, amount.
	EventSpend = "asset_spend"
	// EventClaim, one for each share and denomination paid: share, asset, owner, denom, amount.
	EventClaim = "asset_claim"
	// EventRoyalty: asset (which owed), ancestor (which got), denom, amount.
	EventRoyalty = "asset_royalty"
	// EventContributionClaim, one for each contribution and denomination paid:
	// contribution, asset, contributor, denom, amount.
	EventContributionClaim = "asset_contribution_claim"
)

// The attributes of the events.
const (
	AttrAsset      = "asset"
	AttrAncestor   = "ancestor"
	AttrShare      = "share"
	AttrKind       = "kind"
	AttrMaker      = "maker"
	AttrOwner      = "owner"
	AttrVersion    = "version"
	AttrManifest   = "manifest"
	AttrRoot       = "root"
	AttrDenom      = "denom"
	AttrAmount     = "amount"
	AttrLicence    = "licence"
	AttrController = "controller"
	AttrHolder     = "holder"
	AttrGranter    = "granter"
	AttrUses       = "uses"
	AttrUsed       = "used"
	AttrUntil      = "until"
	AttrReceiver   = "receiver"

	AttrContribution = "contribution"
	AttrContributor  = "contributor"
)
