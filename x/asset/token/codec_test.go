package token

import (
	"bytes"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// FuzzRows reads any bytes as each kind of row and key: what is read is written
// back the same, so that a number has one encoding.
func FuzzRows(f *testing.F) {
	most := *new(uint256.Int).SetAllOne()
	f.Add(encodeRow(row{owner: common.Address{1}, approved: common.Address{2}, allowances: 3, slot: most, value: number(300)}))
	f.Add(encodeSlotRow(slotRow{place: 1, count: 70000}))
	f.Add(placesValue.encode(places{1, 0, 1 << 40}))
	f.Add(AppendNumber(nil, &most))
	f.Add([]byte{2, 0, 1})
	f.Add([]byte{33})
	f.Add([]byte("\x030000000000000000000000000000000000000000\x00\x00\x010")) // says that there are allowances, and that there are none
	f.Fuzz(func(t *testing.T, b []byte) {
		same(t, rowValue, b)
		same(t, slotRowValue, b)
		same(t, placesValue, b)
		same(t, numberValue, b)
		same(t, countValue, b)
		sameKey(t, numberKey, b)
		sameKey(t, countKey, b)
		sameKey(t, addressKey, b)
	})
}

func same[T any](t *testing.T, c value[T], b []byte) {
	t.Helper()
	v, err := c.Decode(b)
	if err != nil {
		require.ErrorIs(t, err, errEncoding)
		return
	}
	again, err := c.Encode(v)
	require.NoError(t, err)
	require.Equal(t, len(b), len(again), c.ValueType())
	require.True(t, bytes.Equal(b, again), c.ValueType())
	text, err := c.EncodeJSON(v)
	require.NoError(t, err)
	w, err := c.DecodeJSON(text)
	require.NoError(t, err)
	require.Equal(t, v, w)
}

func sameKey[T any](t *testing.T, c key[T], b []byte) {
	t.Helper()
	n, v, err := c.Decode(b)
	if err != nil {
		require.ErrorIs(t, err, errEncoding)
		return
	}
	require.Equal(t, n, c.SizeNonTerminal(v))
	buffer := make([]byte, n)
	_, err = c.EncodeNonTerminal(buffer, v)
	require.NoError(t, err)
	require.Equal(t, b[:n], buffer, c.KeyType())
	text, err := c.EncodeJSON(v)
	require.NoError(t, err)
	w, err := c.DecodeJSON(text)
	require.NoError(t, err)
	require.Equal(t, v, w)
}

func TestNumbersKeepTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawNumber(t, "a"), drawNumber(t, "b")
		require.Equal(t, a.Cmp(&b), bytes.Compare(AppendNumber(nil, &a), AppendNumber(nil, &b)))
	})
}

// drawNumber draws numbers of all lengths.
func drawNumber(t *rapid.T, name string) uint256.Int {
	b := rapid.SliceOfN(rapid.Byte(), 0, 32).Draw(t, name)
	return *new(uint256.Int).SetBytes(b)
}

func TestEncodings(t *testing.T) {
	tests := []struct {
		name string
		got  []byte
		want []byte
	}{
		{"zero", AppendNumber(nil, new(uint256.Int)), []byte{0}},
		{"one byte", AppendNumber(nil, uint256.NewInt(255)), []byte{1, 255}},
		{"two bytes", AppendNumber(nil, uint256.NewInt(256)), []byte{2, 1, 0}},
		{"a plain token", encodeRow(row{owner: common.Address{19: 7}, slot: number(1), value: number(1_000_000)}),
			append(append([]byte{0}, common.Address{19: 7}.Bytes()...), 1, 1, 3, 0x0f, 0x42, 0x40)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, tt.got) })
	}
}
