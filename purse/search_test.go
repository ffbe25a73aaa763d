package purse

import (
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
	"github.com/weal-network/weal/wire/sealed"
)

// searching is a search for what quoteSeed quotes, up to its payment.
func searching(t testing.TB, w *world, change func(*wire.Quote)) (*reading, error) {
	t.Helper()
	key, err := sealed.NewPrivate()
	require.NoError(t, err)
	quote := quoteSeed()
	quote.Meters = quote.Meters[1:]
	if change != nil {
		change(&quote)
	}
	p := &Purse{cfg: Config{Chain: w, Now: nowFixed}}
	q := &question{body: []byte(asked), hash: sha256.Sum256([]byte(asked)), seq: 1, lane: &lane{ref: laneRef(0)}, key: key, rank: rank(quote.Vaults)}
	b, err := p.check(t.Context(), q, &quote)
	if err != nil {
		return nil, err
	}
	return &reading{p: p, q: q, b: b, a: &Answer{}, m: &meters{}, bought: newPurchase(b), outputs: map[types.AssetID]types.Hash{}}, nil
}

func TestOrdersOfASearchNameTheKey(t *testing.T) {
	r, err := searching(t, fixedWorld(t), nil)
	require.NoError(t, err)
	items := pay.SealedItems(pay.ItemsHash([]types.Hash{{1}}), r.q.key.Key())
	require.Equal(t, items, r.b.payees[0].order.Items)
	require.Equal(t, pay.ItemsHash([]types.Hash{items}), r.b.payees[1].order.Items)
}

func TestSearchPaysForNoModel(t *testing.T) {
	_, err := searching(t, fixedWorld(t), func(q *wire.Quote) { q.Meters = quoteSeed().Meters })
	require.ErrorIs(t, err, ErrQuote)
	require.ErrorContains(t, err, "passages alone")
}

func TestSealedPassagesThatNobodyAskedFor(t *testing.T) {
	r, err := searching(t, fixedWorld(t), nil)
	require.NoError(t, err)
	box := []wire.SealedRelease{{Asset: vaultA, Sealed: make(wire.Box, 100)}}
	r.open([]wire.SealedRelease{{Asset: vaultB}})
	r.open(box)
	require.Len(t, r.bought.flags, 1)
	r.outputs[vaultA] = types.Hash{}
	r.open(box)
	r.q.key = nil
	r.open(box)
	require.Len(t, r.a.Problems, 3)
	require.Len(t, r.bought.problems, 1)
	require.Zero(t, r.m.got, "the app is paid for it")
}

func TestRank(t *testing.T) {
	id := func(n byte) types.Hash { return types.Hash{n} }
	got := rank([]wire.Offer{
		{Items: []wire.OfferedPassage{{ID: id(1), Band: 5}, {ID: id(2), Band: 9}}},
		{Items: []wire.OfferedPassage{{ID: id(3), Band: 9}, {ID: id(4), Band: 5}}},
	})
	require.Equal(t, map[types.Hash]int{id(3): 1, id(2): 2, id(1): 3, id(4): 4}, got)
}

// FuzzSealedRelease: whatever is sealed to a purse, reading it does not fall over, and
// nothing holds that was not bought.
func FuzzSealedRelease(f *testing.F) {
	f.Add([]byte(`{"asset":10,"version":1,"root":"","passages":[{"id":"00","proof":""}],"receipt":{"policy":"audit"}}`))
	f.Add([]byte(`{}`))
	w := fixedWorld(nil)
	good := wire.Release{Asset: vaultA, Version: 1, Root: w.asset[vaultA].Root, Passages: []wire.Passage{{ID: types.Hash{1}, Text: "x"}}}
	good.Receipt.Policy = pay.PolicyAudit
	b, err := wire.Marshal(good)
	require.NoError(f, err)
	f.Add(b)
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := searching(t, w, nil)
		require.NoError(t, err)
		to, err := sealed.To(r.q.key.Key())
		require.NoError(t, err)
		box, err := to.Seal(r.b.payees[0].hash, text)
		require.NoError(t, err)
		r.open([]wire.SealedRelease{{Asset: vaultA, Sealed: box}})
		require.Zero(t, r.m.got, "the app is paid for what does not hold")
		for _, c := range r.a.Citations {
			require.False(t, c.Proof)
		}
		require.NotEmpty(t, r.bought.problems)
		require.NotEmpty(t, r.bought.flags)
	})
}
