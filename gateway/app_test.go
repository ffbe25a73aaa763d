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
		Name: "spec", Model: 11, Router: gateway.RouteFirst, Vaults: []types.AssetID{10, 13}, Passages: 4, MaxTokens: 512, Prompt: gateway.DefaultPrompt,
		Limits: gateway.Limits{QuestionBytes: 4096, MessageBytes: 65536, OfferTimeout: 3 * time.Second, TickWait: 30 * time.Second},
	}, a)

	a, err = gateway.ParseApp([]byte(minimal + "passages: 7\nmax_tokens: 99\nprompt: |\n  Hi from {{.App}}.\n  {{.Passages}}\n" +
		"limits:\n  question_bytes: 100\n  message_bytes: 200\n  offer_timeout: 500ms\n  tick_wait: 1m\n"))
	require.NoError(t, err)
	require.Equal(t, 7, a.Passages)
	require.Equal(t, time.Minute, a.Limits.TickWait)
	require.Contains(t, a.Prompt, "Hi from")
}

const full = `name: handbook
description: The law of the sea.
endpoint: https://app.example.org
contact: mailto:app@example.org
models:
  - 11
  - {asset: 14, max_price: 0.02 WEAL}
  - {topic: law, max_price: 300uusd, policy: audit, most: 2}
router: quality
vaults:
  - 10
  - {asset: 13, max_price: 1aweal}
  - {topic: maritime law, most: 3}
  - {question: true, policy: tee}
budget: 0.5
fee: 0.001 WEAL
`

func TestParseAppThatChooses(t *testing.T) {
	a, err := gateway.ParseApp([]byte(full))
	require.NoError(t, err)
	weal := func(n uint64) types.Coin { return types.Coin{Amount: types.NewAmount(n), Denom: types.BaseDenom} }
	require.Equal(t, []gateway.Choice{
		{Asset: 11}, {Asset: 14, MaxPrice: weal(2e16)},
		{Topic: "law", MaxPrice: types.Coin{Amount: types.NewAmount(300), Denom: "uusd"}, Policy: "audit", Most: 2},
	}, a.ModelChoices())
	require.Equal(t, []types.AssetID{10}, a.Vaults)
	require.Equal(t, []gateway.Choice{{Asset: 13, MaxPrice: weal(1)}, {Topic: "maritime law", Most: 3}, {Question: true, Policy: "tee"}}, a.Choices)
	require.Equal(t, gateway.RouteQuality, a.Router)
	require.Equal(t, weal(5e17), a.Budget)
	require.Equal(t, weal(1e15), a.Fee)
	require.True(t, a.Seeks())

	a, err = gateway.ParseApp([]byte("name: x\nvaults: []\nupstream: {url: http://127.0.0.1:11434/v1, model: m, key_env: KEY, timeout: 5s}\n"))
	require.NoError(t, err)
	require.Equal(t, &gateway.Upstream{URL: "http://127.0.0.1:11434/v1", Model: "m", KeyEnv: "KEY", Timeout: 5 * time.Second}, a.Upstream)
	require.Empty(t, a.Prompt, "who buys no passages says nothing of them")
	require.Empty(t, a.ModelChoices())
	require.False(t, a.Seeks())
	a, err = gateway.ParseApp([]byte("name: x\nmodel: 3\nvaults: []\nprompt: Be kind.\n"))
	require.NoError(t, err)
	require.Equal(t, "Be kind.", a.Prompt)
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
		minimal + "models: [3]":                 "one of model",
		minimal + "upstream: {url: 'http://h'}": "one of model",
		"name: x\nvaults: []\nupstream: {url: 'ftp://h'}":                         "upstream",
		"name: x\nvaults: []\nupstream: {url: 'http://h', keys: 1}":               "keys",
		"name: x\nvaults: []\nmodels: [3, 3]":                                     "twice",
		"name: x\nvaults: []\nmodels: [{question: true}]":                         "question",
		"name: x\nvaults: []\nmodels: [{}]":                                       "says nothing",
		"name: x\nvaults: []\nmodels: [{asset: 3, topic: a}]":                     "beside it",
		"name: x\nvaults: []\nmodels: [{prize: 3}]":                               "prize",
		"name: x\nvaults: []\nmodels: [[3]]":                                      "want the number",
		"name: x\nvaults: []\nmodels: [{max_price: 1.5uusd}]":                     "1.5uusd",
		"name: x\nvaults: []\nmodels: [3]\nrouter: best":                          "router",
		"name: x\nvaults: [{topic: a, question: true}]\nmodel: 3":                 "one text",
		"name: x\nvaults: [{topic: a, most: 99}]\nmodel: 3":                       "most",
		"name: x\nvaults: [{asset: 3, max_price: 1}]\nmodels: [3]":                "vaults",
		"name: x\nvaults: [" + strings.Repeat("{topic: a}, ", 65) + "]\nmodel: 3": "at most 64",
		minimal + "passages: 99":                                                  "passages",
		minimal + "max_tokens: -1":                                                "max_tokens",
		minimal + "tokens: 3":                                                     "tokens",
		minimal + "prompt: hello":                                                 "{{.Passages}}",
		minimal + "prompt: 'x {{.Passages}} y'":                                   "lines of its own",
		minimal + "prompt: '{{.Nothing}}'":                                        "Nothing",
		minimal + "prompt: '{{'":                                                  "prompt",
		minimal + "limits: {message_bytes: 1}":                                    "message_bytes",
		minimal + "limits: {tick_wait: -1s}":                                      "negative",
		minimal + "prompt: |\n  {{.Passages}}\n  " + strings.Repeat("x", 9000):    "9000 bytes",
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
	f.Add([]byte(full))
	f.Add([]byte("name: x\nvaults: []\nupstream: {url: 'http://h'}\n"))
	f.Add([]byte(minimal + "limits: {offer_timeout: 3x}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := gateway.ParseApp(b)
		if err != nil {
			return
		}
		again, err := a.Normal()
		require.NoError(t, err)
		require.Equal(t, a, again)
	})
}
