package gateway_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/gateway"
	"github.com/weal-network/weal/types"
)

const minimal = "name: spec\nmodel: 11\nvaults: [10, 13]\n"

func TestParseApp(t *testing.T) {
	a, err := gateway.ParseApp([]byte(minimal))
	require.NoError(t, err)
	require.Equal(t, gateway.App{
		Name: "spec", Model: 11, Vaults: []types.AssetID{10, 13}, Passages: 4, MaxTokens: 512, Prompt: gateway.DefaultPrompt,
		Limits: gateway.Limits{QuestionBytes: 4096, MessageBytes: 65536, OfferTimeout: 3 * time.Second, TickWait: 30 * time.Second},
	}, a)

	a, err = gateway.ParseApp([]byte(minimal + "passages: 7\nmax_tokens: 99\nprompt: |\n  Hi from {{.App}}.\n  {{.Passages}}\n" +
		"limits:\n  question_bytes: 100\n  message_bytes: 200\n  offer_timeout: 500ms\n  tick_wait: 1m\n"))
	require.NoError(t, err)
	require.Equal(t, 7, a.Passages)
	require.Equal(t, time.Minute, a.Limits.TickWait)
	require.Contains(t, a.Prompt, "Hi from")
}

func TestParseAppSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "empty",
		"name: [":                               "YAML",
		"model: 1\nvaults: [2]":                 "name",
		"name: x\nvaults: [2]":                  "model",
		"name: x\nmodel: 1":                     "vaults",
		"name: x\nmodel: 1\nvaults: [1]":        "vaults",
		"name: x\nmodel: 1\nvaults: [2, 2]":     "vaults",
		"name: x\nmodel: 1\nvaults: [0]":        "vaults",
		minimal + "passages: 99":                "passages",
		minimal + "max_tokens: -1":              "max_tokens",
		minimal + "tokens: 3":                   "tokens",
		minimal + "prompt: hello":               "{{.Passages}}",
		minimal + "prompt: 'x {{.Passages}} y'": "lines of its own",
		minimal + "prompt: '{{.Nothing}}'":      "Nothing",
		minimal + "prompt: '{{'":                "prompt",
		minimal + "limits: {message_bytes: 1}":  "message_bytes",
		minimal + "limits: {tick_wait: -1s}":    "negative",
		minimal + "prompt: |\n  {{.Passages}}\n  " + strings.Repeat("x", 9000): "9000 bytes",
	} {
		_, err := gateway.ParseApp([]byte(text))
		require.ErrorContains(t, err, strings.Replace(want, "9000 bytes", "instructions", 1), text)
	}
}

func TestLoadApp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.yaml")
	_, err := gateway.LoadApp(path)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NoError(t, os.WriteFile(path, []byte("name: x"), 0o600))
	_, err = gateway.LoadApp(path)
	require.ErrorContains(t, err, path)
	require.NoError(t, os.WriteFile(path, []byte(minimal), 0o600))
	_, err = gateway.LoadApp(path)
	require.NoError(t, err)
}

func FuzzParseApp(f *testing.F) {
	f.Add([]byte(minimal))
	f.Add([]byte(minimal + "prompt: |\n  {{range $i, $c := .Passages}}{{end}}\n  {{.Passages}}\n"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte(minimal + "limits: {offer_timeout: 3x}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := gateway.ParseApp(b)
		if err != nil {
			return
		}
		again, err := a.Normal()
		require.NoError(t, err)
		require.Equal(t, a, again)
		require.Contains(t, a.Prompt, "{{")
	})
}
