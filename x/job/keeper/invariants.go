package keeper

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/job/types"
)

// CheckInvariants reads the module's whole state and returns types.ErrBroken, with
// the first invariant that does not hold.
func (k Keeper) CheckInvariants(ctx context.Context) error {
	gs, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	if err := gs.Validate(); err != nil {
		return types.ErrBroken.Wrap(err.Error())
	}
	if err := k.checkBalance(ctx); err != nil {
		return err
	}
	if err := k.checkRequests(ctx, gs.Requests); err != nil {
		return err
	}
	return k.checkBookings(ctx, gs)
}

// checkBalance: the contract's account has what it holds for others. It may have
// more: anyone can send it coins.
func (k Keeper) checkBalance(ctx context.Context) error {
	held, err := k.Held(ctx)
	if err != nil {
		return err
	}
	if has := k.bank.GetBalance(ctx, Account.Bytes(), weal.BaseDenom).Amount.BigInt(); has.Cmp(held.Big()) < 0 {
		return types.ErrBroken.Wrapf("%s is held, the account has %s", held, has)
	}
	return nil
}

// checkRequests: each index names the requests that it is for, and the counts are
// those of open ones.
func (k Keeper) checkRequests(ctx context.Context, all []types.Request) error {
	var open, expiry, ended []byNumber
	var of []byAccount
	assets, requesters := map[uint64]uint32{}, map[string]uint32{} // compared by look-up
	for _, r := range all {
		who := sdk.AccAddress(common.HexToAddress(r.Requester).Bytes())
		of = append(of, collections.Join(who, r.Id))
		if r.State != types.REQUEST_STATE_OPEN {
			ended = append(ended, collections.Join(at(r.Ended), r.Id))
			continue
		}
		open = append(open, collections.Join(r.Asset, r.Id))
		expiry = append(expiry, collections.Join(at(r.Expires), r.Id))
		assets[r.Asset]++
		requesters[string(who)]++
	}
	for _, check := range []func() error{
		func() error { return sameKeys(ctx, "open", k.open, open) },
		func() error { return sameKeys(ctx, "expiry", k.expiry, expiry) },
		func() error { return sameKeys(ctx, "ended", k.ended, ended) },
		func() error { return sameKeys(ctx, "of_requester", k.ofRequester, of) },
		func() error {
			return sameCounts(ctx, "asset", k.openOfAsset, len(assets), func(a uint64) uint32 { return assets[a] })
		},
		func() error {
			return sameCounts(ctx, "requester", k.openOfRequester, len(requesters), func(a sdk.AccAddress) uint32 { return requesters[string(a)] })
		},
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// checkBookings: each booking waits once, in a turn that is counted, none is running,
// and each record is found.
func (k Keeper) checkBookings(ctx context.Context, gs *types.GenesisState) error {
	if ok, err := k.running.Has(ctx); err != nil || ok {
		return types.ErrBroken.Wrapf("a booked call is running between blocks: %v", err)
	}
	var due []dueKey
	var of []byAccount
	owned, turns := map[string]uint32{}, map[string]uint32{} // compared by look-up
	turn := func(t turnKey) string { return fmt.Sprint(t.K1(), t.K2()) }
	for _, b := range gs.Bookings {
		owner := sdk.AccAddress(common.HexToAddress(b.Owner).Bytes())
		due = append(due, collections.Join3(b.Due, uint64(b.Round), b.Id))
		of = append(of, collections.Join(owner, b.Id))
		owned[string(owner)]++
		turns[turn(collections.Join(b.Due, owner))]++
	}
	for _, check := range []func() error{
		func() error { return sameKeys(ctx, "due", k.due, due) },
		func() error { return sameKeys(ctx, "of_owner", k.ofOwner, of) },
		func() error {
			return sameCounts(ctx, "owner", k.owned, len(owned), func(a sdk.AccAddress) uint32 { return owned[string(a)] })
		},
		func() error {
			return sameCounts(ctx, "turn", k.turns, len(turns), func(t turnKey) uint32 { return turns[turn(t)] })
		},
	} {
		if err := check(); err != nil {
			return err
		}
	}
	for _, r := range gs.Records {
		at, err := k.calls.Get(ctx, collections.Join(r.Booking, r.Height))
		if err != nil || at != uint64(r.Position) {
			return types.ErrBroken.Wrapf("record %d of block %d is not found: %v", r.Position, r.Height, err)
		}
	}
	return nil
}

// sameKeys: an index has each of these keys, and no others.
func sameKeys[K any](ctx context.Context, name string, index collections.KeySet[K], want []K) error {
	n := 0
	err := index.Walk(ctx, nil, func(K) (bool, error) { n++; return false, nil })
	if err != nil {
		return err
	}
	if n != len(want) {
		return types.ErrBroken.Wrapf("index %s has %d keys, not %d", name, n, len(want))
	}
	for _, key := range want {
		if ok, err := index.Has(ctx, key); err != nil || !ok {
			return types.ErrBroken.Wrapf("index %s lacks a key: %v", name, err)
		}
	}
	return nil
}

// sameCounts: each count is that of its key.
func sameCounts[K any](ctx context.Context, name string, counts collections.Map[K, uint32], keys int, want func(K) uint32) error {
	n := 0
	err := counts.Walk(ctx, nil, func(key K, count uint32) (bool, error) {
		if n++; count != want(key) {
			return true, types.ErrBroken.Wrapf("%s %v: %d are counted, %d there", name, key, count, want(key))
		}
		return false, nil
	})
	if err == nil && n != keys {
		err = types.ErrBroken.Wrapf("%d counts by %s, not %d", n, name, keys)
	}
	return err
}
