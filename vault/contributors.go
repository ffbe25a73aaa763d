package vault

import (
	"context"
	"net/http"
	"slices"

	"github.com/weal-network/weal/earn/points"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/wire"
)

// listedDistributions is how many distributions are listed.
const listedDistributions = 20

// Contributor is what belongs to a contribution and what it has earned since the last
// distribution.
type Contributor struct {
	library.Contribution
	Points []points.Points `json:"points"` // of each denomination
}

// Contributors is all that contributors want to know.
type Contributors struct {
	Asset         types.AssetID        `json:"asset"`
	Contributions []Contributor        `json:"contributions"`
	Distributions []points.Distributed `json:"distributions"` // newest first
}

// Contributors lists contributions, and points since the last distribution.
func (v *Vault) Contributors(ctx context.Context, _ struct{}) (Contributors, error) {
	out := Contributors{Asset: v.book.Asset(), Contributions: []Contributor{}}
	parts, err := v.library.Contributions(ctx)
	if err != nil {
		return out, err
	}
	earned, err := v.counts.Points(ctx)
	if err != nil {
		return out, err
	}
	at := func(id uint64) *Contributor {
		i, ok := slices.BinarySearchFunc(out.Contributions, id, func(c Contributor, id uint64) int {
			switch {
			case c.ID < id:
				return -1
			case c.ID > id:
				return 1
			}
			return 0
		})
		if !ok {
			out.Contributions = slices.Insert(out.Contributions, i, Contributor{Contribution: library.Contribution{ID: id}, Points: []points.Points{}})
		}
		return &out.Contributions[i]
	}
	for _, p := range parts {
		at(p.ID).Contribution = p
	}
	for _, p := range earned {
		c := at(p.Of)
		c.Points = append(c.Points, p)
	}
	out.Distributions, err = v.counts.Distributions(ctx, listedDistributions)
	return out, err
}

// adminCounts adds the owner's endpoints about what was counted.
func (v *Vault) adminCounts(mux *http.ServeMux) {
	mux.HandleFunc("POST "+PathAdminSharing, v.handleSharing)
	mux.HandleFunc("POST "+PathAdminStats, wire.Handle(v.Stats))
	mux.HandleFunc("POST "+points.PathContributors, wire.Handle(v.Contributors))
	points.Admin{Table: v.counts.Table, Asset: v.book.Asset}.Handle(mux)
}
