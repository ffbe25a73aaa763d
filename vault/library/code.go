package library

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/ingest"
)

// errCode is returned for bytes that no encoder here has made.
var errCode = errors.New("not the bytes of this version")

// chunkList is what is kept of all chunks of a document, in order, also when it
// is removed: what proves that they were in a root.
type chunkList struct {
	hashes []types.Hash
	sizes  []uint32 // bytes of text
	words  []uint32 // of text, as the index counts them
}

// encode writes the number of chunks, their hashes, their sizes and their words.
func (c chunkList) encode() []byte {
	b := binary.AppendUvarint(make([]byte, 0, 4+36*len(c.hashes)), uint64(len(c.hashes)))
	for _, h := range c.hashes {
		b = append(b, h[:]...)
	}
	for _, n := range c.sizes {
		b = binary.AppendUvarint(b, uint64(n))
	}
	for _, n := range c.words {
		b = binary.AppendUvarint(b, uint64(n))
	}
	return b
}

func decodeChunks(b []byte) (c chunkList, err error) {
	r := bytesReader{rest: b}
	n := r.number(uint64(len(b) / (len(types.Hash{}) + 2)))
	c.hashes, c.sizes, c.words = make([]types.Hash, n), make([]uint32, n), make([]uint32, n)
	for i := range c.hashes {
		c.hashes[i] = types.Hash(r.take(len(types.Hash{})))
	}
	for _, of := range [][]uint32{c.sizes, c.words} {
		for i := range of {
			of[i] = uint32(r.number(math.MaxUint32))
		}
	}
	return c, r.end()
}

// passage is a chunk as it is sealed, many in a row.
type passage struct {
	heading string
	start   uint64
	pages   [2]uint64 // the first and the last; zero if there are none
	text    string
}

// segmentBytes is about how much text is sealed in one row: reading a passage
// opens no more than that and one chunk.
const segmentBytes = 16 << 10

// segment is a few chunks on their way to be sealed together.
type segment struct {
	first int // its first chunk
	data  []byte
}

// segments packs chunks, as many together as fill a segment.
func segments(chunks []ingest.Chunk) (all []segment) {
	var b []byte
	first := 0
	for i, c := range chunks {
		b = appendPassage(b, passage{
			heading: c.Heading, start: uint64(c.Start), text: c.Text, pages: [2]uint64{uint64(c.Page), uint64(max(c.Page, c.PageEnd))},
		})
		if len(b) < segmentBytes && i+1 < len(chunks) {
			continue
		}
		all = append(all, segment{first: first, data: pack(b)})
		b, first = b[:0], i+1
	}
	return all
}

func appendPassage(b []byte, p passage) []byte {
	b = binary.AppendUvarint(b, p.start)
	b = binary.AppendUvarint(b, p.pages[0])
	b = binary.AppendUvarint(b, p.pages[1]-p.pages[0])
	b = binary.AppendUvarint(b, uint64(len(p.heading)))
	b = append(b, p.heading...)
	b = binary.AppendUvarint(b, uint64(len(p.text)))
	return append(b, p.text...)
}

// decodePassage returns the nth passage of a segment, from 0.
func decodePassage(b []byte, n int) (p passage, err error) {
	r := bytesReader{rest: b}
	for i := 0; i <= n && !r.failed; i++ {
		p.start = r.number(math.MaxUint64)
		p.pages[0] = r.number(math.MaxUint32)
		p.pages[1] = p.pages[0] + r.number(math.MaxUint32)
		heading := r.take(int(r.number(uint64(len(r.rest)))))
		text := r.take(int(r.number(uint64(len(r.rest)))))
		if i == n {
			p.heading, p.text = string(heading), string(text)
		}
	}
	if r.failed {
		return passage{}, errCode
	}
	return p, nil
}

// bytesReader takes numbers and bytes off the front; after a failure it gives zeros.
type bytesReader struct {
	rest   []byte
	failed bool
}

// number returns the next number, which must be at most limit.
func (r *bytesReader) number(limit uint64) uint64 {
	n, size := binary.Uvarint(r.rest)
	if r.failed || size <= 0 || n > limit {
		r.failed = true
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *bytesReader) take(n int) []byte {
	if r.failed || n > len(r.rest) {
		r.failed = true
		return make([]byte, n)
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

// end fails unless everything was taken.
func (r *bytesReader) end() error {
	if r.failed || len(r.rest) > 0 {
		return errCode
	}
	return nil
}
