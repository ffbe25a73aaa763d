package vault

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/wire/sealed"
)

// Release takes the payment for passages of an offer and returns the JSON of a
// wire.Release, or of a wire.SealedRelease if the request has a key. Everything that can fail is done before the payment is taken, but
// for what makes the answer durable. Errors for the asker are *wire.Error.
func (v *Vault) Release(ctx context.Context, req wire.ReleaseRequest) ([]byte, error) {
	order := req.Paid.Order
	hash := order.Hash()
	offer, err := v.checkOrder(req)
	if err != nil {
		return nil, err
	}
	to, err := sealTo(req)
	if err != nil {
		return nil, err
	}
	done, err := v.book.ServeOn(ctx, order.Lane, hash)
	accepted := err == nil
	if err != nil && !isRefusal(err) {
		return nil, err
	}
	var release *wire.Release
	var items []offeredItem
	if !accepted {
		// An order that was accepted is served however late it comes again.
		if v.cfg.Now().Unix() > offer.expires {
			return nil, refuse(CodeExpired, "the offer has expired and nothing was paid; ask for a new one")
		}
		r, bought, err := v.passages(ctx, req, offer)
		if err != nil {
			return nil, err
		}
		release, items = &r, bought
		if err := v.book.AcceptLeaf(ctx, req.Voucher, req.Paid, order.Price); err != nil {
			return nil, err
		}
		// Paid: from here on the client's going away changes nothing.
		ctx = context.WithoutCancel(ctx)
		if lane, err := v.book.Funded(ctx, order.Lane); err == nil {
			v.budget.purchase(lane.Payer)
		}
		if done, err = v.book.Serve(ctx, hash); err != nil {
			return nil, err
		}
	}
	defer done()
	if kept, served, err := v.keptAnswer(ctx, hash); err != nil || served {
		return kept, err
	}
	ctx = context.WithoutCancel(ctx)
	if release == nil {
		r, bought, err := v.passages(ctx, req, offer)
		if err != nil {
			return nil, err
		}
		release, items = &r, bought
	}
	return v.serve(ctx, req.Paid.Order, *release, items, hash, to)
}

// sealTo returns what seals the release that req asks for, or nil if it asks for
// passages in plain. A key that keeps no secret is refused before anything is paid.
func sealTo(req wire.ReleaseRequest) (*sealed.Sender, error) {
	if req.Seal.IsZero() {
		return nil, nil
	}
	to, err := sealed.To(req.Seal)
	if err != nil {
		return nil, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, CodeBadKey, "seal: %v", err)
	}
	return to, nil
}

// itemsOf returns what the order of a release must name as its items.
func itemsOf(req wire.ReleaseRequest) types.Hash {
	items := pay.ItemsHash(req.IDs)
	if !req.Seal.IsZero() {
		items = pay.SealedItems(items, req.Seal)
	}
	return items
}

// checkOrder compares the order with the offer it is for, but for its price. It
// tells nothing of the vault: only who has the offer can ask.
func (v *Vault) checkOrder(req wire.ReleaseRequest) (offerTerms, error) {
	o := req.Paid.Order
	offer, err := v.sealer.open(req.Offer)
	if err != nil || offer.to != (boundTo{o.Asset, o.Version, o.Lane, o.Seq, o.Gateway}) || o.Asset != v.book.Asset() {
		return offerTerms{}, refuse(CodeBadOffer,
			"the offer is not one that this vault made for asset %d version %d, lane %s seq %d and gateway %d; ask for a new one",
			o.Asset, o.Version, o.Lane, o.Seq, o.Gateway)
	}
	if len(req.IDs) == 0 || len(req.IDs) > maxLimit {
		return offerTerms{}, refuse(CodeWrongItems, "the release names %d passages; want 1 to %d of the offer", len(req.IDs), maxLimit)
	}
	if itemsOf(req) != o.Items {
		return offerTerms{}, refuse(CodeWrongItems,
			"the order's items are not the %d ids of this release, in their order, sealed to the key that it names or to none", len(req.IDs))
	}
	return offer, nil
}

// serve makes the answer of an order that was paid, sealed if to is not nil, keeps
// it, and notes what was sold.
func (v *Vault) serve(ctx context.Context, o pay.Order, release wire.Release, items []offeredItem, hash types.Hash, to *sealed.Sender) (b []byte, err error) {
	chunks := make([]types.Hash, len(release.Passages))
	for i, p := range release.Passages {
		chunks[i] = p.Chunk().Hash()
	}
	release.Receipt, err = v.book.Sign(pay.Receipt{
		Chain: v.chain, Lane: o.Lane, Seq: o.Seq, Asset: o.Asset, Version: o.Version, Order: hash,
		Input: o.Request, Output: pay.ItemsHash(chunks), Amount: o.Price, Policy: pay.PolicyAudit,
		Time: v.cfg.Now().UnixMilli(),
	}, v.cfg.Key)
	if err != nil {
		return nil, err
	}
	if b, err = wire.Marshal(release); err != nil {
		return nil, fmt.Errorf("encode release: %w", err)
	}
	if to != nil {
		out := wire.SealedRelease{Asset: release.Asset, Version: release.Version, Root: release.Root}
		if out.Sealed, err = to.Seal(hash, b); err != nil {
			return nil, err
		}
		if b, err = wire.Marshal(out); err != nil {
			return nil, fmt.Errorf("encode release: %w", err)
		}
	}
	// Noted first: a kill between the two must not lose what contributions have earned.
	if err := v.noteSale(o, hash, release, chunks, items); err != nil {
		return nil, err
	}
	return b, v.keepAnswer(ctx, hash, b)
}

// giveAway is Release where nobody pays; see Config.Unpaid.
func (v *Vault) giveAway(w http.ResponseWriter, r *http.Request, req wire.ReleaseRequest) {
	asset, _, err := v.served(r.Context())
	if err != nil {
		v.fail(w, r, err)
		return
	}
	offer, err := v.sealer.open(req.Offer)
	if err != nil {
		v.fail(w, r, refuse(CodeBadOffer, "the offer is %v; ask for a new one", err))
		return
	}
	req.Paid.Order.Asset, req.Paid.Order.Version = asset.ID, asset.Version
	out, _, err := v.passages(r.Context(), req, offer)
	if err != nil {
		v.fail(w, r, err)
		return
	}
	wire.WriteJSON(w, http.StatusOK, map[string]any{
		"asset": out.Asset, "version": out.Version, "root": out.Root, "salt": out.Salt, "passages": out.Passages,
	})
}

// passages reads what the ids of req stand for, if the order pays for them.
func (v *Vault) passages(ctx context.Context, req wire.ReleaseRequest, offer offerTerms) (wire.Release, []offeredItem, error) {
	o := req.Paid.Order
	g, items, price, err := v.bought(ctx, req, offer)
	if err != nil {
		return wire.Release{}, nil, err
	}
	if o.Price != price && !v.cfg.Unpaid {
		return wire.Release{}, nil, refuse(earn.CodeBadPayment, "the order's price is %s; the %d passages were offered for %s", o.Price, len(items), price)
	}
	release := wire.Release{Asset: o.Asset, Version: o.Version, Root: g.Root, Salt: v.sealer.salt(req.Offer)}
	for i, item := range items {
		c, proof, err := g.Passage(ctx, int(item.number))
		if errors.Is(err, library.ErrRemoved) {
			return wire.Release{}, nil, refuse(CodeRemoved, "passage %s is of a document that the vault's owner has removed; ask for a new offer", req.IDs[i])
		}
		if err != nil {
			return wire.Release{}, nil, err
		}
		release.Passages = append(release.Passages, wire.Passage{
			ID: req.IDs[i], Source: c.Source, Heading: c.Heading, Start: c.Start, End: c.End, Text: c.Text, Proof: proof,
		})
	}
	return release, items, nil
}

// bought returns which passages of an offer the ids of req stand for, in their
// order, the generation they are of, and what they cost together.
func (v *Vault) bought(ctx context.Context, req wire.ReleaseRequest, offer offerTerms) (g *library.Generation, items []offeredItem, price types.Amount, err error) {
	if g, err = v.library.ByID(ctx, offer.generation); errors.Is(err, library.ErrNoGeneration) {
		err = refuse(CodeBadOffer, "the offer is of documents that this vault does not have any more; ask for a new one")
	}
	if err != nil {
		return nil, nil, price, err
	}
	salt := v.sealer.salt(req.Offer)
	left := make(map[types.Hash]offeredItem, len(offer.items))
	for _, item := range offer.items {
		if int(item.number) < g.Len() {
			left[pay.SaltedID(salt, g.Hash(int(item.number)))] = item
		}
	}
	for _, id := range req.IDs {
		item, ok := left[id]
		if !ok {
			return nil, nil, price, refuse(CodeWrongItems, "id %s is not in the offer, or named twice", id)
		}
		delete(left, id)
		if price, ok = price.Add(item.price); !ok {
			return nil, nil, price, refuse(earn.CodeBadPayment, "the price of %d passages does not fit 128 bits; buy fewer", len(req.IDs))
		}
		items = append(items, item)
	}
	return g, items, price, nil
}

// isRefusal reports whether err tells the other side what is wrong with it.
func isRefusal(err error) bool {
	var e *wire.Error
	return errors.As(err, &e)
}

func refuse(code, format string, args ...any) error {
	return wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, code, format, args...)
}
