package erc3525

import "github.com/holiman/uint256"

// Small returns a number that is an id or a count of the chain's own, or 0, which
// nothing has, for one that does not fit 64 bits.
func Small(n interface {
	IsUint64() bool
	Uint64() uint64
},
) uint64 {
	if !n.IsUint64() {
		return 0
	}
	return n.Uint64()
}

// Number makes an id a uint256.
func Number[T ~uint64](n T) uint256.Int { return *uint256.NewInt(uint64(n)) }
