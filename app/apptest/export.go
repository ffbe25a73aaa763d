package apptest

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/weal-network/weal/types"
)

// ForkExport exports the main application's state and starts another from it,
// which runs the same blocks from now on. CheckExports compares the two.
func (n *Net) ForkExport() {
	n.t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	out, err := n.main.app.Export()
	require.NoError(n.t, err)
	params := out.ConsensusParams
	r, err := newReplica(fmt.Sprintf("import of height %d", n.height), false, &abci.RequestInitChain{
		Time: n.now, ChainId: types.LocalChainID, InitialHeight: out.Height,
		ConsensusParams: &params, AppStateBytes: out.AppState,
	})
	require.NoError(n.t, err)
	n.imported = append(n.imported, r)
}

// CheckExports fails the test if an application that ForkExport started now
// exports another state than the main one. Modules named in except, whose state
// counts from a chain's start, are not compared.
func (n *Net) CheckExports(except ...string) {
	n.t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	require.NotEmpty(n.t, n.imported, "nothing was imported; call ForkExport first")
	want := n.exported(n.main)
	for _, r := range n.imported {
		got := n.exported(r)
		for _, name := range except {
			delete(got, name)
			delete(want, name)
		}
		require.Len(n.t, got, len(want))
		for name := range want {
			require.JSONEq(n.t, string(want[name]), string(got[name]), "%s: state of %s", r.name, name)
		}
	}
}

// forkAtTheEnd has every test end with an export that is imported and runs a few
// blocks beside the main application, unless the test did that itself.
func (n *Net) forkAtTheEnd() {
	if n.t.Failed() || n.spoiled || len(n.imported) > 0 {
		return
	}
	n.ForkExport()
	n.Advance(3, n.set.blockTime)
	n.CheckExports()
}

// exported returns a replica's state, module by module.
func (n *Net) exported(r *replica) map[string]json.RawMessage {
	n.t.Helper()
	out, err := r.app.Export()
	require.NoError(n.t, err)
	var state map[string]json.RawMessage
	require.NoError(n.t, json.NewDecoder(bytes.NewReader(out.AppState)).Decode(&state))
	return state
}
