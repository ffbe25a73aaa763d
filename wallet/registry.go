package wallet

import "github.com/weal-network/weal/types"

// endpoint is where a node can be reached, for the chain registry.
type endpoint struct {
	Address string `json:"address"`
}

// at returns the endpoint at an address, or none.
func at(address string) []endpoint {
	if address == "" {
		return nil
	}
	return []endpoint{{address}}
}

// schema is where the registry keeps a schema, seen from a chain's directory.
// Chains that are no main networks lie one deeper.
func (f Facts) schema(name string) string {
	if f.Network == Mainnet {
		return "../" + name
	}
	return "../../" + name
}

type (
	chainFile struct {
		Schema       string   `json:"$schema"`
		Name         string   `json:"chain_name"`
		Type         string   `json:"chain_type"`
		ChainID      string   `json:"chain_id"`
		PrettyName   string   `json:"pretty_name"`
		Status       string   `json:"status"`
		Network      string   `json:"network_type"`
		Bech32Prefix string   `json:"bech32_prefix"`
		Bech32       bech32   `json:"bech32_config"`
		DaemonName   string   `json:"daemon_name"`
		NodeHome     string   `json:"node_home"`
		KeyAlgos     []string `json:"key_algos"`
		Slip44       int      `json:"slip44"`
		Fees         fees     `json:"fees"`
		Staking      staking  `json:"staking"`
		Description  string   `json:"description"`
		APIs         apis     `json:"apis"`
		ExtraCodecs  []string `json:"extra_codecs"`
	}
	fees struct {
		Tokens []feeToken `json:"fee_tokens"`
	}
	feeToken struct {
		Denom   string `json:"denom"`
		Fixed   uint64 `json:"fixed_min_gas_price"`
		Low     uint64 `json:"low_gas_price"`
		Average uint64 `json:"average_gas_price"`
		High    uint64 `json:"high_gas_price"`
	}
	staking struct {
		Tokens []stakingToken `json:"staking_tokens"`
	}
	stakingToken struct {
		Denom string `json:"denom"`
	}
	apis struct {
		RPC     []endpoint `json:"rpc,omitempty"`
		REST    []endpoint `json:"rest,omitempty"`
		GRPC    []endpoint `json:"grpc,omitempty"`
		JSONRPC []endpoint `json:"evm-http-jsonrpc,omitempty"`
	}
)

// ChainFile writes chain.json of the chain registry.
func ChainFile(f Facts) ([]byte, error) {
	if err := f.need("chain.json", needChainID); err != nil {
		return nil, err
	}
	p := f.prices()
	return encode(chainFile{
		Schema: f.schema("chain.schema.json"), Name: f.slug(), Type: "cosmos", ChainID: f.ChainID, PrettyName: f.Name,
		Status: "live", Network: f.Network, Bech32Prefix: types.Bech32Prefix, Bech32: prefixes,
		DaemonName: "weal", NodeHome: "$HOME/.weal/chain", KeyAlgos: []string{"ethsecp256k1"}, Slip44: types.CoinType,
		Fees:        fees{[]feeToken{{types.BaseDenom, p.Low, p.Low, p.Average, p.High}}},
		Staking:     staking{[]stakingToken{{types.BaseDenom}}},
		Description: "An AI Layer 1: what an answer needs is owned as ERC-3525 shares and paid for each use.",
		APIs:        apis{RPC: at(f.RPC), REST: at(f.REST), GRPC: at(f.GRPC), JSONRPC: at(f.JSONRPC)},
		ExtraCodecs: []string{"ethermint"},
	})
}

type (
	assetList struct {
		Schema string  `json:"$schema"`
		Name   string  `json:"chain_name"`
		Assets []asset `json:"assets"`
	}
	asset struct {
		Description string `json:"description"`
		Units       []unit `json:"denom_units"`
		Type        string `json:"type_asset"`
		Base        string `json:"base"`
		Name        string `json:"name"`
		Display     string `json:"display"`
		Symbol      string `json:"symbol"`
	}
	unit struct {
		Denom    string `json:"denom"`
		Exponent int    `json:"exponent"`
	}
)

// AssetList writes assetlist.json of the chain registry: the coin.
func AssetList(f Facts) ([]byte, error) {
	if err := f.Check(); err != nil {
		return nil, err
	}
	return encode(assetList{
		Schema: f.schema("assetlist.schema.json"), Name: f.slug(),
		Assets: []asset{{
			Description: "The coin that uses and fees are paid in",
			Units:       []unit{{types.BaseDenom, 0}, {types.DisplayDenom, types.Decimals}},
			Type:        "sdk.coin", Base: types.BaseDenom, Name: coin.Name, Display: types.DisplayDenom, Symbol: coin.Symbol,
		}},
	})
}
