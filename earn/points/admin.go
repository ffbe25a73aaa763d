package points

import (
	"context"
	"errors"
	"net/http"

	"github.com/weal-network/weal/pay/attribution"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// Paths of a role's owner.
const (
	// PathContributors lists who has earned what; each role answers in its own way.
	PathContributors = "/weal/v1/admin/contributors"
	// PathDistribution takes points for a distribution, PathDistributed notes that the
	// chain has it.
	PathDistribution = "/weal/v1/admin/distribution"
	PathDistributed  = "/weal/v1/admin/distributed"
)

// CodeNoPoints says that there is nothing to distribute.
const CodeNoPoints = "no_points"

// DistributionRequest is the body of PathDistribution.
type DistributionRequest struct {
	Denom string           `json:"denom"`
	Rule  attribution.Rule `json:"rule"`
	// Contributions are those that the chain pays; points of others stay.
	Contributions []uint64 `json:"contributions"`
}

// DistributedRequest is the body of PathDistributed, and its answer.
type DistributedRequest struct {
	ID int64 `json:"id"`
}

// Admin serves the owner what takes a table's points to the chain.
type Admin struct {
	*Table
	Asset func() types.AssetID
	// To says which contribution gets the points of whom now. It may be nil, as that of
	// Wanted.
	To func(ctx context.Context) (func(of uint64) uint64, error)
}

// Handle adds PathDistribution and PathDistributed. Who may ask is for the caller.
func (a Admin) Handle(mux *http.ServeMux) {
	mux.HandleFunc("POST "+PathDistribution, wire.Handle(a.distribution))
	mux.HandleFunc("POST "+PathDistributed, wire.Handle(a.distributed))
}

func (a Admin) distribution(ctx context.Context, req DistributionRequest) (Distribution, error) {
	if _, err := attribution.ParseRule(string(req.Rule)); err != nil {
		return Distribution{}, wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, "bad_rule", "%v", err)
	}
	w := Wanted{Asset: a.Asset(), Denom: req.Denom, Rule: req.Rule, Contributions: req.Contributions}
	if a.To != nil {
		var err error
		if w.To, err = a.To(ctx); err != nil {
			return Distribution{}, err
		}
	}
	d, err := a.Prepare(ctx, w)
	if errors.Is(err, ErrNothing) {
		err = wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, CodeNoPoints, "%v", ErrNothing)
	}
	return d, err
}

func (a Admin) distributed(ctx context.Context, req DistributedRequest) (DistributedRequest, error) {
	err := a.Done(ctx, req.ID)
	if errors.Is(err, ErrNoDistribution) {
		err = wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "no_distribution", "%v", err)
	}
	return req, err
}
