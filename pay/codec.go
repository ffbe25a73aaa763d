package pay

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/weal-network/weal/types"
)

// ErrEncoding is returned for bytes or text that are no canonical encoding.
var ErrEncoding = errors.New("not a canonical encoding")

// laneSize is the length of an encoded lane: tab, epoch, lane.
const laneSize = 8 + 4 + 4

func appendAmount(b []byte, a types.Amount) []byte {
	v := a.Bytes()
	return append(b, v[:]...)
}

func appendLane(b []byte, r types.LaneRef) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(r.Tab))
	b = binary.BigEndian.AppendUint32(b, r.Epoch)
	return binary.BigEndian.AppendUint32(b, r.Lane)
}

// cursor reads fixed-width fields off the front. Callers check the length of the
// whole first, so that no read can run out.
type cursor []byte

func (c *cursor) take(n int) []byte {
	v := (*c)[:n]
	*c = (*c)[n:]
	return v
}

func (c *cursor) u32() uint32 { return binary.BigEndian.Uint32(c.take(4)) }

func (c *cursor) u64() uint64 { return binary.BigEndian.Uint64(c.take(8)) }

func (c *cursor) hash() types.Hash { return types.Hash(c.take(32)) }

func (c *cursor) amount() types.Amount {
	return types.AmountFromBytes([types.AmountSize]byte(c.take(types.AmountSize)))
}

func (c *cursor) lane() types.LaneRef {
	return types.LaneRef{Tab: types.TabID(c.u64()), Epoch: c.u32(), Lane: c.u32()}
}

// wantSize returns an error if b, an encoding of what, is not n bytes long.
func wantSize(what string, b []byte, n int) error {
	if len(b) != n {
		return fmt.Errorf("%s: %w: want %d bytes, got %d", what, ErrEncoding, n, len(b))
	}
	return nil
}

// appendText is base64url without padding, the text form of binary structures.
func appendText(text, b []byte) []byte {
	return base64.RawURLEncoding.AppendEncode(text, b)
}

// decodeText is the inverse of appendText. The standard decoder skips line breaks
// and, if not strict, ignores stray bits; both would give one value many texts.
func decodeText(what string, text []byte) ([]byte, error) {
	b, err := base64.RawURLEncoding.Strict().AppendDecode(nil, text)
	if err != nil || base64.RawURLEncoding.EncodedLen(len(b)) != len(text) {
		return nil, fmt.Errorf("%s: %w: want base64url without padding", what, ErrEncoding)
	}
	return b, nil
}
