package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	tabtypes "github.com/weal-network/weal/x/tab/types"
)

// NewLane describes a lane to open.
type NewLane struct {
	Key     types.Hash // Ed25519 public key
	Cap     types.Amount
	Gateway types.AssetID
}

// NewTab describes a tab to open.
type NewTab struct {
	Denom      string
	Deposit    types.Amount
	Bond       types.Amount
	FeeReserve types.Amount
	Lanes      []NewLane
}

// Raise adds to the cap of a lane of a tab's epoch.
type Raise struct {
	Lane uint32
	More types.Amount
}

// OpenTab opens a tab, paid from the sender's account.
func (s *Sender) OpenTab(ctx context.Context, t NewTab) (types.TabID, error) {
	var res tabtypes.MsgOpenResponse
	err := s.sendMsgs(ctx, &res, &tabtypes.MsgOpen{
		Payer: Bech32(s.address), Denom: t.Denom, Deposit: t.Deposit.String(), Bond: t.Bond.String(),
		FeeReserve: t.FeeReserve.String(), Lanes: lanesOf(t.Lanes),
	})
	if err != nil {
		return 0, fmt.Errorf("open tab: %w", err)
	}
	return types.TabID(res.Tab), nil
}

// Fund adds to a tab's deposit and fee reserve, opens more lanes and raises caps.
// The payer also pays what the bond lacks of the least for the new deposit. It
// returns the number of the first new lane; the others follow it.
func (s *Sender) Fund(ctx context.Context, tab types.TabID, deposit, feeReserve types.Amount, lanes []NewLane, raises ...Raise) (uint32, error) {
	msg := &tabtypes.MsgFund{
		Payer: Bech32(s.address), Tab: uint64(tab), Deposit: deposit.String(), FeeReserve: feeReserve.String(), Lanes: lanesOf(lanes),
	}
	for _, r := range raises {
		msg.Raises = append(msg.Raises, tabtypes.Raise{Lane: r.Lane, More: r.More.String()})
	}
	var res tabtypes.MsgFundResponse
	if err := s.sendMsgs(ctx, &res, msg); err != nil {
		return 0, fmt.Errorf("fund tab %d: %w", tab, err)
	}
	s.l.forgetTab(tab)
	return res.FirstLane, nil
}

// RevokeLanes ends the use of lanes of a tab's epoch. What their keys have signed is
// settled until their windows have ended.
func (s *Sender) RevokeLanes(ctx context.Context, tab types.TabID, lanes ...uint32) error {
	msg := &tabtypes.MsgRevoke{Payer: Bech32(s.address), Tab: uint64(tab), Lanes: lanes}
	if err := s.sendMsgs(ctx, nil, msg); err != nil {
		return fmt.Errorf("revoke lanes of tab %d: %w", tab, err)
	}
	s.l.forgetTab(tab)
	return nil
}

// Checkpoint ends a tab's epoch and pays each asset what tree says beyond what
// the lanes have paid it, at most limit in all, out of the free deposit. Of what
// it pays now, claims have the leaves. It returns the tab's new epoch.
func (s *Sender) Checkpoint(ctx context.Context, tab types.TabID, epoch uint32, tree *pay.Checkpoint,
	limit types.Amount, claims []pay.Claim,
) (uint32, error) {
	msg := &tabtypes.MsgCheckpoint{Payer: Bech32(s.address), Tab: uint64(tab), Epoch: epoch, Claims: claimsOf(claims)}
	if leaves, top := tree.Top(); leaves > 0 {
		msg.Leaves, msg.Top, msg.Total, msg.Cap = leaves, top.Hash[:], top.Sum.String(), limit.String()
	}
	var res tabtypes.MsgCheckpointResponse
	if err := s.sendMsgs(ctx, &res, msg); err != nil {
		return 0, fmt.Errorf("checkpoint epoch %d of tab %d: %w", epoch, tab, err)
	}
	s.l.forgetTab(tab)
	return res.Epoch, nil
}

// ProveOffence shows vouchers of one lane whose highest claims, asset by asset,
// sum to more than its cap. It returns the sender's part of what the bond loses.
func (s *Sender) ProveOffence(ctx context.Context, shown []pay.Settlement) (types.Amount, error) {
	msg := &tabtypes.MsgProveOffence{Sender: Bech32(s.address)}
	for _, st := range shown {
		msg.Shown = append(msg.Shown, settlementOf(st))
	}
	var res tabtypes.MsgProveOffenceResponse
	if err := s.sendMsgs(ctx, &res, msg); err != nil {
		return types.Amount{}, fmt.Errorf("prove offence: %w", err)
	}
	for _, st := range shown {
		s.l.forgetTab(st.Voucher.Lane.Tab)
	}
	return types.ParseAmount(res.Reward)
}

// CloseTab starts a tab's closing window.
func (s *Sender) CloseTab(ctx context.Context, tab types.TabID) error {
	if err := s.sendMsgs(ctx, nil, &tabtypes.MsgClose{Payer: Bech32(s.address), Tab: uint64(tab)}); err != nil {
		return fmt.Errorf("close tab %d: %w", tab, err)
	}
	s.l.forgetTab(tab)
	return nil
}

// Withdraw ends a closing tab after its window and refunds its payer.
func (s *Sender) Withdraw(ctx context.Context, tab types.TabID) (types.Amount, error) {
	var res tabtypes.MsgWithdrawResponse
	if err := s.sendMsgs(ctx, &res, &tabtypes.MsgWithdraw{Sender: Bech32(s.address), Tab: uint64(tab)}); err != nil {
		return types.Amount{}, fmt.Errorf("withdraw tab %d: %w", tab, err)
	}
	s.l.forgetTab(tab)
	return types.ParseAmount(res.Refund)
}

// forgetTab drops the lanes of a tab that is known to have changed.
func (l *Ledger) forgetTab(id types.TabID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forgottenTabs[id] = time.Now()
	for ref := range l.lanes {
		if ref.Tab == id {
			delete(l.lanes, ref)
		}
	}
}
