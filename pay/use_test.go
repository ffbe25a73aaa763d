package pay

import (
	"crypto/ed25519"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
)

// use is the proof of the second of three uses, and the keys of asset and lane.
func use(t testing.TB) (p UseProof, asset, lane types.Hash) {
	t.Helper()
	assetKey, laneKey := ed25519.NewKeyFromSeed(make([]byte, 32)), ed25519.NewKeyFromSeed(append(make([]byte, 31), 1))
	ref := types.LaneRef{Tab: 7, Lane: 1}
	var m Mountain
	var hashes []types.Hash
	for seq := range uint64(3) {
		group, err := SignGroup([]Receipt{{Chain: types.Hash{1}, Lane: ref, Seq: seq, Asset: 5, Version: 1, Policy: PolicyAudit}}, assetKey)
		require.NoError(t, err)
		if seq == 1 {
			p.Receipt = group[0]
		}
		m.Append(group[0].Hash())
		hashes = append(hashes, group[0].Hash())
	}
	p.Path = NewTree(hashes).Proof(1)
	p.Voucher = Sign(Voucher{Chain: types.Hash{1}, Lane: ref, Seq: 3, Receipts: m.Root()}, laneKey)
	return p, PublicKey(assetKey), PublicKey(laneKey)
}

func TestUseProof(t *testing.T) {
	p, asset, lane := use(t)
	require.NoError(t, p.Verify(asset, lane))
	require.ErrorIs(t, p.Verify(lane, lane), ErrSignature)
	require.ErrorIs(t, p.Verify(asset, asset), ErrSignature)
	for name, wrong := range map[string]struct {
		change func(*UseProof)
		want   error
	}{
		"another chain":          {func(p *UseProof) { p.Voucher.Chain[0]++ }, ErrUse},
		"another lane":           {func(p *UseProof) { p.Voucher.Lane.Lane++ }, ErrUse},
		"a voucher of that use":  {func(p *UseProof) { p.Voucher.Seq = 1 }, ErrUse},
		"another amount":         {func(p *UseProof) { p.Receipt.Amount = types.NewAmount(1) }, ErrSignature},
		"another place":          {func(p *UseProof) { p.Path.Index = 0 }, ErrPath},
		"another receipts root":  {func(p *UseProof) { p.Voucher.Receipts[0]++ }, ErrPath},
		"a voucher not signed":   {func(p *UseProof) { p.Voucher.Signature[0]++ }, ErrSignature},
		"a voucher that differs": {func(p *UseProof) { p.Voucher.Total = types.NewAmount(1) }, ErrSignature},
	} {
		q, _, _ := use(t)
		wrong.change(&q)
		require.ErrorIs(t, q.Verify(asset, lane), wrong.want, name)
	}
}

// FuzzUseProof reads any bytes: what holds is the proof that was made.
func FuzzUseProof(f *testing.F) {
	made, asset, lane := use(f)
	b, err := json.Marshal(made)
	require.NoError(f, err)
	f.Add(b)
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"receipt":{},"path":"AA","voucher":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p UseProof
		if json.Unmarshal(data, &p) != nil || p.Verify(asset, lane) != nil {
			return
		}
		require.Equal(t, made.Receipt.Receipt, p.Receipt.Receipt)
		require.Equal(t, made.Voucher.Voucher, p.Voucher.Voucher)
	})
}
