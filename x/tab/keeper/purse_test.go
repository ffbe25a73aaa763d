package keeper_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"slices"
	"strconv"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// laneSigner is the purse's side of a lane: it can sign anything, honest or not.
type laneSigner struct {
	t     tester
	key   ed25519.PrivateKey
	chain string
	ref   weal.LaneRef
}

// signer returns the key of a lane, made of a name.
func signer(t tester, name string, tab uint64, lane uint32) *laneSigner {
	seed := sha256.Sum256([]byte(name))
	return &laneSigner{
		t: t, key: ed25519.NewKeyFromSeed(seed[:]), chain: weal.LocalChainID,
		ref: weal.LaneRef{Tab: weal.TabID(tab), Lane: lane},
	}
}

// newLane returns the message's part that opens this lane.
func (s *laneSigner) newLane(limit uint64) types.NewLane {
	key := pay.PublicKey(s.key)
	return types.NewLane{Key: key[:], Cap: strconv.FormatUint(limit, 10), Gateway: uint64(gateway)}
}

// oneLane opens a tab of one lane and returns its signer.
func (c *chain) oneLane(limit uint64) *laneSigner {
	c.t.Helper()
	s := signer(c.t, "lane", 0, 0)
	s.ref.Tab = weal.TabID(c.open(s.newLane(limit)))
	return s
}

// promise is a voucher with all that can be claimed by it.
type promise struct {
	t      tester
	signed pay.SignedVoucher
	leaves []pay.Leaf
	ticks  []pay.TickLeaf
	split  *pay.Split
	tree   *pay.Ticks
	chains map[weal.AssetID]*pay.HashChain
}

// leaf and ticks describe what a voucher promises.
func leaf(a weal.AssetID, amount uint64) pay.Leaf {
	return pay.Leaf{Asset: a, Amount: weal.NewAmount(amount), Order: weal.Hash{1, byte(a)}}
}

func ticks(a weal.AssetID, price uint64, most uint32) pay.TickLeaf {
	return pay.TickLeaf{Asset: a, Price: weal.NewAmount(price), Tokens: 16, Most: most, Order: weal.Hash{2, byte(a)}}
}

// sign signs a voucher over leaves and ticks, which it brings into order.
func (s *laneSigner) sign(seq uint64, leaves []pay.Leaf, promised ...pay.TickLeaf) *promise {
	s.t.Helper()
	p := &promise{t: s.t, leaves: slices.Clone(leaves), ticks: slices.Clone(promised), chains: map[weal.AssetID]*pay.HashChain{}}
	slices.SortFunc(p.leaves, func(a, b pay.Leaf) int { return int(a.Asset) - int(b.Asset) })
	slices.SortFunc(p.ticks, func(a, b pay.TickLeaf) int { return int(a.Asset) - int(b.Asset) })
	for i, l := range p.ticks {
		chain, err := pay.NewHashChain(weal.Hash{9, byte(seq), byte(i)}, l.Asset, l.Order, l.Most)
		require.NoError(s.t, err)
		p.chains[l.Asset], p.ticks[i].Head = chain, chain.Head()
	}
	var err error
	p.split, err = pay.NewSplit(p.leaves)
	require.NoError(s.t, err)
	p.tree, err = pay.NewTicks(p.ticks)
	require.NoError(s.t, err)
	p.signed = s.raw(pay.Voucher{
		Lane: s.ref, Seq: seq, Total: p.split.Sum(), Ceiling: p.tree.Sum(), Split: p.split.Root(), Ticks: p.tree.Root(),
	})
	return p
}

// raw signs any voucher, for the signer's chain.
func (s *laneSigner) raw(v pay.Voucher) pay.SignedVoucher {
	v.Chain = pay.ChainHash(s.chain)
	return pay.Sign(v, s.key)
}

// firm returns the claim of an asset's leaf.
func (p *promise) firm(a weal.AssetID) types.Claim {
	p.t.Helper()
	i := slices.IndexFunc(p.leaves, func(l pay.Leaf) bool { return l.Asset == a })
	require.GreaterOrEqual(p.t, i, 0)
	return types.Claim{Leaf: p.leaves[i].Bytes(), LeafPath: p.split.Path(i).Bytes()}
}

// ticked returns the claim of k ticks of an asset.
func (p *promise) ticked(a weal.AssetID, k uint32) types.Claim {
	p.t.Helper()
	i := slices.IndexFunc(p.ticks, func(l pay.TickLeaf) bool { return l.Asset == a })
	require.GreaterOrEqual(p.t, i, 0)
	preimage := p.chains[a].Preimage(k)
	return types.Claim{Tick: p.ticks[i].Bytes(), TickPath: p.tree.Path(i).Bytes(), Preimage: preimage[:], TickCount: k}
}

// both returns the claim of an asset's leaf and k ticks.
func (p *promise) both(a weal.AssetID, k uint32) types.Claim {
	f, t := p.firm(a), p.ticked(a, k)
	t.Leaf, t.LeafPath = f.Leaf, f.LeafPath
	return t
}

// claim returns a settlement of the claims.
func (p *promise) claim(claims ...types.Claim) types.Settlement {
	return types.Settlement{Voucher: p.signed.Bytes(), Claims: claims}
}

// of returns a settlement of the leaves of assets.
func (p *promise) of(assets ...weal.AssetID) types.Settlement {
	p.t.Helper()
	claims := make([]types.Claim, len(assets))
	for i, a := range assets {
		claims[i] = p.firm(a)
	}
	return p.claim(claims...)
}
