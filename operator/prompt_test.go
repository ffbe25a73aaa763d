package operator_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/operator"
	"github.com/weal-network/weal/wire"
)

func TestPrompt(t *testing.T) {
	for input, want := range map[string]string{
		"What is a tort?": `{"messages":[{"role":"user","content":"What is a tort?"}],"max_tokens":1024}`,
		`{"a":1}`:         `{"messages":[{"role":"user","content":"{\"a\":1}"}],"max_tokens":1024}`,
		`{"messages":[{"role":"user","content":[{"type":"text","text":"hm"}]}],"max_tokens":7,"n":9,"stream":true,"tools":[{}],"temperature":0.5}`: `{"messages":[{"role":"user","content":"hm"}],"max_tokens":7,"temperature":0.5}`,
	} {
		got, err := operator.Prompt([]byte(input))
		require.NoError(t, err)
		require.JSONEq(t, want, string(got))
	}
}

// FuzzPrompt: whatever an input is, what is asked is a chat completion request with
// messages of text, or nothing is asked.
func FuzzPrompt(f *testing.F) {
	for _, s := range []string{"why?", `{"messages":[{"role":"user","content":"x"}]}`, `{"messages":[]}`, "{", "\xff", `{"messages":[{}],"max_tokens":-1}`, `{"messages":[{"content":[{"type":"image"}]}]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		body, err := operator.Prompt(input)
		if err != nil {
			return
		}
		require.True(t, utf8.Valid(body))
		var req wire.ChatRequest
		require.NoError(t, wire.Decode(body, &req))
		require.NotEmpty(t, req.Messages)
		require.False(t, req.Stream)
		require.True(t, req.MaxTokens != nil || req.MaxCompletionTokens != nil)
		for _, m := range req.Messages {
			_, err := m.Text()
			require.NoError(t, err)
		}
		var fields map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(body, &fields))
		for name := range fields {
			require.False(t, strings.HasPrefix(name, "tool") || name == "stream" || name == "n")
		}
	})
}
