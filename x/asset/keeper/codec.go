package keeper

import (
	"encoding/hex"
	"encoding/json"
	"fmt"

	collcodec "cosmossdk.io/collections/codec"

	"github.com/holiman/uint256"

	weal "github.com/weal-network/weal/types"
)

// fixed is a value codec of one length: what a change costs does not depend on
// how much was earned before.
type fixed[T any] struct {
	name   string
	size   int
	encode func(T) []byte
	decode func([]byte) T
}

var _ collcodec.ValueCodec[weal.Amount] = fixed[weal.Amount]{}

// Encode implements collections' ValueCodec.
func (f fixed[T]) Encode(v T) ([]byte, error) { return f.encode(v), nil }

// Decode implements collections' ValueCodec.
func (f fixed[T]) Decode(b []byte) (v T, err error) {
	if len(b) != f.size {
		return v, fmt.Errorf("%w: %s: want %d bytes, got %d", collcodec.ErrEncoding, f.name, f.size, len(b))
	}
	return f.decode(b), nil
}

// EncodeJSON implements collections' ValueCodec: the encoding in hex.
func (f fixed[T]) EncodeJSON(v T) ([]byte, error) { return json.Marshal(f.Stringify(v)) }

// DecodeJSON implements collections' ValueCodec.
func (f fixed[T]) DecodeJSON(b []byte) (v T, err error) {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return v, fmt.Errorf("%w: %s: %w", collcodec.ErrEncoding, f.name, err)
	}
	raw, err := hex.DecodeString(s)
	if err != nil {
		return v, fmt.Errorf("%w: %s: %w", collcodec.ErrEncoding, f.name, err)
	}
	return f.Decode(raw)
}

// Stringify implements collections' ValueCodec.
func (f fixed[T]) Stringify(v T) string { return hex.EncodeToString(f.encode(v)) }

// ValueType implements collections' ValueCodec.
func (f fixed[T]) ValueType() string { return f.name }

var (
	amountValue = fixed[weal.Amount]{
		name: "weal/amount", size: weal.AmountSize,
		encode: func(a weal.Amount) []byte { b := a.Bytes(); return b[:] },
		decode: func(b []byte) weal.Amount { return weal.AmountFromBytes([weal.AmountSize]byte(b)) },
	}
	allowanceValue = fixed[uint256.Int]{
		name: "weal/asset/allowance", size: 32,
		encode: func(n uint256.Int) []byte { b := n.Bytes32(); return b[:] },
		decode: func(b []byte) uint256.Int { return *new(uint256.Int).SetBytes32(b) },
	}
)
