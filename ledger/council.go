package ledger

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/cosmos/cosmos-sdk/types/query"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/weal-network/weal/precompile/solidity"
	"github.com/weal-network/weal/types"
	assettypes "github.com/weal-network/weal/x/asset/types"
)

// CouncilRules say when a proposal about an asset passes. Parts are in basis points.
type CouncilRules struct {
	// Quorum is how many of the units that can vote must.
	Quorum uint32 `json:"quorum"`
	// Threshold is the part of yes and no that yes must exceed.
	Threshold uint32 `json:"threshold"`
	// Propose is how many of the units must stand behind a proposal.
	Propose       uint32 `json:"propose"`
	VotingSeconds uint64 `json:"voting_seconds"`
	LockSeconds   uint64 `json:"lock_seconds"`
	GraceSeconds  uint64 `json:"grace_seconds"`
}

// Council is how an asset is governed.
type Council struct {
	Asset types.AssetID `json:"asset"`
	Rules CouncilRules  `json:"rules"`
	// Account is the asset's own: its treasury, and what its council acts as.
	Account string `json:"account"`
	// Circulating is how many units can vote, Treasury how many Account holds.
	Circulating uint64 `json:"circulating"`
	Treasury    uint64 `json:"treasury"`
}

// CouncilCall is one call that a council makes.
type CouncilCall struct {
	To string `json:"to"`
	// Value is in the chain's smallest unit, a decimal number below 2^256.
	Value string        `json:"value"`
	Data  hexutil.Bytes `json:"data"`
}

// Proposal is what a council votes on, and where it stands.
type Proposal struct {
	ID       uint64        `json:"id"`
	Asset    types.AssetID `json:"asset"`
	Proposer string        `json:"proposer"`
	Title    string        `json:"title"`
	URI      string        `json:"uri,omitempty"`
	// State is pending, voting, locked, ready, executed, defeated, canceled or expired.
	State string       `json:"state"`
	Rules CouncilRules `json:"rules"`
	// Calls are left out of lists.
	Calls       []CouncilCall `json:"calls,omitempty"`
	Height      int64         `json:"height"`
	StartHeight int64         `json:"start_height"`
	// Times are zero, and not in JSON, until voting has begun and ended.
	StartTime   time.Time `json:"start_time,omitzero"`
	EndHeight   int64     `json:"end_height"`
	EndTime     time.Time `json:"end_time,omitzero"`
	Circulating uint64    `json:"circulating"`
	Yes         uint64    `json:"yes"`
	No          uint64    `json:"no"`
	Abstain     uint64    `json:"abstain"`
}

// Voice is some shares and the units they speak for.
type Voice struct {
	Shares []types.ShareID `json:"shares"`
	Units  uint64          `json:"units"`
}

// maxVoice is how many shares one vote or proposal may name.
const maxVoice = 64

// councils is the address of the contract of all councils.
var councils = common.HexToAddress(types.CouncilContract)

// callCouncil is call of that contract, which takes no coins.
func (s *Sender) callCouncil(ctx context.Context, signature string, args ...any) ([]any, error) {
	return s.call(ctx, councils, nil, solidity.Council, signature, args...)
}

// Council tells how an asset is governed.
func (l *Ledger) Council(ctx context.Context, asset types.AssetID) (Council, error) {
	res, err := l.councils.Council(ctx, &assettypes.QueryCouncilRequest{Asset: uint64(asset)})
	if err != nil {
		return Council{}, failed(fmt.Sprintf("read council of asset %d", asset), err)
	}
	return Council{
		Asset: asset, Rules: CouncilRules(res.Rules), Account: res.Account, Circulating: res.Circulating, Treasury: res.Treasury,
	}, nil
}

// Proposal returns a proposal with its calls.
func (l *Ledger) Proposal(ctx context.Context, id uint64) (Proposal, error) {
	res, err := l.councils.Proposal(ctx, &assettypes.QueryProposalRequest{Id: id})
	if err != nil {
		return Proposal{}, failed(fmt.Sprintf("read proposal %d", id), err)
	}
	return proposalOf(res.Proposal), nil
}

// Proposals lists those about an asset, or all if asset is 0, the newest first,
// without their calls.
func (l *Ledger) Proposals(ctx context.Context, asset types.AssetID) ([]Proposal, error) {
	var all []Proposal
	page := &query.PageRequest{Limit: pageSize, Reverse: true}
	for {
		res, err := l.councils.Proposals(ctx, &assettypes.QueryProposalsRequest{Asset: uint64(asset), Pagination: page})
		if err != nil {
			return nil, failed("list proposals", err)
		}
		for _, row := range res.Proposals {
			all = append(all, proposalOf(row))
		}
		if len(res.Pagination.GetNextKey()) == 0 {
			return all, nil
		}
		page = &query.PageRequest{Limit: pageSize, Reverse: true, Key: res.Pagination.NextKey}
	}
}

func proposalOf(row assettypes.ProposalRow) Proposal {
	m, b := row.Proposal, row.Ballot
	p := Proposal{
		ID: m.Id, Asset: types.AssetID(m.Asset), Proposer: m.Proposer, Title: m.Title, URI: m.Uri, Height: m.Height,
		State: strings.ToLower(strings.TrimPrefix(b.State.String(), "PROPOSAL_STATE_")), Rules: CouncilRules(b.Rules),
		StartHeight: b.StartHeight, StartTime: moment(uint64(max(0, b.StartTime))), EndHeight: b.EndHeight, EndTime: moment(uint64(max(0, b.EndTime))),
		Circulating: b.Circulating, Yes: b.Yes, No: b.No, Abstain: b.Abstain,
	}
	for _, c := range m.Calls {
		p.Calls = append(p.Calls, CouncilCall{To: c.To, Value: c.Value, Data: c.Data})
	}
	return p
}

// VoiceNow returns the shares of an asset that an account owns or is the delegate
// of, as many as one proposal may name, those with the most units.
func (l *Ledger) VoiceNow(ctx context.Context, asset types.AssetID, account string) (Voice, error) {
	shares, err := l.within(ctx, asset, account)
	if err != nil {
		return Voice{}, err
	}
	slices.SortStableFunc(shares, func(a, b Share) int { return cmp.Compare(b.Value, a.Value) })
	var v Voice
	for _, s := range shares[:min(len(shares), maxVoice)] {
		v.Shares, v.Units = append(v.Shares, s.ID), v.Units+s.Value
	}
	return v, nil
}

// VoiceIn returns the shares that an account can vote with on a proposal, of those
// that it, or who it is the delegate of, still owns.
func (l *Ledger) VoiceIn(ctx context.Context, p Proposal, account string) (Voice, error) {
	shares, err := l.within(ctx, p.Asset, account)
	if err != nil {
		return Voice{}, err
	}
	var v Voice
	for _, s := range shares {
		res, err := l.councils.Power(ctx, &assettypes.QueryPowerRequest{Proposal: p.ID, Share: uint64(s.ID)})
		if err != nil {
			return v, failed(fmt.Sprintf("read what share %d can say", s.ID), err)
		}
		overridden := res.Owner != account && res.Choice != 0 && !res.Delegated
		if res.Power > 0 && (res.Owner == account || res.Delegate == account) && !overridden {
			v.Shares, v.Units = append(v.Shares, s.ID), v.Units+res.Power
		}
	}
	return v, nil
}

// within lists the shares of an asset that an account owns or is the delegate of.
func (l *Ledger) within(ctx context.Context, asset types.AssetID, account string) ([]Share, error) {
	owners := []string{account}
	page := &query.PageRequest{Limit: pageSize}
	for {
		res, err := l.councils.Delegations(ctx, &assettypes.QueryDelegationsRequest{Asset: uint64(asset), Pagination: page})
		if err != nil {
			return nil, failed("list delegations", err)
		}
		for _, d := range res.Delegations {
			if d.Delegate == account {
				owners = append(owners, d.Owner)
			}
		}
		if len(res.Pagination.GetNextKey()) == 0 {
			break
		}
		page = &query.PageRequest{Limit: pageSize, Key: res.Pagination.NextKey}
	}
	var all []Share
	for _, owner := range owners {
		shares, err := l.SharesOf(ctx, owner)
		if err != nil {
			return nil, err
		}
		for _, s := range shares {
			if s.Asset == asset {
				all = append(all, s)
			}
		}
	}
	return all, nil
}

// Propose makes a proposal, with shares of the sender's behind it, and returns its
// number.
func (s *Sender) Propose(ctx context.Context, asset types.AssetID, title, uri string, calls []CouncilCall, shares []types.ShareID) (uint64, error) {
	var arg []solidity.CouncilCall
	for i, c := range calls {
		to, err := ParseAddress(c.To)
		if err != nil {
			return 0, fmt.Errorf("propose: call %d: %w", i, err)
		}
		value, ok := new(big.Int).SetString(cmp.Or(c.Value, "0"), 10)
		if !ok || value.Sign() < 0 || value.BitLen() > 256 {
			return 0, fmt.Errorf("propose: call %d: value: want a whole number below 2^256, got %.80q", i, c.Value)
		}
		arg = append(arg, solidity.CouncilCall{To: to, Value: value, Data: c.Data})
	}
	out, err := s.callCouncil(ctx, solidity.ProposeSignature, number(uint64(asset)), arg, title, uri, numbers(shares))
	if err != nil {
		return 0, fmt.Errorf("propose about asset %d: %w", asset, err)
	}
	return numberOf(out[0]), nil
}

// Vote says 1 yes, 2 no or 3 abstain for shares, in as many transactions as it
// takes, and returns the units it spoke for.
func (s *Sender) Vote(ctx context.Context, proposal uint64, choice uint8, shares []types.ShareID) (units uint64, err error) {
	for some := range slices.Chunk(shares, maxVoice) {
		out, err := s.callCouncil(ctx, "vote(uint256,uint8,uint256[])", number(proposal), choice, numbers(some))
		if err != nil {
			return units, fmt.Errorf("vote on proposal %d: %w", proposal, err)
		}
		units += numberOf(out[0])
	}
	return units, nil
}

// Delegate lets another account vote for the sender's shares of an asset, or
// nobody if to is empty.
func (s *Sender) Delegate(ctx context.Context, asset types.AssetID, to string) error {
	var a common.Address
	if to != "" {
		var err error
		if a, err = ParseAddress(to); err != nil {
			return fmt.Errorf("delegate: %w", err)
		}
	}
	if _, err := s.callCouncil(ctx, "delegate(uint256,address)", number(uint64(asset)), a); err != nil {
		return fmt.Errorf("delegate: %w", err)
	}
	return nil
}

// CancelProposal ends a proposal of the sender's that nobody has voted on.
func (s *Sender) CancelProposal(ctx context.Context, proposal uint64) error {
	if _, err := s.callCouncil(ctx, "cancel(uint256)", number(proposal)); err != nil {
		return fmt.Errorf("cancel proposal %d: %w", proposal, err)
	}
	return nil
}

// Execute makes the calls of a proposal that is ready.
func (s *Sender) Execute(ctx context.Context, p Proposal) error {
	if _, err := s.callCouncil(ctx, "execute(uint256)", number(p.ID)); err != nil {
		return fmt.Errorf("execute proposal %d: %w", p.ID, err)
	}
	s.l.forget(p.Asset)
	return nil
}

// SetRules sets the rules of an asset that the sender controls and owns all of.
func (s *Sender) SetRules(ctx context.Context, asset types.AssetID, r CouncilRules) error {
	if _, err := s.callCouncil(ctx, solidity.SetRulesSignature, number(uint64(asset)), solidity.CouncilRules(r)); err != nil {
		return fmt.Errorf("set the rules of asset %d: %w", asset, err)
	}
	return nil
}

// numbers are ids as contracts have them.
func numbers[T ~uint64](ids []T) []*big.Int {
	all := make([]*big.Int, len(ids))
	for i, id := range ids {
		all[i] = number(uint64(id))
	}
	return all
}
