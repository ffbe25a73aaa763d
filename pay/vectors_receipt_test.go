package pay_test

import (
	"crypto/ed25519"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

type receiptCase struct {
	verdict
	Key     types.Hash   `json:"key"`
	Signed  hexBytes     `json:"signed"`
	Receipt *pay.Receipt `json:"receipt,omitempty"` // what they say
	Hash    *types.Hash  `json:"hash,omitempty"`
}

func (c receiptCase) check(t *testing.T) {
	s, err := pay.ParseSignedReceipt(c.Signed)
	if err == nil {
		err = s.Verify(c.Key)
	}
	c.require(t, err)
	if c.Receipt != nil {
		require.Equal(t, *c.Receipt, s.Receipt, c.Name)
		require.Equal(t, *c.Hash, s.Hash(), c.Name)
		require.Equal(t, []byte(c.Signed), s.Bytes(), c.Name)
	}
}

func someReceipts(n int) []pay.Receipt {
	all := make([]pay.Receipt, n)
	for i := range all {
		all[i] = pay.Receipt{
			Chain: pay.ChainHash("weal-1"), Lane: types.LaneRef{Tab: 7, Epoch: 2, Lane: 3}, Seq: uint64(41 + i), Asset: 5, Version: 4,
			Order: seeded(fmt.Sprint("order ", i)), Input: seeded("input"), Output: seeded("output"),
			Amount: types.NewAmount(uint64(1200 + i)), Policy: pay.PolicyAudit, Time: 1_800_000_000_123,
		}
	}
	return all
}

func makeReceipts(t *testing.T) vectorFile[receiptCase] {
	f := vectorFile[receiptCase]{About: "Signed receipts: 189 bytes of receipt, or 221 with a detail, 64 of signature over the group's count and root, then the proof of the receipt's hash in the group's tree."}
	key := seededKey("asset key")
	pub := pay.PublicKey(key)
	for _, n := range []int{1, 3, 8} {
		signed, err := pay.SignGroup(someReceipts(n), key)
		require.NoError(t, err)
		for i, s := range signed {
			r, h := s.Receipt, s.Hash()
			f.Cases = append(f.Cases, receiptCase{good(fmt.Sprintf("%d of a group of %d", i, n)), pub, s.Bytes(), &r, &h})
		}
	}
	detailed := someReceipts(8)
	for i := range detailed {
		if i%2 == 0 {
			detailed[i].Detail = seeded(fmt.Sprint("detail ", i))
		}
	}
	for _, n := range []int{1, 8} {
		signed, err := pay.SignGroup(detailed[:n], key)
		require.NoError(t, err)
		for i, s := range signed {
			r, h := s.Receipt, s.Hash()
			require.LessOrEqual(t, len(s.Bytes()), 400)
			f.Cases = append(f.Cases, receiptCase{good(fmt.Sprintf("%d of a group of %d, every second with a detail", i, n)), pub, s.Bytes(), &r, &h})
		}
	}
	signed, err := pay.SignGroup(detailed[:2], key)
	require.NoError(t, err)
	d := signed[0].Bytes()
	signed, err = pay.SignGroup(someReceipts(3), key)
	require.NoError(t, err)
	b := signed[0].Bytes()
	add := func(name, why string, signed []byte) {
		f.Cases = append(f.Cases, receiptCase{verdict: bad(name, why), Key: pub, Signed: signed})
	}
	for _, at := range []struct {
		field  string
		offset int
	}{
		{"chain", 0}, {"tab", 32}, {"epoch", 40}, {"lane", 44}, {"seq", 48}, {"asset", 56}, {"version", 64},
		{"order", 68}, {"input", 100}, {"output", 132}, {"amount", 164}, {"time", 181}, {"R", 189}, {"scalar", 221},
		{"index", 189 + 64 + 7}, {"sibling", -1},
	} {
		add("changed "+at.field, "signature", changed(b, at.offset))
	}
	add("unknown policy", "encoding", changed(b, 180))
	add("changed detail", "signature", changed(d, 189))
	add("a detail that is zero", "encoding", slices.Concat(d[:189], make([]byte, 32), d[221:]))
	add("a detail and a byte of the policy that says there is none", "encoding", changedBits(d, 180, 128))
	add("no detail and a byte of the policy that says there is one", "encoding", changedBits(b, 180, 128))
	add("a detail and an unknown policy", "encoding", changed(d, 180))
	add("truncated within its detail", "encoding", d[:200])
	add("empty", "encoding", nil)
	add("truncated by a byte", "encoding", b[:len(b)-1])
	add("a sibling missing", "encoding", b[:len(b)-32])
	add("without its proof", "encoding", b[:189+64])
	count := slices.Clone(b)
	count[189+64+15] = 4
	add("count changed", "signature", count)
	other, err := pay.SignGroup(someReceipts(3), seededKey("other asset key"))
	require.NoError(t, err)
	add("another asset's key", "signature", other[0].Bytes())
	one := signed[0]
	one.Path = pay.MerkleProof([]types.Hash{one.Hash()}, 0)
	one.Signature = pay.Signature(ed25519.Sign(key, append([]byte("weal/voucher/1"), one.Receipt.Bytes()...)))
	add("wrong domain", "signature", one.Bytes())
	return f
}

// claimCase brings a claim to a voucher.
type claimCase struct {
	verdict
	Voucher hexBytes      `json:"voucher"` // the 184 bytes; the signature is not looked at
	Claim   pay.Claim     `json:"claim"`
	Asset   types.AssetID `json:"asset,omitempty"`
	Value   *types.Amount `json:"value,omitempty"`
}

func (c claimCase) check(t *testing.T) {
	v, err := pay.ParseVoucher(c.Voucher)
	require.NoError(t, err, c.Name)
	asset, value, err := c.Claim.Value(v)
	c.require(t, err)
	if c.OK {
		require.Equal(t, c.Asset, asset, c.Name)
		require.Equal(t, *c.Value, value, c.Name)
	}
}

func makeClaims(t *testing.T) vectorFile[claimCase] {
	f := vectorFile[claimCase]{About: "What a voucher owes one asset: its firm leaf, its ticks, or both. Paths are base64url, the empty text is none."}
	leaves := []pay.Leaf{{Asset: 2, Amount: types.NewAmount(70), Order: seeded("a")}, {Asset: 4, Amount: types.NewAmount(30), Order: seeded("b")}}
	ticks := someTicks(t, 2) // of assets 2 and 4
	split, err := pay.NewSplit(leaves)
	require.NoError(t, err)
	tree, err := pay.NewTicks(ticks)
	require.NoError(t, err)
	v := pay.Voucher{
		Chain: pay.ChainHash("weal-1"), Lane: types.LaneRef{Tab: 1}, Seq: 2,
		Total: split.Sum(), Ceiling: tree.Sum(), Split: split.Root(), Ticks: tree.Root(),
	}
	chain, err := pay.NewHashChain(seeded("seed 1"), 4, ticks[1].Order, ticks[1].Most)
	require.NoError(t, err)
	firm := pay.Claim{Leaf: &leaves[1], LeafPath: split.Path(1)}
	metered := pay.Claim{Tick: &ticks[1], TickPath: tree.Path(1), K: 3, Preimage: chain.Preimage(3)}
	both := metered
	both.Leaf, both.LeafPath = firm.Leaf, firm.LeafPath
	ok := func(name string, c pay.Claim, value uint64) {
		amount := types.NewAmount(value)
		f.Cases = append(f.Cases, claimCase{good(name), v.Bytes(), c, 4, &amount})
	}
	ok("leaf", firm, 30)
	ok("ticks", metered, 3*6)
	ok("leaf and ticks", both, 30+3*6)
	add := func(name, why string, c pay.Claim, change func(*pay.Claim)) {
		change(&c)
		f.Cases = append(f.Cases, claimCase{verdict: bad(name, why), Voucher: v.Bytes(), Claim: c})
	}
	add("nothing", "claim", firm, func(c *pay.Claim) { c.Leaf = nil })
	add("leaf and ticks of two assets", "claim", both, func(c *pay.Claim) { c.Leaf, c.LeafPath = &leaves[0], split.Path(0) })
	add("leaf without its path", "path", firm, func(c *pay.Claim) { c.LeafPath = pay.Path{} })
	add("ticks without their path", "path", metered, func(c *pay.Claim) { c.TickPath = pay.Path{} })
	add("paths swapped", "sum", both, func(c *pay.Claim) { c.LeafPath, c.TickPath = c.TickPath, c.LeafPath })
	add("ticks counted too high", "ticks", both, func(c *pay.Claim) { c.K = 4 })
	add("no tick", "ticks", both, func(c *pay.Claim) { c.K, c.Preimage = 0, ticks[1].Head })
	add("more ticks than promised", "ticks", both, func(c *pay.Claim) { c.K = ticks[1].Most + 1 })
	return f
}
