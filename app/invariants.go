package app

import (
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/weal-network/weal/types"
)

// ErrBroken means that the state breaks a rule that every block must keep.
var ErrBroken = errors.New("invariant broken")

// CheckInvariants reads the whole state of x/asset, x/tab and x/job in ctx and returns
// what is wrong with it. Only a fault of this program breaks them.
func (a *App) CheckInvariants(ctx sdk.Context) error {
	if err := a.AssetKeeper.CheckInvariants(ctx); err != nil {
		return fmt.Errorf("asset: %w", err)
	}
	if err := a.MarketKeeper.CheckInvariants(ctx); err != nil {
		return fmt.Errorf("market: %w", err)
	}
	if err := a.CouncilKeeper.CheckInvariants(ctx); err != nil {
		return fmt.Errorf("council: %w", err)
	}
	if err := a.ContributionKeeper.CheckInvariants(ctx); err != nil {
		return fmt.Errorf("contribution: %w", err)
	}
	if err := a.TabKeeper.Check(ctx); err != nil {
		return fmt.Errorf("tab: %w", err)
	}
	if err := a.JobKeeper.CheckInvariants(ctx); err != nil {
		return fmt.Errorf("job: %w", err)
	}
	return a.checkEscrow(ctx)
}

// CheckState is CheckInvariants of the newest state.
func (a *App) CheckState() error {
	ctx, err := a.CreateQueryContextWithCheckHeader(a.LastBlockHeight(), false, false)
	if err != nil {
		return fmt.Errorf("read state: %w", err)
	}
	return a.CheckInvariants(ctx)
}

// checkEscrow: the escrow holds at least what assets and tabs count, or somebody
// could not be paid. It may hold more: a contract that destroys itself leaves its
// coins wherever it likes.
func (a *App) checkEscrow(ctx sdk.Context) error {
	assets, err := a.AssetKeeper.Held(ctx)
	if err != nil {
		return fmt.Errorf("escrow: %w", err)
	}
	tabs, err := a.TabKeeper.Held(ctx)
	if err != nil {
		return fmt.Errorf("escrow: %w", err)
	}
	held := a.BankKeeper.GetAllBalances(ctx, authtypes.NewModuleAddress(types.Escrow))
	if sum := assets.Add(tabs...); !held.IsAllGTE(sum) {
		return fmt.Errorf("escrow: %w: it holds %s; assets %s and tabs %s count %s", ErrBroken, held, assets, tabs, sum)
	}
	return nil
}
