package token

import (
	"encoding/json"
	"errors"
	"fmt"

	collcodec "cosmossdk.io/collections/codec"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
)

// errEncoding means that a row of the store is not what this package wrote.
var errEncoding = errors.New("token: bad encoding")

// AppendNumber appends a byte of length and the number's bytes, big-endian
// without leading zeros. The order of encodings is that of the numbers.
func AppendNumber(b []byte, n *uint256.Int) []byte {
	size := n.ByteLen()
	full := n.Bytes32()
	return append(append(b, byte(size)), full[32-size:]...)
}

// CutNumber reads what AppendNumber wrote and returns the rest.
func CutNumber(b []byte) (n uint256.Int, rest []byte, err error) {
	if len(b) == 0 || b[0] > 32 || len(b) < 1+int(b[0]) {
		return n, nil, errEncoding
	}
	size := int(b[0])
	if size > 0 && b[1] == 0 {
		return n, nil, errEncoding
	}
	n.SetBytes(b[1 : 1+size])
	return n, b[1+size:], nil
}

// number makes a count a number.
func number(n uint64) uint256.Int { return *uint256.NewInt(n) }

// small reads a number that is a count.
func small(n uint256.Int) (uint64, error) {
	if !n.IsUint64() {
		return 0, errEncoding
	}
	return n.Uint64(), nil
}

// key is a codec of keys that say themselves where they end.
type key[T any] struct {
	name   string
	encode func([]byte, T) []byte
	decode func([]byte) (T, []byte, error)
	text   func(T) string
}

var _ collcodec.KeyCodec[uint64] = key[uint64]{}

var (
	numberKey = key[uint256.Int]{
		name:   "weal/number",
		encode: func(b []byte, n uint256.Int) []byte { return AppendNumber(b, &n) },
		decode: CutNumber,
		text:   func(n uint256.Int) string { return n.Dec() },
	}
	countKey = key[uint64]{
		name: "weal/count",
		encode: func(b []byte, n uint64) []byte {
			v := number(n)
			return AppendNumber(b, &v)
		},
		decode: func(b []byte) (uint64, []byte, error) {
			n, rest, err := CutNumber(b)
			if err != nil {
				return 0, nil, err
			}
			v, err := small(n)
			return v, rest, err
		},
		text: func(n uint64) string { return fmt.Sprint(n) },
	}
	addressKey = key[common.Address]{
		name:   "weal/address",
		encode: func(b []byte, a common.Address) []byte { return append(b, a[:]...) },
		decode: func(b []byte) (a common.Address, rest []byte, err error) {
			if len(b) < common.AddressLength {
				return a, nil, errEncoding
			}
			return common.Address(b[:common.AddressLength]), b[common.AddressLength:], nil
		},
		text: func(a common.Address) string { return a.Hex() },
	}
)

// Encode implements collections' KeyCodec.
func (k key[T]) Encode(buffer []byte, v T) (int, error) {
	return len(k.encode(buffer[:0], v)), nil
}

// Decode implements collections' KeyCodec.
func (k key[T]) Decode(b []byte) (int, T, error) {
	v, rest, err := k.decode(b)
	return len(b) - len(rest), v, err
}

// Size implements collections' KeyCodec.
func (k key[T]) Size(v T) int { return len(k.encode(make([]byte, 0, 33), v)) }

// EncodeJSON implements collections' KeyCodec.
func (k key[T]) EncodeJSON(v T) ([]byte, error) { return json.Marshal(k.encode(nil, v)) }

// DecodeJSON implements collections' KeyCodec.
func (k key[T]) DecodeJSON(b []byte) (v T, err error) {
	var raw []byte
	if err := json.Unmarshal(b, &raw); err != nil {
		return v, fmt.Errorf("%w: %w", collcodec.ErrEncoding, err)
	}
	_, v, err = k.Decode(raw)
	return v, err
}

// Stringify implements collections' KeyCodec.
func (k key[T]) Stringify(v T) string { return k.text(v) }

// KeyType implements collections' KeyCodec.
func (k key[T]) KeyType() string { return k.name }

// EncodeNonTerminal implements collections' KeyCodec.
func (k key[T]) EncodeNonTerminal(buffer []byte, v T) (int, error) { return k.Encode(buffer, v) }

// DecodeNonTerminal implements collections' KeyCodec.
func (k key[T]) DecodeNonTerminal(b []byte) (int, T, error) { return k.Decode(b) }

// SizeNonTerminal implements collections' KeyCodec.
func (k key[T]) SizeNonTerminal(v T) int { return k.Size(v) }

// value is a codec of values.
type value[T any] struct {
	name   string
	encode func(T) []byte
	decode func([]byte) (T, error)
}

var _ collcodec.ValueCodec[uint64] = value[uint64]{}

// Encode implements collections' ValueCodec.
func (c value[T]) Encode(v T) ([]byte, error) { return c.encode(v), nil }

// Decode implements collections' ValueCodec.
func (c value[T]) Decode(b []byte) (T, error) { return c.decode(b) }

// EncodeJSON implements collections' ValueCodec.
func (c value[T]) EncodeJSON(v T) ([]byte, error) { return json.Marshal(c.encode(v)) }

// DecodeJSON implements collections' ValueCodec.
func (c value[T]) DecodeJSON(b []byte) (v T, err error) {
	var raw []byte
	if err := json.Unmarshal(b, &raw); err != nil {
		return v, fmt.Errorf("%w: %w", collcodec.ErrEncoding, err)
	}
	return c.decode(raw)
}

// Stringify implements collections' ValueCodec.
func (c value[T]) Stringify(v T) string { return fmt.Sprintf("%x", c.encode(v)) }

// ValueType implements collections' ValueCodec.
func (c value[T]) ValueType() string { return c.name }

var (
	numberValue = value[uint256.Int]{
		name:   "weal/number",
		encode: func(n uint256.Int) []byte { return AppendNumber(nil, &n) },
		decode: func(b []byte) (uint256.Int, error) {
			n, rest, err := CutNumber(b)
			if err == nil && len(rest) > 0 {
				err = errEncoding
			}
			return n, err
		},
	}
	countValue = value[uint64]{
		name:   "weal/count",
		encode: func(n uint64) []byte { return countKey.encode(nil, n) },
		decode: func(b []byte) (uint64, error) {
			n, rest, err := countKey.decode(b)
			if err == nil && len(rest) > 0 {
				err = errEncoding
			}
			return n, err
		},
	}
	placesValue  = counts3("weal/token/places", func(p places) [3]uint64 { return p }, func(n [3]uint64) places { return n })
	slotRowValue = value[slotRow]{name: "weal/token/slot", encode: encodeSlotRow, decode: decodeSlotRow}
	rowValue     = value[row]{name: "weal/token/row", encode: encodeRow, decode: decodeRow}
)

// counts3 is a codec of three counts.
func counts3[T any](name string, from func(T) [3]uint64, to func([3]uint64) T) value[T] {
	return value[T]{
		name: name,
		encode: func(v T) (b []byte) {
			for _, n := range from(v) {
				b = countKey.encode(b, n)
			}
			return b
		},
		decode: func(b []byte) (v T, err error) {
			var n [3]uint64
			for i := range n {
				if n[i], b, err = countKey.decode(b); err != nil {
					return v, err
				}
			}
			if len(b) > 0 {
				return v, errEncoding
			}
			return to(n), nil
		},
	}
}

func encodeSlotRow(s slotRow) []byte {
	return countKey.encode(countKey.encode(nil, s.place), s.count)
}

func decodeSlotRow(b []byte) (s slotRow, err error) {
	if s.place, b, err = countKey.decode(b); err != nil {
		return s, err
	}
	s.count, b, err = countKey.decode(b)
	if err == nil && len(b) > 0 {
		err = errEncoding
	}
	return s, err
}

// The flags of an encoded row: which fields it has.
const (
	hasApproved = 1 << iota
	hasAllowances
)

func encodeRow(r row) []byte {
	b := make([]byte, 1, 64)
	b = append(b, r.owner[:]...)
	if r.approved != (common.Address{}) {
		b[0] |= hasApproved
		b = append(b, r.approved[:]...)
	}
	if r.allowances > 0 {
		b[0] |= hasAllowances
		b = countKey.encode(b, r.allowances)
	}
	return AppendNumber(AppendNumber(b, &r.slot), &r.value)
}

func decodeRow(b []byte) (r row, err error) {
	if len(b) == 0 || b[0] > hasApproved|hasAllowances {
		return r, errEncoding
	}
	flags := b[0]
	if r.owner, b, err = addressKey.decode(b[1:]); err != nil {
		return r, err
	}
	if flags&hasApproved != 0 {
		if r.approved, b, err = addressKey.decode(b); err != nil {
			return r, err
		}
		if r.approved == (common.Address{}) {
			return r, errEncoding // it is left out
		}
	}
	if flags&hasAllowances != 0 {
		if r.allowances, b, err = countKey.decode(b); err != nil {
			return r, err
		}
		if r.allowances == 0 {
			return r, errEncoding
		}
	}
	if r.slot, b, err = CutNumber(b); err != nil {
		return r, err
	}
	r.value, b, err = CutNumber(b)
	if err == nil && len(b) > 0 {
		err = errEncoding
	}
	return r, err
}
