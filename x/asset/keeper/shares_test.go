package keeper_test

import (
	"context"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	weal "github.com/weal-network/weal/types"
	"github.com/weal-network/weal/x/asset/keeper"
	"github.com/weal-network/weal/x/asset/token"
)

// The functions of the standards on the collection of shares, with the numbers
// of shares as the module has them.

func (w *world) SplitValue(ctx context.Context, caller common.Address, from weal.ShareID, to common.Address, value uint256.Int) (weal.ShareID, bool, uint256.Int, error) {
	id, spent, err := w.Tokens.SplitValue(ctx, token.Shares, caller, keeper.TokenID(from), to, value)
	return weal.ShareID(id.Uint64()), spent.Used, spent.Left, err
}

func (w *world) MoveValue(ctx context.Context, caller common.Address, from, to weal.ShareID, value uint256.Int) (bool, uint256.Int, error) {
	spent, err := w.Tokens.MoveValue(ctx, token.Shares, caller, keeper.TokenID(from), keeper.TokenID(to), value)
	return spent.Used, spent.Left, err
}

func (w *world) Transfer(ctx context.Context, caller, from, to common.Address, id weal.ShareID) error {
	return w.Tokens.Transfer(ctx, token.Shares, caller, from, to, keeper.TokenID(id))
}

func (w *world) Approve(ctx context.Context, caller, operator common.Address, id weal.ShareID) (common.Address, error) {
	return w.Tokens.Approve(ctx, token.Shares, caller, operator, keeper.TokenID(id))
}

func (w *world) SetOperator(ctx context.Context, owner, operator common.Address, may bool) error {
	return w.Tokens.SetOperator(ctx, token.Shares, owner, operator, may)
}

func (w *world) ApproveValue(ctx context.Context, caller, operator common.Address, id weal.ShareID, value uint256.Int) error {
	return w.Tokens.ApproveValue(ctx, token.Shares, caller, operator, keeper.TokenID(id), value)
}

func (w *world) Allowance(ctx context.Context, id weal.ShareID, operator common.Address) (uint256.Int, error) {
	return w.Tokens.Allowance(ctx, token.Shares, keeper.TokenID(id), operator)
}
