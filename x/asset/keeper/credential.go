package keeper

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// Access tells whether an account may use an asset now, and why.
type Access struct {
	Allowed bool
	Reason  string
	// Open tells that the asset's licence asks for no credential.
	Open bool
	// Counted tells that it is a credential of so many uses that allows, and
	// nothing else: who serves the asset counts them.
	Counted bool
	// Credential is the one granted, good or not; nil if none was.
	Credential *types.Credential
}

// Grant gives a holder a credential for an asset, or replaces the one it has,
// sent by caller, who controls the asset. Uses is how often it can be used, until
// the Unix time from which it is void; zero is without limit.
func (k Keeper) Grant(ctx context.Context, caller common.Address, asset weal.AssetID, holder common.Address, uses uint64, until int64) error {
	if err := k.MayControl(ctx, asset, caller); err != nil {
		return err
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime().Unix()
	switch {
	case holder == (common.Address{}):
		return types.ErrCredential.Wrap("the holder is the zero address")
	case until != 0 && until <= now:
		return types.ErrCredential.Wrapf("it would be void from %d on, and it is %d", until, now)
	}
	c := types.Credential{Asset: uint64(asset), Uses: uses, Until: until, Height: sdk.UnwrapSDKContext(ctx).BlockHeight()}
	var err error
	if c.Holder, err = k.addresses.BytesToString(holder.Bytes()); err != nil {
		return err
	}
	if c.Granter, err = k.addresses.BytesToString(caller.Bytes()); err != nil {
		return err
	}
	types.Emit(ctx, types.EventGrant, types.AttrAsset, asset, types.AttrHolder, c.Holder, types.AttrGranter, c.Granter,
		types.AttrUses, uses, types.AttrUntil, until)
	return k.setCredential(ctx, holder, c)
}

// Revoke ends a holder's credential for an asset, sent by caller, who controls
// the asset. Tokens of the licence's collection are not revoked.
func (k Keeper) Revoke(ctx context.Context, caller common.Address, asset weal.AssetID, holder common.Address) error {
	if err := k.MayControl(ctx, asset, caller); err != nil {
		return err
	}
	c, err := k.credential(ctx, asset, holder)
	if err != nil {
		return err
	}
	if c == nil || c.Revoked {
		return types.ErrCredential.Wrapf("%s has none for asset %d to revoke", holder, asset)
	}
	c.Revoked = true
	types.Emit(ctx, types.EventRevoke, types.AttrAsset, asset, types.AttrHolder, c.Holder)
	return k.setCredential(ctx, holder, *c)
}

// HasCredential tells whether an account may use an asset now: the asset is
// open, or the account controls it, has a credential that is good, or holds a
// token of the licence's collection.
func (k Keeper) HasCredential(ctx context.Context, asset weal.AssetID, holder common.Address) (Access, error) {
	a, err := k.GetAsset(ctx, asset)
	if err != nil {
		return Access{}, err
	}
	access, _, err := k.access(ctx, a, holder)
	if !a.Licence.Closed {
		access.Allowed, access.Open, access.Counted, access.Reason = true, true, false, "the asset is open to all"
	}
	return access, err
}

// Credentialed tells whether an account controls an asset, has a credential for it
// that is good, or holds a token of the licence's collection, open to all or not.
// It takes no use.
func (k Keeper) Credentialed(ctx context.Context, asset weal.AssetID, who common.Address) (Access, error) {
	a, err := k.GetAsset(ctx, asset)
	if err != nil {
		return Access{}, err
	}
	access, _, err := k.access(ctx, a, who)
	return access, err
}

// access is HasCredential of an asset as if it were closed. Granted tells that
// it is the credential granted that allows.
func (k Keeper) access(ctx context.Context, a types.Asset, holder common.Address) (access Access, granted bool, err error) {
	access.Credential, err = k.credential(ctx, weal.AssetID(a.Id), holder)
	if err != nil {
		return access, false, err
	}
	access.Allowed, err = k.controls(a, holder)
	if err != nil || access.Allowed {
		access.Reason = "it controls the asset"
		return access, false, err
	}
	held, err := k.licenceToken(ctx, a.Licence, holder)
	if err != nil {
		return access, false, err
	}
	if held != nil {
		access.Allowed, access.Reason = true, fmt.Sprintf("it holds token %s of %s", held.Dec(), a.Licence.Collection)
		return access, false, nil
	}
	c := access.Credential
	if c == nil {
		access.Reason = "it has no credential"
		return access, false, nil
	}
	if access.Reason = c.Void(sdk.UnwrapSDKContext(ctx).BlockTime().Unix()); access.Reason != "" {
		return access, false, nil
	}
	access.Allowed, access.Counted, access.Reason = true, c.Uses != 0, "it was granted a credential"
	return access, true, nil
}

// licenceToken returns a token of a holder's that is a credential: of the
// licence's collection, in its slot if one is named, with a value of at least 1.
// It is nil if there is none.
func (k Keeper) licenceToken(ctx context.Context, l types.Licence, holder common.Address) (*uint256.Int, error) {
	if l.Collection == "" {
		return nil, nil
	}
	number, err := k.collectionNumber(ctx, common.HexToAddress(l.Collection))
	if err != nil {
		return nil, err
	}
	var slot *uint256.Int
	if l.Slot != "" {
		if slot, err = uint256.FromDecimal(l.Slot); err != nil {
			return nil, types.ErrBroken.Wrapf("a licence names slot %q", l.Slot)
		}
	}
	return k.Tokens.Holds(ctx, number, holder, slot)
}

// collectionNumber returns the number of the collection whose contract is at an
// address: the shares of all assets are one, too.
func (k Keeper) collectionNumber(ctx context.Context, at common.Address) (uint64, error) {
	if at == common.HexToAddress(weal.AssetContract) {
		return token.Shares, nil
	}
	return k.Tokens.NumberAt(ctx, at)
}

// permit lets a child of a be registered by maker, under a licence that asks for
// a credential. A use of one that was granted is used up; who holds a token or
// controls a uses up nothing.
func (k Keeper) permit(ctx context.Context, a types.Asset, maker common.Address) error {
	access, granted, err := k.access(ctx, a, maker)
	if err != nil {
		return err
	}
	if !access.Allowed {
		return types.ErrLicence.Wrapf("asset %d is %s: %s may not derive from it: %s",
			a.Id, weal.LicenceCredential, maker, access.Reason)
	}
	if !granted {
		return nil
	}
	c := *access.Credential
	c.Used++
	types.Emit(ctx, types.EventUseCredential, types.AttrAsset, a.Id, types.AttrHolder, c.Holder, types.AttrUsed, c.Used)
	return k.setCredential(ctx, maker, c)
}

// credential returns the credential that a holder was granted, nil for none.
func (k Keeper) credential(ctx context.Context, asset weal.AssetID, holder common.Address) (*types.Credential, error) {
	c, err := k.credentials.Get(ctx, collections.Join(uint64(asset), sdk.AccAddress(holder.Bytes())))
	if errors.Is(err, collections.ErrNotFound) {
		return nil, nil
	}
	return &c, err
}

func (k Keeper) setCredential(ctx context.Context, holder common.Address, c types.Credential) error {
	return k.credentials.Set(ctx, collections.Join(c.Asset, sdk.AccAddress(holder.Bytes())), c)
}
