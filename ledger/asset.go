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
	if age := time.Since(a.read); ok && age < freshFor {
		l.ahead(age, id, func(ctx context.Context) { _, _ = l.readAsset(ctx, id) }) // a failure is for who waits for an answer
		return a.value, nil
	}
	return l.readAsset(ctx, id)
}

// readAsset asks the chain for an asset, and remembers it.
func (l *Ledger) readAsset(ctx context.Context, id types.AssetID) (types.Asset, error) {
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
	defer l.mu.Unlock()
	if read.After(l.forgotten[id]) {
		l.known[id] = aged[types.Asset]{value, read}
	}
	return value, nil
}

// AssetNow returns an asset as the chain's last block has it: for who is about to
// change it.
func (l *Ledger) AssetNow(ctx context.Context, id types.AssetID) (types.Asset, error) {
	l.forget(id)
	return l.Asset(ctx, id)
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

// MaxFamily is the most assets that a family has.
const MaxFamily = 1000

// Family returns an asset with all that it was made from and all that was made
// from it, by id, at most limit of them; cut tells that there are more. Owners and
// units in circulation are not told.
func (l *Ledger) Family(ctx context.Context, id types.AssetID, limit uint32) (family []types.Asset, cut bool, err error) {
	res, err := l.assets.Family(ctx, &assettypes.QueryFamilyRequest{Asset: uint64(id), Limit: limit})
	if err != nil {
		return nil, false, failed(fmt.Sprintf("read family of asset %d", id), err)
	}
	for _, m := range res.Assets {
		a, err := assetOf(&assettypes.QueryAssetResponse{Asset: m})
		if err != nil {
			return nil, false, fmt.Errorf("read family of asset %d: %w", id, err)
		}
		family = append(family, a)
	}
	return family, res.Cut, nil
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
	v = types.Version{Asset: id, Version: version, Height: res.Version.Height}
	if v.Manifest, err = types.HashFromBytes(res.Version.Manifest); err == nil {
		v.Root, err = types.HashFromBytes(res.Version.Root)
	}
	if err == nil {
		v.Licence, err = licenceOf(res.Version.Licence)
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
	account := types.AssetAccount(types.AssetID(m.Id))
	a := types.Asset{
		ID: types.AssetID(m.Id), Kind: types.Kind(m.Kind), Maker: hexForm(m.Maker), Owner: hexForm(res.Owner),
		Controller: hexForm(m.Controller), Account: Hex(account),
		Version: m.Version, ManifestURI: m.ManifestUri, Units: m.Units, Circulating: res.Circulating, Denoms: m.Denoms,
		Prices: []types.Price{}, Parents: []types.Parent{}, Ancestors: []types.Royalty{}, Resale: m.Resale,
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
		price, err := p.Plain()
		if err != nil {
			return a, err
		}
		a.Prices = append(a.Prices, price)
	}
	for _, p := range m.Parents {
		a.Parents = append(a.Parents, types.Parent{Asset: types.AssetID(p.Asset), BasisPoints: p.BasisPoints, Version: p.Version})
	}
	for _, r := range m.Ancestors {
		a.Ancestors = append(a.Ancestors, types.Royalty{Asset: types.AssetID(r.Asset), BasisPoints: r.BasisPoints})
	}
	var err error
	a.Licence, err = licenceOf(m.Licence)
	return a, err
}

// licenceOf maps the chain's message.
func licenceOf(m assettypes.Licence) (types.Licence, error) {
	l := types.Licence{
		Kind: types.LicenceKind(m.Kind), Royalty: m.Royalty, Closed: m.Closed, Collection: m.Collection, Slot: m.Slot, TermsURI: m.TermsUri,
	}
	if len(m.Terms) == 0 {
		return l, nil
	}
	var err error
	l.Terms, err = types.HashFromBytes(m.Terms)
	return l, err
}
