package pay_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
)

// tickCase shows a preimage to a tick leaf. If there is a seed, it makes the
// leaf's chain.
type tickCase struct {
	verdict
	Seed     *types.Hash  `json:"seed,omitempty"`
	Leaf     pay.TickLeaf `json:"leaf"`
	K        uint32       `json:"k"`
	Preimage types.Hash   `json:"preimage"`
}

func (c tickCase) check(t *testing.T) {
	c.require(t, pay.VerifyTicks(c.Leaf, c.K, c.Preimage))
	if c.Seed == nil {
		return
	}
	chain, err := pay.NewHashChain(*c.Seed, c.Leaf.Asset, c.Leaf.Order, c.Leaf.Most)
	require.NoError(t, err, c.Name)
	require.Equal(t, c.Leaf.Head, chain.Head(), c.Name)
	require.Equal(t, c.Preimage, chain.Preimage(c.K), c.Name)
}

func makeTicks(t *testing.T) vectorFile[tickCase] {
	f := vectorFile[tickCase]{About: "Tick chains: the seed is the last preimage, the one before x is the hash of weal/tick/1, asset, order and x, and the head is the 0th. " +
		"A preimage that leads to the head in k steps pays k ticks."}
	seed, order := seeded("seed"), seeded("order")
	leaf := func(most uint32) (pay.TickLeaf, *pay.HashChain) {
		chain, err := pay.NewHashChain(seed, 5, order, most)
		require.NoError(t, err)
		return pay.TickLeaf{Asset: 5, Price: types.NewAmount(3), Tokens: 16, Prompt: 1, Most: most, Head: chain.Head(), Order: order}, chain
	}
	for _, at := range [][2]uint32{{1, 1}, {100, 1}, {100, 37}, {100, 100}, {pay.MaxTicks, 2}, {pay.MaxTicks, pay.MaxTicks}} {
		l, chain := leaf(at[0])
		f.Cases = append(f.Cases, tickCase{good(fmt.Sprintf("%d of %d", at[1], at[0])), &seed, l, at[1], chain.Preimage(at[1])})
	}
	l, chain := leaf(100)
	add := func(name string, k uint32, preimage types.Hash, change func(*pay.TickLeaf)) {
		c := tickCase{bad(name, "ticks"), nil, l, k, preimage}
		change(&c.Leaf)
		f.Cases = append(f.Cases, c)
	}
	same := func(*pay.TickLeaf) {}
	add("none, shown by the head", 0, chain.Head(), same)
	add("the head as the first", 1, chain.Head(), same)
	add("counted one too high", 38, chain.Preimage(37), same)
	add("counted one too low", 36, chain.Preimage(37), same)
	add("beyond the most", 101, seed, same)
	add("made-up preimage", 37, seeded("made up"), same)
	add("another asset's", 37, chain.Preimage(37), func(l *pay.TickLeaf) { l.Asset = 6 })
	add("another order's", 37, chain.Preimage(37), func(l *pay.TickLeaf) { l.Order = seeded("another order") })
	add("most over 65536", 37, chain.Preimage(37), func(l *pay.TickLeaf) { l.Most = pay.MaxTicks + 1 })
	return f
}

// hashCase is one hash of one thing, by the field that is there.
type hashCase struct {
	Name    string       `json:"name"`
	ChainID *string      `json:"chain_id,omitempty"`
	Items   []types.Hash `json:"items,omitempty"`
	Key     *types.Hash  `json:"key,omitempty"` // that the items are sealed to
	Salt    *types.Hash  `json:"salt,omitempty"`
	Salted  *types.Hash  `json:"salted,omitempty"`
	Order   *pay.Order   `json:"order,omitempty"`
	Bytes   hexBytes     `json:"bytes,omitempty"` // of the order
	Chunk   *chunk       `json:"chunk,omitempty"`
	Hash    types.Hash   `json:"hash"`
}

type chunk struct {
	Source  string `json:"source"`
	Heading string `json:"heading"`
	Start   uint64 `json:"start"`
	End     uint64 `json:"end"`
	Text    string `json:"text"`
}

func (c hashCase) hash() types.Hash {
	switch {
	case c.ChainID != nil:
		return pay.ChainHash(*c.ChainID)
	case c.Order != nil:
		return c.Order.Hash()
	case c.Chunk != nil:
		return pay.Chunk(*c.Chunk).Hash()
	case c.Salt != nil:
		return pay.SaltedID(*c.Salt, *c.Salted)
	case c.Key != nil:
		return pay.SealedItems(pay.ItemsHash(c.Items), *c.Key)
	}
	return pay.ItemsHash(c.Items)
}

func (c hashCase) check(t *testing.T) {
	require.Equal(t, c.Hash, c.hash(), c.Name)
	if c.Order != nil {
		require.Equal(t, []byte(c.Bytes), c.Order.Bytes(), c.Name)
	}
}

func makeHashes(*testing.T) vectorFile[hashCase] {
	f := vectorFile[hashCase]{About: "Hashes of a chain id, of lists of items, of lists to be sealed to a key, of a salted id, of orders and of chunks. A case with none of the other fields is a list of no items."}
	add := func(c hashCase) {
		c.Hash = c.hash()
		f.Cases = append(f.Cases, c)
	}
	for _, id := range []string{"weal-1", "weal-local-1"} {
		add(hashCase{Name: "chain id", ChainID: &id})
	}
	a, b := seeded("a"), seeded("b")
	add(hashCase{Name: "no items"})
	add(hashCase{Name: "one item", Items: []types.Hash{a}})
	add(hashCase{Name: "two items", Items: []types.Hash{a, b}})
	add(hashCase{Name: "two items, swapped", Items: []types.Hash{b, a}})
	add(hashCase{Name: "two items, sealed to a key", Items: []types.Hash{a, b}, Key: &a})
	add(hashCase{Name: "two items, sealed to another key", Items: []types.Hash{a, b}, Key: &b})
	add(hashCase{Name: "salted id", Salt: &a, Salted: &b})
	firm := pay.Order{
		Lane: types.LaneRef{Tab: 7, Epoch: 2, Lane: 3}, Seq: 41, Gateway: 9, Asset: 5, Version: 4,
		Request: seeded("request"), Items: pay.ItemsHash([]types.Hash{a, b}), Price: types.NewAmount(1200),
	}
	metered := firm
	metered.Price, metered.Tokens, metered.Prompt, metered.Most = types.NewAmount(3), 16, 40, 512
	add(hashCase{Name: "firm order", Order: &firm, Bytes: firm.Bytes()})
	add(hashCase{Name: "metered order", Order: &metered, Bytes: metered.Bytes()})
	add(hashCase{Name: "chunk", Chunk: &chunk{"guide.md", "Paying › Ticks", 120, 164, "A preimage pays for the next n tokens — once."}})
	add(hashCase{Name: "chunk without heading", Chunk: &chunk{"guide.md", "", 0, 2, "Hi"}})
	add(hashCase{Name: "chunk, a byte moved from source to heading", Chunk: &chunk{"guide.m", "d", 0, 2, "Hi"}})
	return f
}
