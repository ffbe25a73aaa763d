package wire_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

func TestSealedReleaseTravels(t *testing.T) {
	r := wire.SealedRelease{Asset: 10, Version: 2, Root: types.Hash{1}, Sealed: wire.Box{0xfb, 0xff, 0}}
	b, err := wire.Marshal(r)
	require.NoError(t, err)
	require.Contains(t, string(b), `"sealed":"-_8A"`)
	var back wire.SealedRelease
	require.NoError(t, wire.Unmarshal(b, &back))
	require.Equal(t, r, back)
	for _, bad := range []string{"+/8A", "-_8A=", "-_9", "-_\\n8A", " -_8A"} {
		require.Error(t, wire.Unmarshal([]byte(`{"sealed":"`+bad+`"}`), &back), bad)
	}
	b, err = wire.Marshal(wire.ReleaseRequest{})
	require.NoError(t, err)
	require.NotContains(t, string(b), "seal", "a request in plain names a key")
}

func TestSealedOutputIsOverAll(t *testing.T) {
	a, b := wire.SealedRelease{Sealed: wire.Box("a")}, wire.SealedRelease{Sealed: wire.Box("b")}
	one := wire.SealedOutput([]wire.SealedRelease{a, b})
	require.NotEqual(t, one, wire.SealedOutput([]wire.SealedRelease{b, a}))
	require.NotEqual(t, one, wire.SealedOutput([]wire.SealedRelease{a}))
}

func FuzzBox(f *testing.F) {
	f.Add("-_8A")
	f.Add("=")
	f.Fuzz(func(t *testing.T, s string) {
		var b wire.Box
		if b.UnmarshalText([]byte(s)) != nil {
			return
		}
		again, err := b.MarshalText()
		require.NoError(t, err)
		require.Equal(t, s, string(again), "two texts for the same bytes")
	})
}

func FuzzSearchRequest(f *testing.F) {
	f.Add([]byte(`{"question":"q","seal":"01"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r wire.SearchRequest
		if wire.Decode(b, &r) != nil {
			return
		}
		again, err := json.Marshal(r)
		require.NoError(t, err)
		var back wire.SearchRequest
		require.NoError(t, wire.Decode(again, &back))
		require.Equal(t, r, back)
	})
}
