package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

// pageSize is how many rows one query of a list brings.
const pageSize = 200

// Asset returns an asset, at most a second old.
func (l *Ledger) Asset(ctx context.Context, id types.AssetID) (types.Asset, error) {
	l.mu.Lock()
	a, ok := l.known[id]
	l.mu.Unlock()
	if ok && time.Since(a.read) < freshFor {
		return a.value, nil
	}
	read := time.Now()
	res, err := l.assets.Asset(ctx, &assettypes.QueryAssetRequest{Id: uint64(id)})
	if err != nil {
		return types.Asset{}, failed(fmt.Sprintf("read asset %d", id), err)
	}
	value, err := assetOf(res)
	if err != nil {
		return types.Asset{}, fmt.Errorf("read asset %d: %w", id, err)
	}
	l.mu.Lock()
	l.known[id] = aged[types.Asset]{value, read}
	l.mu.Unlock()
	return value, nil
}

// Assets returns all assets, by id.
func (l *Ledger) Assets(ctx context.Context) ([]types.Asset, error) {
	var all []types.Asset
	page := &query.PageRequest{Limit: pageSize}
	for {
		res, err := l.assets.Assets(ctx, &assettypes.QueryAssetsRequest{Pagination: page})
		if err != nil {
			return nil, failed("list assets", err)
		}
		for i := range res.Assets {
			a, err := assetOf(&res.Assets[i])
			if err != nil {
				return nil, fmt.Errorf("list assets: %w", err)
			}
			all = append(all, a)
		}
		if len(res.Pagination.GetNextKey()) == 0 {
			return all, nil
		}
		page = &query.PageRequest{Limit: pageSize, Key: res.Pagination.NextKey}
	}
}

// Version returns one version of an asset. It never changes.
func (l *Ledger) Version(ctx context.Context, id types.AssetID, version uint32) (types.Version, error) {
	key := versionKey{id, version}
	l.mu.Lock()
	v, ok := l.versions[key]
	l.mu.Unlock()
	if ok {
		return v, nil
	}
	res, err := l.assets.Version(ctx, &assettypes.QueryVersionRequest{Asset: uint64(id), Version: version})
	if err != nil {
		return v, failed(fmt.Sprintf("read version %d of asset %d", version, id), err)
	}
	v = types.Version{Asset: id, Version: version}
	if v.Manifest, err = types.HashFromBytes(res.Version.Manifest); err == nil {
		v.Root, err = types.HashFromBytes(res.Version.Root)
	}
	if err != nil {
		return v, fmt.Errorf("read version %d of asset %d: %w", version, id, err)
	}
	l.mu.Lock()
	l.versions[key] = v
	l.mu.Unlock()
	return v, nil
}

// assetOf maps the chain's message.
func assetOf(res *assettypes.QueryAssetResponse) (types.Asset, error) {
	m := res.Asset
	a := types.Asset{
		ID: types.AssetID(m.Id), Kind: types.Kind(m.Kind), Maker: hexForm(m.Maker), Owner: hexForm(res.Owner),
		Version: m.Version, ManifestURI: m.ManifestUri, Units: m.Units, Denoms: m.Denoms,
		Prices: []types.Price{}, Ancestors: []types.Royalty{},
	}
	for _, f := range []struct {
		to   *types.Hash
		from []byte
	}{{&a.Manifest, m.Manifest}, {&a.Root, m.Root}, {&a.Key, m.Key}} {
		h, err := types.HashFromBytes(f.from)
		if err != nil {
			return a, err
		}
		*f.to = h
	}
	for _, p := range m.Prices {
		amount, err := types.ParseAmount(p.Amount)
		if err != nil {
			return a, err
		}
		a.Prices = append(a.Prices, types.Price{Unit: types.PriceUnit(p.Unit), Denom: p.Denom, Amount: amount, Tokens: p.Tokens})
	}
	for _, r := range m.Ancestors {
		a.Ancestors = append(a.Ancestors, types.Royalty{Asset: types.AssetID(r.Asset), BasisPoints: r.BasisPoints})
	}
	return a, nil
}
