package solidity

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
)

// Council is the contract of the councils of all assets.
var Council = load("IWealCouncil")

// CouncilRules is Solidity's CouncilRules.
type CouncilRules struct {
	Quorum        uint32
	Threshold     uint32
	Propose       uint32
	VotingSeconds uint64
	LockSeconds   uint64
	GraceSeconds  uint64
}

// CouncilCall is Solidity's Call.
type CouncilCall struct {
	To    common.Address
	Value *big.Int
	Data  []byte
}

// CouncilProposal is Solidity's Proposal, which proposal returns.
type CouncilProposal struct {
	Asset       *big.Int
	Proposer    common.Address
	State       uint8
	Rules       CouncilRules
	Title       string
	Uri         string //nolint:revive // package abi finds the field by this name
	Calls       []CouncilCall
	Height      uint64
	StartHeight uint64
	StartTime   uint64
	EndHeight   uint64
	EndTime     uint64
	Circulating *big.Int
	Yes         *big.Int
	No          *big.Int
	Abstain     *big.Int
}

// The canonical signatures of functions with structs.
const (
	ProposeSignature  = "propose(uint256,(address,uint256,bytes)[],string,string,uint256[])"
	SetRulesSignature = "setRules(uint256,(uint32,uint32,uint32,uint64,uint64,uint64))"
)
