package conformance

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/stretchr/testify/require"
)

// slotNumbers are the slots of collections, where makers choose them.
var slotNumbers = map[string]*big.Int{"red": big.NewInt(7), "blue": most, "green": new(big.Int)}

// firstID is before the ids of collections' tokens: far from those that splits
// are given.
var firstID = new(big.Int).Lsh(big.NewInt(1), 200)

// grant is a token to be made.
type grant struct {
	to    any // an account or an address
	slot  string
	value int64
}

// mint makes one token.
func (f *fixture) mint(to any, slot string, value int64) common.Hash {
	f.t.Helper()
	return f.grant(grant{to, slot, value})[0]
}

// grant makes tokens and returns their ids.
func (f *fixture) grant(grants ...grant) []common.Hash {
	f.t.Helper()
	if f.native {
		return f.grantShares(grants)
	}
	var txs []tx
	var ids []common.Hash
	for _, g := range grants {
		f.last++
		id := new(big.Int).Add(firstID, big.NewInt(f.last))
		ids = append(ids, word(id))
		f.slots[g.slot] = &slotInfo{number: word(slotNumbers[g.slot])}
		txs = append(txs, f.tx(f.maker, "mint(address,uint256,uint256,uint256)",
			common.BytesToAddress(word(g.to).Bytes()), id, slotNumbers[g.slot], big.NewInt(g.value)))
	}
	for _, r := range f.all(txs...) {
		require.Equal(f.t, ethtypes.ReceiptStatusSuccessful, r.Status)
	}
	return ids
}

// grantShares registers the assets that are missing, splits from their first
// shares, and moves what is for contracts, by the transfer that asks nobody.
func (f *fixture) grantShares(grants []grant) []common.Hash {
	f.t.Helper()
	f.register(grants)
	var splits, moves []tx
	for _, g := range grants {
		splits = append(splits, f.tx(f.maker, "transferFrom(uint256,address,uint256)",
			f.slots[g.slot].source.Big(), f.maker, big.NewInt(g.value)))
	}
	var ids []common.Hash
	for i, r := range f.all(splits...) {
		require.Equal(f.t, ethtypes.ReceiptStatusSuccessful, r.Status)
		ids = append(ids, r.Logs[0].Topics[3])
		if to := common.BytesToAddress(word(grants[i].to).Bytes()); to != f.maker.addr {
			moves = append(moves, f.tx(f.maker, "transferFrom(address,address,uint256)", f.maker, to, ids[i].Big()))
		}
	}
	for _, r := range f.all(moves...) {
		require.Equal(f.t, ethtypes.ReceiptStatusSuccessful, r.Status)
	}
	return ids
}

// supply is how many units the assets of fixtures have.
const supply = 1 << 40

func (f *fixture) register(grants []grant) {
	f.t.Helper()
	var txs []tx
	var opened []string
	for _, g := range grants {
		if f.slots[g.slot] == nil {
			f.slots[g.slot] = &slotInfo{}
			opened = append(opened, g.slot)
			txs = append(txs, tx{from: f.maker, to: &f.at, data: registration(f.t, supply)})
		}
	}
	for i, r := range f.all(txs...) {
		require.Equal(f.t, ethtypes.ReceiptStatusSuccessful, r.Status)
		s := f.slots[opened[i]]
		s.source, s.number = r.Logs[1].Topics[1], r.Logs[1].Topics[3]
	}
}

// slotOf returns the number of a slot.
func (f *fixture) slotOf(name string) *big.Int {
	f.t.Helper()
	require.Contains(f.t, f.slots, name)
	return f.slots[name].number.Big()
}
