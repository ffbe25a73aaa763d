package revenue

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strconv"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/cosmos/cosmos-sdk/codec"

	assettypes "github.com/weal-network/weal/x/asset/types"
)

// shares is the number of the collection that holds the shares of all assets.
const shares = 0

// firstHolder is where the addresses of holders are counted from: far from
// those of contracts of the chain's own.
var firstHolder = new(uint256.Int).Lsh(uint256.NewInt(0xbe9c4), 136)

// spread gives assets their holders: beside the owner of the first share, each
// has one unit in a share of its own. Sending that many shares one by one takes
// far longer than all that is measured; the chain starts anew from a state that
// has them, and checks, as with every genesis, that it adds up.
func (b *bench) spread(assets []earner) error {
	b.cfg.Progress("giving assets holders", 0, 1)
	defer debug.SetGCPercent(debug.SetGCPercent(40)) // a state in memory is large
	forked, err := b.Fork(func(cdc codec.JSONCodec, state map[string]json.RawMessage) error {
		var g assettypes.GenesisState
		if err := cdc.UnmarshalJSON(state[assettypes.ModuleName], &g); err != nil {
			return err
		}
		for i := range g.Tokens.States {
			s := &g.Tokens.States[i]
			if s.Number != shares {
				continue
			}
			for k, a := range assets {
				if err := split(s, a, b.cfg.Holders[k]-1); err != nil {
					return fmt.Errorf("give asset %d holders: %w", a.asset, err)
				}
			}
		}
		bz, err := cdc.MarshalJSON(&g)
		state[assettypes.ModuleName] = bz
		return err
	})
	if err != nil {
		return err
	}
	b.Chain = forked
	b.cfg.Progress("giving assets holders", 1, 1)
	return nil
}

// split moves one unit of an asset to each of n new holders, as transfers would.
func split(s *assettypes.CollectionState, a earner, n int) error {
	first := -1
	for i, t := range s.Tokens {
		if t.Id == strconv.FormatUint(a.share, 10) {
			first = i
		}
	}
	slot := -1
	for i, t := range s.Slots {
		if t.Slot == strconv.FormatUint(uint64(a.asset), 10) {
			slot = i
		}
	}
	if first < 0 || slot < 0 {
		return fmt.Errorf("there is no share %d", a.share)
	}
	value, err := strconv.ParseUint(s.Tokens[first].Value, 10, 64)
	if err != nil {
		return err
	}
	next, err := strconv.ParseUint(s.Next, 10, 64)
	if err != nil {
		return err
	}
	s.Tokens[first].Value = strconv.FormatUint(value-uint64(n), 10)
	for range n {
		id := strconv.FormatUint(next, 10)
		owner := holder(next)
		s.Tokens = append(s.Tokens, assettypes.Token{Id: id, Slot: s.Slots[slot].Slot, Value: "1", Owner: owner})
		s.Slots[slot].Tokens = append(s.Slots[slot].Tokens, id)
		s.Owners = append(s.Owners, assettypes.OwnerTokens{Owner: owner, Tokens: []string{id}})
		next++
	}
	s.Next = strconv.FormatUint(next, 10)
	return nil
}

// holder is the address of who holds a share.
func holder(share uint64) string {
	return common.Address(new(uint256.Int).AddUint64(firstHolder, share).Bytes20()).Hex()
}
