package local_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

const assetFile = `
name: labels of 2026
kind: work
description: Labels.
manifest_uri: https://example.org/labels.json
prices:
  - {unit: use, amount: 0.5 WEAL}
  - {unit: tick, amount: 7, denom: ibc/other, tokens: 16}
parents:
  - {asset: 1, bps: 3%}
  - {asset: 2, bps: 25}
licence: {kind: commercial, royalty: 5%, closed: true}
resale: 2.5%
units: 500
contact: mailto:a@example.org
`

func TestAssetFile(t *testing.T) {
	f, err := local.ParseAssetFile([]byte(assetFile))
	require.NoError(t, err)
	require.Equal(t, types.Licence{Kind: types.LicenceCommercial, Royalty: 500, Closed: true}, f.Licence.Licence)
	require.EqualValues(t, 250, f.Resale)
	require.EqualValues(t, 500, *f.Units)
	require.Equal(t, []string{"aweal", "ibc/other"}, f.Denoms)
	require.EqualValues(t, 300, f.Parents[0].Share)
	require.EqualValues(t, 25, f.Parents[1].Share)
	half, err := local.ParseWEAL("0.5")
	require.NoError(t, err)
	require.Equal(t, types.Manifest{
		Name: "labels of 2026", Kind: types.KindWork, Description: "Labels.", Licence: "commercial", Contact: "mailto:a@example.org",
		Prices: []types.Price{
			{Unit: types.PerUse, Denom: "aweal", Amount: half},
			{Unit: types.PerTick, Denom: "ibc/other", Amount: types.NewAmount(7), Tokens: 16},
		},
	}, f.Manifest())
}

// TestManifestIsAnAssetFile: what a manifest's hash is made of does not change on
// the way.
func TestManifestIsAnAssetFile(t *testing.T) {
	m := types.Manifest{
		Name: "notes", Kind: types.KindData, Endpoint: "http://127.0.0.1:1", Root: types.Hash{1}, Policies: []string{"audit"},
		Prices: []types.Price{{Unit: types.PerPassage, Denom: "aweal", Amount: types.NewAmount(5)}}, Licence: "open", Contact: "x",
	}
	b, err := m.Bytes()
	require.NoError(t, err)
	f, err := local.ParseAssetFile(b)
	require.NoError(t, err)
	require.Equal(t, "http://127.0.0.1:1/weal/v1/manifest", f.ManifestURI)
	again, err := f.Manifest().Bytes()
	require.NoError(t, err)
	require.Equal(t, string(b), string(again))
}

func TestAssetFileSaysWhatIsWrong(t *testing.T) {
	for text, says := range map[string]string{
		"":                                     "empty",
		"kind: data":                           "name is missing",
		"name: a":                              "kind is missing",
		"name: a\nkind: song":                  "song",
		"name: a\nkind: data":                  "manifest_uri",
		"name: a\nkind: data\nmanifest_uri: x": "denoms",
		"name: a\nkind: data\nmanifest_uri: x\ndenoms: [aweal]\nunits: 0":               "units: want at least 1; leave units out",
		"name: a\nkind: data\nmanifest_uri: x\nprise: 1":                                "prise",
		"name: a\nkind: data\nmanifest_uri: x\nlicence: mit":                            "commercial",
		"name: a\nkind: data\nmanifest_uri: x\nlicence: {kind: open, royalti: 1}":       "royalti",
		"name: a\nkind: data\nmanifest_uri: x\nresale: 101%":                            "basis points",
		"name: a\nkind: data\nmanifest_uri: x\nparents: [{asset: 1, bps: 0.001%}]":      "basis points",
		"name: a\nkind: data\nmanifest_uri: x\nprices: [{unit: use, amount: -1}]":       "amount",
		"name: a\nkind: data\nmanifest_uri: x\nprices: [{unit: use, amount: 1/2 WEAL}]": "amount",
	} {
		_, err := local.ParseAssetFile([]byte(text))
		require.ErrorContains(t, err, says, text)
	}
	f, err := local.ParseAssetFile([]byte("name: a\nkind: data\nmanifest_uri: x\ndenoms: [aweal]\nlicence: credential"))
	require.NoError(t, err)
	require.Equal(t, types.Licence{Kind: types.LicenceCredential, Closed: true}, f.Licence.Licence, "that kind is closed")
	require.Nil(t, f.Units)
}

func TestBasisPoints(t *testing.T) {
	for text, want := range map[string]local.BasisPoints{"0": 0, "250": 250, "2.5%": 250, " 3 % ": 300, "100%": 10_000, "10000": 10_000, "0.01%": 1} {
		got, err := local.ParseBasisPoints(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "%", "-1", "10001", "100.01%", "0.001%", "2.5", "1e2", "1/2", "0x10", "three"} {
		_, err := local.ParseBasisPoints(text)
		require.Error(t, err, text)
	}
}

func FuzzAssetFile(f *testing.F) {
	f.Add(assetFile)
	f.Add(`{"name":"a","kind":"data","endpoint":"http://x","prices":[{"unit":"passage","denom":"aweal","amount":"5"}],"licence":""}`)
	f.Add("name: a\nkind: data\nlicence: {kind: credential, slot: \"1\"}\nprices: [{unit: use, amount: 1 WEAL}]")
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := local.ParseAssetFile([]byte(text))
		if err != nil {
			return
		}
		b, err := file.Manifest().Bytes()
		if err != nil {
			t.Fatalf("%q makes no manifest: %v", text, err)
		}
		if _, err := types.ParseManifest(b); err != nil {
			t.Fatalf("%q makes %q: %v", text, b, err)
		}
	})
}
