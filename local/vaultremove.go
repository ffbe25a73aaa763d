package local

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/weal-network/weal/vault"
)

// VaultRemove has the home's vault delete documents for good: by the path of a
// file or folder, or by the name that it has in the vault.
func (c *Client) VaultRemove(ctx context.Context, names []string) (r vault.Report, err error) {
	role, err := c.role(RoleVault)
	if err != nil {
		return r, err
	}
	dir, err := os.Getwd() // the vault has another
	if err != nil {
		return r, fmt.Errorf("remove: %w", err)
	}
	return r, c.admin(ctx, http.MethodPost, role.URL+vault.PathAdminRemove, vault.RemoveRequest{Dir: dir, Names: names}, &r)
}
