package types_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

func TestCredentialVoid(t *testing.T) {
	tests := []struct {
		name string
		c    types.Credential
		now  int64
		want string
	}{
		{"without limit", types.Credential{Used: 1 << 60}, 1 << 60, ""},
		{"in time", types.Credential{Until: 10}, 9, ""},
		{"too late", types.Credential{Until: 10}, 10, "its credential was good until 10"},
		{"one use left", types.Credential{Uses: 2, Used: 1}, 0, ""},
		{"used up", types.Credential{Uses: 2, Used: 2}, 0, "its credential's 2 uses are used up"},
		{"revoked", types.Credential{Revoked: true}, 0, "its credential was revoked"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, tt.c.Void(tt.now)) })
	}
}

func TestLicenceIs(t *testing.T) {
	l := types.Licence{Kind: 6, Royalty: 1, Closed: true, Collection: "c", Slot: "s", Terms: []byte{1}, TermsUri: "u"}
	require.True(t, l.Is(l))
	require.False(t, l.Unset())
	for _, spoil := range []func(*types.Licence){
		func(l *types.Licence) { l.Kind = 5 }, func(l *types.Licence) { l.Royalty = 2 },
		func(l *types.Licence) { l.Closed = false }, func(l *types.Licence) { l.Collection = "" },
		func(l *types.Licence) { l.Slot = "" }, func(l *types.Licence) { l.Terms = []byte{2} },
		func(l *types.Licence) { l.TermsUri = "" },
	} {
		other := l
		spoil(&other)
		require.False(t, l.Is(other))
		only := types.Licence{}
		spoil(&only)
		require.Equal(t, only.Kind == 0 && only.Royalty == 0 && len(only.Terms) == 0, only.Unset())
	}
	require.True(t, types.Licence{}.Is(types.Licence{Terms: []byte{}}))
}

// FuzzLicence reads any licence and any child of it: what is accepted keeps what
// the rules promise.
func FuzzLicence(f *testing.F) {
	for _, seed := range []string{
		`{"kind":1}`, `{"kind":3,"royalty":500}`, `{"kind":4}`, `{"kind":5}`,
		`{"kind":6,"closed":true,"collection":"0x0000000000000000000000000000000000003525","slot":"7"}`,
		`{"kind":2,"terms":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","terms_uri":"ipfs://x"}`,
	} {
		f.Add([]byte(seed), uint32(500), uint32(4), "0")
		f.Add([]byte(seed), uint32(0), uint32(1), "1")
	}
	params := types.DefaultParams()
	f.Fuzz(func(t *testing.T, b []byte, owed, child uint32, price string) {
		var l types.Licence
		if json.Unmarshal(b, &l) != nil || l.Validate(params) != nil {
			return
		}
		kind := weal.LicenceKind(l.Kind)
		require.True(t, kind.Valid())
		require.LessOrEqual(t, l.Royalty, uint32(types.BasisPoints))
		require.True(t, l.Closed || (kind != weal.LicenceCredential && l.Collection == ""))
		if l.Slot != "" {
			n, err := l.SlotNumber()
			require.NoError(t, err)
			require.Equal(t, l.Slot, n.Dec())
		}
		if l.MayDerive(1, owed) == nil {
			require.NotEqual(t, weal.LicenceNoDerivatives, kind)
			require.GreaterOrEqual(t, owed, l.Royalty)
		}
		if kind == weal.LicenceNonCommercial && l.MayBe(1, types.Licence{Kind: child}, []types.Price{{Amount: price}}) == nil {
			require.Equal(t, "0", price)
			require.Contains(t, []weal.LicenceKind{weal.LicenceNonCommercial, weal.LicenceNoDerivatives}, weal.LicenceKind(child))
		}
	})
}
