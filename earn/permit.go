package earn

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/weal-network/weal/types"
)

// use is one use of a credential that has a limited number of them.
type use struct {
	payer  string // as the chain writes its address
	height int64  // of the grant
	limit  uint64 // how many uses of the grant may be served here
}

// Admit returns the lane ref if it is Funded and its payer may use the asset now.
// Ask it before an offer is made. Whether a payer may use an asset that is open
// costs nothing to know; of one that is not, the chain's answer may be a second
// old. Errors are *wire.Error.
func (b *Book) Admit(ctx context.Context, ref types.LaneRef) (types.Lane, error) {
	l, u, err := b.admit(ctx, ref)
	if err == nil {
		err = b.admitFirst(ctx, l)
	}
	if err != nil || u == nil {
		return l, err
	}
	height, used, err := b.store.uses(ctx, b.Asset(), *u)
	if err == nil {
		err = u.check(b.Asset(), height, used)
	}
	if err != nil {
		return types.Lane{}, err
	}
	return l, nil
}

// admit returns the lane ref, and the use that an order of its payer takes of a
// credential, if its uses are counted.
func (b *Book) admit(ctx context.Context, ref types.LaneRef) (types.Lane, *use, error) {
	l, err := b.Funded(ctx, ref)
	if err != nil {
		return types.Lane{}, nil, err
	}
	u, err := b.permit(ctx, l.Payer)
	if err != nil {
		return types.Lane{}, nil, err
	}
	return l, u, nil
}

func (b *Book) permit(ctx context.Context, payer string) (*use, error) {
	asset := b.Asset()
	a, err := b.view.asset(ctx, asset, fresh)
	if err != nil {
		return nil, chainDown(fmt.Errorf("asset %d: %w", asset, err))
	}
	if !a.Licence.Closed {
		return nil, nil
	}
	p, err := b.view.permit(ctx, asset, payer, fresh)
	switch {
	case errors.Is(err, types.ErrNotFound):
		return nil, refuseCredential(a, payer, "the chain knows of none", b.cfg.Contact)
	case err != nil:
		return nil, chainDown(fmt.Errorf("credential for asset %d: %w", asset, err))
	case p.Open:
		return nil, nil
	case !p.Allowed:
		return nil, refuseCredential(a, payer, p.Reason, b.cfg.Contact)
	case !p.Counted || p.Credential == nil:
		return nil, nil
	}
	return &use{payer: payer, height: p.Credential.Height, limit: p.Credential.Left()}, nil
}

// holder is the payer as the count is kept by.
func (u use) holder() string { return strings.ToLower(u.payer) }

// check says whether one more use can be taken where used of the grant of height
// are.
func (u use) check(asset types.AssetID, height int64, used uint64) error {
	switch {
	case height > u.height:
		return chainDown(fmt.Errorf("it tells of a grant of block %d, a newer one of block %d was used here", u.height, height))
	case height < u.height:
		used = 0
	}
	if used >= u.limit {
		return refuseUsedUp(asset, u.payer)
	}
	return nil
}
