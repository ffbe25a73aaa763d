package conformance

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/stretchr/testify/require"
)

const (
	rounds   = 6
	perRound = 40
)

// Whatever four owners try, the contract does what the standards say: the same
// reasons, the same logs, and in the end the same state.
func TestRandomCalls(t *testing.T) {
	each(t, func(f *fixture) {
		g := &gambler{f: f, rand: rand.New(rand.NewPCG(3525, 721))} //nolint:gosec // the same game each time
		g.actors = f.deploy(actor(), actor(), actor(), actor())
		f.grant(
			grant{g.actors[0], "red", 100}, grant{g.actors[0], "red", 50}, grant{g.actors[1], "red", 7}, grant{g.actors[2], "blue", 1_000},
			grant{g.actors[3], "green", 5}, grant{g.actors[1], "blue", 0}, grant{g.actors[3], "red", 1})
		m := f.told()
		reasons := map[string]bool{}
		for range rounds {
			requests := g.requests(m)
			calls := make([]call3, len(requests))
			for i, q := range requests {
				calls[i] = call3{Target: q.caller, AllowFailure: true, CallData: called(f.at, q.data())}
			}
			data := aggregate3(calls)
			out, err := chain.call(t.Context(), ethereum.CallMsg{From: f.alice.addr, To: &multicall3, Data: data})
			require.NoError(f.t, err)
			results, err := results3(out)
			require.NoError(f.t, err)
			r := f.all(tx{from: f.alice, to: &multicall3, data: data, gas: 24_000_000})[0]
			require.Equal(f.t, ethtypes.ReceiptStatusSuccessful, r.Status)
			p := f.player(m, r.Logs)
			for i, q := range requests {
				want := p.play(q)
				got := ""
				if !results[i].Success {
					got = reason(results[i].ReturnData)
				}
				require.Equal(f.t, want, got, "%s", q)
				require.Equal(f.t, p.want, p.got[:min(len(p.want), len(p.got))], "%s", q)
				reasons[want] = true
			}
			require.Equal(f.t, p.want, p.got)
			f.compare(m)
		}
		require.Greater(f.t, len(reasons), 12, "the game is not only refusals of one sort")
	})
}

// gambler makes requests at random.
type gambler struct {
	f      *fixture
	rand   *rand.Rand
	actors []common.Address
}

// pick returns one of a list.
func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// requests makes those of a round, from the tokens that there are now.
func (g *gambler) requests(m *model) []request {
	ids := slices.Clone(m.all)
	if len(m.burned) > 0 {
		ids = append(ids, m.burned[len(m.burned)-1])
	}
	ids = append(ids, common.Hash{}, word(unknown))
	var out []request
	for range perRound {
		out = append(out, g.request(m, ids))
	}
	return out
}

func (g *gambler) request(m *model, ids []common.Hash) request {
	r := g.rand
	id := func() *big.Int { return pick(r, ids...).Big() }
	// Three of four times something that has a chance.
	from, caller := pick(r, ids...), pick(r, g.actors...)
	value := pick(r, 0, 1, 2, 5)
	owner := pick(r, g.actors...)
	to := pick(r, append(slices.Clone(g.actors), g.actors[0], g.f.bob.addr, zero)...)
	amount := big.NewInt(int64(value))
	if t := m.tokens[from]; t != nil {
		owner = t.owner
		if slices.Contains(g.actors, owner) && r.IntN(4) > 0 {
			caller = owner
		}
		switch r.IntN(6) {
		case 0:
			amount = t.value
		case 1:
			amount = new(big.Int).Add(t.value, big.NewInt(1))
		case 2:
			if r.IntN(3) == 0 {
				amount = most
			}
		}
		if r.IntN(8) == 0 {
			owner = pick(r, g.actors...)
		}
	}
	n := from.Big()
	all := []request{
		{caller, fnTransfer, []any{owner, to, n}},
		{caller, fnSafe, []any{owner, to, n}},
		{caller, fnSafeData, []any{owner, to, n, []byte("data")}},
		{caller, fnApprove, []any{to, n}},
		{caller, fnApproveAll, []any{to, r.IntN(3) > 0}},
		{caller, fnApproveValue, []any{n, to, amount}},
		{caller, fnMove, []any{n, id(), amount}},
		{caller, fnMove, []any{n, id(), amount}},
		{caller, fnMove, []any{n, g.neighbour(m, from).Big(), amount}},
		{caller, fnMove, []any{n, g.neighbour(m, from).Big(), amount}},
		{caller, fnSplit, []any{n, to, amount}},
		{caller, fnSplit, []any{n, to, amount}},
		{caller, fnBurnValue, []any{n, amount}},
	}
	if r.IntN(3) == 0 {
		all = append(all, request{caller, fnBurn, []any{n}})
	}
	if g.f.slotApprovable {
		slot := pick(r, g.f.slotOf("red"), g.f.slotOf("blue"), g.f.slotOf("green"), unknown)
		all = append(all, request{caller, fnApproveSlot, []any{pick(r, caller, owner), slot, to, r.IntN(3) > 0}})
	}
	return all[r.IntN(len(all))]
}

// neighbour returns a token of the same slot.
func (g *gambler) neighbour(m *model, id common.Hash) common.Hash {
	if t := m.tokens[id]; t != nil {
		return pick(g.rand, m.inSlot[t.slot]...)
	}
	return id
}
