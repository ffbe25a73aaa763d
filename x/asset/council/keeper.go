package council

import (
	"context"
	"errors"
	"fmt"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/types"
)

// The keys that have more than one part.
type (
	assetProposalKey = collections.Pair[uint64, uint64]         // asset, proposal
	closingKey       = collections.Pair[int64, uint64]          // time, proposal
	voteKey          = collections.Pair[uint64, uint64]         // proposal, share
	delegateKey      = collections.Pair[uint64, sdk.AccAddress] // asset, owner
)

// Keeper reads and writes the councils' part of the module's store. It holds no
// state of its own.
type Keeper struct {
	snapshots Snapshots
	assets    keeper.Keeper

	rules      collections.Map[uint64, types.CouncilRules]
	counter    collections.Sequence
	proposals  collections.Map[uint64, types.Proposal]
	ballots    collections.Map[uint64, types.Ballot]
	byAsset    collections.KeySet[assetProposalKey]
	pending    collections.KeySet[uint64]
	closing    collections.KeySet[closingKey]
	votes      collections.Map[voteKey, said]
	delegates  collections.Map[delegateKey, common.Address]
	sweepVotes collections.KeySet[uint64]
}

// NewKeeper returns a keeper over the store of types.StoreKey. The keeper of
// assets must have snapshots among the watchers of its shares.
func NewKeeper(cdc codec.BinaryCodec, stores store.KVStoreService, snapshots Snapshots, assets keeper.Keeper) Keeper {
	var (
		sb   = collections.NewSchemaBuilder(stores)
		u64  = collections.Uint64Key
		pair = collections.PairKeyCodec(u64, u64)
	)
	k := Keeper{
		snapshots: snapshots, assets: assets,

		rules:      collections.NewMap(sb, types.CouncilRulesKey, "council_rules", u64, codec.CollValue[types.CouncilRules](cdc)),
		counter:    collections.NewSequence(sb, types.NextProposalKey, "council_next"),
		proposals:  collections.NewMap(sb, types.ProposalsKey, "council_proposals", u64, codec.CollValue[types.Proposal](cdc)),
		ballots:    collections.NewMap(sb, types.BallotsKey, "council_ballots", u64, codec.CollValue[types.Ballot](cdc)),
		byAsset:    collections.NewKeySet(sb, types.AssetProposalsKey, "council_asset_proposals", pair),
		pending:    collections.NewKeySet(sb, types.PendingKey, "council_pending", u64),
		closing:    collections.NewKeySet(sb, types.ClosingKey, "council_closing", collections.PairKeyCodec(collections.Int64Key, u64)),
		votes:      collections.NewMap(sb, types.VotesKey, "council_votes", pair, saidValue),
		delegates:  collections.NewMap(sb, types.DelegatesKey, "council_delegates", collections.PairKeyCodec(u64, sdk.AccAddressKey), addressValue),
		sweepVotes: collections.NewKeySet(sb, types.SweepVotesKey, "council_sweep_votes", u64),
	}
	if _, err := sb.Build(); err != nil {
		panic(fmt.Errorf("council: build schema: %w", err))
	}
	return k
}

// Count returns how many proposals were made.
func (k Keeper) Count(ctx context.Context) (uint64, error) { return k.counter.Peek(ctx) }

// GetProposal returns a proposal, or types.ErrProposalNotFound.
func (k Keeper) GetProposal(ctx context.Context, id uint64) (types.Proposal, error) {
	p, err := k.proposals.Get(ctx, id)
	return p, missing(id, err)
}

// GetBallot returns a proposal's ballot with the state that follows from the
// block's height and time, or types.ErrProposalNotFound.
func (k Keeper) GetBallot(ctx context.Context, id uint64) (types.Ballot, error) {
	b, err := k.ballot(ctx, id)
	if err == nil {
		b.State = stateAt(ctx, b)
	}
	return b, err
}

// ballot returns a ballot as it is stored.
func (k Keeper) ballot(ctx context.Context, id uint64) (types.Ballot, error) {
	b, err := k.ballots.Get(ctx, id)
	return b, missing(id, err)
}

// missing gives a proposal that does not exist its error.
func missing(id uint64, err error) error {
	if errors.Is(err, collections.ErrNotFound) {
		return types.ErrProposalNotFound.Wrapf("proposal %d", id)
	}
	return err
}

func (k Keeper) setBallot(ctx context.Context, b types.Ballot) error {
	return k.ballots.Set(ctx, b.Proposal, b)
}

// stateAt returns a ballot's state at the block's height and time.
func stateAt(ctx context.Context, b types.Ballot) types.ProposalState {
	c := sdk.UnwrapSDKContext(ctx)
	return b.At(c.BlockHeight(), c.BlockTime().Unix())
}

// Units returns how many units of an asset can vote now, those in circulation
// but for the treasury's, and how many its own account holds.
func (k Keeper) Units(ctx context.Context, asset weal.AssetID) (circulating, treasury uint64, err error) {
	if ok, err := k.assets.HasAsset(ctx, asset); err != nil {
		return 0, 0, err
	} else if !ok {
		return 0, 0, types.ErrAssetNotFound.Wrapf("asset %d", asset)
	}
	units, err := k.assets.Circulating(ctx, asset)
	if err != nil {
		return 0, 0, err
	}
	treasury, err = k.snapshots.treasury(ctx, uint64(asset))
	return units - treasury, treasury, err
}

// account returns an asset's own account.
func account(asset weal.AssetID) common.Address { return weal.AssetAccount(asset) }
