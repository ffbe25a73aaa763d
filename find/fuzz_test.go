package find

import (
	"testing"
	"unicode/utf8"

	"github.com/weal-network/weal/types"
)

func FuzzReadManifest(f *testing.F) {
	b, _ := types.Manifest{Name: "n", Kind: types.KindData, Endpoint: "http://h", Policies: []string{"audit"}}.Bytes()
	f.Add(b)
	f.Add([]byte(`{"name":"\u0000","kind":"app"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := readManifest(b, types.Hash{}); err == nil {
			t.Fatal("a manifest with another hash is taken")
		}
		m, err := readManifest(b, types.ManifestHash(b))
		if err != nil {
			return
		}
		if len(m.Name) > maxName || len(m.Description) > maxDescription || len(m.Policies) > maxPolicies || !utf8.ValidString(m.Name) {
			t.Fatalf("%+v", m)
		}
	})
}

func FuzzReadHealth(f *testing.F) {
	f.Add([]byte(`{"status":"ok","asset":7}`))
	f.Add([]byte(`{"status":"ok","asset":-7}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if readHealth(b, 7) == nil && readHealth(b, 8) == nil {
			t.Fatalf("%q is healthy as two assets", b)
		}
	})
}

func FuzzTerms(f *testing.F) {
	f.Add("The U.S. law of 海商法 and naïve ﬁsh")
	f.Add("\xff\xfe")
	f.Fuzz(func(t *testing.T, s string) {
		terms := Terms(s)
		if len(terms) > maxTerms {
			t.Fatalf("%d terms", len(terms))
		}
		for _, term := range terms {
			if term == "" {
				t.Fatalf("%q has an empty term", s)
			}
		}
	})
}
