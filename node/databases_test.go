package node_test

import (
	"path/filepath"
	"testing"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/node"
)

// TestStateThatWasNeverCommitted: what a kill in the first block's commit leaves is
// dropped, and nothing that was committed is.
func TestStateThatWasNeverCommitted(t *testing.T) {
	for name, keys := range map[string][]string{
		"cut":       {"s/k:bank/x"},
		"committed": {"s/k:bank/x", "s/latest"},
		"new":       nil,
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			db, err := dbm.NewDB("application", dbm.GoLevelDBBackend, filepath.Join(home, "data"))
			require.NoError(t, err)
			for _, k := range keys {
				require.NoError(t, db.SetSync([]byte(k), []byte{1}))
			}
			require.NoError(t, db.Close())
			db, err = node.OpenState(home)
			require.NoError(t, err)
			defer db.Close()
			has, err := db.Has([]byte("s/k:bank/x"))
			require.NoError(t, err)
			require.Equal(t, len(keys) > 1, has)
		})
	}
}
