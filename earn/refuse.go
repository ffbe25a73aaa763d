package earn

import (
	"net/http"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Codes of the errors that reach the other side.
const (
	CodeBadPayment  = "bad_payment"        // 402: does not fit the order, the quote or the chain
	CodeTooLittle   = "too_little"         // 402: the leaf does not cover what the lane owes
	CodeOverCap     = "over_cap"           // 402: more is promised than the lane holds
	CodeOverLimit   = "over_exposure"      // 402: more than the exposure ever allows
	CodeWrongDenom  = "wrong_denomination" // 402: the asset does not earn in the lane's
	CodeNotYourLane = "not_your_lane"      // 403: no such lane, another gateway's or another key
	CodeCredential  = "credential_needed"  // 403: the payer may not use the asset
	CodeUsedUp      = "credential_used_up" // 403: all uses of the payer's credential were served
	CodeOrderTaken  = "order_taken"        // 409: the sequence number has another order, or is over
	CodeLaneClosing = "lane_closing"       // 410
	CodeReserve     = "fee_reserve_low"    // 402: the tab's fee reserve cannot refund a lane's first credit
	CodeExposure    = "exposure_reached"   // 429: settling; retry
	CodeExposureAll = "exposure_of_all"    // 429: of all tabs together; settling; retry
	CodeChainDown   = "chain_unreachable"  // 503
	CodeNoAsset     = "not_registered"     // 503
)

func refuse(code, format string, args ...any) error {
	return wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, code, format, args...)
}

func refuseLane(format string, args ...any) error {
	return wire.NewError(http.StatusForbidden, wire.TypePermission, CodeNotYourLane, format, args...)
}

// refuseCredential says whom to ask for a credential: the asset's controller, at
// contact if that is known, or the collection whose tokens are credentials.
func refuseCredential(a types.Asset, payer, reason, contact string) error {
	how := "ask its controller " + a.Controller + " to grant one"
	if contact != "" {
		how += " (" + contact + ")"
	}
	if a.Licence.Collection != "" {
		how += ", or hold a token of collection " + a.Licence.Collection
		if a.Licence.Slot != "" {
			how += " in slot " + a.Licence.Slot
		}
	}
	return wire.NewError(http.StatusForbidden, wire.TypePermission, CodeCredential,
		"asset %d is closed, and payer %s has no credential for it that is good (%s); nothing was charged. To get one, %s", a.ID, payer, reason, how)
}

func refuseUsedUp(asset types.AssetID, payer string) error {
	return wire.NewError(http.StatusForbidden, wire.TypePermission, CodeUsedUp,
		"the credential of payer %s for asset %d is used up; nothing was charged. Ask the asset's controller to grant another", payer, asset)
}

func refuseOrder(format string, args ...any) error {
	return wire.NewError(http.StatusConflict, wire.TypeInvalidRequest, CodeOrderTaken, format, args...)
}

func refuseClosing(l types.Lane) error {
	return wire.NewError(http.StatusGone, wire.TypeInvalidRequest, CodeLaneClosing,
		"lane %s is %s and can only be settled; open another tab", l.Ref, l.State)
}

func refuseExposure(tab types.TabID, exposure types.Amount) error {
	return wire.NewError(http.StatusTooManyRequests, wire.TypeRateLimit, CodeExposure,
		"tab %d would owe more than %s before a settlement, with what it has taken and not paid for; settling now, retry in a few seconds", tab, exposure)
}

func refuseExposureAll(denom string, exposure types.Amount) error {
	return wire.NewError(http.StatusTooManyRequests, wire.TypeRateLimit, CodeExposureAll,
		"all tabs in %s together would owe more than %s before a settlement; settling now, retry in a few seconds", denom, exposure)
}

func refuseReserve(f *firstOrder, tab types.TabID, lanes uint64, need types.Amount) error {
	return refuse(CodeReserve,
		"lane %s owes nothing here yet, and its first order is not worth bringing to the chain by itself; the fee reserve of tab %d "+
			"has %s, and would have to refund %s for each of %d lanes, %s in all: add to the fee reserve, use a lane that is in use here, or order for at least %s at once",
		f.ref, tab, f.left, f.refund, lanes, need, f.worth)
}

func chainDown(err error) error {
	return wire.NewError(http.StatusServiceUnavailable, wire.TypeServer, CodeChainDown,
		"the chain cannot be asked now: %v; retry in a few seconds", err)
}

var errNoAsset = wire.NewError(http.StatusServiceUnavailable, wire.TypeServer, CodeNoAsset,
	"this role has no asset yet; register one first")

var errNoOrder = refuseOrder("the order was not accepted, or another has taken its place")
