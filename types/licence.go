package types

import (
	"fmt"
	"slices"
	"strings"
)

// LicenceKind says what others may do with an asset. The numbers are consensus:
// they are never reused.
type LicenceKind uint8

// The kinds of licences, each with what it is in the words of Creative Commons
// and of Story's PIL. A derivative is a child: an asset that names the licensed
// one as its parent when it is registered.
const (
	// LicenceOpen lets anyone use and derive, and asks for nothing: CC0; in the
	// PIL, derivativesAllowed, without attribution or revenue share.
	LicenceOpen LicenceKind = 1 + iota
	// LicenceAttribution lets anyone derive who names the asset as a parent, and
	// owes nothing: CC BY; in the PIL, derivativesAttribution.
	LicenceAttribution
	// LicenceCommercial lets anyone derive, and earn, who owes the asset at least
	// Licence.Royalty: the PIL's "Commercial Remix", with commercialUse and
	// commercialRevShare. Creative Commons has no counterpart.
	LicenceCommercial
	// LicenceNonCommercial lets anyone derive who sells nothing, under a licence
	// that is as strict: CC BY-NC-SA; the PIL's "Non-Commercial Social Remixing",
	// with derivativesReciprocal and without commercialUse.
	LicenceNonCommercial
	// LicenceNoDerivatives lets anyone use the asset, and nobody derive from it:
	// CC BY-ND; in the PIL, without derivativesAllowed.
	LicenceNoDerivatives
	// LicenceCredential lets only those use and derive who hold a credential: all
	// rights reserved but for those granted; in the PIL, derivativesApproval, or
	// licence tokens that are sold.
	LicenceCredential
)

var licenceNames = []string{"open", "attribution", "commercial", "noncommercial", "noderivatives", "credential"}

// ParseLicenceKind reads the name of a kind of licence.
func ParseLicenceKind(s string) (LicenceKind, error) {
	if i := slices.Index(licenceNames, s); i >= 0 {
		return LicenceKind(i + 1), nil
	}
	return 0, fmt.Errorf("licence: want one of %s, got %q", strings.Join(licenceNames, ", "), clip(s))
}

// Valid reports whether k is one of the kinds.
func (k LicenceKind) Valid() bool { return k >= 1 && int(k) <= len(licenceNames) }

// String returns the name of k.
func (k LicenceKind) String() string {
	if !k.Valid() {
		return fmt.Sprintf("licence(%d)", uint8(k))
	}
	return licenceNames[k-1]
}

// MarshalText implements encoding.TextMarshaler.
func (k LicenceKind) MarshalText() ([]byte, error) {
	if !k.Valid() {
		return nil, fmt.Errorf("licence: %d is not a kind", uint8(k))
	}
	return []byte(k.String()), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (k *LicenceKind) UnmarshalText(b []byte) error {
	v, err := ParseLicenceKind(string(b))
	if err != nil {
		return err
	}
	*k = v
	return nil
}

// Licence is the terms that others may use or derive from an asset under, as the
// chain tells them to a role.
type Licence struct {
	Kind LicenceKind `json:"kind"`
	// Royalty is the least that a child must owe to the asset, in basis points.
	Royalty uint32 `json:"royalty_bps,omitempty"`
	// Closed tells that uses need a credential.
	Closed bool `json:"closed,omitempty"`
	// Collection is the EIP-55 address of a collection whose tokens are
	// credentials, beside those that were granted; empty for none.
	Collection string `json:"collection,omitempty"`
	// Slot is the slot of Collection that counts, a decimal number; empty for all.
	Slot string `json:"slot,omitempty"`
	// Terms is the SHA-256 of the text of the terms, found at TermsURI; zero and
	// empty if there is none.
	Terms    Hash   `json:"terms"`
	TermsURI string `json:"terms_uri,omitempty"`
}
