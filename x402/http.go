package x402

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Codes of what is wrong with a payment before it is looked at. They are also the
// error of the Required that answers it.
const (
	CodeScheme  = "unsupported_scheme" // 402: not one that is taken here
	CodeNetwork = "invalid_network"    // 402
	CodeOffer   = "wrong_offer"        // 402: accepted is none of what was offered
	CodeAmount  = "wrong_amount"       // 402: more is asked than was agreed to
)

// Present reports whether a request brings a payment.
func Present(r *http.Request) bool { return r.Header.Get(HeaderPayment) != "" }

// Read reads the payment that a request brings. Errors are *wire.Error.
func Read(r *http.Request) (Payment, error) {
	p, err := ParsePayment(r.Header.Get(HeaderPayment))
	if err != nil {
		return Payment{}, malformed(err)
	}
	return p, nil
}

func malformed(err error) error {
	return wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "bad_header", "%v", err)
}

func refuse(code, format string, args ...any) *wire.Error {
	return wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, code, format, args...)
}

// Seller is an asset that is paid by SchemeBatch.
type Seller struct {
	ChainID string
	Asset   types.AssetID
}

// Offer is the offer to sell for at most amount of denom.
func (s Seller) Offer(denom string, amount types.Amount, seconds int, t Terms) (Offer, error) {
	t.Chain, t.Asset = s.ChainID, s.Asset
	extra, err := json.Marshal(t)
	if err != nil {
		return Offer{}, fmt.Errorf("encode terms: %w", err)
	}
	return Offer{
		Scheme: SchemeBatch, Network: Network(s.ChainID), Amount: amount.String(), Asset: denom, PayTo: PayTo(s.Asset),
		MaxTimeoutSeconds: min(max(seconds, 1), maxTimeout), Extra: extra,
	}, nil
}

// Voucher reads the payload of a payment to s. Errors are *wire.Error.
func (s Seller) Voucher(p Payment) (Voucher, error) {
	switch a := p.Accepted; {
	case a.Scheme != SchemeBatch:
		return Voucher{}, refuse(CodeScheme, "scheme %.40q is not taken here; see accepts", a.Scheme)
	case a.Network != Network(s.ChainID):
		return Voucher{}, refuse(CodeNetwork, "the payment is for network %.60q, this is %s", a.Network, Network(s.ChainID))
	case a.PayTo != PayTo(s.Asset):
		return Voucher{}, refuse(CodeOffer, "the payment is to %.80q, this is %s", a.PayTo, PayTo(s.Asset))
	}
	v, err := ParseVoucher(p.Payload)
	if err != nil {
		return Voucher{}, malformed(fmt.Errorf("%s: %w", HeaderPayment, err))
	}
	return v, nil
}

// Agreed checks that a payer took an offer in denom of at least amount: whoever
// asks for more than its payer agreed to is not paid.
func (p Payment) Agreed(denom string, amount types.Amount) error {
	if p.Accepted.Asset != denom {
		return refuse(CodeOffer, "the offer that was taken is in %.60q, the lane pays in %s", p.Accepted.Asset, denom)
	}
	agreed, err := types.ParseAmount(p.Accepted.Amount)
	if err != nil || agreed.Cmp(amount) < 0 {
		return refuse(CodeAmount, "agreed was to %.80s %s, this costs %s; take a new offer", p.Accepted.Amount, denom, amount)
	}
	return nil
}

// Challenge answers with status 402, the error e, and how to pay. It is e alone if
// there is no way to pay, or its status is another.
func Challenge(w http.ResponseWriter, r *http.Request, e *wire.Error, about string, offers []Offer, body any) {
	if e.Status == http.StatusPaymentRequired && len(offers) > 0 {
		scheme := "http://"
		if r.TLS != nil {
			scheme = "https://"
		}
		h, err := Required{
			X402Version: Version, Error: e.Code, Accepts: offers,
			Resource: Resource{URL: scheme + r.Host + r.URL.Path, Description: about, MimeType: "application/json"},
		}.Header()
		if err == nil {
			w.Header().Set(HeaderRequired, h)
			w.Header().Set("Cache-Control", "no-store")
		}
	}
	if body == nil {
		wire.WriteError(w, e)
		return
	}
	wire.WriteJSON(w, e.Status, body)
}

// Taken tells, ahead of the answer, that v was kept as payment of amount. Who is
// paid settles it later; v's hash names it.
func (s Seller) Taken(w http.ResponseWriter, v Voucher, payer string, amount types.Amount) {
	s.tell(w, v, payer, Settlement{Success: true, Amount: amount.String()})
}

// Failed tells that v was kept, as by Taken, and that somebody else whom it was to
// pay refused it with code: it can be sent again.
func (s Seller) Failed(w http.ResponseWriter, v Voucher, payer, code string) {
	s.tell(w, v, payer, Settlement{ErrorReason: code})
}

func (s Seller) tell(w http.ResponseWriter, v Voucher, payer string, said Settlement) {
	extra, err := json.Marshal(Reply{Lane: v.Voucher.Lane, Seq: v.Voucher.Seq, Total: v.Voucher.Total})
	if err != nil {
		return
	}
	said.Transaction, said.Network, said.Payer, said.Extra = v.ID().String(), Network(s.ChainID), payer, extra
	h, err := said.Header()
	if err == nil {
		w.Header().Set(HeaderResponse, h)
	}
}
