package vault

import (
	"crypto/sha256"
	"errors"
	"net/http"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/x402"
)

// seller is the vault as x402 knows it: how it is paid by who has no gateway.
func (v *Vault) seller() x402.Seller {
	return x402.Seller{ChainID: v.cfg.ChainID, Asset: v.book.Asset()}
}

// nameLane puts the lane that an x402 client names into req, which names none.
func (v *Vault) nameLane(r *http.Request, req *wire.OfferRequest) error {
	if !x402.Present(r) {
		return refuse("no_lane", "name the lane that will pay: in the body, or by %s", x402.HeaderPayment)
	}
	p, err := x402.Read(r)
	if err != nil {
		return err
	}
	said, err := v.seller().Voucher(p)
	if err != nil {
		return err
	}
	if said.Type != x402.TypeLane {
		return refuse(earn.CodeBadPayment, "an offer costs nothing: name the lane that will pay, and sign nothing yet")
	}
	lane, err := v.book.Admit(r.Context(), *said.Lane)
	if err != nil {
		return err
	}
	req.Lane, req.Seq, req.Gateway = lane.Ref, said.Seq, lane.Gateway
	return nil
}

// challengeOffer answers with err and what passages cost at most: so many as are
// asked for, of the dearest band, as large as chunks are made.
func (v *Vault) challengeOffer(w http.ResponseWriter, r *http.Request, req wire.OfferRequest, err error) {
	n := req.Limit
	if n < 1 || n > maxLimit {
		n = defaultLimit
	}
	v.challenge(w, r, err, func(a types.Asset) (offers []x402.Offer) {
		for _, denom := range a.Denoms {
			dearest, ok := a.DearestPassage(denom, v.library.Reading().Chunk*types.TokenBytes)
			if !ok {
				continue
			}
			if most, fits := dearest.Mul(uint64(n)); fits {
				offers = v.appendOffer(offers, denom, most, x402.Terms{Version: a.Version, Needs: x402.NeedsLane})
			}
		}
		return offers
	})
}

// challengeRelease answers with err and what the passages of a release were offered
// for.
func (v *Vault) challengeRelease(w http.ResponseWriter, r *http.Request, req wire.ReleaseRequest, t x402.Terms, err error) {
	v.challenge(w, r, err, func(types.Asset) []x402.Offer {
		offer, err := v.sealer.open(req.Offer)
		if err != nil {
			return nil
		}
		lane, err := v.book.Funded(r.Context(), offer.to.lane)
		if err != nil {
			return nil
		}
		_, _, price, err := v.bought(r.Context(), req, offer)
		if err != nil {
			return nil
		}
		t.Version = offer.to.version
		return v.appendOffer(nil, lane.Denom, price, t)
	})
}

func (v *Vault) appendOffer(offers []x402.Offer, denom string, price types.Amount, t x402.Terms) []x402.Offer {
	o, err := v.seller().Offer(denom, price, int(v.cfg.OfferTime.Seconds()), t)
	if err != nil {
		return offers
	}
	return append(offers, o)
}

// releaseDirect releases passages to who pays by x402, without a gateway.
func (v *Vault) releaseDirect(w http.ResponseWriter, r *http.Request, req wire.ReleaseRequest, body []byte) {
	if len(req.IDs) > maxLimit {
		v.fail(w, r, refuse(CodeWrongItems, "the release names %d passages; want 1 to %d of the offer", len(req.IDs), maxLimit))
		return
	}
	request, items := types.Hash(sha256.Sum256(body)), itemsOf(req)
	b, said, err := v.paidRelease(r, req, request)
	if err != nil {
		v.challengeRelease(w, r, req, x402.Terms{Request: &request, Items: &items}, err)
		return
	}
	payer := ""
	if lane, err := v.book.Funded(r.Context(), said.Voucher.Lane); err == nil {
		payer = lane.Payer
	}
	v.seller().Taken(w, said, payer, said.Leaves[0].Order.Price)
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(b)
}

// paidRelease takes the x402 payment of a request for a release.
func (v *Vault) paidRelease(r *http.Request, req wire.ReleaseRequest, request types.Hash) ([]byte, x402.Voucher, error) {
	none := x402.Voucher{}
	if !x402.Present(r) {
		return nil, none, refuse("no_payment", "passages are paid: sign a voucher for what %s says, or ask through a gateway", x402.HeaderRequired)
	}
	p, err := x402.Read(r)
	if err != nil {
		return nil, none, err
	}
	said, err := v.seller().Voucher(p)
	if err != nil {
		return nil, none, err
	}
	if said.Type != x402.TypeVoucher || len(said.Leaves) != 1 || said.Quote != "" {
		return nil, none, refuse(earn.CodeBadPayment, "passages are paid with one leaf and no quote")
	}
	o := said.Leaves[0].Order
	if o.Request != request {
		return nil, none, refuse("wrong_body", "the order is for another body; send the bytes that it was made for")
	}
	// A lane that cannot be looked up, or is over, is for Release to judge: what was
	// paid before is released.
	if lane, err := v.book.Funded(r.Context(), o.Lane); err == nil {
		if err := p.Agreed(lane.Denom, o.Price); err != nil {
			return nil, none, err
		}
	}
	req.Voucher, req.Paid = *said.Voucher, said.Leaves[0]
	b, err := v.Release(r.Context(), req)
	return b, said, err
}

// challenge answers with err, and how to pay if it is about paying.
func (v *Vault) challenge(w http.ResponseWriter, r *http.Request, err error, ways func(types.Asset) []x402.Offer) {
	var e *wire.Error
	if !errors.As(err, &e) || e.Status != http.StatusPaymentRequired {
		v.fail(w, r, err)
		return
	}
	a, err := v.asset(r.Context())
	if err != nil {
		v.fail(w, r, err)
		return
	}
	x402.Challenge(w, r, e, "passages of vault "+v.cfg.About.Name, ways(a), nil)
}
