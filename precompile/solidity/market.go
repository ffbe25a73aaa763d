package solidity

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
)

// Market is the contract where shares are bought and sold.
var Market = load("IWealMarket")

// Listing is Solidity's Listing, which getListing returns.
type Listing struct {
	Asset  *big.Int
	Share  *big.Int
	Seller common.Address
	Lister common.Address
	Units  uint64
	Whole  bool
	Denom  string
	Price  *big.Int
	Until  uint64
}

// Offer is Solidity's Offer, which getOffer returns.
type Offer struct {
	Asset   *big.Int
	Buyer   common.Address
	Units   uint64
	Denom   string
	Price   *big.Int
	Until   uint64
	ToShare *big.Int
}
