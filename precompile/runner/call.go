package runner

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Call is one call of a function.
type Call struct {
	// Context is the native state, with the call's gas meter.
	Context sdk.Context
	// Caller is msg.sender.
	Caller common.Address
	// Self is the contract that was called: the Runner's address, or that of the
	// front before it.
	Self common.Address
	// Front is the number of the front, zero if the Runner itself was called.
	Front uint64
	// Value is msg.value, which Self has already.
	Value *uint256.Int
	// Args are the arguments, as package abi decodes them.
	Args []any

	evm      *vm.EVM
	function function
	contract abi.ABI
	received []receipt
	spent    []receipt
	moves    []move
	logs     []*ethtypes.Log
	after    []errand
}

// receipt is what an account got, or gave, of the chain's coin.
type receipt struct {
	to     common.Address
	amount *uint256.Int
}

// move is a transfer of the chain's coin.
type move struct {
	from, to common.Address
	amount   *uint256.Int
}

// errand is a call out in the name of a contract.
type errand struct {
	as common.Address
	do func(*Outside) error
}

// Unknown is the error of a call of a function that is not there, for functions
// that not every front has.
func (c *Call) Unknown() error { return unknown(selector(c.function.method.ID)) }

// Received says that Run had the bank pay an account, from a module's account,
// so much of the chain's coin. The EVM keeps balances of its own during a
// transaction and writes them over the bank's at its end: unless told, it would
// take the coins away again.
func (c *Call) Received(to common.Address, amount *uint256.Int) {
	if !amount.IsZero() {
		c.received = append(c.received, receipt{to, amount})
	}
}

// Spent says that Run had the bank take so much of the chain's coin from an account,
// and give it to a module's. It may not be more than the bank has of it: what came
// to the account in this transaction is not the bank's yet.
func (c *Call) Spent(from common.Address, amount *uint256.Int) {
	if !amount.IsZero() {
		c.spent = append(c.spent, receipt{from, amount})
	}
}

// Transfer moves the chain's coin between accounts when Run has returned, before
// the logs. The call reverts if from has too little by then, or if the chain
// never pays to. It calls nobody: see Outside.CallWith. Only a Runner made with
// Refusing may move coins.
func (c *Call) Transfer(from, to common.Address, amount *uint256.Int) {
	c.moves = append(c.moves, move{from, to, amount.Clone()})
}

// Log adds an event of the contract's ABI, to be emitted when Run has returned.
// Args are the event's arguments in their order, the indexed ones too.
func (c *Call) Log(event string, args ...any) error {
	return c.Emit(c.Self, c.contract, event, args...)
}

// Emit is Log in the name of another contract. Integers of 256 bits may be given
// as uint256.Int.
func (c *Call) Emit(at common.Address, contract abi.ABI, event string, args ...any) error {
	e, ok := contract.Events[event]
	if !ok || len(args) != len(e.Inputs) {
		return fmt.Errorf("log %s: no such event of %d arguments", event, len(args))
	}
	log := &ethtypes.Log{Address: at, Topics: make([]common.Hash, 1, 4)}
	log.Topics[0] = e.ID
	plain := make(abi.Arguments, 0, len(e.Inputs))
	values := make([]any, 0, len(e.Inputs))
	for i, in := range e.Inputs {
		if !in.Indexed {
			plain, values = append(plain, in), append(values, args[i])
			continue
		}
		topic, err := pack(abi.Arguments{in}, args[i:i+1])
		if err != nil {
			return fmt.Errorf("log %s: %w", event, err)
		}
		if len(topic) != common.HashLength {
			return fmt.Errorf("log %s: %s is indexed and not a word", event, in.Name)
		}
		log.Topics = append(log.Topics, common.Hash(topic))
	}
	var err error
	if log.Data, err = pack(plain, values); err != nil {
		return fmt.Errorf("log %s: %w", event, err)
	}
	c.logs = append(c.logs, log)
	return nil
}

// pack encodes values. Words that are common it encodes itself: package abi takes
// a microsecond for each.
func pack(args abi.Arguments, values []any) ([]byte, error) {
	if len(args) != len(values) {
		return packSlow(args, values)
	}
	out := make([]byte, 0, len(values)*common.HashLength)
	for i, v := range values {
		switch v := v.(type) {
		case common.Address:
			if args[i].Type.T == abi.AddressTy {
				out = append(out, common.LeftPadBytes(v[:], common.HashLength)...)
				continue
			}
		case uint256.Int:
			if args[i].Type.T == abi.UintTy && args[i].Type.Size == 256 {
				word := v.Bytes32()
				out = append(out, word[:]...)
				continue
			}
		}
		return packSlow(args, values)
	}
	return out, nil
}

func packSlow(args abi.Arguments, values []any) ([]byte, error) {
	plain := make([]any, len(values))
	for i, v := range values {
		if n, ok := v.(uint256.Int); ok {
			v = n.ToBig()
		}
		plain[i] = v
	}
	return args.Pack(plain...)
}

// Number returns the i-th argument, a uint256.
func (c *Call) Number(i int) uint256.Int { return *uint256.MustFromBig(c.Args[i].(*big.Int)) }

// Address returns the i-th argument, an address.
func (c *Call) Address(i int) common.Address { return c.Args[i].(common.Address) }

// Creates returns where Outside.Create will put the next contract that Self makes.
func (c *Call) Creates() common.Address {
	return ethcrypto.CreateAddress(c.Self, c.evm.StateDB.GetNonce(c.Self))
}

// After has f called when the native work is done and the logs are emitted. It
// may call contracts, in the name of Self; Context is not to be used any more.
func (c *Call) After(f func(*Outside) error) { c.AfterAs(c.Self, f) }

// AfterAs is After in the name of another contract.
func (c *Call) AfterAs(as common.Address, f func(*Outside) error) {
	c.after = append(c.after, errand{as, f})
}
