package app

import (
	"context"
	"fmt"
	"slices"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	upgradetypes "github.com/cosmos/cosmos-sdk/x/upgrade/types"
)

// release is one version of the chain that a governance vote can move to.
type release struct {
	// name is what the upgrade plan says.
	name string
	// added are the stores that the version before did not have.
	added []string
}

// releases lists every upgrade this binary can run, oldest first. A release
// stays listed as long as a node may have to replay it.
var releases []release

// registerUpgrades makes the planned upgrade, if this start is one, and the
// handlers of all releases known. Without a home there is no plan to read, and
// looking for one would make a folder in the working directory.
func (a *App) registerUpgrades(home string) error {
	for _, r := range releases {
		a.UpgradeKeeper.SetUpgradeHandler(r.name,
			func(ctx context.Context, _ upgradetypes.Plan, from module.VersionMap) (module.VersionMap, error) {
				return a.modules.RunMigrations(ctx, a.configurator, from)
			})
	}
	if home == "" {
		return nil
	}
	plan, err := a.UpgradeKeeper.ReadUpgradeInfoFromDisk()
	if err != nil {
		return fmt.Errorf("read the upgrade plan: %w", err)
	}
	i := slices.IndexFunc(releases, func(r release) bool { return r.name == plan.Name })
	if i >= 0 && !a.UpgradeKeeper.IsSkipHeight(plan.Height) {
		a.SetStoreLoader(upgradetypes.UpgradeStoreLoader(plan.Height,
			&storetypes.StoreUpgrades{Added: releases[i].added}))
	}
	return nil
}
