package types

import (
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
}

// Validate returns ErrRegistration or ErrPrice, with the reason, if r breaks a
// rule that can be seen without the store.
func (r Registration) Validate(p Params) error {
	if !r.Kind.Valid() {
		return ErrRegistration.Wrapf("kind: %d is not a kind", uint8(r.Kind))
	}
	if r.Units > weal.MaxUnits {
		return ErrRegistration.Wrapf("units: at most %d, got %d", uint64(weal.MaxUnits), r.Units)
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
	return ValidatePrices(r.Prices, r.Denoms, p)
}

// ValidateManifest checks a manifest's hash, which may not be zero, and its URI,
// which may be empty and has only the printable ASCII characters that URIs have.
func ValidateManifest(manifest weal.Hash, uri string, p Params) error {
	if manifest.IsZero() {
		return ErrRegistration.Wrap("manifest: the hash is zero")
	}
	if len(uri) > int(p.MaxUriBytes) {
		return ErrRegistration.Wrapf("manifest uri: at most %d bytes, got %d", p.MaxUriBytes, len(uri))
	}
	for i := range len(uri) {
		if uri[i] <= ' ' || uri[i] > '~' {
			return ErrRegistration.Wrapf("manifest uri: byte %#02x; percent-encode it", uri[i])
		}
	}
	return nil
}
