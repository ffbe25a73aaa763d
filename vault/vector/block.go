package vector

import "math"

// BlockSize is how many vectors are estimated with the same mean.
const BlockSize = 1024

// block is some neighbouring vectors of a set.
type block struct {
	vectors []float32              // one after the other
	dead    [BlockSize / 64]uint64 // bits of those that were removed
	n       int                    // how many there are
	codes   *codes                 // once it is full
}

// codes are the vectors of a full block in short.
type codes struct {
	mean []float32
	// The planes hold a bit for each dimension: whether it is above zero, and with
	// it whether it is far from zero. Columns stand one after the other: the first
	// 128 bits of all vectors, then the next.
	signs, seconds []pair
	// An estimate is what the mean gives, and a scale times the product with a code:
	scale1 []float32 // of first planes, whose code is ±1
	scale2 []float32 // of both planes, whose code is ±1 and ±3
}

// pair is 128 bits of a plane.
type pair [2]uint64

// step parts the inner from the outer codes, in standard deviations. It is the best
// for four even steps on numbers that are normally distributed, as after a rotation.
const step = 0.9957

// errorOf1 and errorOf2 are the standard deviations of estimates for a question of
// length one, by their scale: the root of 1 - 2/π; and of the second moment of the
// code, 3.555, times what the four steps lose, 0.1188.
const (
	errorOf1 = 0.603
	errorOf2 = 0.650
	moment2  = 3.555
)

// newCodes makes the codes of a full block.
func newCodes(vectors []float32, dims int, r *rotation) *codes {
	all := BlockSize * r.size / 128
	c := &codes{
		mean:  mean(vectors, dims),
		signs: make([]pair, all), seconds: make([]pair, all),
		scale1: make([]float32, BlockSize), scale2: make([]float32, BlockSize),
	}
	rest := make([]float32, r.size)
	for i := range BlockSize {
		clear(rest)
		for j, x := range vectors[i*dims : (i+1)*dims] {
			rest[j] = x - c.mean[j]
		}
		length := math.Sqrt(dot64(rest, rest))
		if length == 0 {
			continue // scales of zero: the mean says all
		}
		r.turn(rest)
		outer := float32(step * length / math.Sqrt(float64(r.size)))
		var along1, along2 float64 // the codes' products with rest
		for j, x := range rest {
			at, word, bit := j/128*BlockSize+i, j/64%2, uint64(1)<<(j%64)
			size := max(x, -x)
			along1 += float64(size)
			along2 += float64(size)
			far := size > outer
			if far {
				along2 += 2 * float64(size)
			}
			if x > 0 {
				c.signs[at][word] |= bit
			}
			// As a number, sign before second, the bits are 0 to 3 for -3 to 3.
			if far == (x > 0) {
				c.seconds[at][word] |= bit
			}
		}
		c.scale1[i] = float32(length * length / along1)
		c.scale2[i] = float32(length * length / along2)
	}
	return c
}

func mean(vectors []float32, dims int) []float32 {
	sums := make([]float64, dims)
	for i := 0; i < len(vectors); i += dims {
		for j, x := range vectors[i : i+dims] {
			sums[j] += float64(x)
		}
	}
	m := make([]float32, dims)
	for j, s := range sums {
		m[j] = float32(s / float64(len(vectors)/dims))
	}
	return m
}

// dot64 is the inner product, summed in order. Products of two float32 are exact in
// float64, so that machines that multiply and add at once sum to the same.
func dot64(x, y []float32) float64 {
	var sum float64
	y = y[:len(x)]
	for i, v := range x {
		sum += float64(v) * float64(y[i])
	}
	return sum
}
