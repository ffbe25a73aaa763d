package keeper

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	collcodec "cosmossdk.io/collections/codec"

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
func (f fixed[T]) DecodeJSON(b []byte) (T, error) { return fromJSON(f.name, b, f.Decode) }

// Stringify implements collections' ValueCodec.
func (f fixed[T]) Stringify(v T) string { return hex.EncodeToString(f.encode(v)) }

// ValueType implements collections' ValueCodec.
func (f fixed[T]) ValueType() string { return f.name }

// fromJSON reads an encoding in hex.
func fromJSON[T any](name string, b []byte, decode func([]byte) (T, error)) (v T, err error) {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return v, fmt.Errorf("%w: %s: %w", collcodec.ErrEncoding, name, err)
	}
	raw, err := hex.DecodeString(s)
	if err != nil {
		return v, fmt.Errorf("%w: %s: %w", collcodec.ErrEncoding, name, err)
	}
	return decode(raw)
}

// rows is a value codec of some values, one after the other, each of which says
// where it ends.
type rows[T any] struct {
	name   string
	encode func([]byte, T) []byte
	decode func([]byte) (T, []byte, error)
}

var _ collcodec.ValueCodec[[]mark] = rows[mark]{}

// Encode implements collections' ValueCodec.
func (r rows[T]) Encode(v []T) (b []byte, err error) {
	for _, row := range v {
		b = r.encode(b, row)
	}
	return b, nil
}

// Decode implements collections' ValueCodec.
func (r rows[T]) Decode(b []byte) (v []T, err error) {
	for len(b) > 0 {
		var row T
		if row, b, err = r.decode(b); err != nil {
			return nil, fmt.Errorf("%w: %s: %w", collcodec.ErrEncoding, r.name, err)
		}
		v = append(v, row)
	}
	return v, nil
}

// EncodeJSON implements collections' ValueCodec: the encoding in hex.
func (r rows[T]) EncodeJSON(v []T) ([]byte, error) { return json.Marshal(r.Stringify(v)) }

// DecodeJSON implements collections' ValueCodec.
func (r rows[T]) DecodeJSON(b []byte) ([]T, error) { return fromJSON(r.name, b, r.Decode) }

// Stringify implements collections' ValueCodec.
func (r rows[T]) Stringify(v []T) string {
	b, _ := r.Encode(v) // it cannot fail
	return hex.EncodeToString(b)
}

// ValueType implements collections' ValueCodec.
func (r rows[T]) ValueType() string { return r.name }

// names is a value codec of denominations, a line feed between two.
type names struct{}

var _ collcodec.ValueCodec[[]string] = names{}

// Encode implements collections' ValueCodec.
func (names) Encode(v []string) ([]byte, error) { return []byte(strings.Join(v, "\n")), nil }

// Decode implements collections' ValueCodec.
func (names) Decode(b []byte) ([]string, error) { return strings.Split(string(b), "\n"), nil }

// EncodeJSON implements collections' ValueCodec.
func (names) EncodeJSON(v []string) ([]byte, error) { return json.Marshal(v) }

// DecodeJSON implements collections' ValueCodec.
func (names) DecodeJSON(b []byte) (v []string, err error) { return v, json.Unmarshal(b, &v) }

// Stringify implements collections' ValueCodec.
func (names) Stringify(v []string) string { return strings.Join(v, ", ") }

// ValueType implements collections' ValueCodec.
func (names) ValueType() string { return "weal/asset/denoms" }

var denomsValue = names{}

var (
	amountValue = fixed[weal.Amount]{
		name: "weal/amount", size: weal.AmountSize,
		encode: func(a weal.Amount) []byte { b := a.Bytes(); return b[:] },
		decode: func(b []byte) weal.Amount { return weal.AmountFromBytes([weal.AmountSize]byte(b)) },
	}
)
