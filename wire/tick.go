package wire

// TickReply answers a Tick: how many ticks the asset now knows to be paid.
type TickReply struct {
	Paid uint32 `json:"paid"`
}
