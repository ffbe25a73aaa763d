package app

import (
	"encoding/json"
	"errors"
	"fmt"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
)

// ErrZeroHeight is returned for an export that pretends that the chain begins
// anew: it would rewrite rewards, votes and windows that count blocks.
var ErrZeroHeight = errors.New("export: a state for height 0 is not supported; start the new chain at the exported initial_height")

// Export writes the state at the last height as genesis of a chain that goes on
// at the next. With only, just those modules are written.
func (a *App) Export(only ...string) (servertypes.ExportedApp, error) {
	ctx := a.NewContextLegacy(true, cmtproto.Header{Height: a.LastBlockHeight(), ChainID: a.ChainID()})
	state, err := a.modules.ExportGenesisForModules(ctx, a.cdc, only)
	if err != nil {
		return servertypes.ExportedApp{}, fmt.Errorf("export: %w", err)
	}
	bz, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return servertypes.ExportedApp{}, fmt.Errorf("export: %w", err)
	}
	vals, err := staking.WriteValidators(ctx, a.StakingKeeper)
	if err != nil {
		return servertypes.ExportedApp{}, fmt.Errorf("export validators: %w", err)
	}
	return servertypes.ExportedApp{
		AppState:        bz,
		Validators:      vals,
		Height:          a.LastBlockHeight() + 1,
		ConsensusParams: a.GetConsensusParams(ctx),
	}, nil
}
