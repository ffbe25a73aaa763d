package purse

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

func TestAnyUseCanBeProven(t *testing.T) {
	w := newWorld(t)
	p := w.purse(openDB(t), 1)
	lane := pay.PublicKey(testKey(1000))
	var spent types.Amount
	for range 3 {
		a, err := p.Ask(t.Context(), w.ask())
		require.NoError(t, err)
		spent, _ = spent.Add(a.Total)
	}
	kept, err := p.Receipts(t.Context(), Filter{})
	require.NoError(t, err)
	require.Len(t, kept, 12)
	before := *w.gate.quotes["q-7/0/0-3"].payment
	for _, k := range kept {
		proof, err := p.Prove(t.Context(), k.Hash().String()[:12])
		require.NoError(t, err)
		require.Equal(t, k.SignedReceipt, proof.Receipt)
		require.NoError(t, proof.Verify(w.asset[k.Asset].Key, lane))
		require.Greater(t, proof.Voucher.Seq, k.Seq)
		require.LessOrEqual(t, proof.Voucher.Seq, uint64(4), "one voucher covers the newest, and is signed once")
		require.Equal(t, spent, proof.Voucher.Total, "it promises what was spent, and nothing new")
		require.True(t, proof.Voucher.Ceiling.IsZero())
	}
	require.Equal(t, uint64(3), before.Voucher.Seq)

	// The lane goes on, and nothing was booked for the voucher in between.
	a, err := p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	require.Empty(t, a.Problems)
	require.Equal(t, uint64(5), a.Seq)
	spent, _ = spent.Add(a.Total)
	sum, err := p.Spent(t.Context())
	require.NoError(t, err)
	require.Equal(t, []Sum{{denom, spent}}, sum.Ever)
}

func TestWhatCannotBeProven(t *testing.T) {
	w := newWorld(t)
	p := w.purse(openDB(t), 1)
	_, err := p.Ask(t.Context(), w.ask())
	require.NoError(t, err)
	for id, want := range map[string]error{
		"": ErrReceiptID, "1234567": ErrReceiptID, "xyzxyzxyz": ErrReceiptID, "%_%_%_%_": ErrReceiptID,
		strings.Repeat("0", 65): ErrReceiptID, strings.Repeat("00", 32): ErrReceipt,
	} {
		_, err := p.Prove(t.Context(), id)
		require.ErrorIs(t, err, want, id)
	}
}

func TestExportedReceiptsAreThoseKept(t *testing.T) {
	w := newWorld(t)
	p := w.purse(openDB(t), 1)
	begin := time.Now()
	for range 2 {
		_, err := p.Ask(t.Context(), w.ask())
		require.NoError(t, err)
	}
	kept, err := p.Receipts(t.Context(), Filter{})
	require.NoError(t, err)
	each := func(f Filter) (all []Kept) {
		require.NoError(t, p.EachReceipt(t.Context(), f, func(k Kept) error {
			all = append(all, k)
			return nil
		}))
		return all
	}
	require.ElementsMatch(t, kept, each(Filter{}))
	require.Len(t, each(Filter{Asset: vaultA}), 2)
	require.Empty(t, each(Filter{Tab: 8}))
	require.Empty(t, each(Filter{Until: begin.Add(-time.Minute)}))
	require.Len(t, each(Filter{Since: begin.Add(-time.Minute), Until: time.Now().Add(time.Minute)}), 8)
	require.ErrorIs(t, p.EachReceipt(t.Context(), Filter{}, func(Kept) error { return ErrReceipt }), ErrReceipt)
}
