package watcher

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Codes of the errors that reach who hands over.
const (
	CodeBadClaim   = "bad_claim"          // 400: the voucher, leaf, ticks or path does not hold
	CodeOverCap    = "over_cap"           // 400: more is promised than the lane holds
	CodeNotWatched = "not_watched"        // 403: the asset does not name this watcher
	CodeNoLane     = "not_your_lane"      // 403: no such lane, or another key's
	CodeLaneClosed = "lane_closed"        // 410: the lane has ended and pays what it holds
	CodeWrongDenom = "wrong_denomination" // 402: the asset does not earn in the tab's
	CodeFull       = "watcher_full"       // 429: no more claims can be kept
	CodeBusy       = "watcher_busy"       // 429: too much at once; retry
	CodeChainDown  = "chain_unreachable"  // 503
)

const (
	// lookUps is how many lanes of which nothing is kept the chain is asked about in
	// a second: what anyone can make up costs it no more than that.
	lookUps = 500
	// maxBusy is how many requests are worked on at once.
	maxBusy = 32
)

func refuse(status int, code, format string, args ...any) error {
	typ := wire.TypeInvalidRequest
	switch status {
	case http.StatusForbidden:
		typ = wire.TypePermission
	case http.StatusTooManyRequests:
		typ = wire.TypeRateLimit
	case http.StatusServiceUnavailable:
		typ = wire.TypeServer
	}
	return wire.NewError(status, typ, code, format, args...)
}

func chainDown(err error) error {
	return refuse(http.StatusServiceUnavailable, CodeChainDown, "the chain cannot be asked now: %v; retry in a few seconds", err)
}

// check returns what is to be kept of a settlement of one claim, or says what is
// wrong with it. What is known to be worth no more than what is kept is nil: it
// costs no more than a look. Errors are *wire.Error.
func (w *Watcher) check(ctx context.Context, s pay.Settlement) (*row, error) {
	c, asset, err := claimOf(s)
	if err != nil {
		return nil, err
	}
	if s.Voucher.Chain != w.chain {
		return nil, refuse(http.StatusBadRequest, CodeBadClaim, "the voucher is for another chain; this one is %s", w.cfg.ChainID)
	}
	if _, named, err := w.fee(ctx, asset); err != nil {
		return nil, chainDown(err)
	} else if !named {
		return nil, refuse(http.StatusForbidden, CodeNotWatched,
			"asset %d does not name this watcher, which is %s; its controller names it: weal watcher name", asset, w.cfg.Account)
	}
	kept, err := w.store.value(ctx, asset, s.Voucher.Lane)
	if err != nil {
		return nil, err
	}
	if said := claimed(c); said.Cmp(kept) <= 0 && !kept.IsZero() {
		return nil, nil
	}
	return w.verify(ctx, s.Voucher, c, kept.IsZero())
}

// verify returns what is to be kept of a claim, if all of it holds. It is the
// first of its lane or not.
func (w *Watcher) verify(ctx context.Context, v pay.SignedVoucher, c pay.Claim, first bool) (*row, error) {
	asset, value, err := c.Value(v.Voucher)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, CodeBadClaim, "%v", err)
	}
	if value.IsZero() {
		return nil, refuse(http.StatusBadRequest, CodeBadClaim, "the claim is worth nothing")
	}
	if first && !w.asked.take() {
		return nil, refuse(http.StatusTooManyRequests, CodeBusy, "too many new lanes at once; retry in a second")
	}
	l, err := w.lane(ctx, v, asset)
	if err != nil {
		return nil, err
	}
	return &row{asset: asset, voucher: v, claim: c, denom: l.Denom, value: value}, nil
}

// claimOf returns the one claim of a settlement in its one form: what is not used
// is empty, as the chain wants it.
func claimOf(s pay.Settlement) (pay.Claim, types.AssetID, error) {
	if len(s.Claims) != 1 {
		return pay.Claim{}, 0, refuse(http.StatusBadRequest, CodeBadClaim, "want one claim with each voucher, got %d", len(s.Claims))
	}
	c := s.Claims[0]
	if c.Leaf == nil {
		c.LeafPath = pay.Path{}
	}
	if c.Tick == nil {
		c.TickPath, c.K, c.Preimage = pay.Path{}, 0, types.Hash{}
	}
	asset, err := c.Asset()
	if err != nil {
		return c, 0, refuse(http.StatusBadRequest, CodeBadClaim, "%v", err)
	}
	return c, asset, nil
}

// claimed is what a claim says that it is worth.
func claimed(c pay.Claim) (value types.Amount) {
	if c.Leaf != nil {
		value = c.Leaf.Amount
	}
	if c.Tick == nil {
		return value
	}
	ticks, ok := c.Tick.Price.Mul(uint64(c.K))
	if ok {
		value, ok = value.Add(ticks)
	}
	if !ok { // it will be found to be wrong
		return types.AmountFromBytes([types.AmountSize]byte{0xff})
	}
	return value
}

// lane returns the lane of a voucher if the chain would pay the asset from it. The
// signature comes last: it costs the most.
func (w *Watcher) lane(ctx context.Context, v pay.SignedVoucher, asset types.AssetID) (types.Lane, error) {
	l, err := w.cfg.Chain.Lane(ctx, v.Lane)
	switch {
	case errors.Is(err, types.ErrNotFound):
		return l, refuse(http.StatusForbidden, CodeNoLane, "there is no lane %s on this chain", v.Lane)
	case err != nil:
		return l, chainDown(err)
	case l.State == types.LaneClosed:
		return l, refuse(http.StatusGone, CodeLaneClosed, "lane %s is closed", v.Lane)
	}
	if most, ok := v.Most(); !ok || most.Cmp(l.Cap) > 0 {
		return l, refuse(http.StatusBadRequest, CodeOverCap, "the voucher promises more than lane %s holds, which is %s", v.Lane, l.Cap)
	}
	a, err := w.cfg.Chain.Asset(ctx, asset)
	if err != nil {
		return l, chainDown(err)
	}
	if !slices.Contains(a.Denoms, l.Denom) {
		return l, refuse(http.StatusPaymentRequired, CodeWrongDenom, "asset %d does not earn in %s", asset, l.Denom)
	}
	if err := v.Verify(l.Key); err != nil {
		return l, refuse(http.StatusForbidden, CodeNoLane, "the voucher's signature is not that of lane %s", v.Lane)
	}
	return l, nil
}
