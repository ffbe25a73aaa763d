package types

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strconv"
)

// Amount is an unsigned 128-bit number of a denomination's smallest units.
// 128 bits hold 3.4e20 WEAL of 18 decimals; 64 bits would hold 18.
// The zero value is zero, and == compares.
type Amount struct {
	hi, lo uint64
}

// AmountSize is the length of an amount's canonical encoding, in bytes.
const AmountSize = 16

// ErrAmount is returned for text or numbers that are no Amount.
var ErrAmount = errors.New("amount: want a whole number from 0 to 2^128-1")

// NewAmount returns n as an Amount.
func NewAmount(n uint64) Amount { return Amount{lo: n} }

// ParseAmount reads a decimal number without sign, point or leading zeros.
func ParseAmount(s string) (Amount, error) {
	if s == "" || len(s) > 39 || (len(s) > 1 && s[0] == '0') {
		return Amount{}, fmt.Errorf("%w, got %q", ErrAmount, clip(s))
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return Amount{}, fmt.Errorf("%w, got %q", ErrAmount, clip(s))
		}
	}
	n, _ := new(big.Int).SetString(s, 10)
	return AmountFromBig(n)
}

// AmountFromBig converts n, which must be in [0, 2^128).
func AmountFromBig(n *big.Int) (Amount, error) {
	if n.Sign() < 0 || n.BitLen() > 128 {
		return Amount{}, fmt.Errorf("%w, got %s", ErrAmount, clip(n.String()))
	}
	var b [AmountSize]byte
	n.FillBytes(b[:])
	return AmountFromBytes(b), nil
}

// AmountFromBytes decodes the canonical form: 16 bytes, big-endian.
func AmountFromBytes(b [AmountSize]byte) Amount {
	return Amount{hi: binary.BigEndian.Uint64(b[:8]), lo: binary.BigEndian.Uint64(b[8:])}
}

// Bytes encodes a in its canonical form: 16 bytes, big-endian.
func (a Amount) Bytes() (b [AmountSize]byte) {
	binary.BigEndian.PutUint64(b[:8], a.hi)
	binary.BigEndian.PutUint64(b[8:], a.lo)
	return b
}

// Big returns a as a new big.Int.
func (a Amount) Big() *big.Int {
	b := a.Bytes()
	return new(big.Int).SetBytes(b[:])
}

// IsZero reports whether a is zero.
func (a Amount) IsZero() bool { return a == Amount{} }

// Cmp returns -1, 0 or 1 as a is less than, equal to or greater than b.
func (a Amount) Cmp(b Amount) int {
	switch {
	case a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo):
		return -1
	case a == b:
		return 0
	}
	return 1
}

// What does not fit is the nearest amount that there is: a caller who forgets ok
// neither makes money out of a debt nor loses it by going round.

// most is the greatest amount.
var most = Amount{hi: math.MaxUint64, lo: math.MaxUint64}

// Add returns a+b; ok is false if the sum does not fit 128 bits, and is then the
// greatest amount.
func (a Amount) Add(b Amount) (sum Amount, ok bool) {
	lo, c := bits.Add64(a.lo, b.lo, 0)
	hi, c := bits.Add64(a.hi, b.hi, c)
	if c != 0 {
		return most, false
	}
	return Amount{hi: hi, lo: lo}, true
}

// Sub returns a-b; ok is false if b is greater than a, and the difference then zero.
func (a Amount) Sub(b Amount) (diff Amount, ok bool) {
	lo, c := bits.Sub64(a.lo, b.lo, 0)
	hi, c := bits.Sub64(a.hi, b.hi, c)
	if c != 0 {
		return Amount{}, false
	}
	return Amount{hi: hi, lo: lo}, true
}

// Mul returns a·n; ok is false if the product does not fit 128 bits, and is then
// the greatest amount.
func (a Amount) Mul(n uint64) (product Amount, ok bool) {
	carry, lo := bits.Mul64(a.lo, n)
	over, hi := bits.Mul64(a.hi, n)
	hi, c := bits.Add64(hi, carry, 0)
	if over != 0 || c != 0 {
		return most, false
	}
	return Amount{hi: hi, lo: lo}, true
}

// MulDivUp returns a·n/d, rounded up, for d above zero; ok is false if that does not
// fit 128 bits, and it is then the greatest amount.
func (a Amount) MulDivUp(n, d uint64) (quotient Amount, ok bool) {
	carry, lo := bits.Mul64(a.lo, n)
	over, mid := bits.Mul64(a.hi, n)
	mid, c := bits.Add64(mid, carry, 0)
	over += c // at most 2^64-1: a·n is below 2^192
	if over >= d {
		return most, false
	}
	hi, rest := bits.Div64(over, mid, d)
	lo, rest = bits.Div64(rest, lo, d)
	if quotient = (Amount{hi: hi, lo: lo}); rest == 0 {
		return quotient, true
	}
	return quotient.Add(NewAmount(1))
}

// Half returns a/2, rounded down.
func (a Amount) Half() Amount {
	return Amount{hi: a.hi >> 1, lo: a.lo>>1 | a.hi<<63}
}

// String returns the decimal form.
func (a Amount) String() string {
	b, _ := a.AppendText(nil) // it never fails
	return string(b)
}

// AppendText implements encoding.TextAppender.
func (a Amount) AppendText(b []byte) ([]byte, error) {
	if a.hi == 0 {
		return strconv.AppendUint(b, a.lo, 10), nil
	}
	return a.Big().Append(b, 10), nil
}

// MarshalText implements encoding.TextMarshaler: JSON carries amounts as
// decimal strings, since JSON numbers lose digits beyond 2^53.
func (a Amount) MarshalText() ([]byte, error) { return a.AppendText(nil) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *Amount) UnmarshalText(b []byte) error {
	v, err := ParseAmount(string(b))
	if err != nil {
		return err
	}
	*a = v
	return nil
}

// clip shortens foreign text for an error message.
func clip(s string) string {
	if len(s) > 48 {
		return s[:48] + "…"
	}
	return s
}
