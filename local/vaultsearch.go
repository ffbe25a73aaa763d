package local

import (
	"context"
	"net/http"

	"github.com/weal-network/weal/vault"
	"github.com/weal-network/weal/vault/fuse"
	"github.com/weal-network/weal/vault/library"
)

// VaultSearch changes how the home's vault is searched.
func (c *Client) VaultSearch(ctx context.Context, req vault.SearchRequest) (s library.MeaningStatus, err error) {
	role, err := c.role(RoleVault)
	if err != nil {
		return s, err
	}
	return s, c.admin(ctx, http.MethodPost, role.URL+vault.PathAdminSearch, req, &s)
}

// VaultTune has the home's vault find how much meaning is to count for questions.
func (c *Client) VaultTune(ctx context.Context, req vault.TuneRequest) (t fuse.Tuned, err error) {
	role, err := c.role(RoleVault)
	if err != nil {
		return t, err
	}
	return t, c.admin(ctx, http.MethodPost, role.URL+vault.PathAdminTune, req, &t)
}

// VaultFind returns what the home's vault would offer for a question.
func (c *Client) VaultFind(ctx context.Context, req vault.FindRequest) (f vault.Findings, err error) {
	role, err := c.role(RoleVault)
	if err != nil {
		return f, err
	}
	return f, c.admin(ctx, http.MethodPost, role.URL+vault.PathAdminFind, req, &f)
}
