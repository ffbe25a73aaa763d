package vector

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// rounds is how often the two halves of a rotation are done.
const rounds = 3

// rotation is an orthogonal map that spreads what any one dimension holds over all
// of them: signs by chance, then Hadamard transforms of the first and of the last
// dimensions, of which there are a power of two each. The chance is always the same.
type rotation struct {
	size  int // a multiple of 128
	part  int // the largest power of two that size holds
	signs [][]float32
	scale float32 // of one transform
}

func newRotation(dims int) *rotation {
	size := (dims + 127) / 128 * 128
	r := &rotation{size: size, part: 1 << (bits.Len(uint(size)) - 1)}
	r.scale = float32(1 / math.Sqrt(float64(r.part)))
	rng := rand.New(rand.NewPCG(uint64(dims), 0x5765616c))
	for range 2 * rounds {
		signs := make([]float32, size)
		for i := range signs {
			signs[i] = float32(1 - 2*int(rng.Uint64()&1))
		}
		r.signs = append(r.signs, signs)
	}
	return r
}

// turn turns v, which has r.size numbers, in place.
func (r *rotation) turn(v []float32) {
	for i, signs := range r.signs {
		for j, s := range signs {
			v[j] *= s
		}
		if i%2 == 0 {
			r.transform(v[:r.part])
		} else {
			r.transform(v[r.size-r.part:])
		}
	}
}

// transform is the Hadamard transform, scaled so that lengths stay.
func (r *rotation) transform(v []float32) {
	for half := 1; half < len(v); half *= 2 {
		for at := 0; at < len(v); at += 2 * half {
			x, y := v[at:at+half], v[at+half:at+2*half]
			for i := range x {
				x[i], y[i] = x[i]+y[i], x[i]-y[i]
			}
		}
	}
	for i := range v {
		v[i] *= r.scale
	}
}
