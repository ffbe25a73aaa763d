package types

import "cosmossdk.io/collections"

// The prefixes of package market, from 40.
var (
	// ListingsKey: listing → Listing.
	ListingsKey = collections.NewPrefix(40)
	// ListingsByAssetKey: (asset, listing), an index.
	ListingsByAssetKey = collections.NewPrefix(41)
	// ListedSharesKey: share → ListedShare; a row exists while it has listings.
	ListedSharesKey = collections.NewPrefix(42)
	// OffersKey: offer → Offer.
	OffersKey = collections.NewPrefix(43)
	// OffersByAssetKey: (asset, offer), an index.
	OffersByAssetKey = collections.NewPrefix(44)
	// ListedKey holds how many listings were made.
	ListedKey = collections.NewPrefix(45)
	// OfferedKey holds how many offers were made.
	OfferedKey = collections.NewPrefix(46)
)
