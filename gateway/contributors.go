package gateway

import (
	"context"
	"net/http"
	"slices"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// PathAdminContributor says which contribution to the app a vault is.
const PathAdminContributor = "/weal/v1/admin/contributor"

// listedDistributions is how many distributions are listed.
const listedDistributions = 20

// Contributor is a vault, which contribution to the app it is, and what its passages
// have earned since the last distribution.
type Contributor struct {
	Vault        types.AssetID   `json:"vault"`
	Contribution uint64          `json:"contribution"` // 0 for none
	Points       []points.Points `json:"points"`       // of each denomination
}

// Contributors are the vaults that share in what the app earns.
type Contributors struct {
	Asset         types.AssetID        `json:"asset"`
	Vaults        []Contributor        `json:"vaults"`        // those of the app, and others that have points
	Distributions []points.Distributed `json:"distributions"` // newest first
}

// ContributorRequest is the body of PathAdminContributor.
type ContributorRequest struct {
	Vault        types.AssetID `json:"vault"`
	Contribution uint64        `json:"contribution"` // 0 for none
}

// Contributors lists vaults, and points since the last distribution.
func (g *Gateway) Contributors(ctx context.Context, _ struct{}) (Contributors, error) {
	out := Contributors{Asset: g.book.Asset(), Vaults: []Contributor{}}
	set, err := g.shares.contributions(ctx)
	if err != nil {
		return out, err
	}
	earned, err := g.shares.Points(ctx)
	if err != nil {
		return out, err
	}
	vaults := slices.Clone(g.app.Vaults)
	for _, p := range earned {
		vaults = append(vaults, types.AssetID(p.Of))
	}
	slices.Sort(vaults)
	for _, id := range slices.Compact(vaults) {
		c := Contributor{Vault: id, Contribution: set[id], Points: []points.Points{}}
		for _, p := range earned {
			if p.Of == uint64(id) {
				c.Points = append(c.Points, p)
			}
		}
		out.Vaults = append(out.Vaults, c)
	}
	out.Distributions, err = g.shares.Distributions(ctx, listedDistributions)
	return out, err
}

// SetContributor says which contribution to the app a vault is, from the next
// distribution on, also for what it has earned before.
func (g *Gateway) SetContributor(ctx context.Context, req ContributorRequest) (c Contributor, err error) {
	known, err := g.Contributors(ctx, struct{}{})
	if err != nil {
		return c, err
	}
	i := slices.IndexFunc(known.Vaults, func(c Contributor) bool { return c.Vault == req.Vault })
	if i < 0 {
		return c, wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "unknown_vault",
			"asset %d is no vault of this app; its vaults are %d", req.Vault, g.app.Vaults)
	}
	c = known.Vaults[i]
	c.Contribution = req.Contribution
	return c, g.shares.set(ctx, req.Vault, req.Contribution)
}

// contribution tells which contribution gets the points of a vault.
func (g *Gateway) contribution(ctx context.Context) (func(vault uint64) uint64, error) {
	set, err := g.shares.contributions(ctx)
	return func(vault uint64) uint64 { return set[types.AssetID(vault)] }, err
}

// Admin adds what the app's owner asks about those who share in it. Who may ask is for
// the caller.
func (g *Gateway) Admin(mux *http.ServeMux) {
	if g.shares == nil {
		return
	}
	mux.HandleFunc("POST "+points.PathContributors, wire.Handle(g.Contributors))
	mux.HandleFunc("POST "+PathAdminContributor, wire.Handle(g.SetContributor))
	points.Admin{Table: g.shares.Table, Asset: g.book.Asset, To: g.contribution}.Handle(mux)
}
