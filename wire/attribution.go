package wire

import (
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
)

// MaxReports is the most reports of an AttributionRequest.
const MaxReports = 64

// AttributionRequest tells a vault what became of passages that it has released.
// Nothing is owed for it, and nobody waits for it.
type AttributionRequest struct {
	Reports []AttributionReport `json:"reports"`
}

// AttributionReport is about one answer.
type AttributionReport struct {
	// Order is the vault's own, that it has served.
	Order types.Hash `json:"order"`
	// Part is what the answer's record says of the vault's passages.
	Part attribution.Part `json:"part"`
	// Receipt is the app's; its detail commits to the record.
	Receipt pay.SignedReceipt `json:"receipt"`
}

// AttributionReply tells how many of the reports were new. Others are of answers
// that the vault knows already, or of orders that it does not await a report of.
type AttributionReply struct {
	Taken int `json:"taken"`
}
