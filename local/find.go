package local

import (
	"context"

	"github.com/weal-network/weal/find"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/types"
)

// findChain is the chain as package find asks it.
type findChain struct{ *ledger.Ledger }

var _ find.Chain = findChain{}

// Earned implements find.Chain.
func (c findChain) Earned(ctx context.Context, id types.AssetID) ([]find.Earned, error) {
	revenue, err := c.Revenue(ctx, id)
	if err != nil {
		return nil, err
	}
	var all []find.Earned
	for _, r := range revenue {
		if !r.Credited.IsZero() {
			all = append(all, find.Earned{Denom: r.Denom, Amount: r.Credited})
		}
	}
	return all, nil
}

// newFinder returns a finder of the chain's assets. On a chain that weal up has started
// everything is on this machine; on others private addresses are asked only if private
// says so.
func newFinder(l *ledger.Ledger, private bool) (*find.Finder, error) {
	return find.New(find.Config{Chain: findChain{l}, Private: private || l.ChainID() == types.LocalChainID})
}

// Find finds assets. Private lets it ask hosts of this machine and of private networks
// on every chain.
func (c *Client) Find(ctx context.Context, q find.Query, private bool) (find.Result, error) {
	f, err := newFinder(c.Ledger, private)
	if err != nil {
		return find.Result{}, err
	}
	defer f.Close()
	if err := f.Refresh(ctx); err != nil {
		return find.Result{}, err
	}
	return f.Find(ctx, q)
}
