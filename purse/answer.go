package purse

import (
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Answer is what a question brought and what it cost.
type Answer struct {
	Text string `json:"text"`
	// Written is what each model has written, if several were to: Text is all of it.
	Written []Written `json:"written,omitempty"`
	// ToolCalls are the tools that the answer calls.
	ToolCalls []wire.ToolCall `json:"tool_calls,omitempty"`
	Citations []Citation      `json:"citations"`
	// Items tells what each asset got, in the quote's order: vaults, then meters.
	Items []Item        `json:"items"`
	Total types.Amount  `json:"total"` // sum of Items, in the smallest unit of Denom
	Denom string        `json:"denom"`
	Lane  types.LaneRef `json:"lane"`
	Seq   uint64        `json:"seq"`
	// Receipts are those that hold.
	Receipts []pay.SignedReceipt `json:"receipts"`
	// Attribution says what each passage counted. The app's receipt commits to it; it
	// is empty if no receipt does.
	Attribution attribution.Record `json:"attribution,omitempty"`
	// Keeping are the vaults that keep the question, as they say themselves.
	Keeping []Keeping `json:"keeping,omitempty"`
	// Problems are what the other side did wrong, for a person to read.
	Problems []string `json:"problems,omitempty"`
	// FinishReason is the model's: "stop", "length", "tool_calls"; empty if the answer
	// was cut.
	FinishReason string `json:"finish_reason,omitempty"`
	// OverheadMillis is what the gateway says it added to the model's time.
	OverheadMillis float64 `json:"overhead_ms,omitempty"`
}

// Keeping is a vault that keeps questions for a number of days.
type Keeping struct {
	Asset types.AssetID `json:"asset"`
	Days  int           `json:"days"`
}

// Item is what one asset got for one question.
type Item struct {
	Asset  types.AssetID `json:"asset"`
	Kind   types.Kind    `json:"kind"`
	Owner  string        `json:"owner"` // EIP-55 hex address of the first share's owner
	Amount types.Amount  `json:"amount"`
}

// Citation is one passage that was bought, and whether it is what the chain knows.
type Citation struct {
	N       int           `json:"n"` // the [n] in the answer
	Asset   types.AssetID `json:"asset"`
	Version uint32        `json:"version"`
	Root    types.Hash    `json:"root"`  // the chain's, for this version
	Chunk   types.Hash    `json:"chunk"` // pay.Chunk.Hash, the same in every answer
	ID      types.Hash    `json:"id"`    // salted, as it was ordered
	Salt    types.Hash    `json:"salt"`
	Source  string        `json:"source"`
	Heading string        `json:"heading"`
	Start   uint64        `json:"start"` // byte span in the source's text
	End     uint64        `json:"end"`
	Text    string        `json:"text"`
	Path    pay.Proof     `json:"path"` // from Chunk to Root
	// Proof is true if the passage is one that was ordered and Path leads to Root.
	Proof bool `json:"proof"`
	// Quoted is true if the answer's text names it as [n].
	Quoted bool `json:"quoted"`
}
