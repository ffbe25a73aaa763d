package x402_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/x402"
)

type vector struct {
	Kind   string          `json:"kind"`
	Value  json.RawMessage `json:"value"`
	Header string          `json:"header"`
}

func vectors(t testing.TB) (all []vector) {
	t.Helper()
	b, err := os.ReadFile("testdata/headers.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &all))
	require.NotEmpty(t, all)
	return all
}

// header parses a header of a kind and encodes it again.
func header(kind, s string) (value any, again string, err error) {
	switch kind {
	case "required":
		v, err := x402.ParseRequired(s)
		if err != nil {
			return nil, "", err
		}
		again, err = v.Header()
		return v, again, err
	case "payment":
		v, err := x402.ParsePayment(s)
		if err != nil {
			return nil, "", err
		}
		again, err = v.Header()
		return v, again, err
	}
	v, err := x402.ParseSettlement(s)
	if err != nil {
		return nil, "", err
	}
	again, err = v.Header()
	return v, again, err
}

// TestPublicHeaders reads what the public packages write, and writes the same bytes.
func TestPublicHeaders(t *testing.T) {
	for _, v := range vectors(t) {
		got, again, err := header(v.Kind, v.Header)
		require.NoError(t, err, v.Kind)
		require.Equal(t, v.Header, again, v.Kind)
		b, err := json.Marshal(got)
		require.NoError(t, err)
		require.JSONEq(t, string(v.Value), string(b))
	}
}

func TestStrict(t *testing.T) {
	const offer = `{"scheme":"exact","network":"eip155:1","amount":"1","asset":"a","payTo":"b","maxTimeoutSeconds":1}`
	with := func(old, new string) string { return strings.Replace(offer, old, new, 1) }
	required := func(o string) string {
		return `{"x402Version":2,"resource":{"url":"/"},"accepts":[` + o + `]}`
	}
	for name, c := range map[string]struct{ kind, json, want string }{
		"right":              {"required", required(offer), ""},
		"extra null":         {"required", required(with(`:1}`, `:1,"extra":null}`)), ""},
		"unknown field":      {"required", required(with(`:1}`, `:1,"later":7}`)), ""},
		"version":            {"required", `{"x402Version":1,"resource":{"url":"/"},"accepts":[` + offer + `]}`, "x402Version"},
		"no offers":          {"required", required(""), "accepts"},
		"many offers":        {"required", required(strings.Repeat(offer+",", 64) + offer), "accepts"},
		"no url":             {"required", `{"x402Version":2,"resource":{},"accepts":[` + offer + `]}`, "resource.url"},
		"no scheme":          {"required", required(with("exact", "")), "scheme is missing"},
		"network":            {"required", required(with("eip155:1", "base")), "CAIP-2"},
		"empty reference":    {"required", required(with("eip155:1", "eip155:")), "CAIP-2"},
		"negative":           {"required", required(with(`"1"`, `"-1"`)), "decimal"},
		"fraction":           {"required", required(with(`"1"`, `"1.5"`)), "decimal"},
		"leading zero":       {"required", required(with(`"1"`, `"01"`)), "decimal"},
		"empty amount":       {"required", required(with(`"1"`, `""`)), "decimal"},
		"amount is a number": {"required", required(with(`"1"`, `1`)), "JSON"},
		"huge amount":        {"required", required(with(`"1"`, `"`+strings.Repeat("9", 79)+`"`)), "decimal"},
		"no time":            {"required", required(with(`:1}`, `:0}`)), "maxTimeoutSeconds"},
		"long text":          {"required", required(with(`"a"`, `"`+strings.Repeat("a", 3000)+`"`)), "longer"},
		"extra is a list":    {"required", required(with(`:1}`, `:1,"extra":[]}`)), "object"},
		"more after it":      {"required", required(offer) + "{}", "after"},
		"payment":            {"payment", `{"x402Version":2,"payload":{},"accepted":` + offer + `}`, ""},
		"no payload":         {"payment", `{"x402Version":2,"accepted":` + offer + `}`, "payload is missing"},
		"nothing accepted":   {"payment", `{"x402Version":2,"payload":{}}`, "accepted"},
		"settlement":         {"settlement", `{"success":true,"transaction":"t","network":"eip155:1"}`, ""},
		"settled nowhere":    {"settlement", `{"success":true,"transaction":"t"}`, "CAIP-2"},
	} {
		_, _, err := header(c.kind, base64.StdEncoding.EncodeToString([]byte(c.json)))
		if c.want == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, c.want, name)
		}
	}
	for _, s := range []string{"", "{}", "e30", "e30=\n", strings.Repeat("A", x402.MaxHeader+4)} {
		_, err := x402.ParsePayment(s)
		require.Error(t, err, "%.10q", s)
	}
}

func TestNetwork(t *testing.T) {
	require.Equal(t, "cosmos:weal-local-1", x402.Network("weal-local-1"))
	require.Equal(t, "eip155:9325", x402.EVMNetwork())
	for _, id := range []string{"a_b", "hashed-x", strings.Repeat("a", 33)} {
		require.Regexp(t, "^cosmos:hashed-[0-9a-f]{16}$", x402.Network(id))
	}
}

func TestVoucherPayload(t *testing.T) {
	for payload, want := range map[string]string{
		`{"type":"lane","lane":{"tab":7,"epoch":0,"lane":3},"seq":1}`:             "",
		`{"type":"lane","lane":{"tab":7,"epoch":0,"lane":3}}`:                     "lane and seq",
		`{"type":"lane","seq":1}`:                                                 "lane and seq",
		`{"type":"lane","lane":{"tab":7,"epoch":0,"lane":3},"seq":1,"quote":"q"}`: "nothing else",
		`{"type":"voucher"}`:                                                      "has voucher",
		`{"type":"deposit"}`:                                                      "neither",
		`{"type":"lane","later":1}`:                                               "unknown field",
		`{"type":"lane","lane":{"tab":7,"epoch":0,"lane":3},"seq":1} {}`:          "after",
		`[]`: "payload",
	} {
		_, err := x402.ParseVoucher(json.RawMessage(payload))
		if want == "" {
			require.NoError(t, err, payload)
		} else {
			require.ErrorContains(t, err, want, payload)
		}
	}
}

// FuzzHeaders: what is taken encodes to what is taken again, as the same value.
func FuzzHeaders(f *testing.F) {
	kinds := []string{"required", "payment", "settlement"}
	for _, v := range vectors(f) {
		raw, err := base64.StdEncoding.DecodeString(v.Header)
		require.NoError(f, err)
		for k := range kinds {
			f.Add(uint8(k), raw)
		}
	}
	f.Fuzz(func(t *testing.T, k uint8, raw []byte) {
		kind := kinds[int(k)%len(kinds)]
		value, again, err := header(kind, base64.StdEncoding.EncodeToString(raw))
		if err != nil {
			return
		}
		same, twice, err := header(kind, again)
		require.NoError(t, err)
		require.Equal(t, again, twice)
		a, _ := json.Marshal(value)
		b, _ := json.Marshal(same)
		require.JSONEq(t, string(a), string(b))
		if p, ok := value.(x402.Payment); ok {
			_, _ = x402.ParseVoucher(p.Payload)
		}
	})
}
