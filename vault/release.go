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
)

// Release takes the payment for passages of an offer and returns the JSON of a
// wire.Release. Everything that can fail is done before the payment is taken, but
// for what makes the answer durable. Errors for the asker are *wire.Error.
func (v *Vault) Release(ctx context.Context, req wire.ReleaseRequest) ([]byte, error) {
	order := req.Paid.Order
	hash := order.Hash()
	offer, err := v.checkOrder(req)
	if err != nil {
		return nil, err
	}
	done, err := v.book.ServeOn(ctx, order.Lane, hash)
	accepted := err == nil
	if err != nil && !isRefusal(err) {
		return nil, err
	}
	var release *wire.Release
	if !accepted {
		// An order that was accepted is served however late it comes again.
		if v.cfg.Now().Unix() > offer.expires {
			return nil, refuse(CodeExpired, "the offer has expired and nothing was paid; ask for a new one")
		}
		r, err := v.passages(ctx, req, offer)
		if err != nil {
			return nil, err
		}
		release = &r
		if err := v.book.AcceptLeaf(ctx, req.Voucher, req.Paid, order.Price); err != nil {
			return nil, err
		}
		// Paid: from here on the client's going away changes nothing.
		ctx = context.WithoutCancel(ctx)
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
		r, err := v.passages(ctx, req, offer)
		if err != nil {
			return nil, err
		}
		release = &r
	}
	return v.serve(ctx, req.Paid.Order, *release, hash)
}

// checkOrder compares the order with the offer it is for. It tells nothing of the
// vault: only who has the offer can ask.
func (v *Vault) checkOrder(req wire.ReleaseRequest) (sealed, error) {
	o := req.Paid.Order
	offer, err := v.sealer.open(req.Offer, boundTo{o.Asset, o.Version, o.Lane, o.Seq, o.Gateway})
	if err != nil || o.Asset != v.book.Asset() {
		return sealed{}, refuse(CodeBadOffer,
			"the offer is not one that this vault made for asset %d version %d, lane %s seq %d and gateway %d; ask for a new one",
			o.Asset, o.Version, o.Lane, o.Seq, o.Gateway)
	}
	if len(req.IDs) == 0 || len(req.IDs) > maxLimit {
		return sealed{}, refuse(CodeWrongItems, "the release names %d passages; want 1 to %d of the offer", len(req.IDs), maxLimit)
	}
	if pay.ItemsHash(req.IDs) != o.Items {
		return sealed{}, refuse(CodeWrongItems, "the order's items are not the %d ids of this release, in their order", len(req.IDs))
	}
	price, ok := offer.price.Mul(uint64(len(req.IDs)))
	if !ok || o.Price != price {
		return sealed{}, refuse(earn.CodeBadPayment, "the order's price is %s; %d passages at %s are %s",
			o.Price, len(req.IDs), offer.price, price)
	}
	return offer, nil
}

// serve makes the answer of an order that was paid, and keeps it.
func (v *Vault) serve(ctx context.Context, o pay.Order, release wire.Release, hash types.Hash) (b []byte, err error) {
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
	return b, v.keepAnswer(ctx, hash, b)
}

// giveAway is Release where nobody pays; see Config.Unpaid.
func (v *Vault) giveAway(w http.ResponseWriter, r *http.Request, req wire.ReleaseRequest) {
	asset, g, err := v.served(r.Context())
	if err != nil {
		v.fail(w, r, err)
		return
	}
	req.Paid.Order.Asset, req.Paid.Order.Version = asset.ID, asset.Version
	out, err := v.passages(r.Context(), req, sealed{generation: g.ID})
	if err != nil {
		v.fail(w, r, err)
		return
	}
	wire.WriteJSON(w, http.StatusOK, map[string]any{
		"asset": out.Asset, "version": out.Version, "root": out.Root, "salt": out.Salt, "passages": out.Passages,
	})
}

// passages reads what the ids of req stand for.
func (v *Vault) passages(ctx context.Context, req wire.ReleaseRequest, offer sealed) (wire.Release, error) {
	o := req.Paid.Order
	g, err := v.library.ByID(ctx, offer.generation)
	if errors.Is(err, library.ErrNoGeneration) {
		return wire.Release{}, refuse(CodeBadOffer, "the offer is of documents that this vault does not have any more; ask for a new one")
	}
	if err != nil {
		return wire.Release{}, err
	}
	salt := v.sealer.salt(req.Offer)
	numbers := v.numbers(g, req, salt)
	release := wire.Release{Asset: o.Asset, Version: o.Version, Root: g.Root, Salt: salt}
	seen := map[int]bool{}
	for _, id := range req.IDs {
		n, ok := numbers[id]
		if !ok || seen[int(n)] {
			return wire.Release{}, refuse(CodeWrongItems, "id %s is not in the offer, or named twice", id)
		}
		seen[int(n)] = true
		c, proof, err := g.Passage(ctx, int(n))
		if errors.Is(err, library.ErrRemoved) {
			return wire.Release{}, refuse(CodeRemoved, "passage %s is of a document that the vault's owner has removed; ask for a new offer", id)
		}
		if err != nil {
			return wire.Release{}, err
		}
		release.Passages = append(release.Passages, wire.Passage{
			ID: id, Source: c.Source, Heading: c.Heading, Start: c.Start, End: c.End, Text: c.Text, Proof: proof,
		})
	}
	return release, nil
}

// numbers returns which passages the ids of req stand for. What the cache does
// not know, after a restart, is found by trying every passage.
func (v *Vault) numbers(g *library.Generation, req wire.ReleaseRequest, salt types.Hash) map[types.Hash]int32 {
	if known := v.offers.get(req.Offer); known != nil {
		return known
	}
	wanted := make(map[types.Hash]bool, len(req.IDs))
	for _, id := range req.IDs {
		wanted[id] = true
	}
	found := map[types.Hash]int32{}
	for n := range g.Len() {
		if id := pay.SaltedID(salt, g.Hash(n)); wanted[id] {
			found[id] = int32(n)
		}
	}
	return found
}

// isRefusal reports whether err tells the other side what is wrong with it.
func isRefusal(err error) bool {
	var e *wire.Error
	return errors.As(err, &e)
}

func refuse(code, format string, args ...any) error {
	return wire.NewError(http.StatusPaymentRequired, wire.TypePaymentRequired, code, format, args...)
}
