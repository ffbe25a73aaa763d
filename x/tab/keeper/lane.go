package keeper

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	collcodec "cosmossdk.io/collections/codec"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// What has happened to a lane. They are consensus: never reused.
const (
	flagRevoked  = 1 << iota // its key was revoked; its window begins with the next block
	flagReleased             // its window has ended, and what it does not hold is the tab's
	flagProven               // it was shown that its leaves exceed its cap
)

// lane is a lane as it is stored. The row of a checkpoint is one, too: its Key is
// the root, its Cap the pot, Credited what was paid beyond the lanes, and Shown
// that and what its leaves that were not shown yet sum to.
type lane struct {
	Key      weal.Hash
	Gateway  weal.AssetID
	Cap      weal.Amount
	Credited weal.Amount // <= Cap
	Shown    weal.Amount // can exceed Cap, if the payer promised that
	Flags    byte
}

func (l lane) is(flag byte) bool { return l.Flags&flag != 0 }

// promised is what stays for the assets when the lane's window has ended: what
// they were credited, or the highest total shown, whichever is more; at most the
// cap.
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

// room is what settlements can still take from the lane. Once it has ended it is
// what was shown before and is not credited yet.
func (l lane) room(ended bool) weal.Amount {
	limit := l.Cap
	if ended {
		limit = l.promised()
	}
	room, _ := limit.Sub(l.Credited) // Credited is within both limits
	return room
}

// ended reports whether a lane of a tab pays only what it holds: it was released,
// or the tab was withdrawn.
func (l lane) ended(state types.TabState) bool {
	return state == types.TAB_STATE_CLOSED || l.is(flagReleased)
}

func (l lane) proto(id uint32) types.Lane {
	return types.Lane{
		Id: id, Key: l.Key[:], Cap: l.Cap.String(), Gateway: uint64(l.Gateway),
		Credited: l.Credited.String(), Shown: l.Shown.String(),
		Revoked: l.is(flagRevoked), Released: l.is(flagReleased), Proven: l.is(flagProven),
	}
}

// laneOf is the inverse of lane.proto.
func laneOf(p types.Lane) (l lane, err error) {
	if l.Key, err = weal.HashFromBytes(p.Key); err != nil {
		return l, err
	}
	l.Gateway = weal.AssetID(p.Gateway)
	if l.Cap, err = weal.ParseAmount(p.Cap); err != nil {
		return l, err
	}
	if l.Credited, err = weal.ParseAmount(p.Credited); err != nil {
		return l, err
	}
	for i, set := range []bool{p.Revoked, p.Released, p.Proven} {
		if set {
			l.Flags |= 1 << i
		}
	}
	l.Shown, err = weal.ParseAmount(p.Shown)
	return l, err
}

// laneSize is the length of a lane's encoding.
const laneSize = 40 + 3*weal.AmountSize + 1

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

// encodeLane writes key, gateway, cap, credited, shown and flags, big-endian.
func encodeLane(l lane) []byte {
	b := append(make([]byte, 0, laneSize), l.Key[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(l.Gateway))
	for _, a := range []weal.Amount{l.Cap, l.Credited, l.Shown} {
		v := a.Bytes()
		b = append(b, v[:]...)
	}
	return append(b, l.Flags)
}

func decodeLane(b []byte) lane {
	amount := func(i int) weal.Amount {
		return weal.AmountFromBytes([weal.AmountSize]byte(b[40+i*weal.AmountSize:]))
	}
	return lane{
		Key: weal.Hash(b[:32]), Gateway: weal.AssetID(binary.BigEndian.Uint64(b[32:40])),
		Cap: amount(0), Credited: amount(1), Shown: amount(2), Flags: b[laneSize-1],
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
