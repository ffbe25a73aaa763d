package fuse

import (
	"math"
	"unicode"
	"unicode/utf8"
)

// Alike is the share of three-word runs that passages have in common from which on
// they say the same.
const Alike = 0.9

// Seen are texts. The zero value has none.
type Seen struct{ sketches []sketch }

// New reports whether text says something new, and takes it in if it does.
func (s *Seen) New(text string) bool {
	k := newSketch(text)
	if k.in(s.sketches) {
		return false
	}
	s.sketches = append(s.sketches, k)
	return true
}

// buckets is how many samples a sketch has; the share that two texts have in common
// is told with a standard deviation of at most 1/16.
const buckets = 64

// sketch samples the runs of three words of a text: of those that fall into a bucket
// by their hash, the least.
type sketch struct {
	least  [buckets]uint64
	filled int
}

const empty = math.MaxUint64

func newSketch(text string) (s sketch) {
	for i := range s.least {
		s.least[i] = empty
	}
	var run [3]uint64
	words := 0
	word := uint64(0)
	end := func() {
		if word == 0 {
			return
		}
		run[0], run[1], run[2] = run[1], run[2], word
		word = 0
		if words++; words >= len(run) {
			s.take(run)
		}
	}
	for i := 0; i < len(text); {
		b := text[i]
		switch {
		case 'a' <= b && b <= 'z' || '0' <= b && b <= '9':
			word = (word ^ uint64(b) ^ 0x9e37) * 0x100000001b3
			i++
		case 'A' <= b && b <= 'Z':
			word = (word ^ uint64(b+'a'-'A') ^ 0x9e37) * 0x100000001b3
			i++
		case b < utf8.RuneSelf:
			end()
			i++
		default:
			r, n := utf8.DecodeRuneInString(text[i:])
			if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
				word = (word ^ uint64(unicode.ToLower(r)) ^ 0x9e37) * 0x100000001b3
			} else {
				end()
			}
			i += n
		}
	}
	end()
	if words < len(run) { // the whole text is one run
		s.take(run)
	}
	return s
}

// take samples one run.
func (s *sketch) take(run [3]uint64) {
	h := run[0]*0x9e3779b97f4a7c15 ^ (run[1]*0xc2b2ae3d27d4eb4f + run[2]*0x165667b19e3779f9)
	h = (h ^ h>>31) * 0xff51afd7ed558ccd
	h ^= h >> 33
	at := h % buckets
	if s.least[at] == empty {
		s.filled++
	}
	s.least[at] = min(s.least[at], h)
}

// in reports whether one of others is alike.
func (s *sketch) in(others []sketch) bool {
	for i := range others {
		o := &others[i]
		// Buckets that one alone has count against it.
		if float64(min(s.filled, o.filled)) < Alike*float64(max(s.filled, o.filled)) {
			continue
		}
		if s.alike(o) {
			return true
		}
	}
	return false
}

// alike reports whether of the buckets that either has, enough are the same.
func (s *sketch) alike(o *sketch) bool {
	differ, any := 0, 0
	for j, h := range s.least {
		other := o.least[j]
		if h == empty && other == empty {
			continue
		}
		any++
		if h != other {
			if differ++; float64(differ) > (1-Alike)*buckets {
				return false
			}
		}
	}
	return float64(any-differ) >= Alike*float64(any)
}
