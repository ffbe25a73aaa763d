package conformance

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/stretchr/testify/require"
)

// describe returns the JSON document that a function's URI holds.
func (f *fixture) describe(signature string, args ...any) map[string]any {
	f.t.Helper()
	out, err := chain.call(f.t.Context(), ethereum.CallMsg{To: &f.at, Data: pack(signature, args...)})
	require.NoError(f.t, err)
	values, err := unpack("(string)", out)
	require.NoError(f.t, err)
	uri := values[0].(string)
	require.True(f.t, strings.HasPrefix(uri, "data:application/json;"), uri)
	head, body, ok := strings.Cut(uri, ",")
	require.True(f.t, ok, uri)
	if strings.HasSuffix(head, ";base64") {
		raw, err := base64.StdEncoding.DecodeString(body)
		require.NoError(f.t, err)
		body = string(raw)
	} else {
		body, err = url.PathUnescape(body)
		require.NoError(f.t, err)
	}
	doc := map[string]any{}
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	require.NoError(f.t, d.Decode(&doc))
	require.False(f.t, d.More())
	for _, field := range []string{"name", "description"} {
		require.IsType(f.t, "", doc[field], "%s in %s", field, body)
		require.NotEmpty(f.t, doc[field])
	}
	return doc
}

// What wallets show is in documents of ERC-3525's schemas.
func TestMetadata(t *testing.T) {
	each(t, func(f *fixture) {
		one := f.mint(f.alice, "blue", 1_234).Big()
		d := f.describe("contractURI()")
		require.Equal(f.t, json.Number(fmt.Sprint(f.decimals)), d["valueDecimals"])
		if !f.native {
			f.is(f.name, "name()")
			f.is(f.symbol, "symbol()")
			require.Equal(f.t, f.name, d["name"])
		}
		f.describe("slotURI(uint256)", f.slotOf("blue"))
		d = f.describe("tokenURI(uint256)", one)
		require.Equal(f.t, "1234", fmt.Sprint(d["balance"]))
		require.Equal(f.t, f.slotOf("blue").String(), fmt.Sprint(d["slot"]))
		f.must(f.alice, fnMove, one, f.mint(f.bob, "blue", 0).Big(), 1_000)
		require.Equal(f.t, "234", fmt.Sprint(f.describe("tokenURI(uint256)", one)["balance"]))
		f.must(f.alice, fnBurn, one)
		f.refuses(no(f.alice, "ERC721: invalid token ID", "tokenURI(uint256)", one))
	})
}

// A name with quotes does not break the documents.
func TestMetadataIsEscaped(t *testing.T) {
	t.Parallel()
	f := newFixture(t, kind{name: "\"},{\"name\":\"other\\", symbol: "<script>", decimals: 3})
	one := f.mint(f.alice, "red", 1).Big()
	require.Equal(t, f.name, f.describe("contractURI()")["name"])
	f.describe("slotURI(uint256)", f.slotOf("red"))
	f.describe("tokenURI(uint256)", one)
}
