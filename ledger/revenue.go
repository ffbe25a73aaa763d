package ledger

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

// Share is one token of an asset's slot.
type Share struct {
	ID    types.ShareID `json:"id"`
	Asset types.AssetID `json:"asset"`
	Owner string        `json:"owner"` // EIP-55 hex address
	Value uint64        `json:"value"` // units of the asset's supply
	// Approved may transfer the share (ERC-721); empty for none.
	Approved string `json:"approved,omitempty"`
}

// Coins is an amount of a denomination.
type Coins struct {
	Denom  string       `json:"denom"`
	Amount types.Amount `json:"amount"`
}

// Revenue is what an asset has earned in one denomination.
// Holders = Claimed + Claimable + Carried, exactly.
type Revenue struct {
	Denom     string       `json:"denom"`
	Credited  types.Amount `json:"credited"`
	Holders   types.Amount `json:"holders"`
	Claimed   types.Amount `json:"claimed"`
	Claimable types.Amount `json:"claimable"`
	Carried   types.Amount `json:"carried"`
}

// SharesOf lists the shares of an owner.
func (l *Ledger) SharesOf(ctx context.Context, owner string) ([]Share, error) {
	a, err := ParseAddress(owner)
	if err != nil {
		return nil, err
	}
	var all []Share
	page := &query.PageRequest{Limit: pageSize}
	for {
		res, err := l.assets.SharesOf(ctx, &assettypes.QuerySharesOfRequest{Owner: Bech32(a), Pagination: page})
		if err != nil {
			return nil, failed("list shares of "+owner, err)
		}
		for _, s := range res.Shares {
			all = append(all, shareOf(s))
		}
		if len(res.Pagination.GetNextKey()) == 0 {
			return all, nil
		}
		page = &query.PageRequest{Limit: pageSize, Key: res.Pagination.NextKey}
	}
}

// Share returns one share.
func (l *Ledger) Share(ctx context.Context, id types.ShareID) (Share, error) {
	res, err := l.assets.Share(ctx, &assettypes.QueryShareRequest{Id: uint64(id)})
	if err != nil {
		return Share{}, failed(fmt.Sprintf("read share %d", id), err)
	}
	return shareOf(res.Share), nil
}

func shareOf(s assettypes.Share) Share {
	return Share{
		ID: types.ShareID(s.Id), Asset: types.AssetID(s.Asset), Owner: hexForm(s.Owner), Value: s.Value, Approved: hexForm(s.Approved),
	}
}

// Claimable returns what a share could claim now, in each denomination.
func (l *Ledger) Claimable(ctx context.Context, share types.ShareID) ([]Coins, error) {
	res, err := l.assets.Claimable(ctx, &assettypes.QueryClaimableRequest{Share: uint64(share)})
	if err != nil {
		return nil, failed(fmt.Sprintf("read what share %d can claim", share), err)
	}
	var all []Coins
	for _, c := range res.Amounts {
		amount, err := types.ParseAmount(c.Amount)
		if err != nil {
			return nil, fmt.Errorf("read what share %d can claim: %w", share, err)
		}
		all = append(all, Coins{Denom: c.Denom, Amount: amount})
	}
	return all, nil
}

// Revenue returns what an asset has earned, in each of its denominations.
func (l *Ledger) Revenue(ctx context.Context, asset types.AssetID) ([]Revenue, error) {
	res, err := l.assets.Revenue(ctx, &assettypes.QueryRevenueRequest{Asset: uint64(asset)})
	if err != nil {
		return nil, failed(fmt.Sprintf("read revenue of asset %d", asset), err)
	}
	var all []Revenue
	for _, m := range res.Rows {
		r := Revenue{Denom: m.Denom}
		for _, f := range []struct {
			to   *types.Amount
			from string
		}{
			{&r.Credited, m.Credited}, {&r.Holders, m.Holders}, {&r.Claimed, m.Claimed},
			{&r.Claimable, m.Claimable}, {&r.Carried, m.Carried},
		} {
			if *f.to, err = types.ParseAmount(f.from); err != nil {
				return nil, fmt.Errorf("read revenue of asset %d: %w", asset, err)
			}
		}
		all = append(all, r)
	}
	return all, nil
}

// PullTreasury pays an asset's own account what came in while it had no units in
// circulation.
func (s *Sender) PullTreasury(ctx context.Context, asset types.AssetID) ([]Coins, error) {
	var res assettypes.MsgPullTreasuryResponse
	err := s.sendMsgs(ctx, &res, &assettypes.MsgPullTreasury{Sender: Bech32(s.address), Asset: uint64(asset)})
	if err != nil {
		return nil, fmt.Errorf("pull the treasury of asset %d: %w", asset, err)
	}
	return coinsOf(res.Paid)
}

func coinsOf(coins []sdk.Coin) ([]Coins, error) {
	var all []Coins
	for _, c := range coins {
		amount, err := types.AmountFromBig(c.Amount.BigInt())
		if err != nil {
			return nil, fmt.Errorf("read what was paid: %w", err)
		}
		all = append(all, Coins{Denom: c.Denom, Amount: amount})
	}
	return all, nil
}
