package solidity

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/types"
)

// Assets is the contract of all assets and their shares. Of its functions,
// register has RegisterSignature, and its argument is a Registration; update has
// UpdateSignature, and its arguments are a number and an Update.
var Assets = load("IWealAssets")

// The canonical signatures of the functions that take structs.
const (
	RegisterSignature = "register((uint8,bytes32,string,bytes32,bytes32,uint64," + prices + ",string[],(uint256,uint32)[]," + licence + ",uint32))"
	UpdateSignature   = "update(uint256,(bytes32,string,bytes32," + prices + "," + licence + "))"

	prices  = "(string,string,uint256,uint32,uint8)[]"
	licence = "(uint8,uint32,bool,address,uint256[],bytes32,string)"
)

// Price is Solidity's Price.
type Price struct {
	Unit   string
	Denom  string
	Amount *big.Int
	Tokens uint32
	Band   uint8
}

// PriceOf returns a price as Solidity's.
func PriceOf(p types.Price) Price {
	return Price{Unit: string(p.Unit), Denom: p.Denom, Amount: p.Amount.Big(), Tokens: p.Tokens, Band: p.Band}
}

// Royalty is Solidity's Royalty.
type Royalty struct {
	Asset       *big.Int
	BasisPoints uint32
}

// Registration is Solidity's Registration, the argument of register.
type Registration struct {
	Kind     uint8
	Manifest [32]byte
	Uri      string //nolint:revive // package abi finds the field by this name
	Root     [32]byte
	Key      [32]byte
	Units    uint64
	Prices   []Price
	Denoms   []string
	Parents  []Royalty
	Licence  Licence
	Resale   uint32
}

// Licence is Solidity's Licence. A zero Licence is one that is left out.
type Licence struct {
	Kind       uint8
	Royalty    uint32
	Closed     bool
	Collection common.Address
	// Slots is empty for all slots of Collection, or has the one that counts.
	Slots    []*big.Int
	Terms    [32]byte
	TermsUri string //nolint:revive // package abi finds the field by this name
}

// Update is Solidity's Update, the second argument of update.
type Update struct {
	Manifest [32]byte
	Uri      string //nolint:revive // package abi finds the field by this name
	Root     [32]byte
	Prices   []Price
	Licence  Licence
}

// Parent is Solidity's Parent, of which parentsOf returns some.
type Parent struct {
	Asset       *big.Int
	BasisPoints uint32
	Version     uint32
}

// Coin is Solidity's Coin, of which claim returns some.
type Coin struct {
	Denom  string
	Amount *big.Int
}
