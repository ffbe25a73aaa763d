package vector

import (
	"math"
	"math/bits"
)

// levels is the greatest number that one dimension of a question is rounded to.
const levels = 3

// query is a question in the form that codes are compared with.
type query struct {
	unit    []float32 // the question at length one
	turned  []float32
	planes  []planes // for each 128 dimensions
	unitOf  float32  // what a number counts
	sum     int      // of the numbers
	margin1 float32  // how wrong estimates may be, by their scale
	margin2 float32
}

// planes are the bits of numbers from -4 to 3, those that count -4 first: two words
// of each.
type planes [6]uint64

// prepare fills q for the question v of the given length.
func (q *query) prepare(v []float32, length float64, r *rotation) {
	q.unit = q.unit[:0]
	for _, x := range v {
		q.unit = append(q.unit, float32(float64(x)/length))
	}
	q.turned = append(q.turned[:0], q.unit...)
	for len(q.turned) < r.size {
		q.turned = append(q.turned, 0)
	}
	r.turn(q.turned)
	var most float32
	for _, x := range q.turned {
		most = max(most, x, -x)
	}
	q.unitOf = most / levels
	q.planes = resize(q.planes, r.size/128)
	clear(q.planes)
	q.sum = 0
	for i, x := range q.turned {
		n := int(math.RoundToEven(float64(x / q.unitOf)))
		q.sum += n
		for p := range 3 {
			q.planes[i/128][2*(2-p)+i/64%2] |= uint64(n) >> p & 1 << (i % 64)
		}
	}
	// Rounding errs by up to half a number in each dimension.
	rounding := float64(q.unitOf) * math.Sqrt(float64(r.size)/12)
	q.margin1 = float32(deviations * math.Hypot(errorOf1, rounding))
	q.margin2 = float32(deviations * math.Hypot(errorOf2, rounding*math.Sqrt(moment2)))
}

// product sums the numbers where c has a bit.
func (p *planes) product(c *pair) int {
	n := -bits.OnesCount64(c[0]&p[0]) - bits.OnesCount64(c[1]&p[1])
	n = 2*n + bits.OnesCount64(c[0]&p[2]) + bits.OnesCount64(c[1]&p[3])
	return 2*n + bits.OnesCount64(c[0]&p[4]) + bits.OnesCount64(c[1]&p[5])
}

// products sums the numbers where a plane has a bit, for all vectors of a block.
func (q *query) products(plane []pair, to *[BlockSize]int32) {
	clear(to[:])
	for j := range q.planes {
		p := q.planes[j]
		column := plane[j*BlockSize:][:BlockSize]
		for i := range column {
			to[i] += int32(p.product(&column[i]))
		}
	}
}

// product does so for vector i of a block.
func (q *query) product(plane []pair, i int) (n int) {
	for j := range q.planes {
		n += q.planes[j].product(&plane[j*BlockSize+i])
	}
	return n
}

// estimate1 estimates the inner product with vector i of a block by the product n
// of its first plane, base being what the mean gives. Conversions keep machines
// from multiplying and adding at once.
func (q *query) estimate1(c *codes, i, n int, base float32) float32 {
	return base + float32(float32(c.scale1[i]*q.unitOf)*float32(2*n-q.sum))
}

// estimate2 does so from both planes.
func (q *query) estimate2(c *codes, i int, base float32) float32 {
	n := 4*q.product(c.signs, i) + 2*q.product(c.seconds, i) - 3*q.sum
	return base + float32(float32(c.scale2[i]*q.unitOf)*float32(n))
}

// bound1 and bound2 return what the inner product cannot be above.
func (q *query) bound1(c *codes, i int, estimate float32) float32 {
	return estimate + float32(q.margin1*c.scale1[i])
}

func (q *query) bound2(c *codes, i int, estimate float32) float32 {
	return estimate + float32(q.margin2*c.scale2[i])
}
