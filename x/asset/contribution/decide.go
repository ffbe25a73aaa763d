package contribution

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/token"
	"github.com/weal-network/weal/x/asset/types"
)

// Payout is what the contract owes of the chain's coin, out of its EVM balance.
type Payout struct {
	To     common.Address
	Amount weal.Amount
}

// Grant is a contribution that was accepted.
type Grant struct {
	// Contribution is as it is now: its share is the one that units went to, zero
	// if there were none.
	Contribution types.Contribution
	Contributor  common.Address
	// Pot is the share that units came from, Made tells that the contributor's was
	// made for them, and Spent what remains of the pot's allowance.
	Pot   weal.ShareID
	Made  bool
	Spent token.Spent
	// Refund is the deposit that the contract owes.
	Refund Payout
}

// Accept accepts proposals, sent by caller: the steward, or the asset's own
// account. Each is granted what it was promised, or none is accepted.
func (k Keeper) Accept(ctx context.Context, caller common.Address, ids []uint64) ([]Grant, error) {
	var grants []Grant
	err := k.eachDecided(ctx, caller, ids, func(t types.ContributionTerms, c types.Contribution) error {
		g, err := k.accept(ctx, t, c)
		grants = append(grants, g)
		return err
	})
	return grants, err
}

// Rejected is a proposal that was rejected, and what the contract owes.
type Rejected struct {
	Contribution types.Contribution
	Refund       Payout
}

// Reject removes proposals, sent by caller: the steward, or the asset's own
// account. The deposit goes back, or to the asset's treasury if it was spam.
func (k Keeper) Reject(ctx context.Context, caller common.Address, ids []uint64, spam bool) ([]Rejected, error) {
	var all []Rejected
	err := k.eachDecided(ctx, caller, ids, func(_ types.ContributionTerms, c types.Contribution) error {
		deposit, err := k.remove(ctx, c)
		r := Rejected{c, Payout{common.HexToAddress(c.Contributor), deposit}}
		if spam {
			r.Refund.To = weal.AssetAccount(weal.AssetID(c.Asset))
		}
		all = append(all, r)
		return err
	})
	return all, err
}

// eachDecided calls f with proposals that caller may decide about.
func (k Keeper) eachDecided(ctx context.Context, caller common.Address, ids []uint64, f func(types.ContributionTerms, types.Contribution) error) error {
	if len(ids) == 0 || len(ids) > types.MaxDecided {
		return types.ErrContribution.Wrapf("name 1 to %d contributions, got %d", types.MaxDecided, len(ids))
	}
	for _, id := range ids {
		c, err := k.Get(ctx, id)
		if err != nil {
			return err
		}
		t, err := k.TermsOf(ctx, weal.AssetID(c.Asset))
		if err != nil {
			return err
		}
		if err := mayDecide(t, caller); err != nil {
			return err
		}
		if c.State != types.ContributionProposed {
			return types.ErrContribution.Wrapf("contribution %d was accepted already", id)
		}
		if err := f(t, c); err != nil {
			return err
		}
	}
	return nil
}

// accept makes a proposal a part of the asset and grants its units.
func (k Keeper) accept(ctx context.Context, t types.ContributionTerms, c types.Contribution) (Grant, error) {
	g := Grant{Contribution: c, Contributor: common.HexToAddress(c.Contributor), Pot: weal.ShareID(t.Pot)}
	if err := k.unaccepted(ctx, c); err != nil {
		return g, err
	}
	if err := k.count(ctx, t, c); err != nil {
		return g, err
	}
	if err := k.proposed.Remove(ctx, proposedRoot(c)); err != nil {
		return g, err
	}
	if err := k.accepted.Set(ctx, collections.Join(c.Asset, c.Root), c.Id); err != nil {
		return g, err
	}
	deposit, err := amount(c.Deposit)
	if err != nil {
		return g, err
	}
	g.Refund = Payout{To: g.Contributor, Amount: deposit}
	g.Contribution.State, g.Contribution.Accepted, g.Contribution.Deposit = types.ContributionAccepted, height(ctx), "0"
	if err := k.grant(ctx, t, &g); err != nil {
		return g, err
	}
	return g, k.contributions.Set(ctx, c.Id, g.Contribution)
}

// count counts what is accepted, within the terms' limits.
func (k Keeper) count(ctx context.Context, t types.ContributionTerms, c types.Contribution) error {
	by, err := k.contributor(ctx, c.Asset, common.HexToAddress(c.Contributor))
	if err != nil {
		return err
	}
	all, err := k.Totals(ctx, weal.AssetID(c.Asset))
	if err != nil {
		return err
	}
	if by.Open == 0 || all.Open == 0 {
		return types.ErrBroken.Wrapf("contribution %d is open, and none is counted", c.Id)
	}
	by.Open, by.Chunks = by.Open-1, by.Chunks+c.Chunks
	all.Open, all.Accepted, all.Chunks, all.Units = all.Open-1, all.Accepted+1, all.Chunks+c.Chunks, all.Units+c.Units
	if t.MaxChunksEach > 0 && by.Chunks > t.MaxChunksEach {
		return types.ErrContribution.Wrapf("%s would have brought %d chunks, at most %d are accepted of one contributor", c.Contributor, by.Chunks, t.MaxChunksEach)
	}
	if t.MaxChunks > 0 && all.Chunks > t.MaxChunks {
		return types.ErrContribution.Wrapf("asset %d would have been brought %d chunks, at most %d are accepted", c.Asset, all.Chunks, t.MaxChunks)
	}
	if err := k.putContributor(ctx, by); err != nil {
		return err
	}
	return k.putTotals(ctx, all)
}

// grant moves the units that were promised from the pot to the contributor: to
// the share that it named while that is its own, else to a new one, so that what
// it does with its share keeps nobody from accepting.
func (k Keeper) grant(ctx context.Context, t types.ContributionTerms, g *Grant) error {
	c := &g.Contribution
	if c.Units == 0 {
		c.Share = 0
		return nil
	}
	left, err := k.PotUnits(ctx, t)
	if err != nil {
		return err
	}
	if left < c.Units {
		return types.ErrContribution.Wrapf("contribution %d was promised %d units, and share %d, the pot, can grant %d; its owner approves more of its value for %s",
			c.Id, c.Units, t.Pot, left, Account)
	}
	to, err := k.into(ctx, *c)
	if err != nil {
		return err
	}
	pot, units := keeper.TokenID(g.Pot), *uint256.NewInt(c.Units)
	if to != 0 {
		c.Share = uint64(to)
		g.Spent, err = k.assets.Tokens.MoveValue(ctx, token.Shares, Account, pot, keeper.TokenID(to), units)
		return err
	}
	id, spent, err := k.assets.Tokens.SplitValue(ctx, token.Shares, Account, pot, g.Contributor, units)
	c.Share, g.Made, g.Spent = id.Uint64(), true, spent
	return err
}

// into returns the share that a contribution's units go to, 0 being a new one.
func (k Keeper) into(ctx context.Context, c types.Contribution) (weal.ShareID, error) {
	if c.Share == 0 {
		return 0, nil
	}
	s, err := k.assets.GetShare(ctx, weal.ShareID(c.Share))
	if errors.Is(err, types.ErrShareNotFound) {
		return 0, nil
	}
	if err != nil || s.Owner.Hex() != c.Contributor {
		return 0, err
	}
	return s.ID, nil
}
