package keeper

import (
	"context"
	"encoding/binary"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// Share is one ERC-3525 token of an asset's slot.
type Share struct {
	ID    weal.ShareID
	Asset weal.AssetID
	Owner common.Address
	// Value is how many units of the asset's supply it holds.
	Value uint64
	// Approved may transfer the share (ERC-721 approve); zero for none.
	Approved common.Address
}

// share is a Share as it is stored under its id.
type share struct {
	asset    uint64
	value    uint64
	owner    common.Address
	approved common.Address
	// allowances is how many rows of allowances the share has, so that a sale
	// looks for them only if there are any.
	allowances uint32
}

const shareSize = 8 + 8 + 2*common.AddressLength + 4

var shareValue = fixed[share]{name: "weal/asset/share", size: shareSize, encode: encodeShare, decode: decodeShare}

// encodeShare writes the fields in the order of the struct, big-endian.
func encodeShare(s share) []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, shareSize), s.asset)
	b = binary.BigEndian.AppendUint64(b, s.value)
	b = append(b, s.owner[:]...)
	b = append(b, s.approved[:]...)
	return binary.BigEndian.AppendUint32(b, s.allowances)
}

func decodeShare(b []byte) (s share) {
	s.asset = binary.BigEndian.Uint64(b)
	s.value = binary.BigEndian.Uint64(b[8:])
	copy(s.owner[:], b[16:])
	copy(s.approved[:], b[36:])
	s.allowances = binary.BigEndian.Uint32(b[56:])
	return s
}

// GetShare returns a share, or types.ErrShareNotFound.
func (k Keeper) GetShare(ctx context.Context, id weal.ShareID) (Share, error) {
	s, err := k.share(ctx, id)
	return Share{ID: id, Asset: weal.AssetID(s.asset), Owner: s.owner, Value: s.value, Approved: s.approved}, err
}

func (k Keeper) share(ctx context.Context, id weal.ShareID) (share, error) {
	s, err := k.shares.Get(ctx, uint64(id))
	if errors.Is(err, collections.ErrNotFound) {
		return s, types.ErrShareNotFound.Wrapf("share %d", id)
	}
	return s, err
}

// Supply returns how many shares there are: their ids are 1 to Supply.
func (k Keeper) Supply(ctx context.Context) (uint64, error) {
	next, err := k.nextShare.Peek(ctx)
	return max(next, 1) - 1, err
}

// CountOf returns how many shares an owner has.
func (k Keeper) CountOf(ctx context.Context, owner common.Address) (uint64, error) {
	return orZero(k.ownedCount.Get(ctx, sdk.AccAddress(owner.Bytes())))
}

// ShareOf returns the index-th share of an owner, in the order of ids, or
// types.ErrShareNotFound. It costs gas in proportion to index.
func (k Keeper) ShareOf(ctx context.Context, owner common.Address, index uint64) (weal.ShareID, error) {
	r := collections.NewPrefixedPairRange[sdk.AccAddress, uint64](sdk.AccAddress(owner.Bytes()))
	var found weal.ShareID
	err := k.owned.Walk(ctx, r, func(key ownedKey) (bool, error) {
		if index == 0 {
			found = weal.ShareID(key.K2())
			return true, nil
		}
		index--
		return false, nil
	})
	if err == nil && found == 0 {
		err = types.ErrShareNotFound
	}
	return found, err
}

// mint makes a new share. The caller sees to it that values still add up.
func (k Keeper) mint(ctx context.Context, asset uint64, owner common.Address, value uint64) (weal.ShareID, error) {
	id, err := k.nextShare.Next(ctx)
	if err != nil {
		return 0, err
	}
	if err := k.slots.Set(ctx, collections.Join(asset, id)); err != nil {
		return 0, err
	}
	if err := k.shares.Set(ctx, id, share{asset: asset, value: value, owner: owner}); err != nil {
		return 0, err
	}
	return weal.ShareID(id), k.own(ctx, owner, id)
}

// own adds a share to what an owner has, and makes an account for the owner if
// it has none: without one it could not sign a claim. It returns ErrBlocked if
// what the share earns would lie in escrow for ever: people do send tokens to the
// contract of the tokens.
func (k Keeper) own(ctx context.Context, owner common.Address, id uint64) error {
	addr := sdk.AccAddress(owner.Bytes())
	if k.bank.BlockedAddr(addr) {
		return types.ErrBlocked
	}
	if !k.accounts.HasAccount(ctx, addr) {
		k.accounts.SetAccount(ctx, k.accounts.NewAccountWithAddress(ctx, addr))
	}
	if err := k.owned.Set(ctx, collections.Join(addr, id)); err != nil {
		return err
	}
	n, err := k.CountOf(ctx, owner)
	if err != nil {
		return err
	}
	return k.ownedCount.Set(ctx, addr, n+1)
}

// disown takes a share from what an owner has.
func (k Keeper) disown(ctx context.Context, owner common.Address, id uint64) error {
	addr := sdk.AccAddress(owner.Bytes())
	if err := k.owned.Remove(ctx, collections.Join(addr, id)); err != nil {
		return err
	}
	n, err := k.ownedCount.Get(ctx, addr)
	if err != nil {
		return err
	}
	if n == 1 {
		return k.ownedCount.Remove(ctx, addr)
	}
	return k.ownedCount.Set(ctx, addr, n-1)
}
