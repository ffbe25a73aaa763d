package local_test

import (
	"os"
	"path/filepath"
	"strings"
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
	half, err := types.ParseWEAL("0.5")
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
		Prices: []types.Price{
			{Unit: types.PerPassage, Denom: "aweal", Amount: types.NewAmount(5)},
			{Unit: types.PerToken, Denom: "uusd", Amount: types.NewAmount(5), Tokens: 1000},
			{Unit: types.PerToken, Denom: "uusd", Amount: types.NewAmount(9), Tokens: 1000, Band: 7},
		}, Licence: "open", Contact: "x",
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

// TestAssetFileSaysWhere: in plain words, with the line of the file.
func TestAssetFileSaysWhere(t *testing.T) {
	const head = "name: a\nkind: data\nmanifest_uri: x\n"
	for text, says := range map[string]string{
		head + "units: many":   `line 4: units: want a whole number, 0 or above, got "many"`,
		head + "units: -1":     `line 4: units: want a whole number, 0 or above, got "-1"`,
		head + "units: [1]":    `line 4: units: want a whole number, 0 or above, got "a list"`,
		head + "denoms: aweal": `line 4: denoms: want a list, as in [a, b], got "aweal"`,
		head + "prices:\n  - {unit: use, amount: 1}\n  - {unit: song, amount: 1}": `line 6: unit: `,
		head + "prices:\n  - unit: use\n    amount: many":                         `line 6: amount: `,
		head + "prices:\n  - unit: use\n    prise: 1":                             `line 6: there is no key "prise" here; there are amount, band, denom, tokens, unit`,
		head + "prices:\n  - {unit: token, amount: 1}":                            `line 5: the unit "token" needs tokens, at least 1`,
		head + "prices:\n  - {unit: passage, amount: 1, band: 10}":                `line 5: band: want 0 to 9, got 10`,
		head + "prices:\n  - {unit: passage, amount: 1, band: 300}":               `line 5: band: want a whole number, 0 or above, got "300"`,
		head + "prices:\n  - {unit: use, amount: 1, band: 1}":                     `line 5: bands belong to the units "passage" and "token" only`,
		head + "prices:\n  - {unit: passage, amount: 1, band: 5}":                 `prices: a price for band 5 in aweal and none for those below: name one for band 0`,
		head + "prices: 5":                                 `line 4: prices: want a list, as in [a, b], got "5"`,
		head + "prices: [5]":                               `line 4: want keys with values`,
		head + "parents:\n- {asset: x, bps: 3%}":           `line 5: asset: want a whole number, 0 or above, got "x"`,
		head + "licence:\n  kind: open\n  closed: perhaps": `line 6: closed: want true or false, got "perhaps"`,
		head + "licence: mit":                              `line 4: licence: `,
		head + "resale: 101%":                              `line 4: resale: want basis points`,
		head + "name: b":                                   `line 4: name is there twice`,
		head + "prise: 1":                                  `line 4: there is no key "prise" here; there are contact, denoms, `,
		head + "root: 12":                                  `line 4: root: `,
		"name: a\nkind: song":                              `line 2: kind: `,
		"name: a\n  kind: data: x":                         "line 2: this is not YAML: ",
		"name: a\n\tkind: data":                            "line 2: this is not YAML: ",
		"- a":                                              "line 1: want keys with values, as in name: labels of 2026",
		"just words":                                       "line 1: want keys with values, as in name: labels of 2026",
	} {
		_, err := local.ParseAssetFile([]byte(text))
		require.ErrorContains(t, err, says, text)
		require.True(t, strings.HasPrefix(err.Error(), says[:strings.Index(says, ":")]), "%s", err)
		for _, word := range []string{"unmarshal", "!!", "local.", "strconv"} {
			require.NotContains(t, err.Error(), word)
		}
		t.Log(err)
	}
	path := filepath.Join(t.TempDir(), "a.yaml")
	require.NoError(t, os.WriteFile(path, []byte("name: a\nunits: x"), 0o600))
	_, err := local.ReadAssetFile(path)
	require.EqualError(t, err, path+`: line 2: units: want a whole number, 0 or above, got "x"`)
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
