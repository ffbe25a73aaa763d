package ledger

import (
	"context"
	"fmt"

	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/ethereum/go-ethereum/common"

	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

// ContributionTerms are what an asset takes contributions under.
type ContributionTerms struct {
	Asset types.AssetID `json:"asset"`
	// Admission is closed, review or credential.
	Admission string `json:"admission"`
	// Steward accepts, rejects and distributes, beside the council: an EIP-55 hex
	// address, empty for none.
	Steward string `json:"steward,omitempty"`
	// Pot is the share that units are granted from, PotUnits how many of them it
	// can grant now.
	Pot      types.ShareID `json:"pot,omitempty"`
	PotUnits uint64        `json:"pot_units"`
	// UnitsPerChunk is what is granted for each chunk; MaxChunks are accepted in
	// all, MaxChunksEach of one contributor: 0 is without limit.
	UnitsPerChunk uint64 `json:"units_per_chunk"`
	MaxChunks     uint64 `json:"max_chunks"`
	MaxChunksEach uint64 `json:"max_chunks_each"`
	// Part is what contributors get of the asset's revenue, in basis points, and
	// Split the rule that their use is measured by: none, equal, score or citation.
	Part  uint32 `json:"part"`
	Split string `json:"split"`
	// Deposit is what a proposal pays until it is decided about.
	Deposit types.Amount `json:"deposit"`
	// What came of them so far.
	Open          uint64 `json:"open"`
	Accepted      uint64 `json:"accepted"`
	Chunks        uint64 `json:"chunks"`
	Granted       uint64 `json:"granted"` // units
	Distributions uint64 `json:"distributions"`
}

// Contribution is content that somebody brought to an asset.
type Contribution struct {
	ID          uint64        `json:"id"`
	Asset       types.AssetID `json:"asset"`
	Contributor string        `json:"contributor"` // EIP-55 hex address
	Root        types.Hash    `json:"root"`
	Chunks      uint64        `json:"chunks"`
	URI         string        `json:"uri,omitempty"`
	// State is proposed or accepted.
	State string `json:"state"`
	// Units were promised, and are granted with acceptance: to Share, or to a new
	// one if that is zero.
	Units   uint64        `json:"units"`
	Share   types.ShareID `json:"share,omitempty"`
	Deposit types.Amount  `json:"deposit"`
	// Proposed and Accepted are heights.
	Proposed int64 `json:"proposed"`
	Accepted int64 `json:"accepted,omitempty"`
	// Earnings are what it was given of the asset's revenue.
	Earnings []ContributionEarning `json:"earnings,omitempty"`
}

// ContributionEarning is what a contribution has earned in one denomination.
type ContributionEarning struct {
	Denom  string       `json:"denom"`
	Earned types.Amount `json:"earned"`
	Owed   types.Amount `json:"owed"` // not yet claimed
	Root   types.Hash   `json:"root"` // the evidence that it was last paid by
}

// ContributionPool is what an asset's contributors can still get in one
// denomination.
type ContributionPool struct {
	Denom   string       `json:"denom"`
	Waiting types.Amount `json:"waiting"` // not yet divided
	Granted types.Amount `json:"granted"` // divided, not yet claimed
}

// Distribution is one division of a pool.
type Distribution struct {
	Number        uint64       `json:"number"`
	Denom         string       `json:"denom"`
	Amount        types.Amount `json:"amount"`
	Root          types.Hash   `json:"root"`
	By            string       `json:"by"` // EIP-55 hex address
	Contributions uint32       `json:"contributions"`
	Height        int64        `json:"height"`
}

// contributions is the address of the contract where people add to assets.
var contributions = common.HexToAddress(types.ContributionsContract)

// ContributionTerms returns what an asset takes contributions under.
func (l *Ledger) ContributionTerms(ctx context.Context, asset types.AssetID) (ContributionTerms, error) {
	res, err := l.added.ContributionTerms(ctx, &assettypes.QueryContributionTermsRequest{Asset: uint64(asset)})
	if err != nil {
		return ContributionTerms{}, failed(fmt.Sprintf("read what asset %d takes contributions under", asset), err)
	}
	t := res.Terms
	deposit, err := types.ParseAmount(t.Deposit)
	if err != nil {
		return ContributionTerms{}, fmt.Errorf("read what asset %d takes contributions under: %w", asset, err)
	}
	return ContributionTerms{
		Asset: asset, Admission: named(assettypes.AdmissionNames, t.Admission), Steward: t.Steward,
		Pot: types.ShareID(t.Pot), PotUnits: res.Pot, UnitsPerChunk: t.UnitsPerChunk, MaxChunks: t.MaxChunks, MaxChunksEach: t.MaxChunksEach,
		Part: t.Part, Split: named(assettypes.SplitNames, t.Split), Deposit: deposit,
		Open: res.Totals.Open, Accepted: res.Totals.Accepted, Chunks: res.Totals.Chunks, Granted: res.Totals.Units,
		Distributions: res.Totals.Distributions,
	}, nil
}

// named is the name of a number, or the number if it has none.
func named(names []string, n uint32) string {
	if int(n) < len(names) {
		return names[n]
	}
	return fmt.Sprint(n)
}

// Contribution returns a contribution.
func (l *Ledger) Contribution(ctx context.Context, id uint64) (Contribution, error) {
	res, err := l.added.Contribution(ctx, &assettypes.QueryContributionRequest{Id: id})
	if err != nil {
		return Contribution{}, failed(fmt.Sprintf("read contribution %d", id), err)
	}
	return contributionOf(*res)
}

// Contributions lists those to an asset, or to all if that is zero, in the order
// of their numbers: proposed and accepted.
func (l *Ledger) Contributions(ctx context.Context, asset types.AssetID) ([]Contribution, error) {
	var all []Contribution
	page := &query.PageRequest{Limit: pageSize}
	for {
		res, err := l.added.Contributions(ctx, &assettypes.QueryContributionsRequest{Asset: uint64(asset), Pagination: page})
		if err != nil {
			return nil, failed("list contributions", err)
		}
		for _, row := range res.Contributions {
			one, err := contributionOf(row)
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		}
		if len(res.Pagination.GetNextKey()) == 0 {
			return all, nil
		}
		page = &query.PageRequest{Limit: pageSize, Key: res.Pagination.NextKey}
	}
}

// ContributionPools returns what waits for an asset's contributors, in each of its
// denominations.
func (l *Ledger) ContributionPools(ctx context.Context, asset types.AssetID) ([]ContributionPool, error) {
	res, err := l.added.ContributionPools(ctx, &assettypes.QueryContributionPoolsRequest{Asset: uint64(asset)})
	if err != nil {
		return nil, failed(fmt.Sprintf("read what waits for the contributors of asset %d", asset), err)
	}
	var all []ContributionPool
	for _, p := range res.Pools {
		waiting, err := types.ParseAmount(p.Waiting)
		if err != nil {
			return nil, fmt.Errorf("read what waits for the contributors of asset %d: %w", asset, err)
		}
		granted, err := types.ParseAmount(p.Granted)
		if err != nil {
			return nil, fmt.Errorf("read what waits for the contributors of asset %d: %w", asset, err)
		}
		all = append(all, ContributionPool{Denom: p.Denom, Waiting: waiting, Granted: granted})
	}
	return all, nil
}

// Distributions lists how an asset's pools were divided, the oldest first.
func (l *Ledger) Distributions(ctx context.Context, asset types.AssetID) ([]Distribution, error) {
	var all []Distribution
	page := &query.PageRequest{Limit: pageSize}
	for {
		res, err := l.added.Distributions(ctx, &assettypes.QueryDistributionsRequest{Asset: uint64(asset), Pagination: page})
		if err != nil {
			return nil, failed(fmt.Sprintf("list distributions of asset %d", asset), err)
		}
		for _, d := range res.Distributions {
			amount, err := types.ParseAmount(d.Amount)
			if err != nil {
				return nil, fmt.Errorf("read distribution %d of asset %d: %w", d.Number, asset, err)
			}
			all = append(all, Distribution{
				Number: d.Number, Denom: d.Denom, Amount: amount, Root: types.Hash(common.BytesToHash(d.Root)), By: d.By,
				Contributions: d.Contributions, Height: d.Height,
			})
		}
		if len(res.Pagination.GetNextKey()) == 0 {
			return all, nil
		}
		page = &query.PageRequest{Limit: pageSize, Key: res.Pagination.NextKey}
	}
}

func contributionOf(row assettypes.QueryContributionResponse) (Contribution, error) {
	m := row.Contribution
	deposit, err := types.ParseAmount(m.Deposit)
	if err != nil {
		return Contribution{}, fmt.Errorf("read contribution %d: %w", m.Id, err)
	}
	c := Contribution{
		ID: m.Id, Asset: types.AssetID(m.Asset), Contributor: m.Contributor, Root: types.Hash(common.BytesToHash(m.Root)),
		Chunks: m.Chunks, URI: m.Uri, State: "proposed", Units: m.Units, Share: types.ShareID(m.Share), Deposit: deposit,
		Proposed: m.Proposed, Accepted: m.Accepted,
	}
	if m.State == assettypes.ContributionAccepted {
		c.State = "accepted"
	}
	for _, e := range row.Earnings {
		earned, err := types.ParseAmount(e.Earned)
		if err != nil {
			return c, fmt.Errorf("read contribution %d: %w", m.Id, err)
		}
		owed, err := types.ParseAmount(e.Owed)
		if err != nil {
			return c, fmt.Errorf("read contribution %d: %w", m.Id, err)
		}
		c.Earnings = append(c.Earnings, ContributionEarning{
			Denom: e.Denom, Earned: earned, Owed: owed, Root: types.Hash(common.BytesToHash(e.Root)),
		})
	}
	return c, nil
}

// arg writes terms as the contract reads them.
func (t ContributionTerms) arg() (solidity.ContributionTerms, error) {
	arg := solidity.ContributionTerms{
		Pot: number(uint64(t.Pot)), UnitsPerChunk: t.UnitsPerChunk, MaxChunks: t.MaxChunks, MaxChunksEach: t.MaxChunksEach,
		Part: uint16(t.Part), Deposit: t.Deposit.Big(),
	}
	admission, err := numbered("admission", assettypes.AdmissionNames, t.Admission)
	if err != nil {
		return arg, err
	}
	split, err := numbered("split", assettypes.SplitNames, t.Split)
	if err != nil {
		return arg, err
	}
	if t.Part > assettypes.BasisPoints {
		return arg, fmt.Errorf("part: at most %d basis points, got %d", assettypes.BasisPoints, t.Part)
	}
	arg.Admission, arg.Split = admission, split
	if t.Steward != "" {
		if arg.Steward, err = ParseAddress(t.Steward); err != nil {
			return arg, fmt.Errorf("steward: %w", err)
		}
	}
	return arg, nil
}

// numbered is the number of a name.
func numbered(what string, names []string, name string) (uint8, error) {
	for i, n := range names {
		if n == name {
			return uint8(i), nil
		}
	}
	return 0, fmt.Errorf("%s: want one of %v, got %q", what, names, name)
}
