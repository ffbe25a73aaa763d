package local

import (
	"context"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/vault"
)

// VaultSharing changes what the home's vault keeps of questions, and tells what it
// keeps then.
func (c *Client) VaultSharing(ctx context.Context, req vault.SharingRequest) (vault.Sharing, error) {
	return roleAsks[vault.Sharing](ctx, c, RoleVault, vault.PathAdminSharing, req)
}

// VaultStats tells what was asked of the home's vault, and what it has sold.
func (c *Client) VaultStats(ctx context.Context, req vault.StatsRequest) (vault.Stats, error) {
	return roleAsks[vault.Stats](ctx, c, RoleVault, vault.PathAdminStats, req)
}

// VaultContributors lists the contributions of the home's vault and their points.
func (c *Client) VaultContributors(ctx context.Context) (vault.Contributors, error) {
	return roleAsks[vault.Contributors](ctx, c, RoleVault, points.PathContributors, struct{}{})
}

// VaultDistribute divides what waits for the contributors of the home's vault by the
// points of their documents' use; see Client.distributeAll.
func (c *Client) VaultDistribute(ctx context.Context, denom string, rule attribution.Rule, from string) ([]Distributed, error) {
	known, err := c.VaultContributors(ctx)
	if err != nil {
		return nil, err
	}
	return c.distributeAll(ctx, counting{role: RoleVault, asset: known.Asset, distributions: known.Distributions}, denom, rule, from)
}
