package contribution

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// Content is what somebody brings to an asset.
type Content struct {
	// Root is the Merkle root over its chunks.
	Root   weal.Hash
	Chunks uint64
	// URI is where it is found, or who has it.
	URI string
}

// Contribute makes a contribution of caller's to an asset. Least is how many units
// the contributor saw promised; they go to share to while it is the contributor's,
// and to a new one otherwise. Sent is what came with the call, which the contract
// has: the deposit of a proposal, nothing of what is accepted at once. The grant is
// nil unless it is.
func (k Keeper) Contribute(ctx context.Context, caller common.Address, asset weal.AssetID, content Content, least uint64, to weal.ShareID, sent weal.Amount) (types.Contribution, *Grant, error) {
	t, err := k.TermsOf(ctx, asset)
	if err != nil {
		return types.Contribution{}, nil, err
	}
	c := types.Contribution{
		Asset: t.Asset, Contributor: caller.Hex(), Root: content.Root[:], Chunks: content.Chunks, Uri: content.URI,
		State: types.ContributionProposed, Share: uint64(to), Deposit: sent.String(), Proposed: height(ctx),
	}
	if err := k.check(ctx, caller, c); err != nil {
		return c, nil, err
	}
	if c.Units, err = t.Grants(c.Chunks); err != nil {
		return c, nil, err
	}
	if c.Units < least {
		return c, nil, types.ErrContribution.Wrapf("%d chunks are granted %d units, less than %d", c.Chunks, c.Units, least)
	}
	if err := k.checkInto(ctx, caller, asset, to); err != nil {
		return c, nil, err
	}
	if err := k.admit(ctx, caller, t, sent); err != nil {
		return c, nil, err
	}
	made, err := k.made.Next(ctx)
	if err != nil {
		return c, nil, err
	}
	c.Id = made + 1
	if err := k.propose(ctx, caller, c); err != nil {
		return c, nil, err
	}
	if t.Admission != types.AdmissionCredential {
		return c, nil, nil
	}
	g, err := k.accept(ctx, t, c)
	return g.Contribution, &g, err
}

// check looks at a contribution by itself, and at the roots that are there.
func (k Keeper) check(ctx context.Context, caller common.Address, c types.Contribution) error {
	params, err := k.assets.Params(ctx)
	if err != nil {
		return err
	}
	switch {
	case caller == common.Address{}:
		return types.ErrContribution.Wrap("the zero address contributes nothing")
	case k.Blocked(caller):
		return types.ErrBlocked
	case weal.Hash(c.Root).IsZero():
		return types.ErrContribution.Wrap("the root is zero")
	case c.Chunks == 0 || c.Chunks > types.MaxContributionChunks:
		return types.ErrContribution.Wrapf("bring 1 to %d chunks, not %d", uint64(types.MaxContributionChunks), c.Chunks)
	}
	if err := types.ValidateURI(c.Uri, params); err != nil {
		return types.ErrContribution.Wrap(err.Error())
	}
	if err := k.unaccepted(ctx, c); err != nil {
		return err
	}
	id, err := k.proposed.Get(ctx, proposedRoot(c))
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = types.ErrContribution.Wrapf("the root is proposed already, as contribution %d", id)
	}
	return err
}

// unaccepted returns types.ErrContribution if the root was accepted.
func (k Keeper) unaccepted(ctx context.Context, c types.Contribution) error {
	id, err := k.accepted.Get(ctx, collections.Join(c.Asset, c.Root))
	if errors.Is(err, collections.ErrNotFound) {
		return nil
	}
	if err == nil {
		err = types.ErrContribution.Wrapf("asset %d has the root already, as contribution %d", c.Asset, id)
	}
	return err
}

// checkInto returns an error unless units of an asset can go to a share of the
// contributor's.
func (k Keeper) checkInto(ctx context.Context, who common.Address, asset weal.AssetID, to weal.ShareID) error {
	if to == 0 {
		return nil
	}
	s, err := k.assets.GetShare(ctx, to)
	if err != nil {
		return err
	}
	if s.Owner != who {
		return types.ErrNotOwner.Wrapf("share %d, for units to go to", to)
	}
	if s.Asset != asset {
		return types.Err3525Slot
	}
	return nil
}

// admit returns types.ErrContribution unless the terms let an account contribute,
// and it sent what they ask.
func (k Keeper) admit(ctx context.Context, caller common.Address, t types.ContributionTerms, sent weal.Amount) error {
	var want weal.Amount
	switch t.Admission {
	case types.AdmissionReview:
		var err error
		if want, err = amount(t.Deposit); err != nil {
			return err
		}
	case types.AdmissionCredential:
		access, err := k.assets.Credentialed(ctx, weal.AssetID(t.Asset), caller)
		if err != nil {
			return err
		}
		if !access.Allowed {
			return types.ErrContribution.Wrapf("asset %d takes contributions of who has a credential: %s", t.Asset, access.Reason)
		}
	default:
		return types.ErrContribution.Wrapf("asset %d takes no contributions", t.Asset)
	}
	if sent != want {
		return types.ErrContribution.Wrapf("send exactly %s%s with the call, not %s", want, weal.BaseDenom, sent)
	}
	return nil
}

// propose stores a proposal.
func (k Keeper) propose(ctx context.Context, caller common.Address, c types.Contribution) error {
	by, err := k.contributor(ctx, c.Asset, caller)
	if err != nil {
		return err
	}
	if by.Open++; by.Open > types.MaxOpenContributions {
		return types.ErrContribution.Wrapf("%s has %d proposals open to asset %d; withdraw one, or wait until they are decided", caller, types.MaxOpenContributions, c.Asset)
	}
	all, err := k.Totals(ctx, weal.AssetID(c.Asset))
	if err != nil {
		return err
	}
	all.Open++
	if err := k.putContributor(ctx, by); err != nil {
		return err
	}
	if err := k.putTotals(ctx, all); err != nil {
		return err
	}
	if err := k.proposed.Set(ctx, proposedRoot(c), c.Id); err != nil {
		return err
	}
	if err := k.byAsset.Set(ctx, collections.Join(c.Asset, c.Id)); err != nil {
		return err
	}
	return k.contributions.Set(ctx, c.Id, c)
}

// Withdraw takes a proposal back, sent by caller, its contributor. The contract
// owes the deposit.
func (k Keeper) Withdraw(ctx context.Context, caller common.Address, id uint64) (types.Contribution, Payout, error) {
	c, err := k.Get(ctx, id)
	switch {
	case err != nil:
		return c, Payout{}, err
	case caller.Hex() != c.Contributor:
		return c, Payout{}, types.ErrContribution.Wrapf("contribution %d is %s's", id, c.Contributor)
	case c.State != types.ContributionProposed:
		return c, Payout{}, types.ErrContribution.Wrapf("contribution %d was accepted; nobody takes it back", id)
	}
	deposit, err := k.remove(ctx, c)
	return c, Payout{To: caller, Amount: deposit}, err
}

// remove deletes a proposal and returns its deposit.
func (k Keeper) remove(ctx context.Context, c types.Contribution) (weal.Amount, error) {
	deposit, err := amount(c.Deposit)
	if err != nil {
		return deposit, err
	}
	by, err := k.contributor(ctx, c.Asset, common.HexToAddress(c.Contributor))
	if err != nil {
		return deposit, err
	}
	all, err := k.Totals(ctx, weal.AssetID(c.Asset))
	if err != nil {
		return deposit, err
	}
	if by.Open == 0 || all.Open == 0 {
		return deposit, types.ErrBroken.Wrapf("contribution %d is open, and none is counted", c.Id)
	}
	by.Open--
	all.Open--
	if err := k.putContributor(ctx, by); err != nil {
		return deposit, err
	}
	if err := k.putTotals(ctx, all); err != nil {
		return deposit, err
	}
	if err := k.proposed.Remove(ctx, proposedRoot(c)); err != nil {
		return deposit, err
	}
	if err := k.byAsset.Remove(ctx, collections.Join(c.Asset, c.Id)); err != nil {
		return deposit, err
	}
	return deposit, k.contributions.Remove(ctx, c.Id)
}
