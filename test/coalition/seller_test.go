package coalition

import (
	"context"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/earn"
	"github.com/weal-network/weal/keep"
	"github.com/weal-network/weal/model/meter"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// seller is an honest vault, model or gateway: it works for what its book accepts,
// settles when its book says so, and counts what its work is worth.
type seller struct {
	p       *play
	role    string
	asset   types.AssetID
	account int
	book    *earn.Book
	given   uint64 // what its work came to
	fees    uint64 // what bringing it to the chain cost, less refunds
	brought map[types.LaneRef]bool
}

func newSeller(p *play, role string) *seller {
	s := &seller{p: p, role: role, asset: assetOf[role], account: accountOf[role], brought: map[types.LaneRef]bool{}}
	db, err := keep.Open(filepath.Join(p.t.TempDir(), "role.db"))
	require.NoError(p.t, err)
	p.t.Cleanup(func() { _ = db.Close() })
	cfg := earn.Config{
		ChainID: types.LocalChainID, Asset: s.asset, Exposure: amount(exposure), ExposureAll: amount(exposureAll),
		Chain: p.chain, DB: db, Now: p.chain.now,
	}
	if p.weaken != nil {
		p.weaken(&cfg)
	}
	s.book, err = earn.Open(p.t.Context(), cfg)
	require.NoError(p.t, err)
	return s
}

// Settle implements earn.Settler. Whoever colludes is always faster.
func (s *seller) Settle(_ context.Context, all []pay.Settlement) error {
	s.p.overtake()
	before := s.p.chain.balance(s.account)
	if err := s.p.chain.settle(s.account, settlements(all...)...); err != nil {
		return err
	}
	back := s.p.chain.balance(s.account).Sub(before).Uint64()
	for _, one := range all {
		s.brought[one.Voucher.Lane] = true
	}
	s.fees += refund * uint64(len(all))
	s.fees -= min(s.fees, back)
	return nil
}

// look settles if it is time to, as Book.Run does.
func (s *seller) look() {
	ctx := s.p.t.Context()
	if s.book.Due(ctx) {
		_, _ = s.book.Settle(ctx, s)
	}
}

// passage releases a passage if it is paid for, once. It reports whether it did.
func (s *seller) passage(v pay.SignedVoucher, paid wire.PaidLeaf, price uint64) bool {
	ctx, hash := s.p.t.Context(), paid.Order.Hash()
	defer s.look()
	if _, err := s.book.Admit(ctx, paid.Order.Lane); err != nil {
		return false // it makes no offer
	}
	if _, served, err := s.book.Served(ctx, hash); err != nil || served {
		return false // the same answer again
	}
	if err := s.book.AcceptLeaf(ctx, v, paid, amount(price)); err != nil {
		return false
	}
	s.given += price
	require.NoError(s.p.t, s.book.MarkServed(ctx, hash, []byte("a passage")))
	return true
}

// answer sends text of a number of bytes, as a model does: as much as the ticks
// that were paid give room for. The ticks come from reveal.
func (s *seller) answer(v pay.SignedVoucher, paid wire.PaidTick, text int, reveal func(k uint32) []wire.Tick) bool {
	ctx, o := s.p.t.Context(), paid.Order
	defer s.look()
	if _, err := s.book.Admit(ctx, o.Lane); err != nil {
		return false
	}
	if _, served, err := s.book.Served(ctx, o.Hash()); err != nil || served {
		return false
	}
	if err := s.book.AcceptTick(ctx, v, paid, s.meter(o)); err != nil {
		return false
	}
	most := s.stream(ctx, o, text, reveal)
	s.given += number(o.Price) * uint64(most)
	require.NoError(s.p.t, s.book.MarkServed(ctx, o.Hash(), []byte(strings.Repeat("x", int(most)))))
	return true
}

// stream sends text and returns how many ticks it was worth.
func (s *seller) stream(ctx context.Context, o pay.Order, text int, reveal func(uint32) []wire.Tick) (most uint32) {
	var known uint32
	if o.Tokens == 0 { // a use is owed with the first bytes, and paid before the others
		s.await(ctx, o, o.Prompt, &known, reveal)
		return o.Prompt
	}
	m := meter.Meter{Tokens: o.Tokens, Prompt: o.Prompt, Most: o.Most}
	for sent := 0; ; {
		if n := min(text, m.Room(known)); n > sent {
			sent, most = n, m.Owed(n)
			continue
		}
		next := m.Next(known)
		if sent == text {
			next = most
		}
		if next <= known || !s.await(ctx, o, next, &known, reveal) {
			return most
		}
	}
}

// await takes the ticks that come and reports whether k are paid, and there is room
// for more work.
func (s *seller) await(ctx context.Context, o pay.Order, k uint32, known *uint32, reveal func(uint32) []wire.Tick) bool {
	for _, t := range reveal(k) {
		_, _ = s.book.Tick(ctx, t)
	}
	now, cancel := context.WithCancel(ctx)
	cancel()
	if s.book.AwaitTicks(now, o.Lane, o.Seq, k) != nil {
		s.look() // what is over the exposure is brought, and then there is room
		if s.book.AwaitTicks(now, o.Lane, o.Seq, k) != nil {
			return false
		}
	}
	*known = k
	return true
}

// meter is what the seller has quoted for an order: its price list, and what the
// order asks for.
func (s *seller) meter(o pay.Order) wire.Meter {
	a := s.p.chain.assets[s.asset]
	return wire.Meter{
		Asset: s.asset, Kind: a.Kind, Version: 1, Price: a.Prices[0].Amount, Tokens: a.Prices[0].Tokens, Prompt: o.Prompt, Most: o.Most,
	}
}

// lost is what the seller has given and not got, with what bringing it cost or
// without.
func (s *seller) lost(fees bool) uint64 {
	earned, _ := s.p.chain.got(s.asset)
	spent := s.given
	if fees {
		spent += s.fees
	}
	return spent - min(spent, earned)
}

// fee is the most that the seller's watcher may have got of what it earned.
func (s *seller) fee() uint64 {
	earned, fees := s.p.chain.got(s.asset)
	return (earned + fees) * feePoints / 10_000
}
