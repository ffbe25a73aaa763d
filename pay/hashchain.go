package pay

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"github.com/weal-network/weal/types"
)

// HashChain pays ticks: its payer reveals one preimage after the other.
type HashChain struct {
	links []types.Hash // links[k] is the k-th preimage, links[0] the head
}

// NewHashChain makes a chain of most preimages. Its last one is seed, which must
// be secret and fresh: who knows it can claim every tick. Asset and order are
// part of each link, so that a preimage pays nothing else.
func NewHashChain(seed types.Hash, asset types.AssetID, order types.Hash, most uint32) (*HashChain, error) {
	if most == 0 || most > MaxTicks {
		return nil, fmt.Errorf("hash chain: %w: want 1 to %d ticks, got %d", ErrTicks, MaxTicks, most)
	}
	c := &HashChain{links: make([]types.Hash, most+1)}
	c.links[most] = seed
	l := newLink(asset, order)
	for k := most; k > 0; k-- {
		c.links[k-1] = l.before(c.links[k])
	}
	return c, nil
}

// Head returns what a tick leaf commits to.
func (c *HashChain) Head() types.Hash { return c.links[0] }

// Most returns how many ticks the chain can pay.
func (c *HashChain) Most() uint32 { return uint32(len(c.links) - 1) }

// Preimage returns what pays k ticks in all, for k from 0 (the head, which pays
// nothing) to Most.
func (c *HashChain) Preimage(k uint32) types.Hash { return c.links[k] }

// VerifyTicks checks that preimage pays k ticks of l, k from 1 to l.Most.
// It hashes k times.
func VerifyTicks(l TickLeaf, k uint32, preimage types.Hash) error {
	return VerifyMoreTicks(l, 0, l.Head, k, preimage)
}

// VerifyMoreTicks checks that preimage pays k ticks of l, knowing that known pays
// the first paid of them. It hashes k-paid times.
func VerifyMoreTicks(l TickLeaf, paid uint32, known types.Hash, k uint32, preimage types.Hash) error {
	if k <= paid || k > l.Most || l.Most > MaxTicks {
		return fmt.Errorf("ticks of asset %d: %w: want %d to %d, got %d", l.Asset, ErrTicks, uint64(paid)+1, l.Most, k)
	}
	link := newLink(l.Asset, l.Order)
	for range k - paid {
		preimage = link.before(preimage)
	}
	if preimage != known {
		return fmt.Errorf("ticks of asset %d: %w: the preimage is not that of tick %d", l.Asset, ErrTicks, k)
	}
	return nil
}

// link is the buffer that one step of a chain hashes.
type link [len(tagTick) + 8 + 2*32]byte

func newLink(asset types.AssetID, order types.Hash) *link {
	var l link
	n := copy(l[:], tagTick)
	binary.BigEndian.PutUint64(l[n:], uint64(asset))
	copy(l[n+8:], order[:])
	return &l
}

// before returns the link that comes before x, towards the head.
func (l *link) before(x types.Hash) types.Hash {
	copy(l[len(l)-len(x):], x[:])
	return sha256.Sum256(l[:])
}
