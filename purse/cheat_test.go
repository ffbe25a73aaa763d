package purse

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// A quote that does not hold is refused before anything is signed.
func TestQuoteThatCheats(t *testing.T) {
	tests := map[string]struct {
		cheat func(*wire.Quote)
		says  string
	}{
		"old seq replayed":     {func(q *wire.Quote) { q.Seq-- }, "seq"},
		"other lane":           {func(q *wire.Quote) { q.Lane.Lane++ }, "lane"},
		"other gateway":        {func(q *wire.Quote) { q.Gateway++ }, "gateway"},
		"other denomination":   {func(q *wire.Quote) { q.Denom = "uother" }, "uother"},
		"other question":       {func(q *wire.Quote) { q.Request[0]++ }, "another question"},
		"expired":              {func(q *wire.Quote) { q.Expires = 1 }, "expired"},
		"offer expired":        {func(q *wire.Quote) { q.Vaults[0].Expires = 1 }, "expired"},
		"passage price":        {func(q *wire.Quote) { q.Vaults[0].Items[1].Price = amount(1001) }, "1001"},
		"passage price low":    {func(q *wire.Quote) { q.Vaults[0].Items[1].Price = amount(1) }, "1000"},
		"other root":           {func(q *wire.Quote) { q.Vaults[0].Root[0]++ }, "root"},
		"no root":              {func(q *wire.Quote) { q.Vaults[0].Root = types.Hash{} }, "root"},
		"old version":          {func(q *wire.Quote) { q.Vaults[0].Version = 0 }, "version"},
		"offer denomination":   {func(q *wire.Quote) { q.Vaults[0].Denom = "uother" }, "price"},
		"passage twice":        {func(q *wire.Quote) { q.Vaults[0].Items[1] = q.Vaults[0].Items[0] }, "twice"},
		"passage too large":    {func(q *wire.Quote) { q.Vaults[0].Items[1].Bytes = 1 << 31 }, "bytes"},
		"nothing to buy":       {func(q *wire.Quote) { q.Vaults[0].Items = nil }, "nothing"},
		"vault twice":          {func(q *wire.Quote) { q.Vaults[1] = q.Vaults[0] }, "twice"},
		"vault that is an app": {func(q *wire.Quote) { q.Vaults[0].Asset = appID }, "app"},
		"model as app":         {func(q *wire.Quote) { q.Meters[0].Kind = types.KindApp }, "the chain says model"},
		"model price":          {func(q *wire.Quote) { q.Meters[0].Price = amount(21) }, "21"},
		"shorter ticks":        {func(q *wire.Quote) { q.Meters[0].Tokens = 3 }, "tokens"},
		"app paid twice":       {func(q *wire.Quote) { q.Meters[1].Most = 2 }, "ticks"},
		"prompt above most":    {func(q *wire.Quote) { q.Meters[0].Prompt = 41 }, "ticks"},
		"no ticks":             {func(q *wire.Quote) { q.Meters[0].Prompt, q.Meters[0].Most = 0, 0 }, "ticks"},
		"too many ticks":       {func(q *wire.Quote) { q.Meters[0].Most = pay.MaxTicks + 1 }, "ticks"},
		"swollen prompt":       {func(q *wire.Quote) { q.Meters[0].Prompt, q.Meters[0].Most = 2000, 2100 }, "prompt"},
		"meter twice":          {func(q *wire.Quote) { q.Meters[1] = q.Meters[0] }, "twice"},
		"app of another":       {func(q *wire.Quote) { q.Meters[1].Asset = 99 }, "99"},
		"model by use":         {func(q *wire.Quote) { q.Meters[0].Tokens = 0 }, "price per use"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.gate.onQuote = func(q *wire.Quote) {
				q.Vaults, q.Meters = append([]wire.Offer(nil), q.Vaults...), append([]wire.Meter(nil), q.Meters...)
				q.Vaults[0].Items = append([]wire.OfferedPassage(nil), q.Vaults[0].Items...)
				test.cheat(q)
			}
			p := w.purse(openDB(t), 1)
			a, err := p.Ask(t.Context(), w.ask())
			require.Nil(t, a)
			require.ErrorContains(t, err, test.says)
			if name != "app of another" { // the chain does not know it at all
				require.ErrorIs(t, err, ErrQuote)
			}
			lanes, err := p.Lanes(t.Context(), 0)
			require.NoError(t, err)
			require.True(t, lanes[0].Promised.IsZero(), "nothing was signed")
			require.Zero(t, lanes[0].LastSeq)
		})
	}
}

// Passages that are not what was paid for are reported, one by one, and their
// vault is remembered; the rest of the answer is still had.
func TestPassagesThatCheat(t *testing.T) {
	forge := func(c *wire.Citation) { c.Passage.Text = "Forged. " + c.Passage.Text[8:] }
	tests := map[string]struct {
		cheat func([]wire.Citation) []wire.Citation
		false map[int]bool
		says  string
		flags int
	}{
		"forged text":    {func(c []wire.Citation) []wire.Citation { forge(&c[0]); return c }, map[int]bool{0: true}, "not one of the passages", 2},
		"forged heading": {func(c []wire.Citation) []wire.Citation { c[0].Passage.Heading = "x"; return c }, map[int]bool{0: true}, "not one of the passages", 2},
		"other salt":     {func(c []wire.Citation) []wire.Citation { c[2].Salt[0]++; return c }, map[int]bool{2: true}, "not one of the passages", 2},
		"swapped ids": {func(c []wire.Citation) []wire.Citation {
			c[0].Passage.ID, c[1].Passage.ID = c[1].Passage.ID, c[0].Passage.ID
			return c
		}, map[int]bool{0: true, 1: true}, "under the id of another", 3},
		"swapped vaults": {func(c []wire.Citation) []wire.Citation {
			c[0].Asset, c[2].Asset = c[2].Asset, c[0].Asset
			return c
		}, map[int]bool{0: true, 2: true}, "not one of the passages", 4},
		"one twice":     {func(c []wire.Citation) []wire.Citation { c[1] = c[0]; return c }, map[int]bool{1: true}, "delivered before", 2},
		"wrong proof":   {func(c []wire.Citation) []wire.Citation { c[1].Passage.Proof.Siblings[0][0]++; return c }, map[int]bool{1: true}, "does not lead to the root", 1},
		"no proof":      {func(c []wire.Citation) []wire.Citation { c[1].Passage.Proof = pay.Proof{}; return c }, map[int]bool{1: true}, "does not lead to the root", 1},
		"other root":    {func(c []wire.Citation) []wire.Citation { c[1].Root[0]++; return c }, map[int]bool{1: true}, "with root", 2},
		"withheld":      {func(c []wire.Citation) []wire.Citation { return c[:2] }, nil, "did not come", 1},
		"all withheld":  {func(c []wire.Citation) []wire.Citation { return nil }, nil, "2 of 2 passages", 2},
		"unknown vault": {func(c []wire.Citation) []wire.Citation { c[2].Asset = 99; return c }, map[int]bool{2: true}, "nothing was bought", 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.gate.onCitations = test.cheat
			p := w.purse(openDB(t), 1)
			a, err := p.Ask(t.Context(), w.ask())
			require.NoError(t, err)
			require.Contains(t, strings.Join(a.Problems, "\n"), test.says)
			for i, c := range a.Citations {
				require.Equal(t, !test.false[i], c.Proof, "passage %d", i)
			}
			flags, err := p.Flags(t.Context())
			require.NoError(t, err)
			require.Len(t, flags, test.flags)
			require.Equal(t, w.whole(), a.Total, "what was signed stays promised")
			require.Equal(t, w.gate.text(), a.Text)
		})
	}
}

// A receipt that does not hold is reported and not kept.
func TestReceiptsThatCheat(t *testing.T) {
	resign := func(change func(*pay.Receipt)) func([]pay.SignedReceipt) []pay.SignedReceipt {
		return func(all []pay.SignedReceipt) []pay.SignedReceipt {
			r := all[2].Receipt // the model's
			change(&r)
			signed, err := pay.SignGroup([]pay.Receipt{r}, testKey(uint64(modelID)))
			if err != nil {
				panic(err)
			}
			all[2] = signed[0]
			return all
		}
	}
	tests := map[string]struct {
		cheat func([]pay.SignedReceipt) []pay.SignedReceipt
		says  string
	}{
		"other order":   {resign(func(r *pay.Receipt) { r.Order[0]++ }), "another order"},
		"other seq":     {resign(func(r *pay.Receipt) { r.Seq++ }), "another order"},
		"other lane":    {resign(func(r *pay.Receipt) { r.Lane.Lane++ }), "another order"},
		"other chain":   {resign(func(r *pay.Receipt) { r.Chain[0]++ }), "another chain"},
		"other version": {resign(func(r *pay.Receipt) { r.Version++ }), "version"},
		"other text":    {resign(func(r *pay.Receipt) { r.Output[0]++ }), "another text"},
		"amount low":    {resign(func(r *pay.Receipt) { r.Amount = amount(1) }), "it is over 1, paid was"},
		"amount high":   {resign(func(r *pay.Receipt) { r.Amount = amount(1e6) }), "it is over 1000000, paid was"},
		"other asset":   {resign(func(r *pay.Receipt) { r.Asset = 99 }), "was not paid"},
		"bad signature": {func(all []pay.SignedReceipt) []pay.SignedReceipt { all[2].Signature[0]++; return all }, "signature"},
		"none":          {func(all []pay.SignedReceipt) []pay.SignedReceipt { return append(all[:2], all[3]) }, "no receipt that holds"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.gate.onReceipts = test.cheat
			p := w.purse(openDB(t), 1)
			a, err := p.Ask(t.Context(), w.ask())
			require.NoError(t, err)
			require.Contains(t, strings.Join(a.Problems, "\n"), test.says)
			require.Len(t, a.Receipts, 3)
			kept, err := p.Receipts(t.Context(), Filter{Asset: modelID})
			require.NoError(t, err)
			require.Empty(t, kept)
			// The lane goes on, and the voucher commits to those that held.
			w.gate.onReceipts = nil
			a, err = p.Ask(t.Context(), w.ask())
			require.NoError(t, err)
			require.Empty(t, a.Problems)
			require.Empty(t, w.gate.faults)
		})
	}
	t.Run("one twice", func(t *testing.T) {
		w := newWorld(t)
		w.gate.onReceipts = func(all []pay.SignedReceipt) []pay.SignedReceipt { return append(all, all[0]) }
		a, err := w.purse(openDB(t), 1).Ask(t.Context(), w.ask())
		require.NoError(t, err)
		require.Equal(t, []string{"asset 10: there is more than one receipt"}, a.Problems)
		require.Len(t, a.Receipts, 4)
	})
}

func TestChargesThatCheat(t *testing.T) {
	w := newWorld(t)
	w.gate.onTrailer = func(tr *wire.Trailer) {
		tr.Charges[0].Amount = amount(1)
		tr.Charges = append(tr.Charges, wire.Charge{Asset: 99, Kind: types.KindApp, Amount: amount(5)})
	}
	a, err := w.purse(openDB(t), 1).Ask(t.Context(), w.ask())
	require.NoError(t, err)
	require.Len(t, a.Problems, 2)
	require.Equal(t, w.whole(), a.Total)
}

// Who asks for more ticks than the text owes does not get them.
func TestTicksOverAsked(t *testing.T) {
	w := newWorld(t)
	w.gate.extraTicks = 1
	p := w.purse(openDB(t), 1, func(c *Config) { c.Patience = 300 * time.Millisecond })
	a, err := p.Ask(t.Context(), w.ask())
	require.ErrorIs(t, err, ErrCut)
	require.ErrorContains(t, err, "said nothing")
	require.Equal(t, w.gate.answer[0], a.Text)
	require.Len(t, a.Citations, 3)
	// Three ticks for the prompt and one for the first 11 bytes; the app's.
	require.Equal(t, amount(4*20), a.Items[2].Amount)
	require.Equal(t, amount(500), a.Items[3].Amount)

	w.gate.extraTicks = 0
	a, err = p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	require.Empty(t, a.Problems)
	require.Empty(t, w.gate.faults)
}

func TestAskerGoesAway(t *testing.T) {
	w := newWorld(t)
	p := w.purse(openDB(t), 1)
	ctx, cancel := context.WithCancel(t.Context())
	ask := w.ask()
	ask.OnDelta = func(string) { cancel() }
	a, err := p.Ask(ctx, ask)
	require.ErrorIs(t, err, context.Canceled)
	require.NotEmpty(t, a.Text)
	require.False(t, a.Items[2].Amount.IsZero(), "what was received is paid for")
	_, err = p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	require.Empty(t, w.gate.faults)
}
