package vector

// best keeps the n best of the hits it is given. Which it keeps does not depend on
// their order.
type best struct {
	n     int
	least float32 // what a hit must reach
	hits  []Hit   // a heap, the worst first
}

// reset empties b, to keep n.
func (b *best) reset(n int) { b.n, b.least, b.hits = n, -2, b.hits[:0] }

// worse reports whether x comes after y.
func worse(x, y Hit) bool { return x.Score < y.Score || x.Score == y.Score && x.ID > y.ID }

// take keeps h if it is among the best.
func (b *best) take(h Hit) {
	if len(b.hits) < b.n {
		b.hits = append(b.hits, h)
		for i := len(b.hits) - 1; i > 0; {
			up := (i - 1) / 2
			if !worse(b.hits[i], b.hits[up]) {
				break
			}
			b.hits[i], b.hits[up] = b.hits[up], b.hits[i]
			i = up
		}
	} else if worse(b.hits[0], h) {
		b.hits[0] = h
		for i := 0; ; {
			down := 2*i + 1
			if down >= len(b.hits) {
				break
			}
			if down+1 < len(b.hits) && worse(b.hits[down+1], b.hits[down]) {
				down++
			}
			if !worse(b.hits[down], b.hits[i]) {
				break
			}
			b.hits[i], b.hits[down] = b.hits[down], b.hits[i]
			i = down
		}
	}
	if len(b.hits) == b.n {
		b.least = b.hits[0].Score
	}
}
