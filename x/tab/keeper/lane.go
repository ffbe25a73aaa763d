package keeper

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	collcodec "cosmossdk.io/collections/codec"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// lane is a lane as it is stored.
type lane struct {
	Key      weal.Hash
	Gateway  weal.AssetID
	Cap      weal.Amount
	Credited weal.Amount // <= Cap
	Shown    weal.Amount // can exceed Cap, if the payer promised that
}

// promised is what stays for the assets when the tab is closed: what they were
// credited, or the highest total shown, whichever is more; at most the cap.
func (l lane) promised() weal.Amount {
	shown := l.Shown
	if shown.Cmp(l.Cap) > 0 {
		shown = l.Cap
	}
	if shown.Cmp(l.Credited) > 0 {
		return shown
	}
	return l.Credited
}

// room is what settlements can still take from the lane. Of a closed tab it is
// what was shown before the withdrawal and not credited yet.
func (l lane) room(state types.TabState) weal.Amount {
	limit := l.Cap
	if state == types.TAB_STATE_CLOSED {
		limit = l.promised()
	}
	room, _ := limit.Sub(l.Credited) // Credited is within both limits
	return room
}

func (l lane) proto(id uint32) types.Lane {
	return types.Lane{
		Id: id, Key: l.Key[:], Cap: l.Cap.String(), Gateway: uint64(l.Gateway),
		Credited: l.Credited.String(), Shown: l.Shown.String(),
	}
}

// laneSize is the length of a lane's encoding.
const laneSize = 40 + 3*weal.AmountSize

// The lane's and the amount's encodings have one length, so that the gas of a
// settlement does not depend on how much was settled before.
var (
	amountValue = fixed[weal.Amount]{
		name: "weal/amount", size: weal.AmountSize,
		encode: func(a weal.Amount) []byte { b := a.Bytes(); return b[:] },
		decode: func(b []byte) weal.Amount { return weal.AmountFromBytes([weal.AmountSize]byte(b)) },
	}
	laneValue = fixed[lane]{
		name: "weal/tab/lane", size: laneSize,
		encode: encodeLane, decode: decodeLane,
	}
)

// encodeLane writes key, gateway, cap, credited and shown, big-endian.
func encodeLane(l lane) []byte {
	b := append(make([]byte, 0, laneSize), l.Key[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(l.Gateway))
	for _, a := range []weal.Amount{l.Cap, l.Credited, l.Shown} {
		v := a.Bytes()
		b = append(b, v[:]...)
	}
	return b
}

func decodeLane(b []byte) lane {
	amount := func(i int) weal.Amount {
		return weal.AmountFromBytes([weal.AmountSize]byte(b[40+i*weal.AmountSize:]))
	}
	return lane{
		Key: weal.Hash(b[:32]), Gateway: weal.AssetID(binary.BigEndian.Uint64(b[32:40])),
		Cap: amount(0), Credited: amount(1), Shown: amount(2),
	}
}

// fixed is a value codec of one length.
type fixed[T any] struct {
	name   string
	size   int
	encode func(T) []byte
	decode func([]byte) T
}

var _ collcodec.ValueCodec[lane] = fixed[lane]{}

func (f fixed[T]) Encode(v T) ([]byte, error) { return f.encode(v), nil }

func (f fixed[T]) Decode(b []byte) (v T, err error) {
	if len(b) != f.size {
		return v, fmt.Errorf("%w: %s: want %d bytes, got %d", collcodec.ErrEncoding, f.name, f.size, len(b))
	}
	return f.decode(b), nil
}

func (f fixed[T]) EncodeJSON(v T) ([]byte, error)       { return json.Marshal(v) }
func (f fixed[T]) DecodeJSON(b []byte) (v T, err error) { err = json.Unmarshal(b, &v); return v, err }
func (f fixed[T]) Stringify(v T) string                 { return fmt.Sprint(v) }
func (f fixed[T]) ValueType() string                    { return f.name }
