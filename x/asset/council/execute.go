package council

import (
	"context"
	"strings"

	"github.com/weal-network/weal/x/asset/types"
)

// Execute marks a proposal as executed and returns it: the caller makes its
// calls, by the asset's own account, and undoes everything if one of them fails.
// It fails with types.ErrCouncil unless the proposal has passed, its lock is over
// and its grace time is not.
func (k Keeper) Execute(ctx context.Context, id uint64) (types.Proposal, error) {
	b, err := k.ballot(ctx, id)
	if err != nil {
		return types.Proposal{}, err
	}
	if state := stateAt(ctx, b); state != types.PROPOSAL_STATE_READY {
		return types.Proposal{}, types.ErrCouncil.Wrapf("proposal %d is %s; only what is ready can be executed", id, name(state))
	}
	b.State = types.PROPOSAL_STATE_EXECUTED
	if err := k.setBallot(ctx, b); err != nil {
		return types.Proposal{}, err
	}
	return k.GetProposal(ctx, id)
}

// name returns a state in words.
func name(s types.ProposalState) string {
	return strings.ToLower(strings.TrimPrefix(s.String(), "PROPOSAL_STATE_"))
}
