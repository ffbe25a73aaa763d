package pay

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/weal-network/weal/types"
)

const (
	// TickLeafSize is the length of a tick leaf's encoding, in bytes.
	TickLeafSize = 8 + types.AmountSize + 3*4 + 2*32
	// MaxTicks is the most ticks that one leaf can promise. It bounds what it
	// costs to verify a preimage.
	MaxTicks = 65536
)

// ErrTicks is returned for ticks that were not promised, or not paid.
var ErrTicks = errors.New("ticks do not hold")

// TickLeaf promises one asset up to Most ticks at Price each, payable by
// revealing preimages of Head.
type TickLeaf struct {
	Asset types.AssetID `json:"asset"`
	Price types.Amount  `json:"price"` // of one tick
	// Tokens is how many metered tokens one tick pays for; zero if the use itself
	// is what is paid for.
	Tokens uint32 `json:"tokens"`
	// Prompt is how many ticks are due with the first bytes.
	Prompt uint32     `json:"prompt"`
	Most   uint32     `json:"most"`
	Head   types.Hash `json:"head"` // HashChain.Head
	Order  types.Hash `json:"order"`
}

// Bytes returns the encoding of l, TickLeafSize bytes.
func (l TickLeaf) Bytes() []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, TickLeafSize), uint64(l.Asset))
	b = appendAmount(b, l.Price)
	b = binary.BigEndian.AppendUint32(b, l.Tokens)
	b = binary.BigEndian.AppendUint32(b, l.Prompt)
	b = binary.BigEndian.AppendUint32(b, l.Most)
	b = append(b, l.Head[:]...)
	return append(b, l.Order[:]...)
}

// ParseTickLeaf reads what TickLeaf.Bytes wrote, with the bounds of Prompt and Most.
func ParseTickLeaf(b []byte) (TickLeaf, error) {
	if err := wantSize("tick leaf", b, TickLeafSize); err != nil {
		return TickLeaf{}, err
	}
	c := cursor(b)
	l := TickLeaf{
		Asset: types.AssetID(c.u64()), Price: c.amount(), Tokens: c.u32(), Prompt: c.u32(), Most: c.u32(),
		Head: c.hash(), Order: c.hash(),
	}
	if _, err := l.node(); err != nil {
		return TickLeaf{}, err
	}
	return l, nil
}

// node returns the leaf of the tree: its sum is the most that l can cost.
func (l TickLeaf) node() (SumNode, error) {
	if l.Most == 0 || l.Most > MaxTicks || l.Prompt > l.Most {
		return SumNode{}, fmt.Errorf("tick leaf of asset %d: %w: want prompt <= most and most from 1 to %d, got prompt %d, most %d",
			l.Asset, ErrTicks, MaxTicks, l.Prompt, l.Most)
	}
	sum, ok := l.Price.Mul(uint64(l.Most))
	if !ok {
		return SumNode{}, fmt.Errorf("tick leaf of asset %d: %w: price times most does not fit 128 bits", l.Asset, ErrTicks)
	}
	return SumNode{Hash: sha256.Sum256(append([]byte(tagTickLeaf), l.Bytes()...)), Sum: sum}, nil
}

// TicksDue returns how many ticks are owed once tokens metered tokens of an answer
// have been sent: prompt ticks with the first of them, and one for every perTick
// tokens begun. It is never more than most. With perTick zero the use itself is
// what is paid for: prompt ticks.
func TicksDue(tokens uint64, perTick, prompt, most uint32) uint32 {
	if tokens == 0 {
		return 0
	}
	due := uint64(prompt)
	if perTick > 0 {
		due += min((tokens-1)/uint64(perTick)+1, uint64(most)) // so that the sum cannot overflow
	}
	return uint32(min(due, uint64(most)))
}

// Ticks is the sum tree of a voucher's tick leaves; it has Root, Sum and Path(i).
type Ticks struct{ sumTree }

// NewTicks builds the tree of leaves, which must ascend strictly by asset; its
// sum is the most that all of them can cost. No leaves give a zero root and sum.
func NewTicks(leaves []TickLeaf) (*Ticks, error) {
	nodes := make([]SumNode, len(leaves))
	for i, l := range leaves {
		if l.Asset == 0 || (i > 0 && leaves[i-1].Asset >= l.Asset) {
			return nil, fmt.Errorf("ticks: %w: assets must ascend from 1, leaf %d is of asset %d", ErrTree, i, l.Asset)
		}
		node, err := l.node()
		if err != nil {
			return nil, fmt.Errorf("ticks: %w", err)
		}
		nodes[i] = node
	}
	t, err := newSumTree(ticksTree, nodes)
	if err != nil {
		return nil, fmt.Errorf("ticks: %w", err)
	}
	return &Ticks{t}, nil
}

// VerifyTick checks that p leads from l to v.Ticks and that the tree's sum is
// v.Ceiling exactly. It does not check v's signature.
func VerifyTick(v Voucher, l TickLeaf, p Path) error {
	node, err := l.node()
	if err != nil {
		return err
	}
	if err := p.verify(ticksTree, node, v.Ticks, v.Ceiling); err != nil {
		return fmt.Errorf("tick leaf of asset %d: %w", l.Asset, err)
	}
	return nil
}
