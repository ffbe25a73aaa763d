package keeper

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/token"
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

// TokenID returns a share's id as the standards have it.
func TokenID(id weal.ShareID) uint256.Int { return *uint256.NewInt(uint64(id)) }

// Slot returns an asset's number as the standards have it.
func Slot(asset weal.AssetID) uint256.Int { return *uint256.NewInt(uint64(asset)) }

// shareOf reads a token of the collection of shares: all of its numbers are
// below 2^64, since ids and assets are counted and values are parts of units.
func shareOf(t token.Token) Share {
	return Share{
		ID: weal.ShareID(t.ID.Uint64()), Asset: weal.AssetID(t.Slot.Uint64()),
		Owner: t.Owner, Value: t.Value.Uint64(), Approved: t.Approved,
	}
}

// GetShare returns a share, or types.ErrShareNotFound.
func (k Keeper) GetShare(ctx context.Context, id weal.ShareID) (Share, error) {
	t, err := k.Tokens.Get(ctx, token.Shares, TokenID(id))
	if errors.Is(err, types.ErrTokenNotFound) {
		err = types.ErrShareNotFound.Wrapf("share %d", id)
	}
	return shareOf(t), err
}

// eachShare calls f with every share of an asset.
func (k Keeper) eachShare(ctx context.Context, asset weal.AssetID, f func(Share) error) error {
	return k.Tokens.EachInSlot(ctx, token.Shares, Slot(asset), func(t token.Token) error { return f(shareOf(t)) })
}

// OthersShare returns the first of an asset's shares that an account does not own,
// among as many as limit; zero if it owns them all. Count is how many there are.
func (k Keeper) OthersShare(ctx context.Context, asset weal.AssetID, who common.Address, limit uint64) (other weal.ShareID, count uint64, err error) {
	slot := Slot(asset)
	if count, err = k.Tokens.CountInSlot(ctx, token.Shares, slot); err != nil {
		return 0, 0, err
	}
	for i := range min(count, limit) {
		id, err := k.Tokens.InSlot(ctx, token.Shares, slot, i)
		if err != nil {
			return 0, count, err
		}
		t, err := k.Tokens.Get(ctx, token.Shares, id)
		if err != nil {
			return 0, count, err
		}
		if t.Owner != who {
			return weal.ShareID(id.Uint64()), count, nil
		}
	}
	return 0, count, nil
}
