package sealed_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire/sealed"
)

func newPrivate(t testing.TB) *sealed.Private {
	t.Helper()
	p, err := sealed.NewPrivate()
	require.NoError(t, err)
	return p
}

func seal(t testing.TB, key, order types.Hash, text string) []byte {
	t.Helper()
	s, err := sealed.To(key)
	require.NoError(t, err)
	box, err := s.Seal(order, []byte(text))
	require.NoError(t, err)
	_, err = s.Seal(order, []byte(text))
	require.ErrorContains(t, err, "already", "one context seals twice")
	return box
}

func TestOnlyTheKeyOpens(t *testing.T) {
	mine, other := newPrivate(t), newPrivate(t)
	order := types.Hash{7}
	text := `{"text":"apples are red"}`
	box := seal(t, mine.Key(), order, text)
	require.NotContains(t, string(box), "apples")
	got, err := mine.Open(order, box)
	require.NoError(t, err)
	require.Equal(t, text, string(bytes.TrimRight(got, " ")))
	var v map[string]string
	require.NoError(t, json.Unmarshal(got, &v), "what it is filled up with is no part of the JSON")

	_, err = other.Open(order, box)
	require.ErrorIs(t, err, sealed.ErrOpen)
	_, err = mine.Open(types.Hash{8}, box)
	require.ErrorIs(t, err, sealed.ErrOpen, "it opens for another order")
	for i := range box {
		bad := bytes.Clone(box)
		bad[i] ^= 0x40
		_, err = mine.Open(order, bad)
		require.ErrorIs(t, err, sealed.ErrOpen, "byte %d was changed", i)
		if i > 128 {
			break
		}
	}
	for _, n := range []int{0, 31, 47, 48, len(box) - 1} {
		_, err = mine.Open(order, box[:n])
		require.ErrorIs(t, err, sealed.ErrOpen, "%d bytes of it", n)
	}
	require.NotEqual(t, box, seal(t, mine.Key(), order, text), "the same is sealed alike twice")
}

func TestLengthsAreHidden(t *testing.T) {
	p := newPrivate(t)
	short, long := seal(t, p.Key(), types.Hash{}, "a"), seal(t, p.Key(), types.Hash{}, string(bytes.Repeat([]byte("b"), 1024)))
	require.Equal(t, len(short), len(long))
	require.Len(t, short, 1+sealed.Overhead)
	require.Len(t, seal(t, p.Key(), types.Hash{}, string(bytes.Repeat([]byte("b"), 1025))), 2048+48)
}

// lowOrder are encodings of points whose multiples are few (RFC 7748, section 6.1):
// whatever the sender's key, the shared secret would be known to all.
var lowOrder = []string{
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0000000000000000000000000000000000000000000000000000000000000080",
}

func TestKeysOfLowOrderAreRefused(t *testing.T) {
	mine := newPrivate(t)
	for _, s := range lowOrder {
		key, err := types.ParseHash(s)
		require.NoError(t, err)
		require.ErrorIs(t, sealed.Check(key), sealed.ErrKey, s)
		_, err = mine.Open(types.Hash{}, append(key[:], make([]byte, 64)...))
		require.ErrorIs(t, err, sealed.ErrOpen, "what opens may not be sealed with %s", s)
	}
	require.NoError(t, sealed.Check(mine.Key()))
	_, err := sealed.PrivateFrom(make([]byte, 31))
	require.ErrorIs(t, err, sealed.ErrKey)
}

// vector is what another implementation sealed; test/clients writes them.
type vector struct {
	Name   string     `json:"name"`
	Secret string     `json:"secret"`
	Key    types.Hash `json:"key"`
	Order  types.Hash `json:"order"`
	Sealed string     `json:"sealed"`
	Text   string     `json:"text"`
	OK     bool       `json:"ok"`
}

func TestVectors(t *testing.T) {
	b, err := os.ReadFile("../../spec/vectors/sealed.json")
	require.NoError(t, err)
	var file struct{ Cases []vector }
	require.NoError(t, json.Unmarshal(b, &file))
	require.NotEmpty(t, file.Cases)
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			secret, err := hex.DecodeString(c.Secret)
			require.NoError(t, err)
			p, err := sealed.PrivateFrom(secret)
			require.NoError(t, err)
			require.Equal(t, c.Key, p.Key())
			box, err := hex.DecodeString(c.Sealed)
			require.NoError(t, err)
			text, err := p.Open(c.Order, box)
			if !c.OK {
				require.ErrorIs(t, err, sealed.ErrOpen)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.Text, string(text))
		})
	}
}

func FuzzOpen(f *testing.F) {
	p := newPrivate(f)
	f.Add(seal(f, p.Key(), types.Hash{}, "text"))
	f.Add([]byte{})
	f.Add(make([]byte, 48))
	f.Fuzz(func(t *testing.T, box []byte) {
		text, err := p.Open(types.Hash{}, box)
		if err != nil {
			require.ErrorIs(t, err, sealed.ErrOpen)
			return
		}
		require.Len(t, text, len(box)-48)
	})
}

func FuzzTo(f *testing.F) {
	f.Add(make([]byte, 32))
	k := newPrivate(f).Key()
	f.Add(k[:])
	f.Fuzz(func(t *testing.T, b []byte) {
		key, err := types.HashFromBytes(b)
		if err != nil {
			return
		}
		s, err := sealed.To(key)
		if err != nil {
			require.ErrorIs(t, err, sealed.ErrKey)
			return
		}
		box, err := s.Seal(types.Hash{}, []byte("text"))
		require.NoError(t, err)
		require.Len(t, box, 1024+48)
	})
}
