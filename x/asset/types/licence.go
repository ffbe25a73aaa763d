package types

import (
	"bytes"
	"crypto/sha256"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	weal "github.com/weal-network/weal/types"
)

// OpenLicence is the licence of an asset that names none.
func OpenLicence() Licence { return Licence{Kind: uint32(weal.LicenceOpen)} }

// Is reports whether two licences say the same.
func (l Licence) Is(other Licence) bool {
	return l.Kind == other.Kind && l.Royalty == other.Royalty && l.Closed == other.Closed &&
		l.Collection == other.Collection && l.Slot == other.Slot &&
		bytes.Equal(l.Terms, other.Terms) && l.TermsUri == other.TermsUri
}

// Unset reports whether nothing at all is said.
func (l Licence) Unset() bool { return l.Is(Licence{}) }

// Validate returns ErrLicence, with the reason, if l breaks a rule that can be
// seen without the store.
func (l Licence) Validate(p Params) error {
	kind := l.kind()
	if !kind.Valid() {
		return ErrLicence.Wrapf("%d is not a kind of licence", l.Kind)
	}
	switch {
	case l.Royalty > BasisPoints:
		return ErrLicence.Wrapf("a child cannot owe more than %d basis points, got %d", BasisPoints, l.Royalty)
	case l.Royalty > 0 && (kind == weal.LicenceOpen || kind == weal.LicenceAttribution || kind == weal.LicenceNoDerivatives):
		return ErrLicence.Wrapf("%s asks for no royalty, got %d basis points", kind, l.Royalty)
	case kind == weal.LicenceCredential && !l.Closed:
		return ErrLicence.Wrap("credential is closed: uses need a credential, too")
	case l.Collection != "" && !l.Closed:
		return ErrLicence.Wrap("a collection of credentials needs closed")
	case l.Slot != "" && l.Collection == "":
		return ErrLicence.Wrap("a slot needs a collection")
	case len(l.Terms) != 0 && len(l.Terms) != sha256.Size:
		return ErrLicence.Wrapf("terms: want the %d bytes of a SHA-256 or none, got %d", sha256.Size, len(l.Terms))
	case len(l.Terms) == 0 && l.TermsUri != "":
		return ErrLicence.Wrap("a uri of terms needs their hash")
	}
	if l.Slot != "" {
		if _, err := l.SlotNumber(); err != nil {
			return err
		}
	}
	if l.Collection != "" && (!common.IsHexAddress(l.Collection) || common.HexToAddress(l.Collection).Hex() != l.Collection) {
		return ErrLicence.Wrapf("collection: want an EIP-55 address, got %.80q", l.Collection)
	}
	if err := ValidateURI(l.TermsUri, p); err != nil {
		return ErrLicence.Wrapf("terms: %s", err)
	}
	return nil
}

// SlotNumber returns the slot that counts, which must be named.
func (l Licence) SlotNumber() (uint256.Int, error) {
	var n uint256.Int
	if err := n.SetFromDecimal(l.Slot); err != nil || n.Dec() != l.Slot {
		return n, ErrLicence.Wrapf("slot: want a whole number below 2^256, got %.80q", l.Slot)
	}
	return n, nil
}

// MayDerive returns ErrLicence if nobody may register a child that owes asset,
// whose licence l is, so many basis points. Whether the child's maker needs a
// credential is another question.
func (l Licence) MayDerive(asset uint64, owed uint32) error {
	if l.kind() == weal.LicenceNoDerivatives {
		return ErrLicence.Wrapf("asset %d is %s: nothing may be made from it", asset, l.kind())
	}
	if owed < l.Royalty {
		return ErrLicence.Wrapf("asset %d is %s: owe it at least %d basis points, not %d", asset, l.kind(), l.Royalty, owed)
	}
	return nil
}

// MayBe returns ErrLicence if a child of asset, made under asset's licence l, may
// not have a licence or a price that it is to have. It holds for every version
// of the child.
func (l Licence) MayBe(asset uint64, child Licence, prices []Price) error {
	if l.kind() != weal.LicenceNonCommercial {
		return nil
	}
	if k := child.kind(); k != weal.LicenceNonCommercial && k != weal.LicenceNoDerivatives {
		return ErrLicence.Wrapf("parent %d is %s: the licence must be %s or %s, not %s",
			asset, l.kind(), weal.LicenceNonCommercial, weal.LicenceNoDerivatives, k)
	}
	for _, p := range prices {
		if amount, err := weal.ParseAmount(p.Amount); err != nil || !amount.IsZero() {
			return ErrLicence.Wrapf("parent %d is %s: a price of %.60s %.130s is above zero", asset, l.kind(), p.Amount, p.Denom)
		}
	}
	return nil
}

// kind returns what l.Kind stands for, zero if it stands for nothing.
func (l Licence) kind() weal.LicenceKind {
	if l.Kind > uint32(weal.LicenceCredential) {
		return 0
	}
	return weal.LicenceKind(l.Kind)
}
