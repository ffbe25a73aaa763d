package agent

import (
	"context"
	"encoding/json"

	"github.com/weal-network/weal/types"
)

// Agent is what can be asked of Weal for one payer. It is safe for concurrent use.
type Agent interface {
	// Quote tells what an answer can cost at most. Nothing is signed.
	Quote(ctx context.Context, q Question) (Quote, error)
	// Ask asks, pays and checks what comes. What would cost more than the question
	// allows is refused with a *DearError; who is to pay for itself and did not, with an
	// *UnpaidError.
	Ask(ctx context.Context, q Question) (Answer, error)
	// Search buys passages and no answer; errors are as of Ask.
	Search(ctx context.Context, s Search) (Answer, error)
	// Cite returns what an earlier answer was made from, with its proof.
	Cite(ctx context.Context, r Reference) (Cited, error)
	// Models lists what can be asked.
	Models(ctx context.Context) ([]Model, error)
	// Balance tells what is left to spend.
	Balance(ctx context.Context) (Balance, error)
	// Receipts lists receipts, newest first, at most limit.
	Receipts(ctx context.Context, limit int) ([]Receipt, error)
}

// Keyed returns the agent of who has an API key, and a name for who that is, which does
// not tell the key. An error that wraps ErrKey says that it is no key.
type Keyed func(ctx context.Context, key string) (a Agent, payer string, err error)

// Question is what to ask, and how much it may cost.
type Question struct {
	Text string
	// App is the asset to ask; zero for the payer's usual one.
	App types.AssetID
	// Filter says which documents count, as in package filter; empty for all.
	Filter string
	// AtMost bounds what the answer can cost, in the smallest unit; zero for no bound.
	AtMost types.Amount
	// Payment is an x402 payment of who asks, as it sent it; nil for none.
	Payment json.RawMessage
	// OnDelta, if set, is told each piece of the answer as it arrives.
	OnDelta func(string)
}

// Search is what passages to look for.
type Search struct {
	Text   string
	App    types.AssetID
	Filter string
	// Limit is the most passages; zero for as many as the app buys for an answer.
	Limit  int
	AtMost types.Amount
}

// MaxPassages is the most that a search can buy.
const MaxPassages = 32

// Amount is an amount of a denomination, told twice.
type Amount struct {
	Amount string `json:"amount" jsonschema:"whole number of the denomination's smallest unit"`
	Denom  string `json:"denom"`
	Text   string `json:"text" jsonschema:"the same for people, such as 0.0123 WEAL"`
}

// NewAmount tells an amount.
func NewAmount(a types.Amount, denom string) Amount {
	return Amount{Amount: a.String(), Denom: denom, Text: types.Coin{Amount: a, Denom: denom}.String()}
}

// Quote is what an answer or a search can cost.
type Quote struct {
	Most     Amount    `json:"most" jsonschema:"the most that it can cost"`
	Firm     *Amount   `json:"firm,omitempty" jsonschema:"of that, what is paid whatever comes of it: the passages"`
	Passages []Offered `json:"passages" jsonschema:"what would be bought"`
	// Keeping are the vaults that keep the question.
	Keeping []Keeping `json:"keeping,omitempty" jsonschema:"vaults that keep the question, and for how long"`
}

// Offered is a passage that would be bought.
type Offered struct {
	Asset   uint64 `json:"asset" jsonschema:"the vault's number"`
	Band    int    `json:"band" jsonschema:"how well it answers, 9 is best"`
	Bytes   int    `json:"bytes"`
	Price   Amount `json:"price"`
	Heading string `json:"heading,omitempty"`
	Preview string `json:"preview,omitempty" jsonschema:"how it begins, if its owner shows that"`
}

// Keeping is a vault that keeps questions for a number of days.
type Keeping struct {
	Asset uint64 `json:"asset"`
	Days  int    `json:"days"`
}

// Answer is what a question or a search brought.
type Answer struct {
	ID        string     `json:"id" jsonschema:"names this answer, for cite"`
	Text      string     `json:"text" jsonschema:"the answer; [n] refers to citation n; empty for a search"`
	Citations []Citation `json:"citations"`
	Cost      Cost       `json:"cost"`
	Receipts  []string   `json:"receipts" jsonschema:"ids of the receipts"`
	// Problems are what went wrong on the way, for a person to read.
	Problems []string `json:"problems,omitempty" jsonschema:"what went wrong on the way"`
	// Settlement is what became of an x402 payment, as the gateway told it.
	Settlement json.RawMessage `json:"-"`
}

// Citation is one passage that was bought.
type Citation struct {
	N        int    `json:"n" jsonschema:"the [n] in the text"`
	Asset    uint64 `json:"asset" jsonschema:"the vault's number"`
	Version  uint32 `json:"version"`
	Source   string `json:"source" jsonschema:"the document's name"`
	Heading  string `json:"heading,omitempty"`
	Text     string `json:"text"`
	Link     string `json:"link" jsonschema:"names the passage in its document"`
	Verified bool   `json:"verified" jsonschema:"whether it is what the chain's root commits to"`
	Quoted   bool   `json:"quoted" jsonschema:"whether the text names it"`
}

// Cost is what an answer cost and who got it.
type Cost struct {
	Total Amount `json:"total"`
	Paid  []Paid `json:"paid"`
}

// Paid is what one asset got.
type Paid struct {
	Asset  uint64 `json:"asset"`
	Kind   string `json:"kind"`
	Amount Amount `json:"amount"`
}

// Model is something that can be asked.
type Model struct {
	App    uint64   `json:"app" jsonschema:"its number, for ask"`
	Name   string   `json:"name"`
	Usual  bool     `json:"usual" jsonschema:"whether it is asked if no app is named"`
	Prices []string `json:"prices" jsonschema:"what the app itself asks for; passages and text come to that"`
	Left   *Amount  `json:"left,omitempty" jsonschema:"what can still be spent on it"`
}

// Balance is what is left to spend.
type Balance struct {
	Payer string   `json:"payer" jsonschema:"who pays: a tab, an agent's purse, or an API key"`
	Left  *Amount  `json:"left,omitempty" jsonschema:"what can still be spent in all; left out if there is no bound"`
	Spent []Amount `json:"spent" jsonschema:"spent so far in all"`
	Today []Amount `json:"today" jsonschema:"spent since 00:00 UTC"`
	// PerQuestion and PerDay are limits of the payer's own.
	PerQuestion *Amount `json:"per_question,omitempty" jsonschema:"limit of one question, set by the owner"`
	PerDay      *Amount `json:"per_day,omitempty" jsonschema:"limit of a day, set by the owner"`
	Resets      string  `json:"resets,omitempty" jsonschema:"when what is left begins anew"`
}

// Receipt is the receipt of one asset for one use.
type Receipt struct {
	ID      string `json:"id"`
	Time    string `json:"time" jsonschema:"RFC 3339, by the provider's clock"`
	Asset   uint64 `json:"asset"`
	Version uint32 `json:"version"`
	Lane    string `json:"lane" jsonschema:"tab/epoch/lane that paid"`
	Seq     uint64 `json:"seq" jsonschema:"which use of the lane"`
	Amount  Amount `json:"amount"`
}
