package keeper_test

import (
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

// kind is a licence of a kind, with nothing else; credential is closed.
func kind(k weal.LicenceKind) types.Licence {
	return types.Licence{Kind: uint32(k), Closed: k == weal.LicenceCredential}
}

// closed is a licence of a kind whose uses need a credential.
func closed(k weal.LicenceKind) types.Licence {
	return types.Licence{Kind: uint32(k), Closed: true}
}

// under returns a licence of a kind that asks for a royalty.
func under(k weal.LicenceKind, royalty uint32) types.Licence {
	l := kind(k)
	l.Royalty = royalty
	return l
}

// licensed makes an asset with a licence.
func (w *world) licensed(t tester, maker common.Address, l types.Licence, parents ...types.Royalty) weal.AssetID {
	t.Helper()
	r := registration()
	r.Licence, r.Parents = l, parents
	if l.Kind == uint32(weal.LicenceNonCommercial) {
		r.Prices = nil
	}
	id, _, err := w.Register(w.ctx, maker, r)
	require.NoError(t, err)
	return id
}

// derive registers a child under an open licence, as a transaction.
func (w *world) derive(maker common.Address, spoil func(*types.Registration), parents ...types.Royalty) (id weal.AssetID, err error) {
	r := registration()
	r.Parents = parents
	if spoil != nil {
		spoil(&r)
	}
	err = w.try(func(ctx sdk.Context) error {
		id, _, err = w.Register(ctx, maker, r)
		return err
	})
	return id, err
}

// relicense gives an asset another licence, in a new version, without prices.
func (w *world) relicense(t tester, controller common.Address, asset weal.AssetID, l types.Licence) {
	t.Helper()
	m := update(controller, asset)
	m.Licence, m.Prices = &l, nil
	_, err := w.msgs.Update(w.ctx, m)
	require.NoError(t, err)
}

// at sets the time of the block, in Unix seconds.
func (w *world) at(unix int64) { w.ctx = w.ctx.WithBlockTime(time.Unix(unix, 0)) }

// sound checks all that always holds, and that an export brings it back.
func (w *world) sound(t tester) {
	t.Helper()
	require.NoError(t, w.CheckInvariants(w.ctx))
	requireSameAfterExport(t, w)
}

// free makes a registration one that sells nothing and lets nobody sell.
func free(r *types.Registration) {
	r.Prices, r.Licence = nil, kind(weal.LicenceNonCommercial)
}
