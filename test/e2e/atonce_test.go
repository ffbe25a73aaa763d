package e2e

import (
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/local"
	"github.com/weal-network/weal/types"
)

// TestCommandsAtOnce has several commands, and the vault itself, send transactions of
// one account at the same time: they know nothing of each other, and each gets its turn.
func TestCommandsAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.start(t)
	dir := t.TempDir()
	write(t, "# Ferries\n\nThe ferry to Vardø leaves at nine in the morning.\n", dir, "ferries.md")
	var status local.Status
	h.read(t, &status, "status")
	data := strconv.FormatUint(uint64(status.Assets[0].ID), 10)
	var wg sync.WaitGroup
	for n := 2; n <= 4; n++ {
		wg.Go(func() { h.do(t, "asset", "price", data, "--passage", fmt.Sprintf("0.00%d", n)) })
	}
	wg.Go(func() { h.do(t, "vault", "add", filepath.Join(dir, "ferries.md")) })
	wg.Wait()
	var a local.AssetDetail
	h.read(t, &a, "asset", "show", data)
	require.Len(t, a.Prices, 1)
	require.Contains(t, []types.Amount{milli(2), milli(3), milli(4)}, a.Prices[0].Amount)
	h.answers(t, "When does the ferry to Vardø leave?", h.vault(t).Version)
}
