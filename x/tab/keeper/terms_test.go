package keeper_test

import (
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// revoke revokes lanes of a tab of alice's.
func (c *chain) revoke(tab uint64, lanes ...uint32) error {
	c.t.Helper()
	return c.try(func(ctx sdk.Context) error {
		_, err := c.msgs.Revoke(ctx, &types.MsgRevoke{Payer: account("alice").String(), Tab: tab, Lanes: lanes})
		return err
	})
}

// point is a checkpoint with all that can be claimed by it.
type point struct {
	tab    uint64
	epoch  uint32
	leaves []pay.Leaf
	tree   *pay.Checkpoint
}

// checkpointOf makes the tree of a checkpoint of leaves in order.
func (c *chain) checkpointOf(tab uint64, epoch uint32, leaves ...pay.Leaf) *point {
	c.t.Helper()
	tree, err := pay.NewCheckpoint(leaves)
	require.NoError(c.t, err)
	return &point{tab, epoch, leaves, tree}
}

// msg returns the message that brings it, with a cap, showing assets.
func (p *point) msg(limit uint64, show ...weal.AssetID) *types.MsgCheckpoint {
	msg := &types.MsgCheckpoint{
		Payer: account("alice").String(), Tab: p.tab, Epoch: p.epoch,
		Total: p.tree.Sum().String(), Cap: weal.NewAmount(limit).String(), Claims: p.of(show...).Claims,
	}
	leaves, top := p.tree.Top()
	if msg.Leaves = leaves; leaves > 0 {
		msg.Top = top.Hash[:]
	}
	return msg
}

// of returns a settlement of leaves.
func (p *point) of(show ...weal.AssetID) types.Settlement {
	s := types.Settlement{Tab: p.tab, Epoch: p.epoch}
	for _, a := range show {
		for i, l := range p.leaves {
			if l.Asset == a {
				s.Claims = append(s.Claims, types.Claim{Leaf: l.Bytes(), LeafPath: p.tree.Path(i).Bytes()})
			}
		}
	}
	return s
}

// checkpoint brings a checkpoint and returns the sum of what it credited.
func (c *chain) checkpoint(msg *types.MsgCheckpoint) (sum uint64, err error) {
	c.t.Helper()
	err = c.try(func(ctx sdk.Context) error {
		r, err := c.msgs.Checkpoint(ctx, msg)
		if err != nil {
			return err
		}
		require.Equal(c.t, msg.Epoch+1, r.Epoch)
		for _, p := range r.Credits {
			n, ok := math.NewIntFromString(p.Amount)
			require.True(c.t, ok)
			sum += n.Uint64()
		}
		return nil
	})
	return sum, err
}

// prove proves an offence as bob and returns the reward and what was burned.
func (c *chain) prove(shown ...types.Settlement) (reward, burned string, err error) {
	c.t.Helper()
	err = c.try(func(ctx sdk.Context) error {
		r, err := c.msgs.ProveOffence(ctx, &types.MsgProveOffence{Sender: account("bob").String(), Shown: shown})
		if err == nil {
			reward, burned = r.Reward, r.Burned
		}
		return err
	})
	return reward, burned, err
}

func (c *chain) burned() string { return c.money.of("burned", denom).String() }

// earned is what an asset has, as a number.
func (c *chain) earned(a weal.AssetID) uint64 { return c.money.earned(a).Uint64() }

// in moves the signer's lane to another epoch.
func (s *laneSigner) in(epoch uint32) *laneSigner {
	other := *s
	other.ref.Epoch = epoch
	return &other
}
