package purse

import (
	"crypto/sha256"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// FuzzQuote: whatever a gateway quotes, a purse does not fall over, and what it
// accepts adds up and is at the chain's prices.
func FuzzQuote(f *testing.F) {
	good := quoteSeed()
	seed, err := json.Marshal(good)
	require.NoError(f, err)
	f.Add(seed)
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"vaults":[{}],"meters":[{"kind":"app"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var q wire.Quote
		if json.Unmarshal(data, &q) != nil {
			return
		}
		w := fixedWorld(t)
		p := &Purse{cfg: Config{Chain: w, Now: nowFixed}}
		b, err := p.check(t.Context(), &question{body: []byte(asked), hash: sha256.Sum256([]byte(asked)), seq: 1, lane: &lane{ref: laneRef(0)}}, &q)
		if err != nil {
			return
		}
		var sum types.Amount
		for _, v := range b.payees {
			sum, _ = sum.Add(v.most)
		}
		require.Equal(t, sum, b.most)
		require.LessOrEqual(t, b.firm.Cmp(b.most), 0)
	})
}

// FuzzStream: whatever comes in a stream, reading it does not fall over, and
// nothing is owed beyond what was promised.
func FuzzStream(f *testing.F) {
	f.Add([]byte(`{"choices":[{"delta":{"content":"Hi"}}]}`))
	f.Add([]byte(`{"weal":{"citations":[{"n":1,"asset":10,"passage":{"text":"x","proof":""}}],"receipts":[{"policy":"audit"}]}}`))
	f.Add([]byte(`{"error":{"message":"x"},"weal":{"charges":[{"asset":1,"kind":"app","amount":"5"}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		w := fixedWorld(t)
		p := &Purse{cfg: Config{Chain: w, Now: nowFixed}}
		q := &question{body: []byte(asked), hash: sha256.Sum256([]byte(asked)), seq: 1, lane: &lane{ref: laneRef(0)}}
		quote := quoteSeed()
		b, err := p.check(t.Context(), q, &quote)
		require.NoError(t, err)
		r := &reading{p: p, q: q, b: b, a: &Answer{}, m: &meters{}, bought: newPurchase(b)}
		_ = r.event(data)
		r.conclude()
		require.Equal(t, b.firm, r.a.Total)
		require.Empty(t, r.a.Receipts, "nobody can sign for the assets")
	})
}
