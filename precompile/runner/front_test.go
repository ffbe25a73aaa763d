package runner

import (
	"bytes"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
)

// FuzzCut takes apart any bytes: what is taken apart is what was put together.
func FuzzCut(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte(passed))
	f.Add(append([]byte(passed), make([]byte, 19)...))
	f.Add(append([]byte(passed), make([]byte, 20)...))
	f.Add(append([]byte(passed), make([]byte, 56)...))
	f.Add(bytes.ToUpper(append([]byte(passed), make([]byte, 56)...)))
	f.Fuzz(func(t *testing.T, input []byte) {
		caller, call, ok := cut(input)
		if !ok {
			require.Zero(t, caller)
			require.Empty(t, call)
			require.False(t, len(input) >= 32 && bytes.HasPrefix(input, []byte(passed)))
			return
		}
		require.Equal(t, input, append(append([]byte(passed), caller[:]...), call...))
	})
}

func TestFrontCode(t *testing.T) {
	require.Len(t, passed, common.HashLength-common.AddressLength)
	short, long := FrontCode(common.Address{19: 1}), FrontCode(common.Address{1})
	require.Len(t, long, len(short)+19, "an address is pushed without its leading zeros")
	require.Panics(t, func() {
		(&Runner{}).Behind(nil, parse(t), Function{Signature: "put()"})
	})
}
