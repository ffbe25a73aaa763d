package local

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

// Payout is what a claim of one owner brought.
type Payout struct {
	Owner  string       `json:"owner"`
	Shares int          `json:"shares"`
	Denom  string       `json:"denom"`
	Amount types.Amount `json:"amount"`
}

// holding is what an account of the home has of all assets.
type holding struct {
	Account
	assets    []types.AssetID // of its shares, in order, each once
	worth     []types.ShareID // its shares that can claim something
	claimable map[line]types.Amount
}

// holdings lists what the home's accounts have, or only the one called name.
func (c *Client) holdings(ctx context.Context, name string) ([]holding, error) {
	if name != "" {
		if _, err := c.Signer(name, "", ""); err != nil {
			return nil, err
		}
	}
	accounts, err := c.Accounts()
	if err != nil {
		return nil, err
	}
	var all []holding
	for _, a := range accounts {
		if name != "" && a.Name != name {
			continue
		}
		h, err := c.holding(ctx, a)
		if err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, nil
}

func (c *Client) holding(ctx context.Context, a Account) (holding, error) {
	h := holding{Account: a, claimable: map[line]types.Amount{}}
	shares, err := c.Ledger.SharesOf(ctx, a.Address)
	if err != nil {
		return h, err
	}
	claimable, err := c.Ledger.Claimables(ctx, shares)
	if err != nil {
		return h, err
	}
	for _, s := range shares {
		some := false
		for _, coin := range claimable[s.ID] {
			l := line{s.Asset, coin.Denom}
			sum, ok := h.claimable[l].Add(coin.Amount)
			if !ok {
				return h, fmt.Errorf("add up what %s can claim of asset %d: too much", a.Address, s.Asset)
			}
			h.claimable[l], some = sum, some || !coin.Amount.IsZero()
		}
		if some {
			h.worth = append(h.worth, s.ID)
		}
		h.assets = append(h.assets, s.Asset)
	}
	slices.Sort(h.assets)
	h.assets = slices.Compact(h.assets)
	return h, nil
}

// Claim pays out what the shares of the home's accounts have earned, or of the one
// called from: to each its own, or all to one account that is an operator of each
// of them. With an error it returns what was paid nonetheless.
func (c *Client) Claim(ctx context.Context, from, to string) ([]Payout, error) {
	all, err := c.holdings(ctx, from)
	if err != nil {
		return nil, err
	}
	return payOut(all, to, func(a Account, shares []types.ShareID) ([]ledger.Coins, error) {
		sender, err := c.Ledger.Sender(a.secret)
		if err != nil {
			return nil, err
		}
		return sender.ClaimTo(ctx, shares, to)
	})
}

// payOut claims for each account all that its shares can claim. Accounts that lack
// an approval of to keep the others from nothing; the error names them all.
func payOut(all []holding, to string, claim func(Account, []types.ShareID) ([]ledger.Coins, error)) ([]Payout, error) {
	var paid []Payout
	var lack []string
	for _, h := range all {
		for shares := range slices.Chunk(h.worth, assettypes.MaxClaimShares) {
			coins, err := claim(h.Account, shares)
			if to != "" && err != nil && strings.Contains(err.Error(), "nor an operator of its owner") {
				lack = append(lack, fmt.Sprintf("%s (%s): weal asset approve %s --all --from %s", h.Name, h.Address, to, h.Name))
				break
			}
			if err != nil {
				return paid, fmt.Errorf("%s (%s): %w", h.Name, h.Address, err)
			}
			for _, coin := range coins {
				paid = append(paid, Payout{Owner: h.Address, Shares: len(shares), Denom: coin.Denom, Amount: coin.Amount})
			}
		}
	}
	if len(lack) > 0 {
		return paid, errors.New(to + " is no operator of these accounts; approve it, then claim again:\n  " + strings.Join(lack, "\n  "))
	}
	return paid, nil
}
