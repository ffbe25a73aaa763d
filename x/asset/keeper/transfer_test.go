package keeper_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
	"github.com/stretchr/testify/require"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/types"
)

var nobody common.Address

func TestTransfer(t *testing.T) {
	tests := []struct {
		name             string
		caller, from, to common.Address
		share            weal.ShareID
		err              error
	}{
		{"by the owner", alice, alice, bob, 1, nil},
		{"by the approved", bob, alice, carol, 1, nil},
		{"by an operator", carol, alice, bob, 1, nil},
		{"to oneself", alice, alice, alice, 1, nil},
		{"by a stranger", mallory, alice, mallory, 1, types.Err721Caller},
		{"without a caller", nobody, alice, bob, 2, types.Err721Caller},
		{"by one approved for another share", bob, alice, bob, 2, types.Err721Caller},
		{"from another", alice, bob, carol, 1, types.Err721From},
		{"to nobody", alice, alice, nobody, 1, types.Err721To},
		{"to one that is never paid", alice, alice, common.BytesToAddress(escrow), 1, types.ErrBlocked},
		{"of no share", alice, alice, bob, 3, types.Err721Token},
		{"of share zero", alice, alice, bob, 0, types.Err721Token},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.register(t, alice, 100)
			w.register(t, alice, 100)
			_, err := w.Approve(w.ctx, alice, bob, 1)
			require.NoError(t, err)
			require.NoError(t, w.SetOperator(w.ctx, alice, carol, true))
			require.NoError(t, w.ApproveValue(w.ctx, alice, mallory, 1, units(5)))

			err = w.Transfer(w.ctx, tt.caller, tt.from, tt.to, tt.share)
			if tt.err != nil {
				require.Equal(t, tt.err, err, "the text reaches contracts: it may not be wrapped")
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.to, w.owner(t, tt.share))
			s, err := w.GetShare(w.ctx, tt.share)
			require.NoError(t, err)
			require.Equal(t, nobody, s.Approved, "a new owner's share is nobody's to move")
			left, err := w.Allowance(w.ctx, tt.share, mallory)
			require.NoError(t, err)
			require.True(t, left.IsZero(), "nor is its value")
			require.NoError(t, w.CheckInvariants(w.ctx))
		})
	}
}

func TestMoveValue(t *testing.T) {
	huge := *new(uint256.Int).SetAllOne()
	tests := []struct {
		name     string
		caller   common.Address
		from, to weal.ShareID
		value    uint256.Int
		err      error
		left     uint64 // of the source
	}{
		{"by the owner", alice, 1, 2, units(30), nil, 70},
		{"all", alice, 1, 2, units(100), nil, 0},
		{"nothing", alice, 1, 2, units(0), nil, 100},
		{"to itself", alice, 1, 1, units(30), nil, 100},
		{"to itself, more than there is", alice, 1, 1, units(101), types.Err3525Balance, 0},
		{"by an operator", carol, 1, 2, units(30), nil, 70},
		{"by one approved for the share", bob, 1, 2, units(30), nil, 70},
		{"within an allowance", mallory, 1, 2, units(20), nil, 80},
		{"beyond an allowance", mallory, 1, 2, units(21), types.Err3525Allowance, 0},
		{"without a caller", nobody, 1, 2, units(1), types.Err3525Allowance, 0},
		{"more than there is", alice, 1, 2, units(101), types.Err3525Balance, 0},
		{"a number beyond 64 bits", alice, 1, 2, huge, types.Err3525Balance, 0},
		{"to another slot", alice, 1, 3, units(1), types.Err3525Slot, 0},
		{"from no share", alice, 9, 2, units(1), types.Err3525Token, 0},
		{"to no share", alice, 1, 9, units(1), types.Err3525ToToken, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			_, first := w.register(t, alice, 100)
			_, _, _, err := w.SplitValue(w.ctx, alice, first, bob, units(0))
			require.NoError(t, err)
			w.register(t, alice, 100)
			_, err = w.Approve(w.ctx, alice, bob, 1)
			require.NoError(t, err)
			require.NoError(t, w.SetOperator(w.ctx, alice, carol, true))
			require.NoError(t, w.ApproveValue(w.ctx, alice, mallory, 1, units(20)))

			spent, left, err := w.MoveValue(w.ctx, tt.caller, tt.from, tt.to, tt.value)
			if tt.err != nil {
				require.Equal(t, tt.err, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.caller == mallory, spent)
			require.True(t, left.IsZero())
			s, err := w.GetShare(w.ctx, tt.from)
			require.NoError(t, err)
			require.Equal(t, tt.left, s.Value)
			require.NoError(t, w.CheckInvariants(w.ctx))
		})
	}
}

func TestUnlimitedAllowance(t *testing.T) {
	w := newWorld(t)
	_, first := w.register(t, alice, 100)
	require.NoError(t, w.ApproveValue(w.ctx, alice, bob, first, *new(uint256.Int).SetAllOne()))
	id, spent, _, err := w.SplitValue(w.ctx, bob, first, bob, units(60))
	require.NoError(t, err)
	require.False(t, spent, "it is not used up")
	require.Equal(t, bob, w.owner(t, id))
	_, _, _, err = w.SplitValue(w.ctx, bob, first, bob, units(41))
	require.Equal(t, types.Err3525Balance, err)
	_, _, _, err = w.SplitValue(w.ctx, bob, first, nobody, units(1))
	require.Equal(t, types.Err3525MintZero, err)
}

func TestApprove(t *testing.T) {
	w := newWorld(t)
	_, first := w.register(t, alice, 100)
	_, err := w.Approve(w.ctx, alice, alice, first)
	require.Equal(t, types.Err721ApproveOwner, err)
	_, err = w.Approve(w.ctx, mallory, mallory, first)
	require.Equal(t, types.Err721Approve, err)
	_, err = w.Approve(w.ctx, alice, bob, 9)
	require.Equal(t, types.Err721Token, err)
	require.Equal(t, types.Err721ApproveSelf, w.SetOperator(w.ctx, alice, alice, true))

	require.NoError(t, w.SetOperator(w.ctx, alice, carol, true))
	owner, err := w.Approve(w.ctx, carol, bob, first)
	require.NoError(t, err)
	require.Equal(t, alice, owner)
	_, err = w.Approve(w.ctx, bob, carol, first)
	require.Equal(t, types.Err721Approve, err, "who is approved may not pass it on")
	require.NoError(t, w.SetOperator(w.ctx, alice, carol, false))
	_, err = w.Approve(w.ctx, carol, bob, first)
	require.Equal(t, types.Err721Approve, err)

	require.Equal(t, types.Err3525ApproveOwner, w.ApproveValue(w.ctx, alice, alice, first, units(1)))
	require.Equal(t, types.Err3525Approve, w.ApproveValue(w.ctx, mallory, mallory, first, units(1)))
	require.Equal(t, types.Err3525ApproveZero, w.ApproveValue(w.ctx, alice, nobody, first, units(1)))
	require.Equal(t, types.Err3525Token, w.ApproveValue(w.ctx, alice, bob, 9, units(1)))
}
