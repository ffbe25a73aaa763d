package local

import (
	"context"
	"net/http"

	"github.com/weal-network/weal/vault"
)

// VaultSelling changes what the offers of the home's vault tell, and returns what
// holds then.
func (c *Client) VaultSelling(ctx context.Context, req vault.SellingRequest) (s vault.Selling, err error) {
	role, err := c.role(RoleVault)
	if err != nil {
		return s, err
	}
	return s, c.admin(ctx, http.MethodPost, role.URL+vault.PathAdminSelling, req, &s)
}
