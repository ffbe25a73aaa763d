package wire

import "github.com/weal-network/weal/types"

// UseGrace is how many bytes of an answer an app passes on before its own tick is
// there: 64 metered tokens.
const UseGrace = 64 * types.TokenBytes

// MaxTicks is the most ticks of a TickRequest: what a query has meters.
const MaxTicks = 8

// TickRequest brings a gateway a tick, and others of the same query that are due at
// the same time. Those of all but the gateway itself it passes on, each alone.
type TickRequest struct {
	Tick
	And []Tick `json:"and,omitempty"`
}

// TickReply answers a Tick: how many ticks the asset now knows to be paid.
type TickReply struct {
	Paid uint32 `json:"paid"`
}
