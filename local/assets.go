package local

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"slices"
	"strings"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/ledger"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// owned is an asset and the account that made it.
type owned struct {
	ledger *ledger.Ledger
	owner  *ledger.Sender
	key    ed25519.PrivateKey // signs receipts
	about  types.Manifest     // without Root
	// licence is what the asset is registered under; later only the chain's counts.
	licence types.Licence
	home    *home.Home // whose other processes change the asset, too
}

// manifest returns the manifest with a root, and its bytes.
func (o *owned) manifest(root types.Hash) (types.Manifest, []byte, error) {
	m := o.about
	m.Root = root
	b, err := m.Bytes()
	return m, b, err
}

// ensure finds the owner's asset of the manifest's kind and registers it if there
// is none. An asset whose manifest is another one by now gets a new version.
func (o *owned) ensure(ctx context.Context, root types.Hash) (types.AssetID, error) {
	_, b, err := o.manifest(root)
	if err != nil {
		return 0, err
	}
	hash, uri := types.ManifestHash(b), manifestURI(o.about.Endpoint)
	found, err := o.find(ctx)
	if err != nil {
		return 0, err
	}
	if found.ID == 0 {
		id, _, err := o.owner.Register(ctx, ledger.Registration{
			Kind: o.about.Kind, Manifest: hash, ManifestURI: uri, Root: root, Key: pay.PublicKey(o.key),
			Prices: o.about.Prices, Denoms: denomsOf(o.about.Prices), Licence: o.licence,
		})
		return id, err
	}
	if found.Key != pay.PublicKey(o.key) {
		return 0, fmt.Errorf("asset %d has another key for its receipts than this home; restore keys/ from a backup", found.ID)
	}
	if l := found.Licence; o.licence.Kind.Valid() && (l.Kind != o.licence.Kind || l.Royalty != o.licence.Royalty || l.Closed != o.licence.Closed) {
		return 0, fmt.Errorf("asset %d is registered already, under another licence (%s); leave the licence's flags out, and change it with: weal asset licence %d",
			found.ID, LicenceText(l), found.ID)
	}
	if found.Manifest != hash || found.Root != root || found.ManifestURI != uri {
		err = o.update(ctx, found.ID, root)
	}
	return found.ID, err
}

// denomsOf are the chain's coin and the denominations of prices.
func denomsOf(prices []types.Price) []string {
	all := []string{types.BaseDenom}
	for _, p := range prices {
		if !slices.Contains(all, p.Denom) {
			all = append(all, p.Denom)
		}
	}
	return all
}

// update tells the chain of a new version. Prices and licence stay as the chain
// has them: the manifest's are those of the beginning.
func (o *owned) update(ctx context.Context, id types.AssetID, root types.Hash) error {
	_, b, err := o.manifest(root)
	if err != nil {
		return err
	}
	unlock, err := o.home.AwaitLock(ctx, home.AssetsLock)
	if err != nil {
		return err
	}
	defer unlock()
	now, err := o.ledger.AssetNow(ctx, id)
	if err != nil {
		return err
	}
	_, err = o.owner.Update(ctx, ledger.Update{
		Asset: id, Manifest: types.ManifestHash(b), ManifestURI: manifestURI(o.about.Endpoint),
		Root: root, Prices: now.Prices,
	})
	return err
}

// manifestURI is where a role at an endpoint serves its manifest.
func manifestURI(endpoint string) string { return endpoint + wire.PathManifest }

// find returns the asset of this kind that the owner made, or a zero one.
func (o *owned) find(ctx context.Context) (types.Asset, error) {
	all, err := o.ledger.Assets(ctx)
	if err != nil {
		return types.Asset{}, err
	}
	for _, a := range all {
		if a.Kind == o.about.Kind && strings.EqualFold(a.Maker, o.owner.Address()) {
			return a, nil
		}
	}
	return types.Asset{}, nil
}
