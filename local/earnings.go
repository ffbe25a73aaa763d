package local

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Earning is what one asset of the home has earned in one denomination.
// Claimable and Claimed are of all its shares, whoever holds them.
type Earning struct {
	Role      string        `json:"role"`
	Asset     types.AssetID `json:"asset"`
	Kind      types.Kind    `json:"kind"`
	Owner     string        `json:"owner"`
	Denom     string        `json:"denom"`
	Unsettled types.Amount  `json:"unsettled"`
	Credited  types.Amount  `json:"credited"`
	Claimable types.Amount  `json:"claimable"`
	Claimed   types.Amount  `json:"claimed"`
}

// Earnings lists what the home's assets have earned.
func (c *Client) Earnings(ctx context.Context) ([]Earning, error) {
	var all []Earning
	for _, name := range roleNames {
		role, ok := c.Running.Roles[name]
		if !ok {
			continue
		}
		a, err := c.Ledger.Asset(ctx, role.Asset)
		if err != nil {
			return nil, err
		}
		var e earned
		if err := c.admin(ctx, http.MethodGet, role.URL+pathEarned, nil, &e); err != nil {
			return nil, err
		}
		rows, err := c.Ledger.Revenue(ctx, role.Asset)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			row := Earning{
				Role: name, Asset: a.ID, Kind: a.Kind, Owner: a.Owner, Denom: r.Denom,
				Credited: r.Credited, Claimable: r.Claimable, Claimed: r.Claimed,
			}
			if r.Denom == types.BaseDenom { // what local tabs are in
				row.Unsettled = e.Unsettled
			}
			all = append(all, row)
		}
	}
	return all, nil
}

// Settlement is what a settlement of one asset brought.
type Settlement struct {
	Asset    types.AssetID `json:"asset"`
	Kind     types.Kind    `json:"kind"`
	Lanes    int           `json:"lanes"`
	Denom    string        `json:"denom"`
	Credited types.Amount  `json:"credited"`
}

// Settle has every role of the home bring what it is owed to the chain.
func (c *Client) Settle(ctx context.Context) ([]Settlement, error) {
	before, err := c.Earnings(ctx)
	if err != nil {
		return nil, err
	}
	lanes := map[types.AssetID]int{}
	for _, name := range roleNames {
		role, ok := c.Running.Roles[name]
		if !ok {
			continue
		}
		var s settled
		if err := c.admin(ctx, http.MethodPost, role.URL+pathSettle, nil, &s); err != nil {
			return nil, err
		}
		lanes[role.Asset] = s.Lanes
	}
	after, err := c.Earnings(ctx)
	if err != nil {
		return nil, err
	}
	var all []Settlement
	for i, e := range after {
		if diff, ok := e.Credited.Sub(before[i].Credited); ok && !diff.IsZero() {
			all = append(all, Settlement{Asset: e.Asset, Kind: e.Kind, Lanes: lanes[e.Asset], Denom: e.Denom, Credited: diff})
		}
	}
	return all, nil
}

// Payout is what a claim of one owner brought.
type Payout struct {
	Owner  string       `json:"owner"`
	Shares int          `json:"shares"`
	Denom  string       `json:"denom"`
	Amount types.Amount `json:"amount"`
}

// maxClaim is how many shares one claim may name.
const maxClaim = 64

// Claim pays out what the shares of the home's owners have earned: to each its
// own, or all to one account that is an operator of each of them.
func (c *Client) Claim(ctx context.Context, to string) ([]Payout, error) {
	var all []Payout
	for _, name := range roleNames {
		if _, ok := c.Running.Roles[name]; !ok {
			continue
		}
		secret, err := c.Home.Secret(ownerAccount(name))
		if err != nil {
			return nil, err
		}
		owner, err := c.Ledger.Sender(secret)
		if err != nil {
			return nil, err
		}
		shares, err := c.worthClaiming(ctx, owner.Address())
		if err != nil {
			return nil, err
		}
		for len(shares) > 0 {
			n := min(len(shares), maxClaim)
			paid, err := owner.ClaimTo(ctx, shares[:n], to)
			if err != nil {
				return all, err
			}
			for _, p := range paid {
				all = append(all, Payout{Owner: owner.Address(), Shares: n, Denom: p.Denom, Amount: p.Amount})
			}
			shares = shares[n:]
		}
	}
	return all, nil
}

// worthClaiming lists the shares of an owner that have earned something.
func (c *Client) worthClaiming(ctx context.Context, owner string) ([]types.ShareID, error) {
	shares, err := c.Ledger.SharesOf(ctx, owner)
	if err != nil {
		return nil, err
	}
	var worth []types.ShareID
	for _, s := range shares {
		coins, err := c.Ledger.Claimable(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		for _, coin := range coins {
			if !coin.Amount.IsZero() {
				worth = append(worth, s.ID)
				break
			}
		}
	}
	return worth, nil
}

// admin asks a role of the home for what only its owner may.
func (c *Client) admin(ctx context.Context, method, url string, body, into any) error {
	res, err := c.adminStream(ctx, method, url, body)
	if err != nil {
		return err
	}
	defer func() { _ = res.Close() }()
	b, err := io.ReadAll(io.LimitReader(res, wire.MaxBody))
	if err != nil {
		return fmt.Errorf("read answer of %s: %w", url, err)
	}
	return json.Unmarshal(b, into)
}

// adminStream is admin for answers that come bit by bit.
func (c *Client) adminStream(ctx context.Context, method, url string, body any) (io.ReadCloser, error) {
	token, err := c.Home.Token("admin")
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, &DownError{What: url, Err: err}
	}
	if res.StatusCode == http.StatusOK {
		return res.Body, nil
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(res.Body, wire.MaxBody))
	if err != nil {
		return nil, fmt.Errorf("read answer of %s: %w", url, err)
	}
	return nil, wire.ReadError(res.StatusCode, answer)
}
