package types_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
)

func TestLicenceKinds(t *testing.T) {
	for k := types.LicenceOpen; k <= types.LicenceCredential; k++ {
		require.True(t, k.Valid())
		again, err := types.ParseLicenceKind(k.String())
		require.NoError(t, err)
		require.Equal(t, k, again)
	}
	require.Equal(t, "credential", types.LicenceKind(6).String(), "the numbers are consensus")
	require.Equal(t, "licence(0)", types.LicenceKind(0).String())
	require.False(t, types.LicenceKind(7).Valid())
	_, err := types.LicenceKind(7).MarshalText()
	require.Error(t, err)
	_, err = types.ParseLicenceKind("free")
	require.ErrorContains(t, err, "want one of open, attribution")
}

// FuzzLicence reads any JSON: what is read is written back with the same meaning.
func FuzzLicence(f *testing.F) {
	f.Add([]byte(`{"kind":"commercial","royalty_bps":500,"terms":"` + types.Hash{1}.String() + `","terms_uri":"ipfs://x"}`))
	f.Add([]byte(`{"kind":"credential","closed":true,"collection":"0x01","slot":"7"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var l types.Licence
		if json.Unmarshal(b, &l) != nil || !l.Kind.Valid() {
			return
		}
		text, err := json.Marshal(l)
		require.NoError(t, err)
		var again types.Licence
		require.NoError(t, json.Unmarshal(text, &again))
		require.Equal(t, l, again)
	})
}
