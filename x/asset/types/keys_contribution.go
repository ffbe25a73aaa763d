package types

import "cosmossdk.io/collections"

// The prefixes of package contribution, from 70.
var (
	// ContributionTermsKey: asset → ContributionTerms; no row is closed.
	ContributionTermsKey = collections.NewPrefix(70)
	// ContributionsKey: contribution → Contribution.
	ContributionsKey = collections.NewPrefix(71)
	// ContributionsByAssetKey: (asset, contribution), an index.
	ContributionsByAssetKey = collections.NewPrefix(72)
	// ContributionsMadeKey holds how many contributions were made.
	ContributionsMadeKey = collections.NewPrefix(73)
	// AcceptedRootsKey: (asset, root) → contribution, an index.
	AcceptedRootsKey = collections.NewPrefix(74)
	// ProposedRootsKey: (asset, contributor, root) → contribution, an index.
	ProposedRootsKey = collections.NewPrefix(75)
	// ContributorsOfKey: (asset, contributor) → Contributor; no row is all zero.
	ContributorsOfKey = collections.NewPrefix(76)
	// ContributionTotalsKey: asset → ContributionTotals; no row is all zero.
	ContributionTotalsKey = collections.NewPrefix(77)
	// ContributionEarningsKey: (contribution, denom) → ContributionEarning.
	ContributionEarningsKey = collections.NewPrefix(78)
	// DistributionsKey: (asset, number) → Distribution.
	DistributionsKey = collections.NewPrefix(79)
	// EvidenceKey: (asset, denom, root), of all distributions.
	EvidenceKey = collections.NewPrefix(80)
	// LatestEvidenceKey: (asset, denom) → the root of the newest distribution.
	LatestEvidenceKey = collections.NewPrefix(81)
)
