package wallet

import "github.com/weal-network/weal/types"

// features tell Keplr that addresses and signatures are Ethereum's, under the
// key type of cosmos/evm.
var features = []string{"eth-address-gen", "eth-key-sign", "eth-secp256k1-cosmos"}

// currency is a coin as Keplr describes it.
type currency struct {
	Denom        string     `json:"coinDenom"`
	MinimalDenom string     `json:"coinMinimalDenom"`
	Decimals     int        `json:"coinDecimals"`
	GasPrice     *gasPrices `json:"gasPriceStep,omitempty"`
}

// gasPrices are what Keplr offers, of which the least is the first.
type gasPrices struct {
	Low     uint64 `json:"low"`
	Average uint64 `json:"average"`
	High    uint64 `json:"high"`
}

// prices are the least price, and more for when blocks are full.
func (f Facts) prices() gasPrices {
	return gasPrices{Low: f.GasPrice, Average: 2 * f.GasPrice, High: 4 * f.GasPrice}
}

// bech32 are the prefixes of addresses and keys.
type bech32 struct {
	AccAddr  string `json:"bech32PrefixAccAddr"`
	AccPub   string `json:"bech32PrefixAccPub"`
	ValAddr  string `json:"bech32PrefixValAddr"`
	ValPub   string `json:"bech32PrefixValPub"`
	ConsAddr string `json:"bech32PrefixConsAddr"`
	ConsPub  string `json:"bech32PrefixConsPub"`
}

var prefixes = bech32{
	AccAddr: types.Bech32Prefix, AccPub: types.Bech32Prefix + "pub",
	ValAddr: types.Bech32Prefix + "valoper", ValPub: types.Bech32Prefix + "valoperpub",
	ConsAddr: types.Bech32Prefix + "valcons", ConsPub: types.Bech32Prefix + "valconspub",
}

// Keplr writes the argument of Keplr's experimentalSuggestChain.
func Keplr(f Facts) ([]byte, error) {
	if err := f.need("Keplr", needChainID, needRPC, needREST, needJSONRPC); err != nil {
		return nil, err
	}
	c := currency{Denom: types.DisplayDenom, MinimalDenom: types.BaseDenom, Decimals: types.Decimals}
	fee, prices := c, f.prices()
	fee.GasPrice = &prices
	type evm struct {
		ChainID uint64 `json:"chainId"`
		RPC     string `json:"rpc"`
	}
	type bip44 struct {
		CoinType int `json:"coinType"`
	}
	return encode(struct {
		ChainID       string     `json:"chainId"`
		ChainName     string     `json:"chainName"`
		RPC           string     `json:"rpc"`
		REST          string     `json:"rest"`
		EVM           evm        `json:"evm"`
		BIP44         bip44      `json:"bip44"`
		Bech32        bech32     `json:"bech32Config"`
		StakeCurrency currency   `json:"stakeCurrency"`
		Currencies    []currency `json:"currencies"`
		FeeCurrencies []currency `json:"feeCurrencies"`
		Features      []string   `json:"features"`
		Testnet       bool       `json:"isTestnet"`
	}{
		f.ChainID, f.Name, f.RPC, f.REST, evm{types.EVMChainID, f.JSONRPC}, bip44{types.CoinType}, prefixes,
		c, []currency{c}, []currency{fee}, features, f.Network != Mainnet,
	})
}
