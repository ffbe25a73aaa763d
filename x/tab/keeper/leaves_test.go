package keeper_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/x/tab/types"
)

// brief leaves the paths of leaves out.
func brief(s types.Settlement) types.Settlement {
	s.Claims = slices.Clone(s.Claims)
	for i := range s.Claims {
		s.Claims[i].LeafPath = nil
	}
	return s
}

func TestAllLeavesNeedNoPaths(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	p := lane.sign(1, []pay.Leaf{leaf(gateway, 1), leaf(model, 2), leaf(vault, 3)}, ticks(vault, 10, 4), ticks(lastAsset, 5, 4))
	require.EqualValues(t, 6, c.mustSettle(brief(p.of(gateway, model, vault))))
	require.Zero(t, c.mustSettle(p.of(gateway, model, vault)), "with paths they are the same")
	require.EqualValues(t, 20+15, c.mustSettle(brief(p.claim(p.firm(gateway), p.firm(model), p.both(vault, 2), p.ticked(lastAsset, 3)))),
		"beside leaves without paths, ticks have theirs")
	require.EqualValues(t, 7, c.mustSettle(brief(lane.sign(2, []pay.Leaf{leaf(model, 9)}).of(model))), "one leaf is all, too")
}

// A payee cannot leave out a leaf that is not its own, nor the paths of some, to be
// paid more than the voucher says.
func TestLeavesWithoutPathsAreAllThereAre(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	p := lane.sign(1, []pay.Leaf{leaf(gateway, 1), leaf(model, 2), leaf(vault, 3)}, ticks(model, 1, 9))
	all := brief(p.of(gateway, model, vault))
	change := func(f func(s *types.Settlement)) types.Settlement {
		s := all
		s.Claims = slices.Clone(all.Claims)
		f(&s)
		return s
	}
	low := p.signed.Voucher
	low.Total = leaf(vault, 5).Amount
	for name, s := range map[string]types.Settlement{
		"one is missing": brief(p.of(gateway, vault)),
		"one alone":      brief(p.of(vault)),
		"one more":       change(func(s *types.Settlement) { s.Claims = append(s.Claims, types.Claim{Leaf: leaf(lastAsset, 0).Bytes()}) }),
		"another amount": change(func(s *types.Settlement) { s.Claims[2].Leaf = leaf(vault, 4).Bytes() }),
		"another split of it": change(func(s *types.Settlement) {
			s.Claims[1].Leaf, s.Claims[2].Leaf = leaf(model, 1).Bytes(), leaf(vault, 4).Bytes()
		}),
		"another asset":         change(func(s *types.Settlement) { s.Claims[2].Leaf = leaf(lastAsset, 3).Bytes() }),
		"twice":                 change(func(s *types.Settlement) { s.Claims[1] = s.Claims[0] }),
		"another order":         change(func(s *types.Settlement) { slices.Reverse(s.Claims) }),
		"one has its path":      change(func(s *types.Settlement) { s.Claims[1].LeafPath = p.split.Path(1).Bytes() }),
		"the last has its path": change(func(s *types.Settlement) { s.Claims[2].LeafPath = p.split.Path(2).Bytes() }),
		"an empty path":         change(func(s *types.Settlement) { s.Claims[1].LeafPath = pay.Path{}.Bytes() }),
		"ticks of another":      change(func(s *types.Settlement) { s.Claims[2] = merge(s.Claims[2], p.ticked(model, 3)) }),
		"ticks without a path":  change(func(s *types.Settlement) { s.Claims[1] = merge(s.Claims[1], types.Claim{Tick: p.ticks[0].Bytes()}) }),
		"total below the sum":   {Voucher: lane.raw(low).Bytes(), Claims: all.Claims},
		"another voucher's":     {Voucher: lane.sign(2, []pay.Leaf{leaf(vault, 6)}).signed.Bytes(), Claims: all.Claims},
		"of no leaves":          {Voucher: lane.sign(3, nil, ticks(vault, 1, 6)).signed.Bytes(), Claims: all.Claims},
		"of another kind":       {Voucher: p.signed.Bytes(), Claims: brief(c.checkpointOf(1, 0, p.leaves...).of(gateway, vault)).Claims},
	} {
		_, err := c.settle(s)
		require.ErrorIs(t, err, types.ErrClaim, name)
		require.ErrorContains(t, err, "settlement 0: ", name)
	}
	require.EqualValues(t, 6, c.mustSettle(all))
}

// merge puts the ticks of one claim beside the leaf of another.
func merge(leaf, ticks types.Claim) types.Claim {
	ticks.Leaf, ticks.LeafPath = leaf.Leaf, leaf.LeafPath
	return ticks
}

func TestAllLeavesOfACheckpointNeedNoPaths(t *testing.T) {
	c, _, _ := twoLanes(t)
	p := c.checkpointOf(1, 0, leaf(gateway, 5), leaf(vault, 7))
	msg := p.msg(12, gateway, vault)
	msg.Claims = brief(p.of(vault)).Claims
	_, err := c.checkpoint(msg)
	require.ErrorIs(t, err, types.ErrClaim, "not all")
	msg.Claims = brief(p.of(gateway, vault)).Claims
	paid, err := c.checkpoint(msg)
	require.NoError(t, err)
	require.EqualValues(t, 12, paid)

	second := c.checkpointOf(1, 1, leaf(gateway, 1), leaf(model, 2), leaf(vault, 3))
	_, err = c.checkpoint(second.msg(6))
	require.NoError(t, err)
	_, err = c.settle(brief(second.of(gateway, model)))
	require.ErrorContains(t, err, "settlement 0: leaves without paths")
	require.EqualValues(t, 6, c.mustSettle(brief(second.of(gateway, model, vault))))
}

// An offence can be shown by all leaves of its vouchers.
func TestOffenceByLeavesWithoutPaths(t *testing.T) {
	c := newChain(t)
	lane := c.oneLane(milli)
	first, second := lane.sign(1, []pay.Leaf{leaf(model, milli), leaf(vault, 1)}), lane.sign(2, []pay.Leaf{leaf(vault, 9)})
	_, _, err := c.prove(brief(first.of(vault)), second.of(vault))
	require.ErrorIs(t, err, types.ErrClaim)
	_, _, err = c.prove(brief(first.of(model, vault)), second.of(vault))
	require.NoError(t, err)
}
