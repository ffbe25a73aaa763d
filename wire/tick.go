package wire

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
