package keeper

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/tab/types"
)

// watcher is who settles for an asset while it is away. When it brings a
// settlement that pays the asset, its part of that is the watcher's.
type watcher struct {
	account common.Address
	points  uint16 // basis points, at most types.MaxWatcherBasisPoints
}

// watcherValue encodes account and basis points, big-endian: the gas of a
// settlement does not depend on whom an asset names.
var watcherValue = fixed[watcher]{
	name: "weal/tab/watcher", size: common.AddressLength + 2,
	encode: func(w watcher) []byte { return append(w.account.Bytes(), byte(w.points>>8), byte(w.points)) },
	decode: func(b []byte) watcher {
		const n = common.AddressLength
		return watcher{account: common.BytesToAddress(b[:n]), points: uint16(b[n])<<8 | uint16(b[n+1])}
	},
}

// setWatcher is NameWatcher by the message's sender.
func (k Keeper) setWatcher(ctx context.Context, msg *types.MsgSetWatcher) error {
	sender, err := k.addresses.StringToBytes(msg.Sender)
	if err != nil {
		return wrapf(err, "read sender")
	}
	if len(sender) != common.AddressLength {
		return types.ErrWatcher.Wrapf("sender %s has %d bytes; nobody of such an address controls an asset", msg.Sender, len(sender))
	}
	return k.NameWatcher(ctx, common.BytesToAddress(sender), types.Watcher{Asset: msg.Asset, Watcher: msg.Watcher, BasisPoints: msg.BasisPoints})
}

// NameWatcher replaces the watcher of an asset that who controls. An empty account
// and no fee is none.
func (k Keeper) NameWatcher(ctx context.Context, who common.Address, w types.Watcher) error {
	if err := k.assets.MayControl(ctx, weal.AssetID(w.Asset), who); err != nil {
		return err
	}
	if w.Watcher == "" && w.BasisPoints != 0 {
		return types.ErrWatcher.Wrap("it has basis points for nobody")
	}
	old, err := k.watchers.Get(ctx, w.Asset)
	switch {
	case err == nil:
		if err := k.watched.Remove(ctx, collections.Join(old.bytes(), w.Asset)); err != nil {
			return err
		}
	case !errors.Is(err, collections.ErrNotFound):
		return err
	}
	emit(ctx, types.EventWatcher, types.AttrAsset, w.Asset, types.AttrWatcher, w.Watcher, types.AttrBasisPoints, w.BasisPoints)
	if w.Watcher == "" {
		return k.watchers.Remove(ctx, w.Asset)
	}
	return k.putWatcher(ctx, w)
}

// putWatcher stores a watcher, or says what is wrong with it.
func (k Keeper) putWatcher(ctx context.Context, w types.Watcher) error {
	account, err := k.addresses.StringToBytes(w.Watcher)
	if err != nil {
		return types.ErrWatcher.Wrap(err.Error())
	}
	if len(account) != common.AddressLength {
		return types.ErrWatcher.Wrapf("account %s has %d bytes, want %d", w.Watcher, len(account), common.AddressLength)
	}
	if w.BasisPoints > types.MaxWatcherBasisPoints {
		return types.ErrWatcher.Wrapf("its fee must be at most %d basis points, got %d", types.MaxWatcherBasisPoints, w.BasisPoints)
	}
	if err := k.watched.Set(ctx, collections.Join(sdk.AccAddress(account), w.Asset)); err != nil {
		return err
	}
	return k.watchers.Set(ctx, w.Asset, watcher{account: common.BytesToAddress(account), points: uint16(w.BasisPoints)})
}

func (w watcher) bytes() sdk.AccAddress { return w.account.Bytes() }

// Watcher returns the watcher that an asset names. One that names none has an
// empty account and no fee.
func (k Keeper) Watcher(ctx context.Context, asset weal.AssetID) (types.Watcher, error) {
	out := types.Watcher{Asset: uint64(asset)}
	w, err := k.watchers.Get(ctx, uint64(asset))
	if errors.Is(err, collections.ErrNotFound) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.BasisPoints = uint32(w.points)
	out.Watcher, err = k.addresses.BytesToString(w.account.Bytes())
	return out, err
}

// pointsOf returns the basis points of the fee that an asset pays the account who:
// none unless it is its watcher.
func (k Keeper) pointsOf(ctx context.Context, who sdk.AccAddress, a weal.AssetID) (uint32, error) {
	w, err := k.watchers.Get(ctx, uint64(a))
	if errors.Is(err, collections.ErrNotFound) || err == nil && !w.bytes().Equals(who) {
		return 0, nil
	}
	return uint32(w.points), err
}

// checkWatchers checks that each watcher's fee is bounded, and that the index
// lists each once.
func (k Keeper) checkWatchers(ctx context.Context) error {
	named, listed := 0, 0
	err := k.watchers.Walk(ctx, nil, func(asset uint64, w watcher) (bool, error) {
		named++
		has, err := k.watched.Has(ctx, collections.Join(w.bytes(), asset))
		if err == nil && (!has || w.points > types.MaxWatcherBasisPoints) {
			err = types.ErrBroken.Wrapf("watcher of asset %d: %d basis points, listed: %t", asset, w.points, has)
		}
		return err != nil, err
	})
	if err != nil {
		return err
	}
	err = k.watched.Walk(ctx, nil, func(collections.Pair[sdk.AccAddress, uint64]) (bool, error) {
		listed++
		return false, nil
	})
	if err == nil && named != listed {
		err = types.ErrBroken.Wrapf("%d assets name a watcher, %d are listed", named, listed)
	}
	return err
}
