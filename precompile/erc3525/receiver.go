package erc3525

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/holiman/uint256"

	"github.com/weal-network/weal/precompile/runner"
	"github.com/weal-network/weal/x/asset/types"
)

// What receivers that are contracts are asked.
var (
	onERC721Received = question("onERC721Received", "address", "address", "uint256", "bytes")
	// onERC3525Received's identifier is the whole interface's too: it has no
	// other function.
	onERC3525Received = question("onERC3525Received", "address", "uint256", "uint256", "uint256", "bytes")
	supportsInterface = question("supportsInterface", "bytes4")
)

// question returns a function of a receiver's.
func question(name string, params ...string) abi.Method {
	var in abi.Arguments
	for _, p := range params {
		t, err := abi.NewType(p, "", nil)
		if err != nil {
			panic(fmt.Errorf("receiver's %s: %w", name, err))
		}
		in = append(in, abi.Argument{Type: t})
	}
	return abi.NewMethod(name, name, abi.Function, "nonpayable", false, false, in, nil)
}

// encode returns the call of a question.
func encode(m abi.Method, args ...any) ([]byte, error) {
	data, err := m.Inputs.Pack(args...)
	if err != nil {
		return nil, fmt.Errorf("ask receiver: %w", err)
	}
	return append(bytes.Clone(m.ID), data...), nil
}

// AskERC721 asks a receiver that is a contract whether it takes a token.
func AskERC721(operator, from, to common.Address, id uint256.Int, data []byte) func(*runner.Outside) error {
	return func(o *runner.Outside) error {
		if contract, err := o.HasCode(to); err != nil || !contract {
			return err
		}
		input, err := encode(onERC721Received, operator, from, id.ToBig(), data)
		if err != nil {
			return err
		}
		out, err := o.Call(to, input)
		return verdict(out, err, onERC721Received.ID, types.Err721Receiver)
	}
}

// AskERC3525 asks a receiver of value whether it takes it, if it is a contract
// that says it wants to be asked.
func AskERC3525(operator, to common.Address, fromID, toID, value uint256.Int) func(*runner.Outside) error {
	return func(o *runner.Outside) error {
		if contract, err := o.HasCode(to); err != nil || !contract || !wantsValue(o, to) {
			return err
		}
		input, err := encode(onERC3525Received, operator, fromID.ToBig(), toID.ToBig(), value.ToBig(), []byte{})
		if err != nil {
			return err
		}
		out, err := o.Call(to, input)
		return verdict(out, err, onERC3525Received.ID, types.Err3525Receiver)
	}
}

// wantsValue asks a contract, by ERC-165, whether it is a receiver of value. No
// answer is no.
func wantsValue(o *runner.Outside, to common.Address) bool {
	input, err := encode(supportsInterface, [4]byte(onERC3525Received.ID))
	if err != nil {
		return false
	}
	out, err := o.View(to, input)
	return err == nil && len(out) >= 32 && new(uint256.Int).SetBytes(out[:32]).Eq(uint256.NewInt(1))
}

// verdict is nil if a receiver answered with magic. If it reverted with a
// reason, that is the reason; otherwise it is refused.
func verdict(out []byte, err error, magic []byte, refused error) error {
	if errors.Is(err, vm.ErrExecutionReverted) && len(out) > 0 {
		return runner.Revert{Data: out}
	}
	if err != nil || len(out) < 32 || !bytes.Equal(out[:32], common.RightPadBytes(magic, 32)) {
		return refused
	}
	return nil
}
