package vault

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/library"
	"github.com/weal-network/weal/vault/tally"
	"github.com/weal-network/weal/wire"
)

// Paths of the owner's endpoints about contributions.
const (
	PathAdminContributors = "/weal/v1/admin/contributors"
	// PathAdminDistribution takes points for a distribution, PathAdminDistributed notes
	// that the chain has it.
	PathAdminDistribution = "/weal/v1/admin/distribution"
	PathAdminDistributed  = "/weal/v1/admin/distributed"
)

// listedDistributions is how many distributions are listed.
const listedDistributions = 20

// Contributor is what belongs to a contribution and what it has earned since the last
// distribution.
type Contributor struct {
	library.Contribution
	Points []tally.Points `json:"points"` // of each denomination
}

// Contributors is all that contributors want to know.
type Contributors struct {
	Asset         types.AssetID       `json:"asset"`
	Contributions []Contributor       `json:"contributions"`
	Distributions []tally.Distributed `json:"distributions"` // newest first
}

// Contributors lists contributions, and points since the last distribution.
func (v *Vault) Contributors(ctx context.Context, _ struct{}) (Contributors, error) {
	out := Contributors{Asset: v.book.Asset(), Contributions: []Contributor{}}
	parts, err := v.library.Contributions(ctx)
	if err != nil {
		return out, err
	}
	points, err := v.counts.Points(ctx)
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
			out.Contributions = slices.Insert(out.Contributions, i, Contributor{Contribution: library.Contribution{ID: id}, Points: []tally.Points{}})
		}
		return &out.Contributions[i]
	}
	for _, p := range parts {
		at(p.ID).Contribution = p
	}
	for _, p := range points {
		c := at(p.Contribution)
		c.Points = append(c.Points, p)
	}
	out.Distributions, err = v.counts.Distributions(ctx, listedDistributions)
	return out, err
}

// DistributionRequest is the body of PathAdminDistribution.
type DistributionRequest struct {
	Denom string           `json:"denom"`
	Rule  attribution.Rule `json:"rule"`
	// Contributions are those that the chain pays; points of others stay.
	Contributions []uint64 `json:"contributions"`
}

// Distribution takes the points of contributions for a distribution, or returns the
// one of the denomination that is open.
func (v *Vault) Distribution(ctx context.Context, req DistributionRequest) (tally.Distribution, error) {
	if _, err := attribution.ParseRule(string(req.Rule)); err != nil {
		return tally.Distribution{}, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "bad_rule", "%v", err)
	}
	d, err := v.counts.Prepare(ctx, tally.Wanted{Asset: v.book.Asset(), Denom: req.Denom, Rule: req.Rule, Contributions: req.Contributions})
	if errors.Is(err, tally.ErrNothing) {
		err = wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "no_points", "%v", tally.ErrNothing)
	}
	return d, err
}

// DistributedRequest is the body of PathAdminDistributed.
type DistributedRequest struct {
	ID int64 `json:"id"`
}

// Distributed notes that the chain has a distribution.
func (v *Vault) Distributed(ctx context.Context, req DistributedRequest) (DistributedRequest, error) {
	err := v.counts.Done(ctx, req.ID)
	if errors.Is(err, tally.ErrNoDistribution) {
		err = wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "no_distribution", "%v", err)
	}
	return req, err
}

// answer serves the owner what do says to a request's body.
func answer[In, Out any](v *Vault, w http.ResponseWriter, r *http.Request, do func(context.Context, In) (Out, error)) {
	var in In
	if err := decode(r, &in); err != nil {
		v.fail(w, r, err)
		return
	}
	out, err := do(r.Context(), in)
	if err != nil {
		wire.WriteError(w, err)
		return
	}
	wire.WriteJSON(w, http.StatusOK, out)
}

// adminCounts adds the owner's endpoints about what was counted.
func (v *Vault) adminCounts(mux *http.ServeMux) {
	mux.HandleFunc("POST "+PathAdminSharing, v.handleSharing)
	mux.HandleFunc("POST "+PathAdminStats, v.handleStats)
	mux.HandleFunc("POST "+PathAdminContributors, func(w http.ResponseWriter, r *http.Request) { answer(v, w, r, v.Contributors) })
	mux.HandleFunc("POST "+PathAdminDistribution, func(w http.ResponseWriter, r *http.Request) { answer(v, w, r, v.Distribution) })
	mux.HandleFunc("POST "+PathAdminDistributed, func(w http.ResponseWriter, r *http.Request) { answer(v, w, r, v.Distributed) })
}
