package council

import (
	"context"
	"fmt"

	"cosmossdk.io/collections"

	"github.com/ethereum/go-ethereum/common"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/stored"
	"github.com/weal-network/weal/x/asset/types"
)

// InitGenesis loads a state and checks all invariants of what it has loaded.
// The assets and their shares must be there already.
func (k Keeper) InitGenesis(ctx context.Context, g types.CouncilState) error {
	for _, load := range []func(context.Context, types.CouncilState) error{
		k.loadProposals, k.loadAssets, k.loadSnapshots, k.loadVotes, k.loadDelegations,
	} {
		if err := load(ctx, g); err != nil {
			return types.ErrGenesis.Wrapf("council: %s", err)
		}
	}
	return k.CheckInvariants(ctx)
}

func (k Keeper) loadProposals(ctx context.Context, g types.CouncilState) error {
	for i, row := range g.Proposals {
		p, b := row.Proposal, row.Ballot
		if p.Id != uint64(i)+1 || b.Proposal != p.Id || b.Asset != p.Asset {
			return fmt.Errorf("proposal %d with the ballot of %d is the %d-th", p.Id, b.Proposal, i+1)
		}
		if err := k.loadProposal(ctx, p, b); err != nil {
			return fmt.Errorf("proposal %d: %w", p.Id, err)
		}
	}
	return k.counter.Set(ctx, uint64(len(g.Proposals)))
}

func (k Keeper) loadProposal(ctx context.Context, p types.Proposal, b types.Ballot) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if _, err := address(p.Proposer); err != nil {
		return fmt.Errorf("proposer: %w", err)
	}
	if err := b.Rules.Validate(); err != nil {
		return err
	}
	if ok, err := k.assets.HasAsset(ctx, weal.AssetID(p.Asset)); err != nil || !ok {
		return fmt.Errorf("there is no asset %d (%w)", p.Asset, err)
	}
	if err := k.proposals.Set(ctx, p.Id, p); err != nil {
		return err
	}
	if err := k.setBallot(ctx, b); err != nil {
		return err
	}
	if err := k.byAsset.Set(ctx, collections.Join(p.Asset, p.Id)); err != nil {
		return err
	}
	switch b.State {
	case types.PROPOSAL_STATE_PENDING:
		return k.pending.Set(ctx, p.Id)
	case types.PROPOSAL_STATE_VOTING:
		if err := k.closing.Set(ctx, closes(b)); err != nil {
			return err
		}
		return k.snapshots.open.Set(ctx, collections.Join(p.Asset, p.Id))
	case types.PROPOSAL_STATE_LOCKED, types.PROPOSAL_STATE_EXECUTED, types.PROPOSAL_STATE_DEFEATED, types.PROPOSAL_STATE_CANCELED:
		return nil
	}
	return fmt.Errorf("state %s is not one that is stored", b.State)
}

func (k Keeper) loadAssets(ctx context.Context, g types.CouncilState) error {
	for _, a := range g.Assets {
		if err := k.snapshots.stand(ctx, a.Asset, standing{a.Newest, a.Treasury}); err != nil {
			return err
		}
		if a.Rules == nil {
			continue
		}
		if err := a.Rules.Validate(); err != nil {
			return fmt.Errorf("asset %d: %w", a.Asset, err)
		}
		if err := k.rules.Set(ctx, a.Asset, *a.Rules); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) loadSnapshots(ctx context.Context, g types.CouncilState) error {
	for _, s := range g.Snapshots {
		h := held{value: s.Value}
		if s.Owner != "" {
			var err error
			if h.owner, err = address(s.Owner); err != nil {
				return fmt.Errorf("snapshot of share %d: %w", s.Share, err)
			}
		}
		if err := k.snapshots.rows.Set(ctx, collections.Join3(s.Asset, s.Share, s.Proposal), h); err != nil {
			return err
		}
		if err := k.snapshots.order.Set(ctx, collections.Join3(s.Asset, s.Proposal, s.Share)); err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) loadVotes(ctx context.Context, g types.CouncilState) error {
	for _, v := range g.Votes {
		if v.Choice < types.VoteYes || v.Choice > types.VoteAbstain {
			return fmt.Errorf("vote for share %d: choice %d", v.Share, v.Choice)
		}
		if _, err := k.voting(ctx, v.Proposal); err != nil {
			return fmt.Errorf("vote for share %d: %w", v.Share, err)
		}
		err := k.votes.Set(ctx, collections.Join(v.Proposal, v.Share), said{uint8(v.Choice), v.Delegated})
		if err != nil {
			return err
		}
	}
	return nil
}

func (k Keeper) loadDelegations(ctx context.Context, g types.CouncilState) error {
	for _, d := range g.Delegations {
		owner, err := address(d.Owner)
		if err != nil {
			return fmt.Errorf("delegation: %w", err)
		}
		to, err := address(d.Delegate)
		if err != nil {
			return fmt.Errorf("delegation: %w", err)
		}
		if err := k.Delegate(ctx, owner, weal.AssetID(d.Asset), to); err != nil {
			return fmt.Errorf("delegation: %w", err)
		}
	}
	return nil
}

// ExportGenesis returns the whole state. It leaves out votes that were counted
// and snapshots that nobody needs, whether they are deleted yet or not.
func (k Keeper) ExportGenesis(ctx context.Context) (g types.CouncilState, err error) {
	for _, export := range []func(context.Context, *types.CouncilState) error{
		k.exportProposals, k.exportAssets, k.exportSnapshots, k.exportDelegations,
	} {
		if err := export(ctx, &g); err != nil {
			return g, err
		}
	}
	return g, nil
}

func (k Keeper) exportProposals(ctx context.Context, g *types.CouncilState) error {
	return k.proposals.Walk(ctx, nil, func(id uint64, p types.Proposal) (bool, error) {
		b, err := k.ballot(ctx, id)
		if err != nil {
			return true, err
		}
		g.Proposals = append(g.Proposals, types.ProposalRow{Proposal: p, Ballot: b})
		if b.State != types.PROPOSAL_STATE_VOTING {
			return false, nil
		}
		one := collections.NewPrefixedPairRange[uint64, uint64](id)
		err = k.votes.Walk(ctx, one, func(key voteKey, s said) (bool, error) {
			g.Votes = append(g.Votes, voteProto(key, s))
			return false, nil
		})
		return err != nil, err
	})
}

// exportAssets lists the assets with rules of their own, and then the others.
func (k Keeper) exportAssets(ctx context.Context, g *types.CouncilState) error {
	err := k.rules.Walk(ctx, nil, func(asset uint64, r types.CouncilRules) (bool, error) {
		st, err := stored.OrZero(k.snapshots.standings.Get(ctx, asset))
		g.Assets = append(g.Assets, types.AssetCouncil{Asset: asset, Rules: &r, Newest: st.newest, Treasury: st.treasury})
		return err != nil, err
	})
	if err != nil {
		return err
	}
	return k.snapshots.standings.Walk(ctx, nil, func(asset uint64, st standing) (bool, error) {
		if has, err := k.rules.Has(ctx, asset); err != nil || has {
			return err != nil, err
		}
		g.Assets = append(g.Assets, types.AssetCouncil{Asset: asset, Newest: st.newest, Treasury: st.treasury})
		return false, nil
	})
}

func (k Keeper) exportSnapshots(ctx context.Context, g *types.CouncilState) error {
	return k.snapshots.rows.Walk(ctx, nil, func(key snapshotKey, h held) (bool, error) {
		oldest, any, err := k.snapshots.oldest(ctx, key.K1())
		if err == nil && any && key.K3() >= oldest {
			g.Snapshots = append(g.Snapshots, types.Snapshot{
				Asset: key.K1(), Share: key.K2(), Proposal: key.K3(), Owner: text(h.owner), Value: h.value,
			})
		}
		return err != nil, err
	})
}

func (k Keeper) exportDelegations(ctx context.Context, g *types.CouncilState) error {
	return k.delegates.Walk(ctx, nil, func(key delegateKey, to common.Address) (bool, error) {
		g.Delegations = append(g.Delegations, delegationProto(key, to))
		return false, nil
	})
}

// address reads an address in hex.
func address(text string) (common.Address, error) {
	if !common.IsHexAddress(text) {
		return common.Address{}, fmt.Errorf("want an address of 20 bytes in hex, got %.80q", text)
	}
	return common.HexToAddress(text), nil
}
