package ledger

import (
	"context"
	"fmt"
	"math/big"

	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
)

// Registration describes an asset to register. Denoms are those it earns in, one
// to four, for ever; zero Units means types.DefaultUnits, a zero Licence that the
// asset is open to all.
type Registration struct {
	Kind        types.Kind
	Manifest    types.Hash
	ManifestURI string
	Root        types.Hash
	Key         types.Hash
	Units       uint64
	Prices      []types.Price
	Denoms      []string
	Parents     []types.Royalty
	Licence     types.Licence
	// Resale is what the maker gets of each sale on the market, in basis points.
	Resale uint32
}

// Register registers an asset of the sender's, and returns it with the share
// that holds all its units.
func (s *Sender) Register(ctx context.Context, r Registration) (types.AssetID, types.ShareID, error) {
	licence, err := licenceArg(r.Licence)
	if err != nil {
		return 0, 0, fmt.Errorf("register asset: %w", err)
	}
	arg := solidity.Registration{
		Kind: uint8(r.Kind), Manifest: r.Manifest, Uri: r.ManifestURI, Root: r.Root, Key: r.Key, Units: r.Units,
		Prices: []solidity.Price{}, Denoms: r.Denoms, Parents: []solidity.Royalty{},
		Licence: licence, Resale: r.Resale,
	}
	for _, p := range r.Prices {
		arg.Prices = append(arg.Prices, solidity.PriceOf(p))
	}
	for _, p := range r.Parents {
		arg.Parents = append(arg.Parents, solidity.Royalty{Asset: number(uint64(p.Asset)), BasisPoints: p.BasisPoints})
	}
	out, err := s.callAssets(ctx, solidity.RegisterSignature, arg)
	if err != nil {
		return 0, 0, fmt.Errorf("register asset: %w", err)
	}
	return types.AssetID(numberOf(out[0])), types.ShareID(numberOf(out[1])), nil
}

// licenceArg writes a licence as the contract reads it.
func licenceArg(l types.Licence) (solidity.Licence, error) {
	arg := solidity.Licence{
		Kind: uint8(l.Kind), Royalty: l.Royalty, Closed: l.Closed, Slots: []*big.Int{}, Terms: l.Terms, TermsUri: l.TermsURI,
	}
	if l.Collection != "" {
		at, err := ParseAddress(l.Collection)
		if err != nil {
			return arg, fmt.Errorf("licence: collection: %w", err)
		}
		arg.Collection = at
	}
	if l.Slot != "" {
		slot, ok := new(big.Int).SetString(l.Slot, 10)
		if !ok || slot.Sign() < 0 || slot.BitLen() > 256 {
			return arg, fmt.Errorf("licence: slot: want a whole number below 2^256, got %.80q", l.Slot)
		}
		arg.Slots = append(arg.Slots, slot)
	}
	return arg, nil
}
