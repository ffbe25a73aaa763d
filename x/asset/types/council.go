package types

import (
	"math/big"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/common"
)

// The choices of a vote.
const (
	VoteYes     = 1
	VoteNo      = 2
	VoteAbstain = 3
)

// Bounds of proposals and of the calls of the contract.
const (
	// MaxCalls is the most calls of a proposal.
	MaxCalls = 16
	// MaxCallBytes is the most data of all calls of a proposal.
	MaxCallBytes = 16 << 10
	// MaxTitleBytes and MaxProposalURIBytes are the longest title and URI.
	MaxTitleBytes       = 256
	MaxProposalURIBytes = 512
	// MaxVoteShares is the most shares that one vote or proposal may name.
	MaxVoteShares = 64
	// WindowBlocks is the least number of blocks that voting, the lock and the
	// grace time last, each, whatever the time: the first block after a pause of
	// the chain has the time from before, and the second is far from it.
	WindowBlocks = 10
)

// Bounds of the rules: a council can bind itself closer, and not at all.
const (
	minQuorum    = 100   // 1 %
	minThreshold = 5_000 // else what passes and its opposite could both pass
	maxThreshold = 9_999 // all of them; more could never pass
	maxVoting    = 90 * day
	maxLock      = 90 * day
	minGrace     = 60
	maxGrace     = 365 * day

	day = 24 * 60 * 60
)

// DefaultCouncilRules are those of an asset for which nobody has set others.
func DefaultCouncilRules() CouncilRules {
	return CouncilRules{
		Quorum: 3_334, Threshold: 5_000, Propose: 100,
		VotingSeconds: 3 * day, LockSeconds: day, GraceSeconds: 14 * day,
	}
}

// Validate returns ErrCouncil, with the reason, if r breaks a rule.
func (r CouncilRules) Validate() error {
	for _, b := range []struct {
		name        string
		n, min, max uint64
	}{
		{"quorum", uint64(r.Quorum), minQuorum, BasisPoints},
		{"threshold", uint64(r.Threshold), minThreshold, maxThreshold},
		{"propose", uint64(r.Propose), 1, BasisPoints},
		{"voting_seconds", r.VotingSeconds, 1, maxVoting},
		{"lock_seconds", r.LockSeconds, 0, maxLock},
		{"grace_seconds", r.GraceSeconds, minGrace, maxGrace},
	} {
		if b.n < b.min || b.n > b.max {
			return ErrCouncil.Wrapf("%s must be from %d to %d, got %d", b.name, b.min, b.max, b.n)
		}
	}
	return nil
}

// Validate returns ErrCouncil, with the reason, if p breaks a rule that can be
// seen without the store.
func (p Proposal) Validate() error {
	if len(p.Calls) == 0 || len(p.Calls) > MaxCalls {
		return ErrCouncil.Wrapf("a proposal has 1 to %d calls, got %d", MaxCalls, len(p.Calls))
	}
	size := 0
	for i, c := range p.Calls {
		if _, ok := c.Wei(); !ok || !common.IsHexAddress(c.To) {
			return ErrCouncil.Wrapf("call %d: to %.80q, value %.80q", i, c.To, c.Value)
		}
		size += len(c.Data)
	}
	if size > MaxCallBytes {
		return ErrCouncil.Wrapf("the calls have at most %d bytes of data in all, got %d", MaxCallBytes, size)
	}
	if p.Title == "" || len(p.Title) > MaxTitleBytes || !utf8.ValidString(p.Title) {
		return ErrCouncil.Wrapf("a title has 1 to %d bytes of UTF-8, got %d", MaxTitleBytes, len(p.Title))
	}
	if err := ValidateURI(p.Uri, Params{MaxUriBytes: MaxProposalURIBytes}); err != nil {
		return ErrCouncil.Wrap(err.Error())
	}
	return nil
}

// Wei returns a call's value: a decimal number below 2^256, without sign or
// leading zeros.
func (c Call) Wei() (*big.Int, bool) {
	n, ok := new(big.Int).SetString(c.Value, 10)
	if !ok || n.Sign() < 0 || n.BitLen() > 256 || n.String() != c.Value {
		return nil, false
	}
	return n, true
}

// Voted returns how many units have voted.
func (b Ballot) Voted() uint64 { return b.Yes + b.No + b.Abstain }

// Passes reports whether those who voted are enough, and enough of them for it.
// Units are at most 2^48, so that nothing here overflows.
func (b Ballot) Passes() bool {
	return b.Voted()*BasisPoints >= uint64(b.Rules.Quorum)*b.Circulating &&
		b.Yes*BasisPoints > uint64(b.Rules.Threshold)*(b.Yes+b.No)
}

// At returns the state that follows from a block's height and time, in whole
// seconds of Unix time.
func (b Ballot) At(height, now int64) ProposalState {
	if b.State != PROPOSAL_STATE_LOCKED {
		return b.State
	}
	locked := b.EndTime + int64(b.Rules.LockSeconds)
	switch {
	case now < locked || height < b.EndHeight+WindowBlocks:
		return PROPOSAL_STATE_LOCKED
	case now < locked+int64(b.Rules.GraceSeconds) || height < b.EndHeight+2*WindowBlocks:
		return PROPOSAL_STATE_READY
	}
	return PROPOSAL_STATE_EXPIRED
}
