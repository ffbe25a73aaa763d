package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/job/types"
)

// What one block does at most, so that a block's cost has a bound whatever the
// messages before it did. What has to wait is done in the next.
const (
	expirePerBlock = 128
	deletePerBlock = 128
	// againSeconds is after how long coins that could not be paid are tried again.
	againSeconds = 3600
)

// EndBlock pays the coins of requests that expired back, and deletes requests that
// were kept long enough.
func (k Keeper) EndBlock(ctx sdk.Context) error {
	if err := k.expire(ctx); err != nil {
		return err
	}
	return k.forget(ctx)
}

// expire ends open requests whose time is over, those first that wait longest.
func (k Keeper) expire(ctx sdk.Context) error {
	due, err := before(ctx, k.expiry, at(now(ctx)), expirePerBlock)
	if err != nil {
		return err
	}
	for _, key := range due {
		r, err := k.Request(ctx, key.K2())
		if err != nil {
			return err
		}
		if !r.Expired(ctx) {
			continue // some more blocks
		}
		cached, write := ctx.CacheContext()
		if err := k.giveBack(cached, r); err == nil {
			write()
		} else if err := k.hold(ctx, r, err); err != nil {
			return err
		}
	}
	return nil
}

// giveBack ends a request with all of its coins paid to the requester.
func (k Keeper) giveBack(ctx context.Context, r types.Request) error {
	locked, err := r.Locked()
	if err != nil {
		return err
	}
	if err := k.pay(ctx, Account, common.HexToAddress(r.Requester), locked); err != nil {
		return err
	}
	r.State, r.Ended = types.REQUEST_STATE_EXPIRED, now(ctx)
	emit(ctx, types.EventExpire, types.AttrID, r.Id, types.AttrAsset, r.Asset, types.AttrRequester, r.Requester, types.AttrRefund, locked)
	return k.end(ctx, r)
}

// hold lets a request whose coins cannot be paid wait for longer: it stays open.
func (k Keeper) hold(ctx context.Context, r types.Request, reason error) error {
	emit(ctx, types.EventKeep, types.AttrID, r.Id, types.AttrReason, reason)
	if err := k.expiry.Remove(ctx, collections.Join(at(r.Expires), r.Id)); err != nil {
		return err
	}
	r.Expires = now(ctx) + againSeconds
	if err := k.expiry.Set(ctx, collections.Join(at(r.Expires), r.Id)); err != nil {
		return err
	}
	return k.requests.Set(ctx, r.Id, r)
}

// forget deletes requests that have ended long ago.
func (k Keeper) forget(ctx context.Context) error {
	p, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	old, err := before(ctx, k.ended, at(now(ctx)-int64(p.KeepSeconds)), deletePerBlock)
	if err != nil {
		return err
	}
	for _, key := range old {
		r, err := k.Request(ctx, key.K2())
		if err != nil {
			return err
		}
		who := sdk.AccAddress(common.HexToAddress(r.Requester).Bytes())
		if err := k.ofRequester.Remove(ctx, collections.Join(who, r.Id)); err != nil {
			return err
		}
		if err := k.ended.Remove(ctx, key); err != nil {
			return err
		}
		if err := k.requests.Remove(ctx, r.Id); err != nil {
			return err
		}
	}
	return nil
}

// before returns the first keys of an index of times that are before a time, at
// most limit. It closes the iterator, so that nothing is written while it is read.
func before(ctx context.Context, index collections.KeySet[byNumber], unix uint64, limit int) (out []byNumber, err error) {
	it, err := index.Iterate(ctx, new(collections.Range[byNumber]).EndExclusive(collections.Join(unix, uint64(0))))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	for ; it.Valid() && len(out) < limit; it.Next() {
		key, err := it.Key()
		if err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	return out, nil
}

// Held returns what the contract's account holds for others.
func (k Keeper) Held(ctx context.Context) (weal.Amount, error) {
	var parts []string
	err := k.requests.Walk(ctx, nil, func(_ uint64, r types.Request) (bool, error) {
		locked, err := r.Locked()
		parts = append(parts, locked.String())
		return false, err
	})
	if err != nil {
		return weal.Amount{}, err
	}
	err = k.operators.Walk(ctx, nil, func(_ operatorKey, o types.Operator) (bool, error) {
		parts = append(parts, o.Bond)
		return false, nil
	})
	if err != nil {
		return weal.Amount{}, err
	}
	err = k.bookings.Walk(ctx, nil, func(_ uint64, b types.Booking) (bool, error) {
		parts = append(parts, b.Funds)
		return false, nil
	})
	if err != nil {
		return weal.Amount{}, err
	}
	return types.Sum(parts...)
}
