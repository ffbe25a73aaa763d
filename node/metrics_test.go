package node

import (
	"testing"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/stretchr/testify/require"
)

// TestMetricsAreRegisteredOnce: consensus registers them by name with the process, and
// would panic if a chain were started again, or another beside it.
func TestMetricsAreRegisteredOnce(t *testing.T) {
	off := cmtcfg.DefaultInstrumentationConfig()
	off.Namespace = "weal_test"
	first, _, _, _, _, _, _ := metrics(off, true)("one")
	again, _, _, _, _, _, _ := metrics(off, true)("one")
	require.Same(t, first, again)
	other, _, _, _, _, _, _ := metrics(off, true)("two")
	require.NotSame(t, first, other)
	nowhere, _, _, _, _, _, _ := metrics(off, false)("one")
	require.NotSame(t, first, nowhere)
	on := *off
	on.Prometheus = true
	set, _, _, _, _, _, _ := metrics(&on, false)("one")
	require.Same(t, first, set, "config.toml turns them on as well")
}
