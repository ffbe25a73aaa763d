package wire

import (
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
)

// Paths of the roles' endpoints.
const (
	PathOffers      = "/weal/v1/offers"      // gateway → vault
	PathRelease     = "/weal/v1/release"     // gateway → vault
	PathSearch      = "/weal/v1/search"      // purse → gateway
	PathTicks       = "/weal/v1/ticks"       // purse → gateway → model
	PathAdmit       = "/weal/v1/admit"       // gateway → model
	PathAttribution = "/weal/v1/attribution" // gateway → vault
	PathManifest    = "/weal/v1/manifest"    // anyone → any role
	PathHealth      = "/healthz"
	PathCompletions = "/v1/chat/completions" // client or purse → gateway → model
	PathModels      = "/v1/models"
	PathEmbeddings  = "/v1/embeddings" // client or purse → gateway → model
	PathRerank      = "/v1/rerank"     // the same
	PathResponses   = "/v1/responses"  // client → gateway
)

// Headers of a request to PathCompletions.
const (
	// HeaderLane asks for a quote: "tab/epoch/lane seq". The answer is 402 with
	// a QuoteReply.
	HeaderLane = "Weal-Lane"
	// HeaderPrefer with PreferMinimal (RFC 7240, section 4.2) asks for a quote without
	// the offer of x402, which a purse does not read.
	HeaderPrefer  = "Prefer"
	PreferMinimal = "return=minimal"
	// HeaderModels says how many models a quote may name of which not all write, a
	// decimal number. Who does not send it gets a quote with one.
	HeaderModels = "Weal-Models"
	// HeaderAnswers says how many models are to answer, one after the other; without it
	// one does.
	HeaderAnswers = "Weal-Answers"
	// HeaderPayment carries a Payment (to a gateway) or a ModelPayment (to a
	// model): base64url of its JSON, see EncodeHeader.
	HeaderPayment = "Weal-Payment"
)

// OfferRequest asks a vault what it has for a question.
type OfferRequest struct {
	Lane     types.LaneRef `json:"lane"`
	Seq      uint64        `json:"seq"`
	Gateway  types.AssetID `json:"gateway"`
	Question string        `json:"question"`
	// Limit is the most passages wanted.
	Limit int `json:"limit"`
	// Filter says which documents count, by what is known of them; empty for all.
	Filter string `json:"filter,omitempty"`
}

// AdmitRequest asks a model whether it would serve the payer of a lane.
type AdmitRequest struct {
	Lane types.LaneRef `json:"lane"`
	// Price is what the payer would pay at once; zero if it pays by ticks.
	Price types.Amount `json:"price,omitzero"`
}

// Admission is the answer of who would.
type Admission struct {
	Asset types.AssetID `json:"asset"`
}

// Offer is a vault's answer: what it would release, without content.
type Offer struct {
	ID      string           `json:"id"`
	Asset   types.AssetID    `json:"asset"`
	Version uint32           `json:"version"`
	Root    types.Hash       `json:"root"`
	Denom   string           `json:"denom"`
	Expires int64            `json:"expires"` // Unix seconds
	Items   []OfferedPassage `json:"items"`
	// KeepsQuestions is for how many days the vault keeps questions; 0 is not at all.
	KeepsQuestions int `json:"keeps_questions,omitempty"`
}

// OfferedPassage is one passage on offer. ID is salted anew in every offer, so
// that ids of different offers cannot be compared.
type OfferedPassage struct {
	ID    types.Hash   `json:"id"`
	Band  uint8        `json:"band"` // 0 (weak) to 9 (strong), relative to the best
	Bytes uint32       `json:"bytes"`
	Price types.Amount `json:"price"`
	// Heading and Preview are what the vault's owner gives away of the passage: its
	// headings, and the beginning of its text, each at most MaxPreview characters.
	Heading string `json:"heading,omitempty"`
	Preview string `json:"preview,omitempty"`
}

// MaxPreview is the most characters, in code points, that an offer shows of a
// passage's headings, and of its text.
const MaxPreview = 280

// Quote is the one price list for a question, answered with status 402.
type Quote struct {
	ID      string        `json:"id"`
	Lane    types.LaneRef `json:"lane"`
	Seq     uint64        `json:"seq"`
	Gateway types.AssetID `json:"gateway"`
	Denom   string        `json:"denom"`
	Request types.Hash    `json:"request"` // SHA-256 of the request's body
	Expires int64         `json:"expires"` // Unix seconds
	Vaults  []Offer       `json:"vaults"`
	Meters  []Meter       `json:"meters"`
	// Answers is how many of the models write, if not all do: only those are paid.
	Answers int `json:"answers,omitempty"`
}

// Meter quotes one asset that is paid by ticks: the model, and the app itself.
type Meter struct {
	Asset   types.AssetID `json:"asset"`
	Kind    types.Kind    `json:"kind"`
	Version uint32        `json:"version"`
	Price   types.Amount  `json:"price"`  // of one tick
	Tokens  uint32        `json:"tokens"` // metered tokens per tick; 0: one tick pays the use
	Prompt  uint32        `json:"prompt"` // ticks due with the first bytes, for the prompt or the use
	Most    uint32        `json:"most"`   // the most ticks that can be asked for
}

// QuoteReply is the body of a 402: the error object that any OpenAI client
// shows, and the quote that a purse reads.
type QuoteReply struct {
	Error Error `json:"error"`
	Quote Quote `json:"quote"`
}

// LeafProof is a firm leaf with its path to a voucher's split root.
type LeafProof struct {
	Leaf pay.Leaf `json:"leaf"`
	Path pay.Path `json:"path"`
}

// TickProof is a tick leaf with its path to a voucher's ticks root.
type TickProof struct {
	Leaf pay.TickLeaf `json:"leaf"`
	Path pay.Path     `json:"path"`
}

// Payment is what a purse signs for a quote: one voucher, and for every payee
// its own leaf and order.
type Payment struct {
	Quote   string            `json:"quote"`
	Voucher pay.SignedVoucher `json:"voucher"`
	Leaves  []PaidLeaf        `json:"leaves"`
	Ticks   []PaidTick        `json:"ticks"`
}

// PaidLeaf pays a firm price.
type PaidLeaf struct {
	LeafProof
	// Order may be left out in a Payment: it is then the one that the quote asks for.
	Order pay.Order `json:"order,omitzero"`
}

// PaidTick promises ticks. Firm is the asset's own firm leaf of the same
// voucher, into which the ticks of earlier queries were folded; nil if nothing
// was folded yet. Without it a settlement of later ticks could not show what
// earlier ones paid, and what ticks pay is counted on top of the leaf.
type PaidTick struct {
	TickProof
	Firm *LeafProof `json:"firm,omitempty"`
	// Order may be left out as in PaidLeaf.
	Order pay.Order `json:"order,omitzero"`
}

// ReleaseRequest brings a vault its payment.
type ReleaseRequest struct {
	Offer string       `json:"offer"`
	IDs   []types.Hash `json:"ids"`
	// Seal is the key that the passages are to be sealed to; zero for none. The
	// order's items are then SealedItems.
	Seal    types.Hash        `json:"seal,omitzero"`
	Voucher pay.SignedVoucher `json:"voucher"`
	Paid    PaidLeaf          `json:"paid"`
}

// Release is what was paid for.
type Release struct {
	Asset    types.AssetID     `json:"asset"`
	Version  uint32            `json:"version"`
	Root     types.Hash        `json:"root"`
	Salt     types.Hash        `json:"salt"` // with it, SaltedID(Salt, chunk hash) is the offered id
	Passages []Passage         `json:"passages"`
	Receipt  pay.SignedReceipt `json:"receipt"`
}

// Passage is a chunk of a document with the proof that the chain knows it.
type Passage struct {
	ID      types.Hash `json:"id"`
	Source  string     `json:"source"`  // the document's name in the vault
	Heading string     `json:"heading"` // headings above it, joined by " › "
	Start   uint64     `json:"start"`   // byte span in the document's text
	End     uint64     `json:"end"`
	Text    string     `json:"text"`
	Proof   pay.Proof  `json:"proof"` // of Chunk().Hash() in the version's root
}

// Chunk returns what the vault's root commits to for this passage.
func (p Passage) Chunk() pay.Chunk {
	return pay.Chunk{Source: p.Source, Heading: p.Heading, Start: p.Start, End: p.End, Text: p.Text}
}

// ModelPayment brings a model its promise of ticks in Paid, or its whole price in
// Leaf, and then nothing in Paid.
type ModelPayment struct {
	Voucher pay.SignedVoucher `json:"voucher"`
	Paid    PaidTick          `json:"paid,omitzero"`
	Leaf    *PaidLeaf         `json:"leaf,omitempty"`
}

// Tick reveals preimage K of the asset's hash chain: K ticks are paid.
type Tick struct {
	Lane     types.LaneRef `json:"lane"`
	Seq      uint64        `json:"seq"`
	Asset    types.AssetID `json:"asset"`
	K        uint32        `json:"k"`
	Preimage types.Hash    `json:"preimage"`
}

// Citation is one passage that stood behind an answer.
type Citation struct {
	N       int           `json:"n"` // the [n] in the answer
	Asset   types.AssetID `json:"asset"`
	Version uint32        `json:"version"`
	Passage Passage       `json:"passage"`
	Salt    types.Hash    `json:"salt"`
	Root    types.Hash    `json:"root"`
	Quoted  bool          `json:"quoted"` // the answer names it
}

// Charge is what one asset got for one query.
type Charge struct {
	Asset  types.AssetID `json:"asset"`
	Kind   types.Kind    `json:"kind"`
	Amount types.Amount  `json:"amount"`
}

// Trailer comes with the last chunk of an answer, under the key "weal": in
// streams in the chunk before [DONE], otherwise in the completion object.
// In streams the passages come ahead, in a first chunk with Citations and the
// receipts of those that released them.
type Trailer struct {
	Citations []Citation `json:"citations,omitempty"`
	// Sealed is what a search gets instead, in the quote's order of vaults.
	Sealed   []SealedRelease     `json:"sealed,omitempty"`
	Receipts []pay.SignedReceipt `json:"receipts,omitempty"`
	Charges  []Charge            `json:"charges,omitempty"`
	// Writer is the model that writes what follows, if the quote names several. If one is
	// to write, it can be another as long as nothing was written.
	Writer types.AssetID `json:"writer,omitempty"`
	// Attribution is the record that the app's receipt commits to: which passages
	// stand behind the answer, and how much each counted.
	Attribution attribution.Record `json:"attribution,omitempty"`
	// OverheadMillis is what the gateway added to the model's time.
	OverheadMillis float64 `json:"overhead_ms,omitempty"`
}
