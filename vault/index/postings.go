package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// ErrPostings is returned for bytes that are no postings.
var ErrPostings = errors.New("not postings")

// Section is what Analyse reads of a chunk: its text and the headings above it.
type Section struct{ Heading, Text string }

// Postings is one document as the index sees it. Its binary form is what is
// stored beside the document.
type Postings struct {
	// Lengths counts the words of each chunk.
	Lengths []uint32
	// Terms ascend by their word.
	Terms []Term
}

// Term is where one word stands in a document.
type Term struct {
	Word string
	In   []Count // ascends by chunk
}

// Count is how often a word stands in one chunk.
type Count struct {
	Chunk uint32
	Text  uint16 // times in its text
	Above uint16 // times in the headings above that are not part of its text
}

// Analyse counts the words of a document's chunks, in their order.
func Analyse(chunks []Section) Postings {
	p := Postings{Lengths: make([]uint32, len(chunks))}
	at := map[string]int{} // of a word in p.Terms
	for i, c := range chunks {
		words := Terms(c.Text)
		p.Lengths[i] = uint32(len(words))
		for _, w := range words {
			n := p.count(at, w, uint32(i))
			n.Text = more(n.Text)
		}
		// The first chunk of a section has its heading in its text already.
		for _, w := range Terms(c.Heading) {
			if n := p.count(at, w, uint32(i)); n.Text == 0 {
				n.Above = more(n.Above)
			}
		}
	}
	slices.SortFunc(p.Terms, func(a, b Term) int { return strings.Compare(a.Word, b.Word) })
	return p
}

// count returns the count of word in chunk, which is the newest chunk.
func (p *Postings) count(at map[string]int, word string, chunk uint32) *Count {
	i, ok := at[word]
	if !ok {
		i = len(p.Terms)
		at[word] = i
		p.Terms = append(p.Terms, Term{Word: word})
	}
	t := &p.Terms[i]
	if n := len(t.In); n == 0 || t.In[n-1].Chunk != chunk {
		t.In = append(t.In, Count{Chunk: chunk})
	}
	return &t.In[len(t.In)-1]
}

func more(n uint16) uint16 {
	if n == math.MaxUint16 {
		return n
	}
	return n + 1
}

// MarshalBinary implements encoding.BinaryMarshaler: a version byte, then all
// numbers as varints and words with their length ahead; chunks as differences.
func (p Postings) MarshalBinary() ([]byte, error) {
	b := binary.AppendUvarint([]byte{1}, uint64(len(p.Lengths)))
	for _, n := range p.Lengths {
		b = binary.AppendUvarint(b, uint64(n))
	}
	b = binary.AppendUvarint(b, uint64(len(p.Terms)))
	for _, t := range p.Terms {
		b = binary.AppendUvarint(b, uint64(len(t.Word)))
		b = append(b, t.Word...)
		b = binary.AppendUvarint(b, uint64(len(t.In)))
		var last uint32
		for _, c := range t.In {
			b = binary.AppendUvarint(b, uint64(c.Chunk-last))
			b = binary.AppendUvarint(b, uint64(c.Text))
			b = binary.AppendUvarint(b, uint64(c.Above))
			last = c.Chunk
		}
	}
	return b, nil
}

// UnmarshalBinary implements encoding.BinaryUnmarshaler.
func (p *Postings) UnmarshalBinary(b []byte) error {
	if len(b) == 0 || b[0] != 1 {
		return fmt.Errorf("%w: want version 1", ErrPostings)
	}
	r := reader{rest: b[1:]}
	var v Postings
	for range r.number(len(r.rest)) {
		v.Lengths = append(v.Lengths, uint32(r.number(math.MaxUint32)))
	}
	for range r.number(len(r.rest)) {
		t := Term{Word: r.text(r.number(len(r.rest)))}
		chunk := 0
		for range r.number(len(r.rest)) {
			chunk += r.number(len(v.Lengths))
			t.In = append(t.In, Count{uint32(chunk), uint16(r.number(math.MaxUint16)), uint16(r.number(math.MaxUint16))})
			if chunk >= len(v.Lengths) {
				r.failed = true
			}
			if r.failed {
				break
			}
		}
		v.Terms = append(v.Terms, t)
		if r.failed {
			break
		}
	}
	if r.failed || len(r.rest) > 0 {
		return ErrPostings
	}
	*p = v
	return nil
}

// reader takes numbers and words off bytes; after a failure it gives zeros.
type reader struct {
	rest   []byte
	failed bool
}

// number returns the next number, which must be at most limit.
func (r *reader) number(limit int) int {
	n, size := binary.Uvarint(r.rest)
	if r.failed || size <= 0 || n > uint64(limit) {
		r.failed = true
		return 0
	}
	r.rest = r.rest[size:]
	return int(n)
}

func (r *reader) text(n int) string {
	if n > len(r.rest) {
		r.failed = true
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}
