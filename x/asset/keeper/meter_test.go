package keeper_test

import storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

func newMeter() storetypes.GasMeter { return storetypes.NewGasMeter(10_000_000) }
