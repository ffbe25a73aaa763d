package solidity

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
)

// Contributions is the contract where people add to assets.
var Contributions = load("IWealContributions")

// SetTermsSignature is the canonical signature of setTerms.
const SetTermsSignature = "setTerms(uint256,(uint8,address,uint256,uint64,uint64,uint64,uint16,uint8,uint256))"

// ContributionTerms is Solidity's ContributionTerms.
type ContributionTerms struct {
	Admission     uint8
	Steward       common.Address
	Pot           *big.Int
	UnitsPerChunk uint64
	MaxChunks     uint64
	MaxChunksEach uint64
	Part          uint16
	Split         uint8
	Deposit       *big.Int
}

// Contribution is Solidity's Contribution, which getContribution returns.
type Contribution struct {
	Asset       *big.Int
	Contributor common.Address
	Root        [32]byte
	Chunks      uint64
	Uri         string //nolint:revive // package abi finds the field by this name
	Accepted    bool
	Units       uint64
	Share       *big.Int
	Deposit     *big.Int
}
