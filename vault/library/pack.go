package library

import (
	"fmt"

	"github.com/klauspost/compress/zstd"

	"github.com/weal-network/weal/vault/seal"
)

// What is large is packed before it is sealed: a byte that says how, and the rest.
const (
	packedNot  = 0
	packedZstd = 1
)

// Both may be used by many goroutines at once.
var (
	packer   = must(zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderCRC(false)))
	unpacker = must(zstd.NewReader(nil, zstd.WithDecoderConcurrency(0)))
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err) // the options are always the same
	}
	return v
}

// pack returns b in fewer bytes, or as it is if it has no less.
func pack(b []byte) []byte {
	packed := packer.EncodeAll(b, append(make([]byte, 0, len(b)/2+64), packedZstd))
	if len(packed) <= len(b) {
		return packed
	}
	return append(append(packed[:0], packedNot), b...)
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
	case packedZstd:
		plain, err := unpacker.DecodeAll(b[1:], nil)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errCode, err)
		}
		return plain, nil
	}
	return nil, errCode
}
