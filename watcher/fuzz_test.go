package watcher

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// open is a chain on which every lane is open, with one key, and every asset below
// 10 names the watcher.
type open struct{ key types.Hash }

func (c open) Lane(_ context.Context, ref types.LaneRef) (types.Lane, error) {
	return types.Lane{Ref: ref, Denom: "aweal", Key: c.key, Cap: types.NewAmount(1_000_000), State: types.LaneOpen}, nil
}

func (open) Asset(_ context.Context, id types.AssetID) (types.Asset, error) {
	return types.Asset{ID: id, Denoms: []string{"aweal"}}, nil
}

func (open) Credited(context.Context, types.LaneRef, types.AssetID) (types.Amount, error) {
	return types.Amount{}, nil
}

func (open) Watched(context.Context, string) (map[types.AssetID]uint32, error) {
	all := map[types.AssetID]uint32{}
	for id := range types.AssetID(10) {
		all[id] = 1
	}
	return all, nil
}

func (open) Window(context.Context) (time.Duration, error)  { return time.Minute, nil }
func (open) Settle(context.Context, []pay.Settlement) error { return nil }

// FuzzTake hands over any bytes. What would be kept is what the chain pays.
func FuzzTake(f *testing.F) {
	seed := make([]byte, 32)
	key := ed25519.NewKeyFromSeed(seed)
	split, err := pay.NewSplit([]pay.Leaf{{Asset: 5, Amount: types.NewAmount(7)}, {Asset: 6, Amount: types.NewAmount(8)}})
	require.NoError(f, err)
	chain, err := pay.NewHashChain(types.Hash{1}, 5, types.Hash{2}, 4)
	require.NoError(f, err)
	tick := pay.TickLeaf{Asset: 5, Price: types.NewAmount(3), Tokens: 8, Prompt: 1, Most: 4, Head: chain.Head(), Order: types.Hash{2}}
	ticks, err := pay.NewTicks([]pay.TickLeaf{tick})
	require.NoError(f, err)
	leaf := pay.Leaf{Asset: 5, Amount: types.NewAmount(7)}
	v := pay.Sign(pay.Voucher{
		Chain: pay.ChainHash("weal-1"), Lane: types.LaneRef{Tab: 1}, Seq: 1, Total: split.Sum(), Ceiling: ticks.Sum(),
		Split: split.Root(), Ticks: ticks.Root(),
	}, key)
	for _, c := range []pay.Claim{
		{Leaf: &leaf, LeafPath: split.Path(0)},
		{Tick: &tick, TickPath: ticks.Path(0), K: 2, Preimage: chain.Preimage(2)},
		{Leaf: &leaf, LeafPath: split.Path(0), Tick: &tick, TickPath: ticks.Path(0), K: 4, Preimage: chain.Preimage(4)},
		{},
	} {
		b, err := json.Marshal(request{Claims: []pay.Settlement{{Voucher: v, Claims: []pay.Claim{c}}}})
		require.NoError(f, err)
		f.Add(b)
	}
	f.Add([]byte(`{"claims":[{"voucher":"","claims":[null]}]}`))
	on := open{pay.PublicKey(key)}
	w := &Watcher{cfg: Config{ChainID: "weal-1", Account: "0xa1", Chain: on, MaxRows: 1}}
	w.asked = newBucket(1<<30, time.Now)
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := parse(body)
		if err != nil {
			return
		}
		for _, s := range r.Claims {
			c, asset, err := claimOf(s)
			if err != nil {
				continue
			}
			said := claimed(c)
			kept, err := w.verify(t.Context(), s.Voucher, c, true)
			if err != nil {
				continue
			}
			require.NoError(t, kept.voucher.Verify(on.key))
			require.Equal(t, said, kept.value)
			id, value, err := kept.claim.Value(kept.voucher.Voucher)
			require.NoError(t, err)
			require.Equal(t, []any{asset, said}, []any{id, value})
			require.Equal(t, asset, kept.asset)
			if kept.claim.Tick == nil {
				require.Zero(t, kept.claim.K)
				require.Empty(t, kept.claim.TickPath.Siblings)
			}
		}
	})
}
