package x402

import "encoding/json"

// Version is the version of the protocol.
const Version = 2

// The headers of the HTTP transport.
const (
	HeaderRequired = "Payment-Required"  // with 402: a Required
	HeaderPayment  = "Payment-Signature" // with a request: a Payment
	HeaderResponse = "Payment-Response"  // with an answer: a Settlement
)

// The schemes that are taken here.
const (
	SchemeBatch = "batch-settlement"
	SchemeExact = "exact"
)

// Resource says what is paid for.
type Resource struct {
	URL         string `json:"url"`
	Description string `json:"description,omitempty"`
	MimeType    string `json:"mimeType,omitempty"`
}

// Offer is one way to pay: PaymentRequirements in the protocol's words.
type Offer struct {
	Scheme  string `json:"scheme"`
	Network string `json:"network"` // CAIP-2
	// Amount is in the smallest unit of Asset, decimal.
	Amount string `json:"amount"`
	Asset  string `json:"asset"`
	PayTo  string `json:"payTo"`
	// MaxTimeoutSeconds is how long the offer can be paid.
	MaxTimeoutSeconds int `json:"maxTimeoutSeconds"`
	// Extra is an object of the scheme's, or nil.
	Extra json.RawMessage `json:"extra,omitempty"`
}

// Required says that something is to be paid for, and how it can be.
type Required struct {
	X402Version int             `json:"x402Version"`
	Error       string          `json:"error,omitempty"`
	Resource    Resource        `json:"resource"`
	Accepts     []Offer         `json:"accepts"`
	Extensions  json.RawMessage `json:"extensions,omitempty"`
}

// Payment is what a client sends: PaymentPayload in the protocol's words.
type Payment struct {
	X402Version int `json:"x402Version"`
	// Payload is an object of the scheme's.
	Payload    json.RawMessage `json:"payload"`
	Extensions json.RawMessage `json:"extensions,omitempty"`
	Resource   *Resource       `json:"resource,omitempty"`
	// Accepted is the offer that the client took, as it was told.
	Accepted Offer `json:"accepted"`
}

// Settlement says what became of a payment.
type Settlement struct {
	Success     bool   `json:"success"`
	ErrorReason string `json:"errorReason,omitempty"`
	// Transaction is the transaction's hash, or what names a commitment that is
	// settled later; empty if nothing was taken.
	Transaction string `json:"transaction"`
	Network     string `json:"network"`
	Payer       string `json:"payer,omitempty"`
	// Amount is what was taken, in the smallest unit.
	Amount     string          `json:"amount,omitempty"`
	Extra      json.RawMessage `json:"extra,omitempty"`
	Extensions json.RawMessage `json:"extensions,omitempty"`
}
