package solidity

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
)

// Jobs is the contract where assets are asked, and where calls are booked.
var Jobs = load("IWealJobs")

// Answer is what a contract has that is told of answers.
var Answer = load("IWealAnswer")

// JobContent is Solidity's Content.
type JobContent struct {
	Data  []byte
	Hash  [32]byte
	Uri   string //nolint:revive // package abi finds the field by this name
	Apart bool
}

// JobAsk is Solidity's Ask, which requestWith takes.
type JobAsk struct {
	Asset       *big.Int
	Input       []byte
	InputHash   [32]byte
	InputUri    string //nolint:revive // package abi finds the field by this name
	MaxFee      *big.Int
	Policy      uint8
	WaitSeconds uint64
	Callback    common.Address
	Gas         uint64
}

// JobRequest is Solidity's Request, which getRequest returns.
type JobRequest struct {
	Asset         *big.Int
	Requester     common.Address
	Input         JobContent
	Price         *big.Int
	GasPay        *big.Int
	Policy        uint8
	Version       uint32
	Callback      common.Address
	Gas           uint64
	Height        uint64
	ExpiresHeight uint64
	Expires       uint64
	State         uint8
	CallbackState uint8
	Tries         uint32
	Operator      common.Address
	Order         [32]byte
}

// JobOperator is Solidity's Operator, which getOperator returns.
type JobOperator struct {
	Authorised  bool
	BasisPoints uint32
	Bond        *big.Int
	Unbonding   bool
	UntilHeight uint64
	Until       uint64
}

// JobBooking is Solidity's Booking, which getBooking returns.
type JobBooking struct {
	Owner    common.Address
	Target   common.Address
	Data     []byte
	Gas      uint64
	GasPrice *big.Int
	Value    *big.Int
	Every    uint64
	Times    uint64
	Due      uint64
	Funds    *big.Int
	Runs     uint64
}

// BookSignature is the canonical signature of book.
const BookSignature = "book(address,bytes,uint64,uint64,uint64,uint64,uint256)"

// RequestWithSignature is the canonical signature of requestWith.
const RequestWithSignature = "requestWith((uint256,bytes,bytes32,string,uint256,uint8,uint64,address,uint64))"

// OnAnswerSignature is that of the function that a call-back calls.
const OnAnswerSignature = "onAnswer(uint256,bytes,bytes)"
