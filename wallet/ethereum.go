package wallet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/weal-network/weal/types"
)

// encode writes v as indented JSON.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// EIP3085 writes the parameter of wallet_addEthereumChain.
func EIP3085(f Facts) ([]byte, error) {
	if err := f.need("EIP-3085", needJSONRPC); err != nil {
		return nil, err
	}
	return encode(struct {
		ChainID        string   `json:"chainId"`
		ChainName      string   `json:"chainName"`
		NativeCurrency any      `json:"nativeCurrency"`
		RPCURLs        []string `json:"rpcUrls"`
	}{fmt.Sprintf("%#x", types.EVMChainID), f.Name, coin, []string{f.JSONRPC}})
}

// Viem writes a module that exports a chain definition for viem.
func Viem(f Facts) ([]byte, error) {
	if err := f.need("viem", needJSONRPC); err != nil {
		return nil, err
	}
	urls := "http: [" + quote(f.JSONRPC) + "]"
	if f.WebSocket != "" {
		urls += ", webSocket: [" + quote(f.WebSocket) + "]"
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `import { defineChain } from "viem";

export const weal = defineChain({
  id: %d,
  name: %s,
  nativeCurrency: { name: %s, symbol: %s, decimals: %d },
  rpcUrls: { default: { %s } },
  contracts: { multicall3: { address: %s, blockCreated: 1 } },
  testnet: %t,
});
`, types.EVMChainID, quote(f.Name), quote(coin.Name), quote(coin.Symbol), coin.Decimals, urls, quote(Multicall3), f.Network != Mainnet)
	return b.Bytes(), nil
}

// quote writes s as a string of JavaScript. JSON's strings are strings there.
func quote(s string) string {
	b, err := encode(s)
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	return strings.TrimSpace(string(b))
}
