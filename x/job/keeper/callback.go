package keeper

import (
	"context"
	"math"

	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/x/job/types"
)

// Retry lets a call-back that failed be made again, sent by caller: anyone for a
// number of times, the requester as often as it likes. It is marked as running.
func (k Keeper) Retry(ctx context.Context, caller common.Address, id uint64) (types.Request, error) {
	r, err := k.Request(ctx, id)
	if err != nil {
		return r, err
	}
	p, err := k.params.Get(ctx)
	if err != nil {
		return r, err
	}
	switch {
	case r.CallbackState == types.CALLBACK_STATE_RUNNING:
		return r, types.ErrCallback.Wrapf("that of request %d runs", id)
	case r.CallbackState != types.CALLBACK_STATE_FAILED:
		return r, types.ErrCallback.Wrapf("that of request %d has not failed", id)
	case r.Tries >= p.MaxTries && caller.Hex() != r.Requester:
		return r, types.ErrCallback.Wrapf("that of request %d was tried %d times; only %s may go on", id, r.Tries, r.Requester)
	}
	r.CallbackState, r.Tries = types.CALLBACK_STATE_RUNNING, min(r.Tries, math.MaxUint32-1)+1
	return r, k.requests.Set(ctx, id, r)
}

// EndCallback says what became of a call-back that runs.
func (k Keeper) EndCallback(ctx context.Context, id uint64, ok bool) (types.Request, error) {
	r, err := k.Request(ctx, id)
	if err != nil {
		return r, err
	}
	if r.CallbackState != types.CALLBACK_STATE_RUNNING {
		return r, types.ErrCallback.Wrapf("that of request %d does not run", id)
	}
	if r.CallbackState = types.CALLBACK_STATE_FAILED; ok {
		r.CallbackState = types.CALLBACK_STATE_DONE
	}
	emit(ctx, types.EventCallback, types.AttrID, id, types.AttrCallback, r.Callback, types.AttrOK, ok)
	return r, k.requests.Set(ctx, id, r)
}
