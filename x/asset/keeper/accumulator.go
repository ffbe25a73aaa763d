package keeper

import (
	"encoding/binary"
	"fmt"

	"github.com/holiman/uint256"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// scale is how many bits the accumulator has below a smallest unit.
const scale = 64

// revenue is what one asset has earned in one denomination. With S what the
// shares stand at, T what waits for the treasury and Q what contributors can
// still get,
//
//	holders·2^64 = (claimed + T + Q)·2^64 + S + remainder,
//
// where remainder is below units, or below 2^64 if there are none.
type revenue struct {
	lifetime weal.Amount
	holders  weal.Amount
	// perUnit is what one unit has earned since the beginning, scaled; below 2^192.
	perUnit uint256.Int
	// remainder is what the last division left, scaled.
	remainder uint64
	claimed   weal.Amount
	// units are those in circulation; kept is the basis points of the lifetime
	// credit that no ancestor is owed. They are the asset's, and here so that a
	// credit reads one row.
	units uint64
	kept  uint16
	// part is the basis points of what is distributed that contributors get, and
	// carried what the last division by it left, below 10,000.
	part    uint16
	carried uint16
	// treasury is what was distributed while there were no units, contributed what
	// contributors got of it, and dust is the fraction that a burned share left.
	// They are not parts of the row: putRevenue and addDust take them.
	treasury    weal.Amount
	contributed weal.Amount
	dust        uint64
}

// own is the holders' part of the lifetime credit: floor(lifetime·kept/10,000).
//
// It is not the rest that all ancestors' floors leave, which is up to 31 units
// more: that rest can fall when several floors step up together, and what was
// credited to holders cannot be taken back. The difference is carried.
func (r revenue) own() weal.Amount { return part(r.lifetime, uint64(r.kept)) }

// part returns floor(a·basisPoints/10,000). basisPoints is at most 10,000.
func part(a weal.Amount, basisPoints uint64) weal.Amount {
	n := wide(a)
	n.Mul(n, uint256.NewInt(basisPoints))
	n.Div(n, uint256.NewInt(types.BasisPoints))
	return narrow(n)
}

// credit adds amount to the lifetime credit and the holders' part of it to the
// accumulator. It reports false, and r is not to be used, if a sum does not fit.
func (r *revenue) credit(amount weal.Amount) bool {
	before := r.own()
	var ok bool
	if r.lifetime, ok = r.lifetime.Add(amount); !ok {
		return false
	}
	more, ok := r.own().Sub(before)
	return ok && r.distribute(more)
}

// distribute gives contributors their part of amount, and the rest to the
// holders, to each unit alike, or to the treasury if there are no units.
func (r *revenue) distribute(amount weal.Amount) bool {
	var ok1, ok2, ok3 bool
	r.holders, ok1 = r.holders.Add(amount)
	contributed := r.contributors(amount)
	r.contributed, ok2 = r.contributed.Add(contributed)
	amount, ok3 = amount.Sub(contributed)
	if !ok1 || !ok2 || !ok3 {
		return false
	}
	n := wide(amount)
	n.Lsh(n, scale)
	return r.spread(n.AddUint64(n, r.remainder))
}

// contributors returns what contributors get of amount, and keeps what is left of
// the division, so that many small amounts cannot round their part away. It is at
// most amount: carried is less than the whole.
func (r *revenue) contributors(amount weal.Amount) weal.Amount {
	if r.part == 0 {
		return weal.Amount{}
	}
	n := wide(amount)
	n.Mul(n, uint256.NewInt(uint64(r.part)))
	n.AddUint64(n, uint64(r.carried))
	var rest uint256.Int
	n.DivMod(n, uint256.NewInt(types.BasisPoints), &rest)
	r.carried = uint16(rest.Uint64())
	return narrow(n)
}

// addDust gives the holders the dust, and what the remainder is worth to them.
func (r *revenue) addDust() bool {
	n := new(uint256.Int).AddUint64(uint256.NewInt(r.remainder), r.dust)
	r.dust = 0
	return r.spread(n)
}

// spread divides n, scaled, among the units and keeps the rest.
func (r *revenue) spread(n *uint256.Int) bool {
	if r.units == 0 {
		r.remainder = n.Uint64()
		var ok bool
		r.treasury, ok = r.treasury.Add(narrow(n.Rsh(n, scale)))
		return ok
	}
	var rest uint256.Int
	n.DivMod(n, uint256.NewInt(r.units), &rest)
	r.perUnit.Add(&r.perUnit, n)
	r.remainder = rest.Uint64()
	return true
}

// mark is where one share stands in one denomination.
type mark struct {
	perUnit  uint256.Int // the accumulator up to which the share was settled
	owed     weal.Amount // settled and not yet claimed
	fraction uint64      // what settling left, in 1/2^64 of a smallest unit
}

// settle brings the mark of a share of value up to perUnit.
//
// Nothing overflows: owed is a part of what holders were given, which fits.
func (m *mark) settle(value uint64, perUnit *uint256.Int) {
	n := new(uint256.Int).Sub(perUnit, &m.perUnit)
	n.Mul(n, uint256.NewInt(value))
	n.AddUint64(n, m.fraction)
	m.fraction = n.Uint64()
	n.Rsh(n, scale)
	m.owed, _ = m.owed.Add(narrow(n))
	m.perUnit = *perUnit
}

// wide returns a as 256 bits.
func wide(a weal.Amount) *uint256.Int {
	b := a.Bytes()
	return new(uint256.Int).SetBytes(b[:])
}

// narrow returns n, which is below 2^128, as an amount.
func narrow(n *uint256.Int) weal.Amount {
	b := n.Bytes32()
	return weal.AmountFromBytes([weal.AmountSize]byte(b[16:]))
}

const (
	perUnitSize = 24
	revenueSize = 3*weal.AmountSize + perUnitSize + 8 + 8 + 3*2
)

// The encodings are the fields in the order of the structs. A revenue's are of
// fixed length, big-endian, so that a credit costs the same whatever was credited
// before. A mark's are as long as their numbers: value moves two shares' marks in
// up to four denominations.
var (
	revenueValue = fixed[revenue]{
		name: "weal/asset/revenue", size: revenueSize,
		encode: encodeRevenue, decode: decodeRevenue,
	}
	marksValue = rows[mark]{name: "weal/asset/marks", encode: appendMark, decode: cutMark}
)

func encodeRevenue(r revenue) []byte {
	b := appendAmount(make([]byte, 0, revenueSize), r.lifetime)
	b = appendAmount(b, r.holders)
	b = appendPerUnit(b, &r.perUnit)
	b = binary.BigEndian.AppendUint64(b, r.remainder)
	b = appendAmount(b, r.claimed)
	b = binary.BigEndian.AppendUint64(b, r.units)
	b = binary.BigEndian.AppendUint16(b, r.kept)
	b = binary.BigEndian.AppendUint16(b, r.part)
	return binary.BigEndian.AppendUint16(b, r.carried)
}

func decodeRevenue(b []byte) (r revenue) {
	r.lifetime, b = cutAmount(b)
	r.holders, b = cutAmount(b)
	r.perUnit.SetBytes(b[:perUnitSize])
	b = b[perUnitSize:]
	r.remainder = binary.BigEndian.Uint64(b)
	r.claimed, b = cutAmount(b[8:])
	r.units = binary.BigEndian.Uint64(b)
	r.kept = binary.BigEndian.Uint16(b[8:])
	r.part = binary.BigEndian.Uint16(b[10:])
	r.carried = binary.BigEndian.Uint16(b[12:])
	return r
}

func appendMark(b []byte, m mark) []byte {
	b = token.AppendNumber(b, &m.perUnit)
	b = token.AppendNumber(b, wide(m.owed))
	return token.AppendNumber(b, uint256.NewInt(m.fraction))
}

func cutMark(b []byte) (m mark, rest []byte, err error) {
	var n [3]uint256.Int
	for i, bits := range []int{8 * perUnitSize, 8 * weal.AmountSize, scale} {
		if n[i], b, err = token.CutNumber(b); err != nil {
			return m, nil, err
		}
		if n[i].BitLen() > bits {
			return m, nil, fmt.Errorf("a number has %d bits, at most %d", n[i].BitLen(), bits)
		}
	}
	return mark{perUnit: n[0], owed: narrow(&n[1]), fraction: n[2].Uint64()}, b, nil
}

func appendAmount(b []byte, a weal.Amount) []byte {
	v := a.Bytes()
	return append(b, v[:]...)
}

func cutAmount(b []byte) (weal.Amount, []byte) {
	return weal.AmountFromBytes([weal.AmountSize]byte(b[:weal.AmountSize])), b[weal.AmountSize:]
}

func appendPerUnit(b []byte, n *uint256.Int) []byte {
	v := n.Bytes32()
	return append(b, v[32-perUnitSize:]...)
}
