package local

import (
	"context"
	"fmt"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
)

// GatewayContributors lists the vaults that share in the home's app and their points.
func (c *Client) GatewayContributors(ctx context.Context) (gateway.Contributors, error) {
	return roleAsks[gateway.Contributors](ctx, c, RoleGateway, points.PathContributors, struct{}{})
}

// SetGatewayContributor says which contribution to the home's app a vault is; 0 is
// none.
func (c *Client) SetGatewayContributor(ctx context.Context, vault types.AssetID, contribution uint64) (gateway.Contributor, error) {
	role, err := c.role(RoleGateway)
	if err != nil {
		return gateway.Contributor{}, err
	}
	if contribution != 0 {
		one, err := c.Ledger.Contribution(ctx, contribution)
		if err != nil {
			return gateway.Contributor{}, err
		}
		if one.Asset != role.Asset {
			return gateway.Contributor{}, fmt.Errorf("contribution %d is to asset %d, not to this app, asset %d; see: weal contribution list %d", contribution, one.Asset, role.Asset, role.Asset)
		}
	}
	return roleAsks[gateway.Contributor](ctx, c, RoleGateway, gateway.PathAdminContributor, gateway.ContributorRequest{Vault: vault, Contribution: contribution})
}

// GatewayDistribute divides what waits for the contributors of the home's app by what
// their vaults' passages counted; see Client.distributeAll.
func (c *Client) GatewayDistribute(ctx context.Context, denom string, rule attribution.Rule, from string) ([]Distributed, error) {
	known, err := c.GatewayContributors(ctx)
	if err != nil {
		return nil, err
	}
	return c.distributeAll(ctx, counting{role: RoleGateway, asset: known.Asset, distributions: known.Distributions}, denom, rule, from)
}
