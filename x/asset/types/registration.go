package types

import (
	"fmt"

	"github.com/weal-network/weal/pay"
	weal "github.com/weal-network/weal/types"
)

// Registration describes an asset to be registered.
type Registration struct {
	Kind weal.Kind
	// Manifest is the SHA-256 of the manifest's bytes, which are found at ManifestURI.
	Manifest    weal.Hash
	ManifestURI string
	// Root is the Merkle root over a vault's chunks; zero if there are none yet.
	Root weal.Hash
	// Key is the Ed25519 public key that will sign the asset's receipts.
	Key weal.Hash
	// Units is the whole supply, at most weal.MaxUnits; zero means weal.DefaultUnits.
	Units  uint64
	Prices []Price
	// Denoms are the denominations to earn in, 1 to weal.MaxDenoms, for ever.
	Denoms []string
	// Parents are the assets it is made from, with what each is to be owed.
	Parents []Royalty
	// Licence is what others may use and derive from it under; none is
	// OpenLicence.
	Licence Licence
	// Resale is what the maker gets of each sale of shares on the market, in basis
	// points of the price, for ever.
	Resale uint32
}

// Validate returns ErrRegistration, ErrPrice or ErrLicence, with the reason, if r
// breaks a rule that can be seen without the store.
func (r Registration) Validate(p Params) error {
	if !r.Kind.Valid() {
		return ErrRegistration.Wrapf("kind: %d is not a kind", uint8(r.Kind))
	}
	if r.Units > weal.MaxUnits {
		return ErrRegistration.Wrapf("units: at most %d, got %d", uint64(weal.MaxUnits), r.Units)
	}
	if r.Resale > BasisPoints {
		return ErrRegistration.Wrapf("resale: at most %d basis points, got %d", BasisPoints, r.Resale)
	}
	if err := pay.CheckKey(r.Key); err != nil {
		return ErrRegistration.Wrapf("key: %s", err)
	}
	if err := ValidateManifest(r.Manifest, r.ManifestURI, p); err != nil {
		return err
	}
	if err := ValidateDenoms(r.Denoms); err != nil {
		return err
	}
	if err := r.Licence.Validate(p); err != nil {
		return err
	}
	return ValidatePrices(r.Prices, r.Denoms, p)
}

// ValidateManifest checks a manifest's hash, which may not be zero, and its URI.
func ValidateManifest(manifest weal.Hash, uri string, p Params) error {
	if manifest.IsZero() {
		return ErrRegistration.Wrap("manifest: the hash is zero")
	}
	if err := ValidateURI(uri, p); err != nil {
		return ErrRegistration.Wrapf("manifest: %s", err)
	}
	return nil
}

// ValidateURI checks a URI, which may be empty and has only the printable ASCII
// characters that URIs have.
func ValidateURI(uri string, p Params) error {
	if len(uri) > int(p.MaxUriBytes) {
		return fmt.Errorf("uri: at most %d bytes, got %d", p.MaxUriBytes, len(uri))
	}
	for i := range len(uri) {
		if uri[i] <= ' ' || uri[i] > '~' {
			return fmt.Errorf("uri: byte %#02x; percent-encode it", uri[i])
		}
	}
	return nil
}
