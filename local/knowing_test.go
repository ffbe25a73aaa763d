package local

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadAdd(t *testing.T) {
	for name, c := range map[string]struct {
		lines string
		added int
		fails string
	}{
		"whole":     {`{"progress":{"files":1,"files_total":2}}` + "\n" + `{"report":{"added":2}}` + "\n", 2, ""},
		"failed":    {`{"report":{"added":1},"error":{"message":"the chain is down"}}` + "\n", 1, "the chain is down"},
		"refused":   {`{"error":{"message":"busy"}}`, 0, "busy"},
		"no reason": {`{"report":{"added":1},"error":{"code":"add_failed"}}`, 1, "add_failed"},
		"nothing":   {`{"error":{}}`, 0, "says no more"},
		"cut":       {`{"progress":{"files":1,"files_total":2}}` + "\n", 0, "do it again"},
		"cut line":  {`{"progress":{"files":1,`, 0, "read the vault's answer"},
		"no lines":  {"", 0, "do it again"},
		"not lines": {"<html>", 0, "read the vault's answer"},
	} {
		var seen []int
		report, err := readAdd(strings.NewReader(c.lines), func(done, all int) { seen = append(seen, done, all) })
		require.Equal(t, c.added, report.Added, name)
		if c.fails == "" {
			require.NoError(t, err, name)
			require.Equal(t, []int{1, 2}, seen)
			continue
		}
		require.ErrorContains(t, err, c.fails, name)
	}
}

func FuzzReadAdd(f *testing.F) {
	f.Add(`{"progress":{"files":1,"files_total":2}}` + "\n" + `{"report":{"added":2}}`)
	f.Add(`{"error":{"message":"busy"}}`)
	f.Add("{}\n{}\n")
	f.Add(`{"error":{}}`)
	f.Fuzz(func(t *testing.T, s string) {
		_, err := readAdd(strings.NewReader(s), func(done, all int) {})
		if !strings.Contains(s, "{") { // no object, so no report
			require.Error(t, err)
		}
		if err != nil {
			require.NotEmpty(t, err.Error())
		}
	})
}
