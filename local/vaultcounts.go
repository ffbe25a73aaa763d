package local

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/tally"
	"github.com/weal-network/weal/wire"
)

// vaultAsks asks the home's vault as its owner.
func vaultAsks[Out any](ctx context.Context, c *Client, path string, in any) (out Out, err error) {
	role, err := c.role(RoleVault)
	if err != nil {
		return out, err
	}
	return out, c.admin(ctx, http.MethodPost, role.URL+path, in, &out)
}

// VaultSharing changes what the home's vault keeps of questions, and tells what it
// keeps then.
func (c *Client) VaultSharing(ctx context.Context, req vault.SharingRequest) (vault.Sharing, error) {
	return vaultAsks[vault.Sharing](ctx, c, vault.PathAdminSharing, req)
}

// VaultStats tells what was asked of the home's vault, and what it has sold.
func (c *Client) VaultStats(ctx context.Context, req vault.StatsRequest) (vault.Stats, error) {
	return vaultAsks[vault.Stats](ctx, c, vault.PathAdminStats, req)
}

// VaultContributors lists the contributions of the home's vault and their points.
func (c *Client) VaultContributors(ctx context.Context) (vault.Contributors, error) {
	return vaultAsks[vault.Contributors](ctx, c, vault.PathAdminContributors, struct{}{})
}

// Distributed is a distribution of the home's vault that the chain has.
type Distributed struct {
	tally.Distribution
	// Paid is what each contribution got now; what an earlier try has paid is not in it.
	Paid []ledger.ContributionPayment `json:"paid"`
}

// VaultDistribute divides what waits for the contributors of the home's vault by the
// points of their documents' use, in one denomination, or in all if denom is empty.
// The rule is the chain's terms' unless one is given. What was begun and not brought
// to its end is brought there first, and pays nobody twice: the chain tells who was
// paid by its root.
func (c *Client) VaultDistribute(ctx context.Context, denom string, rule attribution.Rule, from string) (all []Distributed, err error) {
	known, err := c.VaultContributors(ctx)
	if err != nil {
		return nil, err
	}
	if known.Asset == 0 {
		return nil, errors.New("the vault has no asset on the chain yet")
	}
	terms, err := c.Ledger.ContributionTerms(ctx, known.Asset)
	if err != nil {
		return nil, err
	}
	if rule == "" {
		if rule, err = attribution.ParseRule(terms.Split); err != nil {
			return nil, fmt.Errorf("asset %d names no rule by which contributors share (%s); set it with its terms, or give one: --split equal, score or citation", known.Asset, terms.Split)
		}
	}
	pools, err := c.Ledger.ContributionPools(ctx, known.Asset)
	if err != nil {
		return nil, err
	}
	for _, p := range pools {
		open := slices.ContainsFunc(known.Distributions, func(d tally.Distributed) bool { return d.Distribution.Denom == p.Denom && d.Done == 0 })
		if (denom != "" && p.Denom != denom) || (p.Waiting.IsZero() && !open) {
			continue
		}
		d, err := c.distribute(ctx, known.Asset, p.Denom, rule, from)
		if noPoints(err) {
			continue
		}
		if err != nil {
			return all, err
		}
		all = append(all, d)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w, or nothing waits for them on the chain; see: weal vault contributors", tally.ErrNothing)
	}
	return all, nil
}

func noPoints(err error) bool {
	var e *wire.Error
	return errors.As(err, &e) && e.Code == "no_points"
}

// distribute prepares a distribution, or takes up the one that is open, and sends
// what of it the chain has not paid yet.
func (c *Client) distribute(ctx context.Context, asset types.AssetID, denom string, rule attribution.Rule, from string) (out Distributed, err error) {
	brought, err := c.Ledger.Contributions(ctx, asset)
	if err != nil {
		return out, err
	}
	if _, _, err := c.Steward(ctx, asset, from); err != nil { // before points are taken for it
		return out, err
	}
	req := vault.DistributionRequest{Denom: denom, Rule: rule, Contributions: []uint64{}}
	for _, one := range brought {
		if one.State == "accepted" {
			req.Contributions = append(req.Contributions, one.ID)
		}
	}
	if out.Distribution, err = vaultAsks[tally.Distribution](ctx, c, vault.PathAdminDistribution, req); err != nil {
		return out, err
	}
	out.Paid = []ledger.ContributionPayment{}
	if left := unpaid(out.Distribution, brought); len(left) > 0 {
		if out.Paid, err = c.Distribute(ctx, asset, denom, left, out.Root, from); err != nil {
			return out, fmt.Errorf("%w; the points are kept: do it again", err)
		}
	}
	_, err = vaultAsks[vault.DistributedRequest](ctx, c, vault.PathAdminDistributed, vault.DistributedRequest{ID: out.ID})
	return out, err
}

// unpaid are the parts of a distribution that the chain has not paid by its root.
func unpaid(d tally.Distribution, brought []ledger.Contribution) (left []ledger.ContributionPoints) {
	for _, p := range d.Parts {
		paid := slices.ContainsFunc(brought, func(one ledger.Contribution) bool {
			return one.ID == p.Contribution && slices.ContainsFunc(one.Earnings, func(e ledger.ContributionEarning) bool {
				return e.Denom == d.Denom && e.Root == d.Root
			})
		})
		if !paid {
			left = append(left, ledger.ContributionPoints{ID: p.Contribution, Points: p.Points})
		}
	}
	return left
}
