package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
)

func TestManifestCanonicalForm(t *testing.T) {
	m := types.Manifest{
		Name: "Handbook <1>", Kind: types.KindData, Description: "é & \"q\"", Endpoint: "http://127.0.0.1:8081",
		Prices: []types.Price{
			{Unit: types.PerPassage, Denom: types.BaseDenom, Amount: types.NewAmount(5)},
			{Unit: types.PerToken, Denom: "uusd", Amount: types.NewAmount(7), Tokens: 100, Band: 8},
		},
	}
	b, err := m.Bytes()
	require.NoError(t, err)
	require.Equal(t, `{"name":"Handbook <1>","kind":"data","description":"é & \"q\"","endpoint":"http://127.0.0.1:8081",`+
		`"root":"0000000000000000000000000000000000000000000000000000000000000000",`+
		`"prices":[{"unit":"passage","denom":"aweal","amount":"5"},{"unit":"token","denom":"uusd","amount":"7","tokens":100,"band":8}],`+
		`"policies":[],"licence":""}`, string(b))
	back, err := types.ParseManifest(b)
	require.NoError(t, err)
	h, err := m.Hash()
	require.NoError(t, err)
	hBack, err := back.Hash()
	require.NoError(t, err)
	require.Equal(t, h, hBack)
	require.Equal(t, h, types.ManifestHash(b))
}

func TestManifestRefusesOtherForms(t *testing.T) {
	for name, s := range map[string]string{
		"empty":         ``,
		"no kind":       `{}`,
		"white space":   `{ "name":"a","kind":"data","description":"","endpoint":"","root":"0000000000000000000000000000000000000000000000000000000000000000","prices":[],"policies":[],"licence":""}`,
		"null list":     `{"name":"a","kind":"data","description":"","endpoint":"","root":"0000000000000000000000000000000000000000000000000000000000000000","prices":null,"policies":[],"licence":""}`,
		"unknown field": `{"name":"a","kind":"data","description":"","endpoint":"","root":"0000000000000000000000000000000000000000000000000000000000000000","prices":[],"policies":[],"licence":"","x":1}`,
	} {
		_, err := types.ParseManifest([]byte(s))
		require.ErrorIs(t, err, types.ErrManifest, name)
	}
	_, err := types.Manifest{}.Bytes()
	require.Error(t, err, "a manifest without a kind has no form")
}

func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(`{"name":"a","kind":"data","description":"","endpoint":"","root":"0000000000000000000000000000000000000000000000000000000000000000","prices":[],"policies":["audit"],"licence":""}`))
	f.Add([]byte(`{"kind":"model","prices":[{"unit":"tick","denom":"aweal","amount":"1","tokens":64}]}`))
	f.Add([]byte(`{"name":"a","kind":"data","description":"","endpoint":"","root":"0000000000000000000000000000000000000000000000000000000000000000","prices":[{"unit":"token","denom":"aweal","amount":"1","tokens":64,"band":3}],"policies":[],"licence":""}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := types.ParseManifest(b)
		if err != nil {
			return
		}
		again, err := m.Bytes()
		if err != nil || string(again) != string(b) {
			t.Fatalf("parsed %q, encodes to %q: %v", b, again, err)
		}
	})
}
