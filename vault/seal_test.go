package vault

import (
	"bytes"
	"crypto/ed25519"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
)

func terms() offerTerms {
	return offerTerms{
		to:         boundTo{asset: 10, version: 3, lane: types.LaneRef{Tab: 1 << 40, Epoch: 2, Lane: 3}, seq: 1 << 50, gateway: 7},
		generation: 4, expires: 1_800_000_000,
		items: []offeredItem{{number: 0}, {number: 1 << 31, price: types.NewAmount(256)}, {price: types.AmountFromBytes([16]byte{1})}},
	}
}

func TestTermsAreWhatTheIDSays(t *testing.T) {
	s, err := newSealer(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize)))
	require.NoError(t, err)
	id := s.seal(terms())
	require.NotEqual(t, id, s.seal(terms()))
	got, err := s.open(id)
	require.NoError(t, err)
	require.Equal(t, terms(), got)
	other, err := newSealer(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, ed25519.SeedSize)))
	require.NoError(t, err)
	for _, bad := range []string{"", "AAAA", id[1:], id[:len(id)-1], id + "A", "!"} {
		_, err := s.open(bad)
		require.ErrorIs(t, err, errSeal, bad)
	}
	_, err = other.open(id)
	require.ErrorIs(t, err, errSeal)
	many := terms()
	for range maxLimit - len(many.items) {
		many.items = append(many.items, offeredItem{number: 1 << 31, price: types.AmountFromBytes([16]byte{1})})
	}
	require.Less(t, len(s.seal(many)), 1100, "also with the most that is offered")
}

func FuzzTerms(f *testing.F) {
	f.Add(terms().bytes())
	f.Add(offerTerms{}.bytes())
	f.Add([]byte{0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := parseTerms(b)
		if err != nil {
			require.ErrorIs(t, err, errSeal)
			return
		}
		require.Equal(t, b, got.bytes())
	})
}
