package wallet_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wallet"
)

func facts() wallet.Facts {
	return wallet.Facts{
		ChainID: types.LocalChainID, Name: "Weal Local", Network: wallet.Devnet, GasPrice: 10_000_000,
		JSONRPC: "http://127.0.0.1:8545", WebSocket: "ws://127.0.0.1:8546", RPC: "http://127.0.0.1:26657",
		REST: "http://127.0.0.1:1317", GRPC: "127.0.0.1:9090",
	}
}

// object reads an encoded JSON object.
func object(t *testing.T, b []byte, err error) map[string]any {
	t.Helper()
	require.NoError(t, err)
	var m map[string]any
	require.NoError(t, json.Unmarshal(b, &m))
	require.Equal(t, byte('\n'), b[len(b)-1])
	return m
}

// keys wants a JSON object to have exactly these names: schemas refuse others.
func keys(t *testing.T, v any, want ...string) map[string]any {
	t.Helper()
	m, ok := v.(map[string]any)
	require.True(t, ok, "%v is an object", v)
	require.ElementsMatch(t, want, slices.Collect(maps.Keys(m)))
	return m
}

// one wants a JSON list of one and returns it.
func one(t *testing.T, v any) any {
	t.Helper()
	list, ok := v.([]any)
	require.True(t, ok, "%v is a list", v)
	require.Len(t, list, 1)
	return list[0]
}

func TestEIP3085(t *testing.T) {
	b, err := wallet.EIP3085(facts())
	m := keys(t, object(t, b, err), "chainId", "chainName", "nativeCurrency", "rpcUrls")
	require.Equal(t, "0x246d", m["chainId"], "hex without leading zeros")
	require.Equal(t, "Weal Local", m["chainName"])
	require.Equal(t, "http://127.0.0.1:8545", one(t, m["rpcUrls"]))
	coin := keys(t, m["nativeCurrency"], "name", "symbol", "decimals")
	require.Equal(t, float64(18), coin["decimals"])
	require.Regexp(t, `^.{2,6}$`, coin["symbol"], "MetaMask takes 2 to 6 characters")
}

func TestViem(t *testing.T) {
	b, err := wallet.Viem(facts())
	require.NoError(t, err)
	for _, line := range []string{
		`import { defineChain } from "viem";`,
		`  id: 9325,`,
		`  rpcUrls: { default: { http: ["http://127.0.0.1:8545"], webSocket: ["ws://127.0.0.1:8546"] } },`,
		`  nativeCurrency: { name: "Weal", symbol: "WEAL", decimals: 18 },`,
		`  testnet: true,`,
	} {
		require.Contains(t, strings.Split(string(b), "\n"), line)
	}
	f := facts()
	f.Name, f.WebSocket, f.Network = `A "quoted" \ name`, "", wallet.Mainnet
	b, err = wallet.Viem(f)
	require.NoError(t, err)
	require.Contains(t, string(b), `name: "A \"quoted\" \\ name"`)
	require.NotContains(t, string(b), "webSocket")
	require.Contains(t, string(b), "testnet: false")
}

func TestKeplr(t *testing.T) {
	b, err := wallet.Keplr(facts())
	m := keys(t, object(t, b, err), "chainId", "chainName", "rpc", "rest", "evm", "bip44", "bech32Config",
		"stakeCurrency", "currencies", "feeCurrencies", "features", "isTestnet")
	require.Equal(t, "weal-local-1", m["chainId"])
	require.Equal(t, []any{"eth-address-gen", "eth-key-sign", "eth-secp256k1-cosmos"}, m["features"])
	require.Equal(t, float64(60), keys(t, m["bip44"], "coinType")["coinType"])
	evm := keys(t, m["evm"], "chainId", "rpc")
	require.Equal(t, float64(types.EVMChainID), evm["chainId"])
	require.Equal(t, "http://127.0.0.1:8545", evm["rpc"])
	prefixes := keys(t, m["bech32Config"], "bech32PrefixAccAddr", "bech32PrefixAccPub", "bech32PrefixValAddr",
		"bech32PrefixValPub", "bech32PrefixConsAddr", "bech32PrefixConsPub")
	require.Equal(t, "weal", prefixes["bech32PrefixAccAddr"])
	require.Equal(t, "wealvaloper", prefixes["bech32PrefixValAddr"])
	coin := keys(t, one(t, m["currencies"]), "coinDenom", "coinMinimalDenom", "coinDecimals")
	require.Equal(t, coin, m["stakeCurrency"], "what is staked is one of the currencies")
	require.Equal(t, float64(18), coin["coinDecimals"])
	fee := keys(t, one(t, m["feeCurrencies"]), "coinDenom", "coinMinimalDenom", "coinDecimals", "gasPriceStep")
	step := keys(t, fee["gasPriceStep"], "low", "average", "high")
	require.Equal(t, float64(10_000_000), step["low"])
	require.LessOrEqual(t, step["low"], step["average"])
	require.LessOrEqual(t, step["average"], step["high"])
}

func TestChainFile(t *testing.T) {
	b, err := wallet.ChainFile(facts())
	m := keys(t, object(t, b, err), "$schema", "chain_name", "chain_type", "chain_id", "pretty_name", "status", "network_type",
		"bech32_prefix", "bech32_config", "daemon_name", "node_home", "key_algos", "slip44", "fees", "staking", "description",
		"apis", "extra_codecs")
	require.Regexp(t, `^(\.\./)+chain\.schema\.json$`, m["$schema"])
	require.Regexp(t, `^[a-z0-9]+$`, m["chain_name"])
	require.Equal(t, "cosmos", m["chain_type"])
	require.Equal(t, "devnet", m["network_type"])
	require.Equal(t, "ethsecp256k1", one(t, m["key_algos"]))
	require.Equal(t, "ethermint", one(t, m["extra_codecs"]))
	require.Equal(t, float64(60), m["slip44"])
	token := keys(t, one(t, keys(t, m["fees"], "fee_tokens")["fee_tokens"]),
		"denom", "fixed_min_gas_price", "low_gas_price", "average_gas_price", "high_gas_price")
	require.Equal(t, "aweal", token["denom"])
	require.Equal(t, float64(10_000_000), token["fixed_min_gas_price"])
	require.Equal(t, "aweal", keys(t, one(t, keys(t, m["staking"], "staking_tokens")["staking_tokens"]), "denom")["denom"])
	apis := keys(t, m["apis"], "rpc", "rest", "grpc", "evm-http-jsonrpc")
	require.Equal(t, "127.0.0.1:9090", keys(t, one(t, apis["grpc"]), "address")["address"])

	f := facts()
	f.REST, f.GRPC, f.Network, f.Name = "", "", wallet.Mainnet, "Weal"
	b, err = wallet.ChainFile(f)
	m = object(t, b, err)
	keys(t, m["apis"], "rpc", "evm-http-jsonrpc")
	require.Equal(t, "../chain.schema.json", m["$schema"])
	require.Equal(t, "weal", m["chain_name"])
}

func TestAssetList(t *testing.T) {
	b, err := wallet.AssetList(facts())
	m := keys(t, object(t, b, err), "$schema", "chain_name", "assets")
	require.Regexp(t, `^(\.\./)+assetlist\.schema\.json$`, m["$schema"])
	require.Equal(t, "weallocal", m["chain_name"], "as in chain.json")
	a := keys(t, one(t, m["assets"]), "description", "denom_units", "type_asset", "base", "name", "display", "symbol")
	exponents := map[string]float64{}
	for _, u := range a["denom_units"].([]any) {
		unit := keys(t, u, "denom", "exponent")
		exponents[unit["denom"].(string)] = unit["exponent"].(float64)
	}
	require.Equal(t, map[string]float64{"aweal": 0, "WEAL": 18}, exponents)
	require.Contains(t, exponents, a["base"])
	require.Contains(t, exponents, a["display"])
	require.Equal(t, "sdk.coin", a["type_asset"])
}

func TestCheck(t *testing.T) {
	require.NoError(t, facts().Check())
	for want, spoil := range map[string]func(*wallet.Facts){
		"chain id: want":                func(f *wallet.Facts) { f.ChainID = strings.Repeat("a", 51) },
		"name: want":                    func(f *wallet.Facts) { f.Name = "…" },
		"network: want":                 func(f *wallet.Facts) { f.Network = "local" },
		"gas price":                     func(f *wallet.Facts) { f.GasPrice = 0 },
		"JSON-RPC: want a URL of http":  func(f *wallet.Facts) { f.JSONRPC = "127.0.0.1:8545" },
		"WebSocket: want a URL of ws":   func(f *wallet.Facts) { f.WebSocket = "http://127.0.0.1:8546" },
		"REST: want a URL":              func(f *wallet.Facts) { f.REST = "https://example.org/?key=1" },
		"RPC: want a URL of http or ht": func(f *wallet.Facts) { f.RPC = "tcp://127.0.0.1:26657" },
	} {
		f := facts()
		spoil(&f)
		for _, write := range []func(wallet.Facts) ([]byte, error){
			wallet.EIP3085, wallet.Viem, wallet.Keplr, wallet.ChainFile, wallet.AssetList,
		} {
			_, err := write(f)
			require.ErrorIs(t, err, wallet.ErrFacts)
			require.ErrorContains(t, err, want)
		}
	}
	f := facts()
	f.JSONRPC = ""
	for _, write := range []func(wallet.Facts) ([]byte, error){wallet.EIP3085, wallet.Viem, wallet.Keplr} {
		_, err := write(f)
		require.ErrorContains(t, err, "needs the URL of the JSON-RPC endpoint")
	}
	f = facts()
	f.ChainID = ""
	for _, write := range []func(wallet.Facts) ([]byte, error){wallet.Keplr, wallet.ChainFile} {
		_, err := write(f)
		require.ErrorContains(t, err, "needs the Cosmos chain id")
	}
}

// FuzzFacts writes every form of any facts: they are refused, or what is written
// is JSON, and a module without anything of the facts outside of strings.
func FuzzFacts(f *testing.F) {
	f.Add("weal-local-1", "Weal Local", "devnet", uint64(1), "http://127.0.0.1:8545")
	f.Add("a", "\u2028</script>\"`${1}", "mainnet", uint64(1)<<63, "https://a/b'\"")
	strings := regexp.MustCompile(`"(\\.|[^"\\])*"`)
	f.Fuzz(func(t *testing.T, chain, name, network string, price uint64, url string) {
		facts := wallet.Facts{ChainID: chain, Name: name, Network: network, GasPrice: price, JSONRPC: url, RPC: url, REST: url}
		for _, write := range []func(wallet.Facts) ([]byte, error){wallet.EIP3085, wallet.Keplr, wallet.ChainFile, wallet.AssetList} {
			if b, err := write(facts); err == nil {
				require.True(t, json.Valid(b), "%s", b)
			} else {
				require.ErrorIs(t, err, wallet.ErrFacts)
			}
		}
		if b, err := wallet.Viem(facts); err == nil {
			require.Regexp(t, `^[\sa-zA-Z0-9{}\[\]():,;=.]*$`, strings.ReplaceAllString(string(b), ""))
		}
	})
}
