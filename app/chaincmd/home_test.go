package chaincmd

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWithHome(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole")
	require.NoError(t, os.MkdirAll(filepath.Join(whole, "chain", "config"), 0o755))
	inner := filepath.Join(whole, "chain")
	tests := []struct{ args, want []string }{
		{nil, []string{"--home=default"}},
		{[]string{"status"}, []string{"--home=default", "status"}},
		{[]string{"--home", whole, "status"}, []string{"--home", inner, "status"}},
		{[]string{"status", "--home=" + whole}, []string{"status", "--home=" + inner}},
		{[]string{"--home=" + inner}, []string{"--home=" + inner}},
		{[]string{"init", "--home", filepath.Join(dir, "new")}, []string{"init", "--home", filepath.Join(dir, "new")}},
		{[]string{"--home"}, []string{"--home=default", "--home"}},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, withHome(tt.args, "default"))
	}
}

func TestCommandsOnNoChain(t *testing.T) {
	for _, name := range []string{"invariants", "export", "start"} {
		dir := filepath.Join(t.TempDir(), "nothing")
		var out, help bytes.Buffer
		err := Run(t.Context(), "default", []string{name, "--home", dir}, &out, &help)
		require.ErrorContains(t, err, name+": there is no chain in "+dir)
		require.NoDirExists(t, dir, "nothing is made")
	}
}
