package coalition

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"slices"
	"strconv"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// hand is a payer's hand on one lane: it signs what it is told, honest or not.
type hand struct {
	p    *play
	ref  types.LaneRef
	key  ed25519.PrivateKey
	cap  uint64
	seq  uint64
	owed map[types.AssetID]uint64 // what an honest payer's next voucher would say
	kept []*signed
}

// signed is a voucher with all that can be shown of it.
type signed struct {
	voucher pay.SignedVoucher
	leaves  []pay.Leaf
	ticks   []pay.TickLeaf
	split   *pay.Split
	tree    *pay.Ticks
	chains  map[types.AssetID]*pay.HashChain
}

// open opens a tab of lanes that hold so much each, with something free beside them.
func (p *play) open(lanes int, limit, reserve, free uint64) []*hand {
	k := key("lane")
	public := pay.PublicKey(k)
	msg := &tabtypes.MsgOpen{
		Payer: p.chain.account(payerAccount), Denom: types.BaseDenom, FeeReserve: text(reserve),
		Deposit: text(uint64(lanes)*limit + free), Bond: text((uint64(lanes)*limit+free)/20 + 1),
	}
	for range lanes {
		msg.Lanes = append(msg.Lanes, tabtypes.NewLane{Key: public[:], Cap: text(limit), Gateway: uint64(appID)})
	}
	require.NoError(p.t, p.chain.do(func(ctx context.Context, msgs tabtypes.MsgServer) error {
		r, err := msgs.Open(ctx, msg)
		if err == nil {
			p.tabs = append(p.tabs, r.Tab)
		}
		return err
	}))
	var hands []*hand
	for i := range lanes {
		ref := types.LaneRef{Tab: types.TabID(p.tabs[len(p.tabs)-1]), Lane: uint32(i)}
		hands = append(hands, &hand{p: p, ref: ref, key: k, cap: limit, owed: map[types.AssetID]uint64{}})
	}
	p.hands = append(p.hands, hands...)
	return hands
}

func text(n uint64) string { return strconv.FormatUint(n, 10) }

// sign signs a voucher over amounts, and ticks of an order for those who are metered.
func (h *hand) sign(seq uint64, owed map[types.AssetID]uint64, orders ...pay.Order) *signed {
	s := &signed{chains: map[types.AssetID]*pay.HashChain{}}
	names := map[types.AssetID]types.Hash{}
	for _, o := range orders {
		names[o.Asset] = o.Hash()
		if o.Firm() {
			continue
		}
		chain, err := pay.NewHashChain(types.Hash{byte(seq), byte(o.Asset)}, o.Asset, o.Hash(), o.Most)
		require.NoError(h.p.t, err)
		s.chains[o.Asset] = chain
		s.ticks = append(s.ticks, pay.TickLeaf{
			Asset: o.Asset, Price: o.Price, Tokens: o.Tokens, Prompt: o.Prompt, Most: o.Most, Head: chain.Head(), Order: o.Hash(),
		})
	}
	for a, n := range owed {
		if n > 0 {
			s.leaves = append(s.leaves, pay.Leaf{Asset: a, Amount: amount(n), Order: names[a]})
		}
	}
	slices.SortFunc(s.leaves, func(a, b pay.Leaf) int { return cmp.Compare(a.Asset, b.Asset) })
	slices.SortFunc(s.ticks, func(a, b pay.TickLeaf) int { return cmp.Compare(a.Asset, b.Asset) })
	var err error
	s.split, err = pay.NewSplit(s.leaves)
	require.NoError(h.p.t, err)
	s.tree, err = pay.NewTicks(s.ticks)
	require.NoError(h.p.t, err)
	s.voucher = pay.Sign(pay.Voucher{
		Chain: pay.ChainHash(types.LocalChainID), Lane: h.ref, Seq: seq, Total: s.split.Sum(), Ceiling: s.tree.Sum(),
		Split: s.split.Root(), Ticks: s.tree.Root(),
	}, h.key)
	h.kept = append(h.kept, s)
	return s
}

// leaf is what proves an asset's leaf; nil if it has none.
func (s *signed) leaf(a types.AssetID) *wire.LeafProof {
	i := slices.IndexFunc(s.leaves, func(l pay.Leaf) bool { return l.Asset == a })
	if i < 0 {
		return nil
	}
	return &wire.LeafProof{Leaf: s.leaves[i], Path: s.split.Path(i)}
}

func (s *signed) paidLeaf(o pay.Order) wire.PaidLeaf {
	if l := s.leaf(o.Asset); l != nil {
		return wire.PaidLeaf{LeafProof: *l, Order: o}
	}
	return wire.PaidLeaf{Order: o}
}

func (s *signed) paidTick(o pay.Order) wire.PaidTick {
	i := slices.IndexFunc(s.ticks, func(l pay.TickLeaf) bool { return l.Asset == o.Asset })
	return wire.PaidTick{TickProof: wire.TickProof{Leaf: s.ticks[i], Path: s.tree.Path(i)}, Firm: s.leaf(o.Asset), Order: o}
}

// tick reveals that k ticks are paid.
func (s *signed) tick(o pay.Order, k uint32) wire.Tick {
	return wire.Tick{Lane: o.Lane, Seq: o.Seq, Asset: o.Asset, K: k, Preimage: s.chains[o.Asset].Preimage(k)}
}

// claims shows assets' leaves, and all their ticks, to the chain.
func (s *signed) claims(assets ...types.AssetID) pay.Settlement {
	out := pay.Settlement{Voucher: s.voucher}
	slices.Sort(assets)
	for _, a := range assets {
		var c pay.Claim
		if l := s.leaf(a); l != nil {
			c.Leaf, c.LeafPath = &l.Leaf, l.Path
		}
		if i := slices.IndexFunc(s.ticks, func(l pay.TickLeaf) bool { return l.Asset == a }); i >= 0 {
			c.Tick, c.TickPath, c.K = &s.ticks[i], s.tree.Path(i), s.ticks[i].Most
			c.Preimage = s.chains[a].Preimage(c.K)
		}
		if c.Leaf != nil || c.Tick != nil {
			out.Claims = append(out.Claims, c)
		}
	}
	return out
}

// order is the next order for a seller: one passage, or an answer of so many ticks
// after a prompt of three.
func (h *hand) order(s *seller, price uint64) pay.Order {
	o := pay.Order{Lane: h.ref, Seq: h.seq + 1, Gateway: appID, Asset: s.asset, Version: 1, Request: types.Hash{byte(h.seq)}, Price: amount(price)}
	switch s.role {
	case "model":
		o.Price, o.Tokens, o.Prompt, o.Most = amount(tickPrice), tickTokens, promptTicks, promptTicks+answerTicks
	case "gateway":
		o.Price, o.Prompt, o.Most = amount(usePrice), 1, 1
	}
	return o
}

// What a model is asked in a play.
const (
	promptTicks = 3
	answerTicks = 4
	answerBytes = answerTicks * tickTokens * types.TokenBytes
)

// how is in what way a payer uses a seller.
type how struct {
	price   uint64                   // of a passage; 0: passagePrice
	ticks   uint32                   // ticks that are revealed at most; 0: all that are due
	none    bool                     // no tick is revealed
	promise map[types.AssetID]uint64 // leaves besides what is owed
	forget  bool                     // the leaf of this seller says what it said before the last use
	seq     uint64                   // of the voucher; 0: the next
}

// use pays a seller for one order and takes what it gives. It reports whether the
// seller worked.
func (h *hand) use(s *seller, w how) bool {
	price := cmp.Or(w.price, passagePrice)
	o := h.order(s, price)
	o.Seq = cmp.Or(w.seq, o.Seq)
	h.seq = max(h.seq, o.Seq)
	owed := map[types.AssetID]uint64{}
	for a, n := range h.owed {
		owed[a] = n
	}
	for a, n := range w.promise {
		owed[a] += n
	}
	if w.forget {
		owed[s.asset] = 0
	}
	if o.Firm() {
		owed[s.asset] += price
	}
	v := h.sign(o.Seq, owed, o)
	if o.Firm() {
		if !s.passage(v.voucher, v.paidLeaf(o), price) {
			return false
		}
		h.owed[s.asset] += price
		return true
	}
	var revealed uint32
	worked := s.answer(v.voucher, v.paidTick(o), answerBytes, func(k uint32) []wire.Tick {
		if w.none || w.ticks > 0 && k > w.ticks {
			return nil
		}
		revealed = max(revealed, k)
		return []wire.Tick{v.tick(o, k)}
	})
	h.owed[s.asset] += uint64(revealed) * number(o.Price)
	return worked
}
