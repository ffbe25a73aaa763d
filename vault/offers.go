package vault

import (
	"context"
	"net/http"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/filter"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/wire"
)

const (
	// maxLimit is the most passages in an offer, defaultLimit what is offered if
	// the question does not say.
	maxLimit, defaultLimit = 32, 8
	// maxQuestion is the most bytes of a question.
	maxQuestion = 32 << 10
)

// Offer says what the vault has for a question, without showing any of it. Errors
// for the asker are *wire.Error.
func (v *Vault) Offer(ctx context.Context, req wire.OfferRequest) (wire.Offer, error) {
	which, err := checkQuestion(&req)
	if err != nil {
		return wire.Offer{}, err
	}
	lane, err := v.book.Admit(ctx, req.Lane)
	if err != nil {
		return wire.Offer{}, err
	}
	if lane.Gateway != req.Gateway {
		return wire.Offer{}, wire.NewError(http.StatusForbidden, wire.TypePermission, earn.CodeNotYourLane,
			"lane %s is for gateway %d, not %d", req.Lane, lane.Gateway, req.Gateway)
	}
	asset, generation, err := v.served(ctx)
	if err != nil {
		return wire.Offer{}, err
	}
	if _, ok := asset.PassagePrice(lane.Denom, types.MaxBand); !ok {
		return wire.Offer{}, wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, earn.CodeWrongDenom,
			"asset %d has no price for passages in %s; pay from a tab in a denomination of its price list", asset.ID, lane.Denom)
	}
	if err := v.budget.ask(lane.Payer, req.Question, req.Filter); err != nil {
		return wire.Offer{}, err
	}
	answer, err := generation.Ask(ctx, library.Ask{Question: req.Question, Limit: req.Limit, Filter: which})
	if err != nil {
		return wire.Offer{}, err
	}
	v.warnOf(answer.Missing)
	terms, err := v.terms(asset, lane.Denom, answer.Found)
	if err != nil {
		return wire.Offer{}, err
	}
	terms.generation, terms.to = generation.ID, boundTo{asset.ID, asset.Version, req.Lane, req.Seq, req.Gateway}
	if err := v.budget.spend(lane.Payer, hashesOf(answer.Found)); err != nil {
		return wire.Offer{}, err
	}
	offer := wire.Offer{
		ID: v.sealer.seal(terms), Asset: asset.ID, Version: asset.Version, Root: generation.Root, Denom: lane.Denom, Expires: terms.expires,
		Items: make([]wire.OfferedPassage, len(answer.Found)), KeepsQuestions: v.Sharing().KeepQuestions,
	}
	salt := v.sealer.salt(offer.ID)
	for i, f := range answer.Found {
		offer.Items[i] = wire.OfferedPassage{ID: pay.SaltedID(salt, f.Hash), Band: f.Band, Bytes: f.Bytes, Price: terms.items[i].price}
		if err := v.show(ctx, generation, f.Number, &offer.Items[i]); err != nil {
			return wire.Offer{}, err
		}
	}
	v.noteQuestion(lane.Payer, req.Question, generation, answer.Found)
	return offer, nil
}

// terms prices what was found.
func (v *Vault) terms(asset types.Asset, denom string, found []library.Found) (offerTerms, error) {
	t := offerTerms{expires: v.cfg.Now().Add(v.cfg.OfferTime).Unix(), items: make([]offeredItem, len(found))}
	for i, f := range found {
		price, _ := asset.PassagePrice(denom, f.Band)
		amount, ok := price.Passage(int(f.Bytes))
		if !ok {
			return t, wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, earn.CodeWrongDenom,
				"a passage of %d bytes costs more %s than fits 128 bits; pay from a tab in another denomination", f.Bytes, denom)
		}
		t.items[i] = offeredItem{number: uint32(f.Number), price: amount}
	}
	return t, nil
}

func hashesOf(found []library.Found) []types.Hash {
	hashes := make([]types.Hash, len(found))
	for i, f := range found {
		hashes[i] = f.Hash
	}
	return hashes
}

// checkQuestion returns which documents the question is to be asked of.
func checkQuestion(req *wire.OfferRequest) (which filter.Filter, err error) {
	bad := func(code, format string, args ...any) (filter.Filter, error) {
		return filter.Filter{}, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, code, format, args...)
	}
	switch {
	case req.Question == "":
		return bad("no_question", "the question is empty")
	case len(req.Question) > maxQuestion:
		return bad("question_too_long", "the question has %d bytes; send at most %d", len(req.Question), maxQuestion)
	case req.Seq == 0:
		return bad("bad_seq", "seq is missing; it counts a lane's vouchers from 1")
	case req.Limit < 0 || req.Limit > maxLimit:
		return bad("bad_limit", "limit is %d; ask for 1 to %d passages", req.Limit, maxLimit)
	case req.Limit == 0:
		req.Limit = defaultLimit
	}
	if which, err = filter.Parse(req.Filter); err != nil {
		return bad("bad_filter", "%v", err)
	}
	return which, nil
}
