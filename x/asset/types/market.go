package types

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
)

// Validate returns ErrGenesis, with the reason, if s contradicts itself. What it
// says of shares and coins is for the keeper to check.
func (s MarketState) Validate() error {
	listings, counts := map[uint64]bool{}, map[uint64]uint64{}
	for _, l := range s.Listings {
		if err := l.validate(); err != nil {
			return ErrGenesis.Wrapf("listing %d: %s", l.Id, err)
		}
		if l.Id == 0 || l.Id > s.Listed || listings[l.Id] {
			return ErrGenesis.Wrapf("listing %d: %d were made, each once", l.Id, s.Listed)
		}
		listings[l.Id] = true
		counts[l.Share]++
	}
	offers := map[uint64]bool{}
	for _, o := range s.Offers {
		if err := o.validate(); err != nil {
			return ErrGenesis.Wrapf("offer %d: %s", o.Id, err)
		}
		if o.Id == 0 || o.Id > s.Offered || offers[o.Id] {
			return ErrGenesis.Wrapf("offer %d: %d were made, each once", o.Id, s.Offered)
		}
		offers[o.Id] = true
	}
	return s.validateShares(counts)
}

// validateShares compares the shares that are listed with their listings.
func (s MarketState) validateShares(counts map[uint64]uint64) error {
	moves := map[uint64]uint64{}
	for _, row := range s.Shares {
		if row.Listings == 0 || counts[row.Share] != row.Listings {
			return ErrGenesis.Wrapf("share %d: %d listings, counted %d", row.Share, counts[row.Share], row.Listings)
		}
		delete(counts, row.Share)
		moves[row.Share] = row.Moves
	}
	for _, l := range s.Listings {
		if counts[l.Share] > 0 {
			return ErrGenesis.Wrapf("listing %d: share %d counts no listings, or is there twice", l.Id, l.Share)
		}
		if l.Moves > moves[l.Share] {
			return ErrGenesis.Wrapf("listing %d: share %d changed hands %d times, not %d", l.Id, l.Share, moves[l.Share], l.Moves)
		}
	}
	return nil
}

func (l Listing) validate() error {
	if l.Units == 0 || l.Units > weal.MaxUnits {
		return ErrMarket.Wrapf("%d units", l.Units)
	}
	if err := validatePrice(l.Denom, l.Price); err != nil {
		return err
	}
	if err := validateParty(l.Seller); err != nil {
		return err
	}
	return validateParty(l.Lister)
}

func (o Offer) validate() error {
	if o.Units == 0 || o.Units > weal.MaxUnits {
		return ErrMarket.Wrapf("%d units", o.Units)
	}
	if err := validatePrice(o.Denom, o.Price); err != nil {
		return err
	}
	return validateParty(o.Buyer)
}

// validatePrice: a price is zero if all but the last units took it.
func validatePrice(denom, price string) error {
	if err := sdk.ValidateDenom(denom); err != nil {
		return ErrMarket.Wrap(err.Error())
	}
	if _, err := weal.ParseAmount(price); err != nil {
		return ErrMarket.Wrap(err.Error())
	}
	return nil
}

// validateParty: addresses are compared as text, so there is one form of each.
func validateParty(hex string) error {
	if a := common.HexToAddress(hex); a.Hex() != hex || a == (common.Address{}) {
		return ErrMarket.Wrapf("want an address in hex with its checksum (EIP-55), got %.80q", hex)
	}
	return nil
}
