package conformance

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rpc"
)

// selector returns the first four bytes of a call of a function.
func selector(signature string) []byte { return crypto.Keccak256([]byte(signature))[:4] }

// arguments reads the types of a signature, or of a list of types in parentheses.
func arguments(signature string) abi.Arguments {
	list := signature[strings.Index(signature, "(")+1 : strings.LastIndex(signature, ")")]
	var out abi.Arguments
	if list == "" {
		return out
	}
	for name := range strings.SplitSeq(list, ",") {
		t, err := abi.NewType(name, "", nil)
		if err != nil {
			panic(fmt.Errorf("%s: %w", signature, err))
		}
		out = append(out, abi.Argument{Type: t})
	}
	return out
}

// pack encodes a call. Numbers may be ints, addresses accounts.
func pack(signature string, args ...any) []byte {
	types := arguments(signature)
	if len(types) != len(args) {
		panic(fmt.Errorf("%s takes %d arguments, not %d", signature, len(types), len(args)))
	}
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = plain(types[i].Type, a)
	}
	data, err := types.Pack(values...)
	if err != nil {
		panic(fmt.Errorf("%s: %w", signature, err))
	}
	return append(selector(signature), data...)
}

// plain makes an argument what package abi takes for a type.
func plain(t abi.Type, a any) any {
	switch v := a.(type) {
	case *account:
		return v.addr
	case int:
		if t.Size == 8 {
			return uint8(v) //nolint:gosec // tests name small numbers
		}
		return big.NewInt(int64(v))
	default:
		return a
	}
}

// unpack decodes an answer whose types are named like "(uint256,bool)". Other
// than the encoder's own form it takes nothing.
func unpack(types string, out []byte) ([]any, error) {
	t := arguments(types)
	values, err := t.Unpack(out)
	if err != nil {
		return nil, fmt.Errorf("decode %s of 0x%x: %w", types, out, err)
	}
	again, err := t.Pack(values...)
	if err != nil || !bytes.Equal(again, out) {
		return nil, fmt.Errorf("0x%x is not how %s is encoded", out, types)
	}
	return values, nil
}

// revert is the error of a call that reverted.
type revert struct{ data []byte }

// Error implements error.
func (r *revert) Error() string { return "reverted: " + reason(r.data) }

// asRevert makes the error of a revert a *revert.
func asRevert(err error) error {
	var coded rpc.DataError
	if err == nil || !errors.As(err, &coded) {
		return err
	}
	text, ok := coded.ErrorData().(string)
	if !ok {
		return err
	}
	data, decodeErr := hexutil.Decode(text)
	if decodeErr != nil {
		return errors.Join(err, decodeErr)
	}
	return &revert{data}
}

var (
	errorSelector = selector("Error(string)")
	panicSelector = selector("Panic(uint256)")
)

// overflow is the reason of arithmetic that does not fit.
const overflow = "Panic(0x11)"

// reason returns the text of a revert, "Panic(0x…)" of a panic, and otherwise the
// data.
func reason(data []byte) string {
	if len(data) >= 4 {
		switch {
		case bytes.Equal(data[:4], errorSelector):
			if v, err := unpack("(string)", data[4:]); err == nil {
				return v[0].(string)
			}
		case bytes.Equal(data[:4], panicSelector):
			if v, err := unpack("(uint256)", data[4:]); err == nil {
				return fmt.Sprintf("Panic(0x%x)", v[0])
			}
		}
	}
	return "0x" + hex.EncodeToString(data)
}

// errorData returns the data of a revert with a reason.
func errorData(text string) []byte { return pack("Error(string)", text) }

// call3 is one call of multicall3's.
type call3 struct {
	Target       common.Address
	AllowFailure bool
	Value        *big.Int
	CallData     []byte
}

// result3 is what came of it.
type result3 struct {
	Success    bool
	ReturnData []byte
}

func tuple(parts ...abi.ArgumentMarshaling) abi.Arguments {
	t, err := abi.NewType("tuple[]", "", parts)
	if err != nil {
		panic(err)
	}
	return abi.Arguments{{Type: t}}
}

var (
	call3Args = tuple(
		abi.ArgumentMarshaling{Name: "target", Type: "address"},
		abi.ArgumentMarshaling{Name: "allowFailure", Type: "bool"},
		abi.ArgumentMarshaling{Name: "callData", Type: "bytes"})
	call3ValueArgs = tuple(
		abi.ArgumentMarshaling{Name: "target", Type: "address"},
		abi.ArgumentMarshaling{Name: "allowFailure", Type: "bool"},
		abi.ArgumentMarshaling{Name: "value", Type: "uint256"},
		abi.ArgumentMarshaling{Name: "callData", Type: "bytes"})
	result3Args = tuple(
		abi.ArgumentMarshaling{Name: "success", Type: "bool"},
		abi.ArgumentMarshaling{Name: "returnData", Type: "bytes"})
)

// aggregate3 encodes calls that are made one after the other.
func aggregate3(calls []call3) []byte {
	type call struct {
		Target       common.Address
		AllowFailure bool
		CallData     []byte
	}
	plain := make([]call, len(calls))
	for i, c := range calls {
		plain[i] = call{c.Target, c.AllowFailure, c.CallData}
	}
	data, err := call3Args.Pack(plain)
	if err != nil {
		panic(err)
	}
	return append(selector("aggregate3((address,bool,bytes)[])"), data...)
}

// aggregate3Value is aggregate3 with coins.
func aggregate3Value(calls []call3) []byte {
	data, err := call3ValueArgs.Pack(calls)
	if err != nil {
		panic(err)
	}
	return append(selector("aggregate3Value((address,bool,uint256,bytes)[])"), data...)
}

// results3 decodes what aggregate3 returned.
func results3(out []byte) ([]result3, error) {
	values, err := result3Args.Unpack(out)
	if err != nil {
		return nil, fmt.Errorf("decode the results of calls: %w", err)
	}
	return *abi.ConvertType(values[0], new([]result3)).(*[]result3), nil
}
