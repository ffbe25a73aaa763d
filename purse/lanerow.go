package purse

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// tickRowSize is the length of one tick in a lane's row: seq, how many are
// revealed, leaf.
const tickRowSize = 8 + 4 + pay.TickLeafSize

var errDamaged = errors.New("the purse's database is damaged; restore it from a backup")

// encodeLeaves is how a lane's row has the leaves of its last voucher: one after
// the other, ascending by asset.
func encodeLeaves(leaves []pay.Leaf) []byte {
	b := make([]byte, 0, len(leaves)*pay.LeafSize)
	for _, l := range leaves {
		b = append(b, l.Bytes()...)
	}
	return b
}

func decodeLeaves(b []byte) ([]pay.Leaf, error) {
	if len(b)%pay.LeafSize != 0 {
		return nil, fmt.Errorf("leaves of %d bytes: %w", len(b), errDamaged)
	}
	var leaves []pay.Leaf
	for ; len(b) > 0; b = b[pay.LeafSize:] {
		l, err := pay.ParseLeaf(b[:pay.LeafSize])
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errDamaged, err)
		}
		leaves = append(leaves, l)
	}
	return leaves, nil
}

// encodeTicks is how a lane's row has the ticks of its last voucher.
func encodeTicks(ticks []openTick) []byte {
	b := make([]byte, 0, len(ticks)*tickRowSize)
	for _, t := range ticks {
		b = binary.BigEndian.AppendUint64(b, t.seq)
		b = binary.BigEndian.AppendUint32(b, t.revealed)
		b = append(b, t.Bytes()...)
	}
	return b
}

func decodeTicks(b []byte) ([]openTick, error) {
	if len(b)%tickRowSize != 0 {
		return nil, fmt.Errorf("ticks of %d bytes: %w", len(b), errDamaged)
	}
	var ticks []openTick
	for ; len(b) > 0; b = b[tickRowSize:] {
		leaf, err := pay.ParseTickLeaf(b[12:tickRowSize])
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errDamaged, err)
		}
		ticks = append(ticks, openTick{TickLeaf: leaf, seq: binary.BigEndian.Uint64(b), revealed: binary.BigEndian.Uint32(b[8:])})
	}
	return ticks, nil
}

// revealed is what the revealed ticks of a seq are worth.
func revealed(ticks []openTick, seq uint64) (sum types.Amount) {
	for _, t := range ticks {
		if t.seq == seq {
			sum, _ = sum.Add(t.value()) // fits: the voucher's ceiling did
		}
	}
	return sum
}
