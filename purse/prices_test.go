package purse

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// byToken makes vault A sell by the token, the best passage dearer.
func byToken(w *world) {
	a := w.asset[vaultA]
	a.Prices = []types.Price{
		{Unit: types.PerToken, Denom: denom, Amount: amount(10), Tokens: 3},
		{Unit: types.PerToken, Denom: denom, Amount: amount(100), Tokens: 7, Band: 9},
	}
	w.asset[vaultA] = a
}

// priceA is what the two passages of vault A cost by the token, if each is said to
// have more bytes than it has.
func priceA(w *world, more int) types.Amount {
	t := func(i int) uint64 { return types.Tokens(len(w.texts[vaultA][i].Text) + more) }
	return amount((t(0)*100+6)/7 + (t(1)*10+2)/3)
}

func paidTo(a *Answer, asset types.AssetID) types.Amount {
	i := slices.IndexFunc(a.Items, func(i Item) bool { return i.Asset == asset })
	return a.Items[i].Amount
}

func TestPassagesByTheTokenAndByBand(t *testing.T) {
	w := newWorld(t)
	byToken(w)
	p := w.purse(openDB(t), 1)
	a, err := p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	require.Empty(t, a.Problems)
	require.Equal(t, priceA(w, 0), paidTo(a, vaultA))
}

// TestPriceThatIsNotTheLists: a vault gets what its list says of band and bytes.
func TestPriceThatIsNotTheLists(t *testing.T) {
	first := func(q *wire.Quote, change func(*wire.OfferedPassage)) {
		q.Vaults = slices.Clone(q.Vaults)
		q.Vaults[0].Items = slices.Clone(q.Vaults[0].Items)
		change(&q.Vaults[0].Items[0])
	}
	for name, cheat := range map[string]func(*wire.OfferedPassage){
		"one more":              func(i *wire.OfferedPassage) { i.Price, _ = i.Price.Add(amount(1)) },
		"one less":              func(i *wire.OfferedPassage) { i.Price, _ = i.Price.Sub(amount(1)) },
		"of fewer bytes":        func(i *wire.OfferedPassage) { i.Bytes -= 4 },
		"of a weaker band":      func(i *wire.OfferedPassage) { i.Band = 8 },
		"of a band there isn't": func(i *wire.OfferedPassage) { i.Band = 10 },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			byToken(w)
			w.gate.onQuote = func(q *wire.Quote) { first(q, cheat) }
			a, err := w.purse(openDB(t), 1).Ask(t.Context(), w.ask())
			require.Nil(t, a)
			require.ErrorIs(t, err, ErrQuote)
			require.ErrorContains(t, err, "band")
		})
	}
}

// TestBytesThatAreNotThere: who is paid for more bytes than come is told of, and
// remembered.
func TestBytesThatAreNotThere(t *testing.T) {
	w := newWorld(t)
	byToken(w)
	w.gate.overstated = 40
	p := w.purse(openDB(t), 1)
	a, err := p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	require.Equal(t, priceA(w, 40), paidTo(a, vaultA), "it is paid for once")
	require.Contains(t, strings.Join(a.Problems, "\n"), "bytes, offered were")
	for _, c := range a.Citations {
		require.False(t, c.Proof)
	}
	flags, err := p.Flags(t.Context())
	require.NoError(t, err)
	require.Len(t, flags, 3, "each of the passages")
}

// TestPreviewThatLies: what was shown of a passage is its beginning, or its vault is
// remembered for it.
func TestPreviewThatLies(t *testing.T) {
	for name, c := range map[string]struct {
		show func(*wire.OfferedPassage)
		says string
	}{
		"nothing":         {func(*wire.OfferedPassage) {}, ""},
		"the truth":       {func(i *wire.OfferedPassage) { i.Preview, i.Heading = "Passage 0 of", "On it" }, ""},
		"another text":    {func(i *wire.OfferedPassage) { i.Preview = "All that you want to know" }, "what was shown of it"},
		"another heading": {func(i *wire.OfferedPassage) { i.Heading = "All" }, "what was shown of it"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.gate.onQuote = func(q *wire.Quote) {
				q.Vaults = slices.Clone(q.Vaults)
				q.Vaults[0].Items = slices.Clone(q.Vaults[0].Items)
				c.show(&q.Vaults[0].Items[0])
			}
			ask := w.ask()
			var seen []OfferedPassage
			ask.Approve = func(_ context.Context, b Bill) error {
				seen = b.Passages
				return nil
			}
			a, err := w.purse(openDB(t), 1).Ask(t.Context(), ask)
			require.NoError(t, err)
			require.Len(t, seen, 3, "who approves sees what is bought")
			require.Equal(t, vaultA, seen[0].Asset)
			if c.says == "" {
				require.Empty(t, a.Problems)
			} else {
				require.Contains(t, strings.Join(a.Problems, "\n"), c.says)
			}
		})
	}
}
