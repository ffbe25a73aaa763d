package council

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"

	collcodec "cosmossdk.io/collections/codec"

	"github.com/ethereum/go-ethereum/common"
)

// standing is what every change of an asset's shares looks at: the newest
// proposal whose voting has begun, zero if none of the asset's is being voted
// on, and how many units the asset's own account holds.
type standing struct{ newest, treasury uint64 }

// held is what a share was.
type held struct {
	owner common.Address
	value uint64
}

// said is what was said for a share.
type said struct {
	choice    uint8
	delegated bool
}

// byDelegate marks an encoded vote that a delegate made.
const byDelegate = 0x80

var (
	standingValue = fixed[standing]{
		name: "weal/council/standing", size: 16,
		encode: func(s standing) []byte {
			return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, s.newest), s.treasury)
		},
		decode: func(b []byte) standing {
			return standing{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}
		},
	}
	heldValue = fixed[held]{
		name: "weal/council/held", size: common.AddressLength + 8,
		encode: func(h held) []byte { return binary.BigEndian.AppendUint64(h.owner.Bytes(), h.value) },
		decode: func(b []byte) held {
			return held{common.Address(b[:common.AddressLength]), binary.BigEndian.Uint64(b[common.AddressLength:])}
		},
	}
	saidValue = fixed[said]{
		name: "weal/council/said", size: 1,
		encode: func(s said) []byte {
			if s.delegated {
				return []byte{s.choice | byDelegate}
			}
			return []byte{s.choice}
		},
		decode: func(b []byte) said { return said{b[0] &^ byDelegate, b[0]&byDelegate != 0} },
	}
	addressValue = fixed[common.Address]{
		name: "weal/address", size: common.AddressLength,
		encode: func(a common.Address) []byte { return a.Bytes() },
		decode: func(b []byte) common.Address { return common.Address(b) },
	}
)

// fixed is a codec of values of one length.
type fixed[T any] struct {
	name   string
	size   int
	encode func(T) []byte
	decode func([]byte) T
}

var _ collcodec.ValueCodec[held] = fixed[held]{}

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
