package local

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// roleAsks asks one of the home's roles as its owner.
func roleAsks[Out any](ctx context.Context, c *Client, name, path string, in any) (out Out, err error) {
	role, err := c.role(name)
	if err != nil {
		return out, err
	}
	return out, c.admin(ctx, http.MethodPost, role.URL+path, in, &out)
}

// Distributed is a distribution that the chain has.
type Distributed struct {
	points.Distribution
	// Paid is what each contribution got now; what an earlier try has paid is not in it.
	Paid []ledger.ContributionPayment `json:"paid"`
}

// counting is a role of the home that counts what contributions to its asset earn.
type counting struct {
	role          string
	asset         types.AssetID
	distributions []points.Distributed // that it knows
}

// distributeAll divides what waits for the contributors of a role's asset by the
// points that the role has counted, in one denomination, or in all if denom is empty.
// The rule is the chain's terms' unless one is given. What was begun and not brought
// to its end is brought there first, and pays nobody twice: the chain tells who was
// paid by its root.
func (c *Client) distributeAll(ctx context.Context, k counting, denom string, rule attribution.Rule, from string) (all []Distributed, err error) {
	if k.asset == 0 {
		return nil, fmt.Errorf("the %s has no asset on the chain yet", k.role)
	}
	terms, err := c.Ledger.ContributionTerms(ctx, k.asset)
	if err != nil {
		return nil, err
	}
	if rule == "" {
		if rule, err = attribution.ParseRule(terms.Split); err != nil {
			return nil, fmt.Errorf("asset %d names no rule by which contributors share (%s); set it with its terms, or give one: --split equal, score or citation", k.asset, terms.Split)
		}
	}
	pools, err := c.Ledger.ContributionPools(ctx, k.asset)
	if err != nil {
		return nil, err
	}
	for _, p := range pools {
		open := slices.ContainsFunc(k.distributions, func(d points.Distributed) bool { return d.Distribution.Denom == p.Denom && d.Done == 0 })
		if (denom != "" && p.Denom != denom) || (p.Waiting.IsZero() && !open) {
			continue
		}
		d, err := c.distribute(ctx, k, p.Denom, rule, from)
		if noPoints(err) {
			continue
		}
		if err != nil {
			return all, err
		}
		all = append(all, d)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w, or nothing waits for them on the chain; see: weal %s contributors", points.ErrNothing, k.role)
	}
	return all, nil
}

func noPoints(err error) bool {
	var e *wire.Error
	return errors.As(err, &e) && e.Code == points.CodeNoPoints
}

// distribute prepares a distribution, or takes up the one that is open, and sends
// what of it the chain has not paid yet.
func (c *Client) distribute(ctx context.Context, k counting, denom string, rule attribution.Rule, from string) (out Distributed, err error) {
	brought, err := c.Ledger.Contributions(ctx, k.asset)
	if err != nil {
		return out, err
	}
	if _, _, err := c.Steward(ctx, k.asset, from); err != nil { // before points are taken for it
		return out, err
	}
	req := points.DistributionRequest{Denom: denom, Rule: rule, Contributions: []uint64{}}
	for _, one := range brought {
		if one.State == "accepted" {
			req.Contributions = append(req.Contributions, one.ID)
		}
	}
	if out.Distribution, err = roleAsks[points.Distribution](ctx, c, k.role, points.PathDistribution, req); err != nil {
		return out, err
	}
	out.Paid = []ledger.ContributionPayment{}
	if left := unpaid(out.Distribution, brought); len(left) > 0 {
		if out.Paid, err = c.Distribute(ctx, k.asset, denom, left, out.Root, from); err != nil {
			return out, fmt.Errorf("%w; the points are kept: do it again", err)
		}
	}
	_, err = roleAsks[points.DistributedRequest](ctx, c, k.role, points.PathDistributed, points.DistributedRequest{ID: out.ID})
	return out, err
}

// unpaid are the parts of a distribution that the chain has not paid by its root.
func unpaid(d points.Distribution, brought []ledger.Contribution) (left []ledger.ContributionPoints) {
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
