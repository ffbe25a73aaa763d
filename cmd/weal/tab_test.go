package main

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

func TestLanesFlags(t *testing.T) {
	for _, c := range []struct {
		args []string
		want []uint32
		bad  bool
	}{
		{nil, nil, false},
		{[]string{"--lane", "3", "--lane=0,3"}, []uint32{0, 3}, false},
		{[]string{"--lane", "4294967294"}, []uint32{4294967294}, false},
		{[]string{"--lane", "4294967295"}, nil, true},
	} {
		var f lanesFlags
		cmd := &cobra.Command{Use: "revoke"}
		f.add(cmd, "")
		require.NoError(t, cmd.ParseFlags(c.args))
		ids, err := f.ids(cmd)
		require.Equal(t, c.bad, err != nil, c.args)
		require.Equal(t, c.want, ids, c.args)
	}
}

func TestTabCommandsNeedWords(t *testing.T) {
	for _, args := range [][]string{
		{"revoke"}, {"revoke", "--tab", "1"}, {"fund"}, {"fund", "--amount", "0"}, {"fund", "--amount", "x"}, {"fund", "--amount", "-1"},
	} {
		c := tabCommand(&options{home: t.TempDir()})
		c.SilenceErrors, c.SilenceUsage = true, true
		c.SetArgs(args)
		var usage usageError
		require.ErrorAs(t, c.Execute(), &usage, args)
	}
}
