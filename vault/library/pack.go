package library

import (
	"fmt"

	"github.com/klauspost/compress/s2"

	"github.com/weal-network/weal/vault/seal"
)

// What is large is packed before it is sealed: a byte that says how, and the rest.
const (
	packedNot = 0
	packedS2  = 1
)

// pack returns b in fewer bytes, or as it is if it has no less.
func pack(b []byte) []byte {
	packed := make([]byte, 1+s2.MaxEncodedLen(len(b)))
	packed[0] = packedS2
	if n := len(s2.Encode(packed[1:], b)); n < len(b) {
		return append([]byte(nil), packed[:1+n]...) // without the room that it took
	}
	packed[0] = packedNot
	return append(packed[:1], b...)
}

// open returns what was packed and then sealed for a place of a table.
func open(t seal.Table, sealed, place []byte) ([]byte, error) {
	b, err := t.Open(sealed, place)
	if err != nil {
		return nil, err
	}
	return unpack(b)
}

// unpack is the inverse of pack.
func unpack(b []byte) ([]byte, error) {
	if len(b) == 0 {
		return nil, errCode
	}
	switch b[0] {
	case packedNot:
		return b[1:], nil
	case packedS2:
		n, err := s2.DecodedLen(b[1:])
		if err == nil && n > maxUnpacked {
			err = fmt.Errorf("%d bytes are too many", n)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errCode, err)
		}
		plain, err := s2.Decode(nil, b[1:])
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errCode, err)
		}
		return plain, nil
	}
	return nil, errCode
}

// maxUnpacked is far more than any document has.
const maxUnpacked = 1 << 30
