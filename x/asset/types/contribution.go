package types

import (
	"fmt"
	"math/bits"

	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
)

// How contributions are admitted.
const (
	// AdmissionClosed: there are none.
	AdmissionClosed = 0
	// AdmissionReview: anyone proposes; the steward or the council accepts.
	AdmissionReview = 1
	// AdmissionCredential: who has a credential that is good is accepted at once.
	AdmissionCredential = 2
)

// The states of a contribution. What is rejected or withdrawn is gone.
const (
	ContributionProposed = 1
	ContributionAccepted = 2
)

// Bounds of contributions and of the calls of the contract.
const (
	// MaxContributionChunks is the most chunks of one contribution.
	MaxContributionChunks = 1 << 32
	// MaxOpenContributions is the most proposals that one account has open to one
	// asset.
	MaxOpenContributions = 64
	// MaxDecided is the most contributions that one call accepts or rejects.
	MaxDecided = 64
	// MaxDivided is the most contributions that one distribution divides among.
	MaxDivided = 256
	// MaxClaimContributions is the most contributions that one claim may name.
	MaxClaimContributions = 64
)

// SplitNames are the rules that use is measured by, off the chain, by their
// numbers in terms.
var SplitNames = []string{"none", "equal", "score", "citation"}

// AdmissionNames are the names of how contributions are admitted, by their
// numbers in terms.
var AdmissionNames = []string{"closed", "review", "credential"}

// NoContributions are the terms of an asset that has set none.
func NoContributions(asset weal.AssetID) ContributionTerms {
	return ContributionTerms{Asset: uint64(asset), Deposit: "0"}
}

// Validate returns ErrContribution, with the reason, if terms break a rule. What
// they say of the pot is for the keeper to check.
func (t ContributionTerms) Validate() error {
	var why string
	switch {
	case int(t.Admission) >= len(AdmissionNames):
		why = fmt.Sprintf("admission %d: want 0 closed, 1 review or 2 credential", t.Admission)
	case int(t.Split) >= len(SplitNames):
		why = fmt.Sprintf("split %d: want 0 none, 1 equal, 2 score or 3 citation", t.Split)
	case t.Part > BasisPoints:
		why = fmt.Sprintf("part: at most %d basis points, got %d", BasisPoints, t.Part)
	case t.UnitsPerChunk > weal.MaxUnits:
		why = fmt.Sprintf("units per chunk: at most %d, got %d", uint64(weal.MaxUnits), t.UnitsPerChunk)
	case t.UnitsPerChunk > 0 && t.Pot == 0:
		why = "units are granted for chunks; name the share that is the pot"
	case t.Admission == AdmissionCredential && t.MaxChunksEach == 0:
		why = "what is accepted at once needs a limit: the most chunks of one contributor"
	case t.Steward != "" && validateParty(t.Steward) != nil:
		why = fmt.Sprintf("steward: %s", validateParty(t.Steward))
	}
	if why != "" {
		return ErrContribution.Wrap(why)
	}
	if _, err := weal.ParseAmount(t.Deposit); err != nil {
		return ErrContribution.Wrapf("deposit: %s", err)
	}
	return nil
}

// Grants returns how many units so many chunks are granted, or ErrContribution if
// there are never so many.
func (t ContributionTerms) Grants(chunks uint64) (uint64, error) {
	over, units := bits.Mul64(chunks, t.UnitsPerChunk)
	if over != 0 || units > weal.MaxUnits {
		return 0, ErrContribution.Wrapf("%d chunks of %d units each are more than there are", chunks, t.UnitsPerChunk)
	}
	return units, nil
}

// Validate returns ErrGenesis, with the reason, if s contradicts itself. What it
// says of assets, shares and coins is for the keeper to check.
func (s ContributionState) Validate() error {
	assets := map[uint64]bool{}
	for _, t := range s.Terms {
		if err := t.Validate(); err != nil {
			return ErrGenesis.Wrapf("contributions to asset %d: %s", t.Asset, err)
		}
		if t.Asset == 0 || assets[t.Asset] {
			return ErrGenesis.Wrapf("contributions to asset %d: its terms are there twice", t.Asset)
		}
		assets[t.Asset] = true
	}
	tally, err := s.tally()
	if err != nil {
		return err
	}
	if err := s.validateCounts(tally); err != nil {
		return err
	}
	return s.validateEarnings(tally)
}

// contributorKey is one account at one asset.
type contributorKey struct {
	asset uint64
	who   string
}

// tally is what contributions add up to.
type tally struct {
	accepted     map[uint64]bool // contributions
	contributors map[contributorKey]Contributor
	totals       map[uint64]ContributionTotals
}

// tally checks contributions one by one and adds them up.
func (s ContributionState) tally() (tally, error) {
	t := tally{map[uint64]bool{}, map[contributorKey]Contributor{}, map[uint64]ContributionTotals{}}
	type rootKey struct {
		asset uint64
		who   string // empty: it was accepted
		root  common.Hash
	}
	roots, seen := map[rootKey]bool{}, map[uint64]bool{}
	for _, c := range s.Contributions {
		if err := c.validate(); err != nil {
			return t, ErrGenesis.Wrapf("contribution %d: %s", c.Id, err)
		}
		if c.Id == 0 || c.Id > s.Made || seen[c.Id] {
			return t, ErrGenesis.Wrapf("contribution %d: %d were made, each once", c.Id, s.Made)
		}
		seen[c.Id] = true
		key := contributorKey{c.Asset, c.Contributor}
		root := rootKey{c.Asset, c.Contributor, common.BytesToHash(c.Root)}
		by, all := t.contributors[key], t.totals[c.Asset]
		by.Asset, by.Contributor, all.Asset = c.Asset, c.Contributor, c.Asset
		if c.State == ContributionAccepted {
			t.accepted[c.Id] = true
			root.who = ""
			by.Chunks += c.Chunks
			all.Accepted++
			all.Chunks += c.Chunks
			all.Units += c.Units
		} else {
			by.Open++
			all.Open++
		}
		if roots[root] {
			return t, ErrGenesis.Wrapf("contribution %d: its root is there twice", c.Id)
		}
		roots[root] = true
		t.contributors[key], t.totals[c.Asset] = by, all
	}
	return t, nil
}

// validateCounts compares what is counted with what was added up.
func (s ContributionState) validateCounts(t tally) error {
	for _, d := range s.Distributions {
		all := t.totals[d.Asset]
		all.Asset = d.Asset
		all.Distributions++
		if d.Number != all.Distributions {
			return ErrGenesis.Wrapf("distribution %d of asset %d: want number %d", d.Number, d.Asset, all.Distributions)
		}
		if amount, err := weal.ParseAmount(d.Amount); err != nil || amount.IsZero() || len(d.Root) != common.HashLength {
			return ErrGenesis.Wrapf("distribution %d of asset %d: %s, root of %d bytes", d.Number, d.Asset, d.Amount, len(d.Root))
		}
		t.totals[d.Asset] = all
	}
	for _, c := range s.Contributors {
		if key := (contributorKey{c.Asset, c.Contributor}); t.contributors[key] != c {
			return ErrGenesis.Wrapf("contributor %s of asset %d: it has %v, counted %v", c.Contributor, c.Asset, t.contributors[key], c)
		}
	}
	for _, all := range s.Totals {
		if t.totals[all.Asset] != all {
			return ErrGenesis.Wrapf("contributions to asset %d: there are %v, counted %v", all.Asset, t.totals[all.Asset], all)
		}
	}
	if len(s.Contributors) != len(t.contributors) || len(s.Totals) != len(t.totals) {
		return ErrGenesis.Wrapf("contributions: %d contributors and %d assets are counted, there are %d and %d",
			len(s.Contributors), len(s.Totals), len(t.contributors), len(t.totals))
	}
	return nil
}

func (s ContributionState) validateEarnings(t tally) error {
	type key struct {
		contribution uint64
		denom        string
	}
	seen := map[key]bool{}
	for _, e := range s.Earnings {
		k := key{e.Contribution, e.Denom}
		if !t.accepted[e.Contribution] || seen[k] {
			return ErrGenesis.Wrapf("contribution %d, %s: it earns nothing, or is there twice", e.Contribution, e.Denom)
		}
		seen[k] = true
		earned, err1 := weal.ParseAmount(e.Earned)
		owed, err2 := weal.ParseAmount(e.Owed)
		if err1 != nil || err2 != nil || owed.Cmp(earned) > 0 || len(e.Root) != common.HashLength {
			return ErrGenesis.Wrapf("contribution %d, %s: owed %s of %s, root of %d bytes", e.Contribution, e.Denom, e.Owed, e.Earned, len(e.Root))
		}
	}
	return nil
}

func (c Contribution) validate() error {
	if c.Chunks == 0 || c.Chunks > MaxContributionChunks || c.Units > weal.MaxUnits {
		return ErrContribution.Wrapf("%d chunks for %d units", c.Chunks, c.Units)
	}
	if len(c.Root) != common.HashLength {
		return ErrContribution.Wrapf("a root of %d bytes", len(c.Root))
	}
	deposit, err := weal.ParseAmount(c.Deposit)
	if err != nil {
		return ErrContribution.Wrapf("deposit: %s", err)
	}
	switch {
	case c.State != ContributionProposed && c.State != ContributionAccepted:
		return ErrContribution.Wrapf("state %d", c.State)
	case c.State == ContributionAccepted && !deposit.IsZero():
		return ErrContribution.Wrap("it was accepted, and its deposit is still held")
	}
	return validateParty(c.Contributor)
}
