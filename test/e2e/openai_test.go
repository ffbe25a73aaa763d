package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/home"
	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/wire"
)

// errorJSON is OpenAI's error object.
type errorJSON struct {
	Error struct {
		Message string `json:"message"`
		Type    string `json:"type"`
		Code    string `json:"code"`
	} `json:"error"`
}

// key returns the home's API key, as `weal status` tells it.
func (h *house) key(t *testing.T) string {
	t.Helper()
	var s statusJSON
	h.read(t, &s, "status")
	return s.APIKey
}

// post sends JSON as any HTTP client does; an empty key sends none.
func post(t *testing.T, url, key string, body any) *http.Response {
	t.Helper()
	b, ok := body.([]byte)
	if !ok {
		var err error
		b, err = json.Marshal(body)
		require.NoError(t, err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(b))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

// chat asks the home's gateway as an OpenAI client.
func (h *house) chat(t *testing.T, key string, fields map[string]any) *http.Response {
	t.Helper()
	body := map[string]any{"model": "weal", "messages": []map[string]string{{"role": "user", "content": question}}}
	for k, v := range fields {
		body[k] = v
	}
	return post(t, home.URL(h.ports.Gateway)+"/v1/chat/completions", key, body)
}

// refused checks for OpenAI's error object.
func refused(t *testing.T, resp *http.Response, statuses ...int) errorJSON {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Contains(t, statuses, resp.StatusCode, "%s", b)
	require.Equal(t, "application/json", resp.Header.Get("Content-Type"))
	var e errorJSON
	require.NoError(t, json.Unmarshal(b, &e), "%s", b)
	require.NotEmpty(t, e.Error.Message)
	require.NotEmpty(t, e.Error.Type)
	return e
}

// completionJSON is what an OpenAI client reads of a completion or a chunk.
type completionJSON struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Model   string `json:"model"`
	Choices []struct {
		Message struct {
			Role    string `json:"role"`
			Content string `json:"content"`
		} `json:"message"`
		Delta struct {
			Content string `json:"content"`
		} `json:"delta"`
		FinishReason *string `json:"finish_reason"`
	} `json:"choices"`
	Usage *struct {
		Prompt     int `json:"prompt_tokens"`
		Completion int `json:"completion_tokens"`
		Total      int `json:"total_tokens"`
	} `json:"usage"`
	Weal  wire.Trailer `json:"weal"`
	Error *struct {
		Message string `json:"message"`
	} `json:"error"`
}

func TestOpenAICompletion(t *testing.T) {
	t.Parallel()
	h := shared(t)
	resp := h.chat(t, h.key(t), nil)
	require.Equal(t, http.StatusOK, resp.StatusCode)
	var c completionJSON
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&c))
	require.Equal(t, "chat.completion", c.Object)
	require.Equal(t, "weal", c.Model)
	require.NotEmpty(t, c.ID)
	require.Len(t, c.Choices, 1)
	require.Equal(t, "assistant", c.Choices[0].Message.Role)
	require.NotEmpty(t, c.Choices[0].Message.Content)
	require.Equal(t, "stop", *c.Choices[0].FinishReason)
	require.Positive(t, c.Usage.Prompt)
	require.Equal(t, c.Usage.Prompt+c.Usage.Completion, c.Usage.Total)
	require.NotEmpty(t, resp.Header.Get("Weal-Cost"))
	require.NoError(t, c.Weal.Attribution.Check())
	require.True(t, slices.ContainsFunc(c.Weal.Receipts, func(r pay.SignedReceipt) bool { return r.Detail == c.Weal.Attribution.Detail() }))
}

func TestOpenAIStream(t *testing.T) {
	t.Parallel()
	h := shared(t)
	key := h.key(t)
	for _, usage := range []bool{false, true} {
		resp := h.chat(t, key, map[string]any{"stream": true, "stream_options": map[string]bool{"include_usage": usage}})
		require.Equal(t, http.StatusOK, resp.StatusCode)
		require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
		var text, finish string
		var withUsage, chunks int
		events := wire.NewEventReader(resp.Body)
		for {
			data, err := events.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			var c completionJSON
			require.NoError(t, json.Unmarshal(data, &c))
			require.Equal(t, "chat.completion.chunk", c.Object)
			require.Nil(t, c.Error)
			chunks++
			for _, choice := range c.Choices {
				text += choice.Delta.Content
				if choice.FinishReason != nil {
					finish = *choice.FinishReason
				}
			}
			if c.Usage != nil {
				withUsage++
				require.Empty(t, c.Choices)
				require.Positive(t, c.Usage.Completion)
			}
		}
		require.NotEmpty(t, text)
		require.Equal(t, "stop", finish)
		require.Greater(t, chunks, 1)
		require.Equal(t, usage, withUsage == 1)
	}
}

func TestOpenAIModels(t *testing.T) {
	t.Parallel()
	h := shared(t)
	resp, err := http.Get(home.URL(h.ports.Gateway) + "/v1/models")
	require.NoError(t, err)
	defer resp.Body.Close()
	var list struct {
		Object string `json:"object"`
		Data   []struct {
			ID     string `json:"id"`
			Object string `json:"object"`
		} `json:"data"`
	}
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&list))
	require.Equal(t, "list", list.Object)
	require.Len(t, list.Data, 1)
	require.Equal(t, "weal", list.Data[0].ID)
	require.Equal(t, "model", list.Data[0].Object)
}

func TestOpenAIRefusals(t *testing.T) {
	t.Parallel()
	h := shared(t)
	key := h.key(t)
	refused(t, h.chat(t, "", nil), http.StatusPaymentRequired)
	refused(t, h.chat(t, "weal-wrong", nil), http.StatusUnauthorized)
	refused(t, h.chat(t, key+"x", nil), http.StatusUnauthorized)
	require.Equal(t, "unsupported_n", refused(t, h.chat(t, key, map[string]any{"n": 2}), http.StatusBadRequest).Error.Code)
	refused(t, h.chat(t, key, map[string]any{"tools": []any{map[string]string{"type": "function"}}}), http.StatusBadRequest)
	refused(t, h.chat(t, key, map[string]any{"messages": []any{}}), http.StatusBadRequest)
	refused(t, h.chat(t, key, map[string]any{"messages": "hi"}), http.StatusBadRequest)
	refused(t, h.chat(t, key, map[string]any{"max_tokens": 0}), http.StatusBadRequest)
	require.Equal(t, "model_not_found", refused(t, h.chat(t, key, map[string]any{"model": "gpt-4"}), http.StatusNotFound).Error.Code)
	require.Equal(t, "no_match", refused(t, h.chat(t, key, map[string]any{
		"messages": []map[string]string{{"role": "user", "content": "zyzzyva quokka"}},
	}), http.StatusNotFound).Error.Code)
	url := home.URL(h.ports.Gateway)
	for _, body := range []string{"", "{", "[]", "\xff", `{"model":"weal"} x`} {
		refused(t, post(t, url+"/v1/chat/completions", key, []byte(body)), http.StatusBadRequest)
	}
	refused(t, post(t, url+"/v1/nothing", key, map[string]string{}), http.StatusNotFound)
	refused(t, post(t, home.URL(h.ports.Model)+"/v1/chat/completions", key, map[string]string{}), http.StatusPaymentRequired)
	refused(t, post(t, home.URL(h.ports.Vault)+"/weal/v1/admin/add", key, map[string]string{}), http.StatusUnauthorized)
}
