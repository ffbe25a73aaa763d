package ledger

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/weal-network/weal/precompile/solidity"
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

// Claimables returns what each of an owner's shares could claim now, in each
// denomination of its asset; a share that has gone since it was listed, nothing.
func (l *Ledger) Claimables(ctx context.Context, shares []Share) (map[types.ShareID][]Coins, error) {
	const signature = "claimable(uint256,string)"
	var all []question
	var about []Coins
	denoms := map[types.AssetID][]string{}
	for _, s := range shares {
		if _, known := denoms[s.Asset]; !known {
			a, err := l.Asset(ctx, s.Asset)
			if err != nil {
				return nil, err
			}
			denoms[s.Asset] = a.Denoms
		}
		for _, d := range denoms[s.Asset] {
			all = append(all, question{assets, solidity.Assets, signature, []any{number(uint64(s.ID)), d}})
			about = append(about, Coins{Denom: d})
		}
	}
	out, err := l.views(ctx, all)
	if err != nil {
		return nil, fmt.Errorf("read what shares can claim: %w", err)
	}
	found, i := map[types.ShareID][]Coins{}, 0
	for _, s := range shares {
		for range denoms[s.Asset] {
			if out[i] != nil {
				if about[i].Amount, err = amountOf(out[i][0]); err != nil {
					return nil, fmt.Errorf("read what share %d can claim: %w", s.ID, err)
				}
				found[s.ID] = append(found[s.ID], about[i])
			}
			i++
		}
	}
	return found, nil
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
