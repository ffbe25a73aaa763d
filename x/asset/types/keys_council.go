package types

import "cosmossdk.io/collections"

// The prefixes of package council, from 50.
var (
	// CouncilRulesKey: asset → CouncilRules; no row is the defaults.
	CouncilRulesKey = collections.NewPrefix(50)
	// CouncilStandingKey: asset → the newest proposal that needs to know what
	// shares were, units in the treasury: 16 bytes; no row is all zero.
	CouncilStandingKey = collections.NewPrefix(51)
	// ProposalsKey: proposal → Proposal.
	ProposalsKey = collections.NewPrefix(52)
	// BallotsKey: proposal → Ballot.
	BallotsKey = collections.NewPrefix(53)
	// NextProposalKey holds how many proposals were made.
	NextProposalKey = collections.NewPrefix(54)
	// AssetProposalsKey: (asset, proposal), an index.
	AssetProposalsKey = collections.NewPrefix(55)
	// PendingKey: proposals that voting begins on with the next block.
	PendingKey = collections.NewPrefix(56)
	// ClosingKey: (time, proposal), for each that is being voted on, with the
	// least time that voting ends at.
	ClosingKey = collections.NewPrefix(57)
	// OpenKey: (asset, proposal), for each that is being voted on.
	OpenKey = collections.NewPrefix(58)
	// SnapshotsKey: (asset, share, proposal) → owner, value: 28 bytes.
	SnapshotsKey = collections.NewPrefix(59)
	// SnapshotOrderKey: (asset, proposal, share), an index.
	SnapshotOrderKey = collections.NewPrefix(60)
	// VotesKey: (proposal, share) → choice, whether a delegate made it: 1 byte.
	VotesKey = collections.NewPrefix(61)
	// DelegatesKey: (asset, owner) → delegate, 20 bytes.
	DelegatesKey = collections.NewPrefix(62)
	// SweepSnapshotsKey: assets with snapshots that may not be needed any more.
	SweepSnapshotsKey = collections.NewPrefix(63)
	// SweepVotesKey: proposals with votes that are not needed any more.
	SweepVotesKey = collections.NewPrefix(64)
)
