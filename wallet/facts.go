package wallet

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/weal-network/weal/types"
)

// ErrFacts is returned for facts that no wallet would take.
var ErrFacts = errors.New("wallet")

// Multicall3 is where the contract is that reads many others at once. It is there
// from a chain's first block on.
const Multicall3 = "0xcA11bde05977b3631167028862bE2a173976CA11"

// Network types, as the chain registry names them.
const (
	Mainnet = "mainnet"
	Testnet = "testnet"
	Devnet  = "devnet"
)

// Facts are what wallets need to know of a chain.
type Facts struct {
	// ChainID is the Cosmos chain id; Ethereum's forms do without.
	ChainID string
	// Name is for people, at most 36 characters, for example "Weal Local".
	Name string
	// Network is Mainnet, Testnet or Devnet.
	Network string
	// GasPrice is the least price of gas, in the coin's smallest unit.
	GasPrice uint64

	// Endpoints are URLs; those that are empty are not known.
	JSONRPC, WebSocket, RPC, REST string
	// GRPC is host:port.
	GRPC string
}

// slug is the name in the chain registry: lower-case letters and digits.
func (f Facts) slug() string {
	return strings.Map(func(r rune) rune {
		if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') {
			return r
		}
		return -1
	}, strings.ToLower(f.Name))
}

// Check returns an error that wraps ErrFacts, and says what to change, if f
// lacks something or holds what wallets refuse.
func (f Facts) Check() error {
	switch {
	case len(f.ChainID) > 50:
		return fmt.Errorf("%w: chain id: want at most 50 characters, got %q", ErrFacts, f.ChainID)
	case f.slug() == "" || len(f.Name) > 36:
		return fmt.Errorf("%w: name: want 1 to 36 characters with a letter or digit, got %q", ErrFacts, f.Name)
	case !slices.Contains([]string{Mainnet, Testnet, Devnet}, f.Network):
		return fmt.Errorf("%w: network: want %s, %s or %s, got %q", ErrFacts, Mainnet, Testnet, Devnet, f.Network)
	case f.GasPrice == 0:
		return fmt.Errorf("%w: gas price: want more than zero", ErrFacts)
	}
	for _, e := range []struct{ name, url, schemes string }{
		{"JSON-RPC", f.JSONRPC, "http https"}, {"WebSocket", f.WebSocket, "ws wss"},
		{"RPC", f.RPC, "http https"}, {"REST", f.REST, "http https"},
	} {
		if e.url == "" {
			continue
		}
		u, err := url.Parse(e.url)
		if err != nil || u.Host == "" || u.RawQuery != "" || !slices.Contains(strings.Fields(e.schemes), u.Scheme) {
			return fmt.Errorf("%w: %s: want a URL of %s without a query, got %q",
				ErrFacts, e.name, strings.ReplaceAll(e.schemes, " ", " or "), e.url)
		}
	}
	return nil
}

// The facts that some forms cannot do without.
const (
	needChainID = "Cosmos chain id"
	needJSONRPC = "URL of the JSON-RPC endpoint"
	needRPC     = "URL of the RPC endpoint"
	needREST    = "URL of the REST endpoint"
)

// need checks f, and that it has what a form cannot do without.
func (f Facts) need(form string, facts ...string) error {
	if err := f.Check(); err != nil {
		return err
	}
	known := map[string]string{needChainID: f.ChainID, needJSONRPC: f.JSONRPC, needRPC: f.RPC, needREST: f.REST}
	for _, fact := range facts {
		if known[fact] == "" {
			return fmt.Errorf("%w: %s needs the %s", ErrFacts, form, fact)
		}
	}
	return nil
}

// coin is how wallets show the coin.
var coin = struct {
	Name     string `json:"name"`
	Symbol   string `json:"symbol"`
	Decimals int    `json:"decimals"`
}{"Weal", types.DisplayDenom, types.Decimals}
