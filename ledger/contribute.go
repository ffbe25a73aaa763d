package ledger

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

// ContributionPoints are what a contribution gets of what is divided, in relation
// to all that are named.
type ContributionPoints struct {
	ID     uint64 `json:"id"`
	Points uint64 `json:"points"`
}

// ContributionPayment is what a contribution got of what was divided.
type ContributionPayment struct {
	ID     uint64       `json:"id"`
	Points uint64       `json:"points"`
	Amount types.Amount `json:"amount"`
}

// NewContribution is what somebody brings to an asset.
type NewContribution struct {
	Asset  types.AssetID
	Root   types.Hash
	Chunks uint64
	URI    string
	// MinUnits is the least that may be promised, Into the share of the sender's
	// that units go to, zero for a new one.
	MinUnits uint64
	Into     types.ShareID
}

// callContributions is call of the contract where people add to assets.
func (s *Sender) callContributions(ctx context.Context, value types.Amount, signature string, args ...any) ([]any, error) {
	return s.call(ctx, contributions, value.Big(), solidity.Contributions, signature, args...)
}

// SetContributionTerms sets what an asset takes contributions under. What came of
// them so far is ignored.
func (s *Sender) SetContributionTerms(ctx context.Context, t ContributionTerms) error {
	arg, err := t.arg()
	if err == nil {
		_, err = s.callContributions(ctx, types.Amount{}, solidity.SetTermsSignature, number(uint64(t.Asset)), arg)
	}
	if err != nil {
		return fmt.Errorf("set what asset %d takes contributions under: %w", t.Asset, err)
	}
	return nil
}

// ContributionTermsCall is the call by which a council sets the terms.
func ContributionTermsCall(t ContributionTerms) (CouncilCall, error) {
	arg, err := t.arg()
	if err != nil {
		return CouncilCall{}, err
	}
	return callOf(contributions, solidity.Contributions, solidity.SetTermsSignature, number(uint64(t.Asset)), arg)
}

// CloseContributions takes no more contributions to an asset.
func (s *Sender) CloseContributions(ctx context.Context, asset types.AssetID) error {
	if _, err := s.callContributions(ctx, types.Amount{}, "close(uint256)", number(uint64(asset))); err != nil {
		return fmt.Errorf("take no more contributions to asset %d: %w", asset, err)
	}
	return nil
}

// Contribute brings something to an asset, with the deposit that its terms ask,
// and returns its number and the units it was promised.
func (s *Sender) Contribute(ctx context.Context, c NewContribution, t ContributionTerms) (id, units uint64, err error) {
	deposit := t.Deposit
	if t.Admission != "review" {
		deposit = types.Amount{}
	}
	out, err := s.callContributions(ctx, deposit, "contribute(uint256,bytes32,uint64,string,uint64,uint256)",
		number(uint64(c.Asset)), [32]byte(c.Root), c.Chunks, c.URI, c.MinUnits, number(uint64(c.Into)))
	if err != nil {
		return 0, 0, fmt.Errorf("contribute to asset %d: %w", c.Asset, err)
	}
	units, _ = out[1].(uint64)
	return numberOf(out[0]), units, nil
}

// WithdrawContribution takes a proposal back, with its deposit.
func (s *Sender) WithdrawContribution(ctx context.Context, id uint64) error {
	if _, err := s.callContributions(ctx, types.Amount{}, "withdraw(uint256)", number(id)); err != nil {
		return fmt.Errorf("withdraw contribution %d: %w", id, err)
	}
	return nil
}

// AcceptContributions accepts proposals.
func (s *Sender) AcceptContributions(ctx context.Context, ids []uint64) error {
	if _, err := s.callContributions(ctx, types.Amount{}, "accept(uint256[])", numbers(ids)); err != nil {
		return fmt.Errorf("accept contributions: %w", err)
	}
	return nil
}

// RejectContributions removes proposals. The deposits of spam go to the asset's
// treasury, others back.
func (s *Sender) RejectContributions(ctx context.Context, ids []uint64, spam bool) error {
	if _, err := s.callContributions(ctx, types.Amount{}, "reject(uint256[],bool)", numbers(ids), spam); err != nil {
		return fmt.Errorf("reject contributions: %w", err)
	}
	return nil
}

// ClaimContributions pays out what contributions of the sender's have earned. The
// fee can come out of what is claimed.
func (s *Sender) ClaimContributions(ctx context.Context, ids []uint64) ([]Coins, error) {
	var res assettypes.MsgClaimContributionsResponse
	err := s.sendMsgs(ctx, &res, &assettypes.MsgClaimContributions{Sender: Bech32(s.address), Ids: ids})
	if err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	return coinsOf(res.Paid)
}

// Distribute divides what waits for an asset's contributors in a denomination by
// points. Root is the hash of the evidence that they follow, and pays a
// contribution once. More contributions than one call takes are several
// transactions, each of its part: if one fails, what those before paid is
// returned with the error, and what is left can be distributed to the others.
func (s *Sender) Distribute(ctx context.Context, asset types.AssetID, denom string, points []ContributionPoints, root types.Hash) ([]ContributionPayment, error) {
	refused := func(err error) error {
		return fmt.Errorf("distribute %s to the contributors of asset %d: %w", denom, asset, err)
	}
	limits := []types.Amount{{}}
	if len(points) > assettypes.MaxDivided {
		waiting, err := s.l.waiting(ctx, asset, denom)
		if err != nil {
			return nil, refused(err)
		}
		if limits, err = parts(waiting, points); err != nil {
			return nil, refused(err)
		}
	}
	var paid []ContributionPayment
	i := 0
	for some := range slices.Chunk(points, assettypes.MaxDivided) {
		limit := limits[i]
		i++
		if limit.IsZero() && len(limits) > 1 {
			for _, p := range some {
				paid = append(paid, ContributionPayment{ID: p.ID, Points: p.Points})
			}
			continue
		}
		more, err := s.distribute(ctx, asset, denom, limit, some, root)
		if err != nil {
			return paid, refused(err)
		}
		paid = append(paid, more...)
	}
	return paid, nil
}

func (s *Sender) distribute(ctx context.Context, asset types.AssetID, denom string, limit types.Amount, points []ContributionPoints, root types.Hash) ([]ContributionPayment, error) {
	ids, weights := make([]uint64, len(points)), make([]uint64, len(points))
	for i, p := range points {
		ids[i], weights[i] = p.ID, p.Points
	}
	out, err := s.callContributions(ctx, types.Amount{}, "distribute(uint256,string,uint256,uint256[],uint64[],bytes32)",
		number(uint64(asset)), denom, limit.Big(), numbers(ids), weights, [32]byte(root))
	if err != nil {
		return nil, err
	}
	amounts, ok := out[0].([]*big.Int)
	if !ok || len(amounts) != len(points) {
		return nil, errors.New("the contract returned other than an amount for each")
	}
	paid := make([]ContributionPayment, len(points))
	for i, p := range points {
		amount, err := types.AmountFromBig(amounts[i])
		if err != nil {
			return nil, err
		}
		paid[i] = ContributionPayment{ID: p.ID, Points: p.Points, Amount: amount}
	}
	return paid, nil
}

// waiting is what waits for an asset's contributors in a denomination.
func (l *Ledger) waiting(ctx context.Context, asset types.AssetID, denom string) (types.Amount, error) {
	pools, err := l.ContributionPools(ctx, asset)
	if err != nil {
		return types.Amount{}, err
	}
	i := slices.IndexFunc(pools, func(p ContributionPool) bool { return p.Denom == denom })
	if i < 0 {
		return types.Amount{}, errors.New("the asset does not earn in it")
	}
	return pools[i].Waiting, nil
}

// parts returns what of waiting each call divides, so that all points count the
// same: rounded down.
func parts(waiting types.Amount, points []ContributionPoints) ([]types.Amount, error) {
	all := new(big.Int)
	var sums []*big.Int
	for some := range slices.Chunk(points, assettypes.MaxDivided) {
		sum := new(big.Int)
		for _, p := range some {
			sum.Add(sum, number(p.Points))
		}
		sums = append(sums, sum)
		all.Add(all, sum)
	}
	if all.Sign() == 0 {
		return nil, errors.New("there are no points")
	}
	limits := make([]types.Amount, len(sums))
	for i, sum := range sums {
		var err error
		if limits[i], err = types.AmountFromBig(sum.Quo(sum.Mul(sum, waiting.Big()), all)); err != nil {
			return nil, err
		}
	}
	return limits, nil
}
