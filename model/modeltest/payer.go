package modeltest

import (
	"cmp"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Payer signs for one lane, by hand. It is not safe for concurrent use.
type Payer struct {
	T        testing.TB
	Lane     types.Lane
	Key      ed25519.PrivateKey
	Seq      uint64 // of the last voucher
	Leaves   []pay.Leaf
	Chains   map[types.AssetID]*pay.HashChain
	Revealed map[types.AssetID]uint32
	ticks    []pay.TickLeaf
}

// Signed is a voucher with what each payee of it needs.
type Signed struct {
	Voucher pay.SignedVoucher
	Leaves  map[types.AssetID]wire.PaidLeaf
	Ticks   map[types.AssetID]wire.PaidTick
}

// NewPayer opens lane tab/0/0 for gateway on c with a cap.
func NewPayer(t testing.TB, c *Chain, tab types.TabID, gateway types.AssetID, limit uint64) *Payer {
	key := Key("lane", uint64(tab))
	lane := types.Lane{
		Ref: types.LaneRef{Tab: tab}, Payer: fmt.Sprintf("0x%040x", uint64(tab)), Denom: Denom, Key: types.Hash(key.Public().(ed25519.PublicKey)), //nolint:errcheck // that is what it is
		Cap: types.NewAmount(limit), Gateway: gateway, State: types.LaneOpen,
	}
	c.SetLane(lane)
	return &Payer{T: t, Lane: lane, Key: key, Chains: map[types.AssetID]*pay.HashChain{}, Revealed: map[types.AssetID]uint32{}}
}

// Order returns an order of the lane's next voucher, with nothing asked.
func (p *Payer) Order(asset types.AssetID) pay.Order {
	return pay.Order{Lane: p.Lane.Ref, Seq: p.Seq + 1, Gateway: p.Lane.Gateway, Asset: asset, Version: 1}
}

// Sign folds the ticks revealed so far, adds orders, and signs the next voucher.
func (p *Payer) Sign(orders ...pay.Order) Signed {
	p.T.Helper()
	for _, l := range p.ticks {
		if amount, _ := l.Price.Mul(uint64(p.Revealed[l.Asset])); !amount.IsZero() {
			p.raise(pay.Leaf{Asset: l.Asset, Amount: amount, Order: l.Order})
		}
	}
	p.ticks, p.Seq = nil, p.Seq+1
	for _, o := range orders {
		if o.Firm() {
			p.raise(pay.Leaf{Asset: o.Asset, Amount: o.Price, Order: o.Hash()})
			continue
		}
		seed := types.Hash(sha256.Sum256(append([]byte("seed"), o.Bytes()...)))
		chain, err := pay.NewHashChain(seed, o.Asset, o.Hash(), o.Most)
		require.NoError(p.T, err)
		p.Chains[o.Asset], p.Revealed[o.Asset] = chain, 0
		p.ticks = append(p.ticks, pay.TickLeaf{
			Asset: o.Asset, Price: o.Price, Tokens: o.Tokens, Prompt: o.Prompt, Most: o.Most, Head: chain.Head(), Order: o.Hash(),
		})
	}
	slices.SortFunc(p.ticks, func(a, b pay.TickLeaf) int { return cmp.Compare(a.Asset, b.Asset) })
	return p.pack(orders)
}

func (p *Payer) raise(more pay.Leaf) {
	i, found := slices.BinarySearchFunc(p.Leaves, more.Asset, func(l pay.Leaf, id types.AssetID) int { return cmp.Compare(l.Asset, id) })
	if !found {
		p.Leaves = slices.Insert(p.Leaves, i, pay.Leaf{Asset: more.Asset})
	}
	p.Leaves[i].Amount, _ = p.Leaves[i].Amount.Add(more.Amount)
	p.Leaves[i].Order = more.Order
}

func (p *Payer) pack(orders []pay.Order) Signed {
	p.T.Helper()
	split, err := pay.NewSplit(p.Leaves)
	require.NoError(p.T, err)
	ticks, err := pay.NewTicks(p.ticks)
	require.NoError(p.T, err)
	s := Signed{Leaves: map[types.AssetID]wire.PaidLeaf{}, Ticks: map[types.AssetID]wire.PaidTick{}}
	s.Voucher = pay.Sign(pay.Voucher{
		Chain: pay.ChainHash(ChainID), Lane: p.Lane.Ref, Seq: p.Seq, Total: split.Sum(), Ceiling: ticks.Sum(),
		Split: split.Root(), Ticks: ticks.Root(),
	}, p.Key)
	for _, o := range orders {
		var firm *wire.LeafProof
		if i := slices.IndexFunc(p.Leaves, func(l pay.Leaf) bool { return l.Asset == o.Asset }); i >= 0 {
			firm = &wire.LeafProof{Leaf: p.Leaves[i], Path: split.Path(i)}
		}
		if o.Firm() {
			s.Leaves[o.Asset] = wire.PaidLeaf{LeafProof: *firm, Order: o}
			continue
		}
		i := slices.IndexFunc(p.ticks, func(l pay.TickLeaf) bool { return l.Asset == o.Asset })
		s.Ticks[o.Asset] = wire.PaidTick{TickProof: wire.TickProof{Leaf: p.ticks[i], Path: ticks.Path(i)}, Firm: firm, Order: o}
	}
	return s
}

// Tick reveals that k ticks of the last voucher are paid to asset.
func (p *Payer) Tick(asset types.AssetID, k uint32) wire.Tick {
	p.Revealed[asset] = max(k, p.Revealed[asset])
	return wire.Tick{Lane: p.Lane.Ref, Seq: p.Seq, Asset: asset, K: k, Preimage: p.Chains[asset].Preimage(k)}
}
