package keeper

import (
	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/weal-network/weal/x/tab/types"
)

// revoke ends the use of lanes of the tab's epoch. Nobody works for them any
// more, but what their keys have signed is settled until their window has ended:
// nothing tells a voucher signed before from one signed after.
func (k Keeper) revoke(ctx sdk.Context, msg *types.MsgRevoke) error {
	t, _, err := k.openTabOf(ctx, msg.Tab, msg.Payer)
	if err != nil {
		return err
	}
	if len(msg.Lanes) == 0 {
		return types.ErrLane.Wrap("the message names no lane")
	}
	for _, id := range msg.Lanes {
		l, err := k.laneInUse(ctx, t, id)
		if err != nil {
			return err
		}
		if err := k.revokeLane(ctx, collections.Join3(t.Id, t.Epoch, id), l); err != nil {
			return err
		}
	}
	return nil
}

// revokeLane stores a lane as revoked and lets its window begin with the next block.
func (k Keeper) revokeLane(ctx sdk.Context, key laneKey, l lane) error {
	l.Flags |= flagRevoked
	if err := k.lanes.Set(ctx, key, l); err != nil {
		return err
	}
	emit(ctx, types.EventRevoke, types.AttrTab, key.K1(), types.AttrEpoch, key.K2(), types.AttrLane, key.K3())
	return k.enqueue(ctx, key.K1(), key.K2(), key.K3())
}
