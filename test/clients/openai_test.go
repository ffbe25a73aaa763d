//go:build clients

package clients

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"
	"github.com/stretchr/testify/require"
)

// TestOpenAI runs OpenAI's clients against a home whose model has an upstream that
// calls tools, and says what a script says.
func TestOpenAI(t *testing.T) {
	install(t)
	upstream := httptest.NewServer(scripted())
	t.Cleanup(upstream.Close)
	dir := t.TempDir()
	bin, house := filepath.Join(dir, "weal"), filepath.Join(dir, "home")
	build(t, bin)
	up(t, bin, house, "--upstream", upstream.URL+"/v1", "--upstream-model", "scripted", "--upstream-embeddings", "embedder", "--upstream-rerank", "ranker")
	t.Run("openai-go", func(t *testing.T) { openaiGo(t, bin, house) })
	t.Log(command(t, []string{"WEAL_BIN=" + bin, "WEAL_HOME=" + house}, "npm", "run", "openai"))
}

// scripted is an OpenAI-compatible server: it calls the first tool that it is told of,
// and answers with what the tool said; it fills in a schema; it breaks when it is told
// to; and it makes vectors of three numbers.
func scripted() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			Model    string
			Stream   bool
			Messages []struct{ Role, Content string }
			Tools    []struct{ Function struct{ Name string } }
			Format   struct{ Type string } `json:"response_format"`
		}
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || asked.Model != "scripted" || !asked.Stream {
			http.Error(w, fmt.Sprintf(`{"error":{"message":"not what was to come: %v %q"}}`, err, asked.Model), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		last := asked.Messages[len(asked.Messages)-1]
		switch {
		case last.Role == "tool":
			pieces(w, "The tool says "+last.Content+", ", "as [1] does.")
		case strings.Contains(last.Content, "break"):
			delta(w, `{"content":"It begins [1] "}`, "")
			_, _ = fmt.Fprint(w, "data: {\"error\":{\"message\":\"out of memory\"}}\n\n")
		case strings.Contains(last.Content, "at length"):
			pieces(w, strings.Repeat("Exposure is what a tab may owe [1]. ", 100))
		case len(asked.Tools) > 0:
			delta(w, fmt.Sprintf(`{"tool_calls":[{"index":0,"id":"call_upstream","type":"function","function":{"name":%q,"arguments":""}}]}`, asked.Tools[0].Function.Name), "")
			delta(w, `{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}]}`, "")
			delta(w, `{"tool_calls":[{"index":0,"function":{"arguments":"\"Zürich\"}"}}]}`, "")
			delta(w, `{}`, "tool_calls")
		case asked.Format.Type == "json_schema":
			pieces(w, `{"city":"Zürich",`, `"degrees":21}`)
		default:
			pieces(w, "Exposure — was “Größe” in one word — is the most that one tab may owe [1]. ", "It is settled at half of it [2].")
		}
		_, _ = fmt.Fprint(w, "data: [DONE]\n\n")
	})
	mux.HandleFunc("POST /v1/embeddings", func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			Model string
			Input []string
		}
		_ = json.NewDecoder(r.Body).Decode(&asked)
		var data []map[string]any
		for i, text := range asked.Input {
			data = append(data, map[string]any{"object": "embedding", "index": i, "embedding": []float64{float64(len(text)), 0.5, -1}})
		}
		reply(w, map[string]any{"object": "list", "model": asked.Model, "data": data})
	})
	mux.HandleFunc("POST /v1/rerank", func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Documents []string }
		_ = json.NewDecoder(r.Body).Decode(&asked)
		var results []map[string]any
		for i, d := range asked.Documents {
			results = append(results, map[string]any{"index": i, "relevance_score": float64(len(d)) / 10})
		}
		reply(w, map[string]any{"results": results})
	})
	return mux
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// pieces says a text in pieces, and ends.
func pieces(w http.ResponseWriter, texts ...string) {
	for _, text := range texts {
		b, _ := json.Marshal(map[string]string{"content": text}) // a string always encodes
		delta(w, string(b), "")
	}
	delta(w, `{}`, "stop")
}

func delta(w http.ResponseWriter, delta, finish string) {
	reason := "null"
	if finish != "" {
		reason = fmt.Sprintf("%q", finish)
	}
	_, _ = fmt.Fprintf(w, "data: {\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":%s,\"finish_reason\":%s}]}\n\n", delta, reason)
}

// openaiGo uses OpenAI's own package for Go.
func openaiGo(t *testing.T, bin, house string) {
	var status struct {
		Key    string `json:"api_key"`
		Assets []struct{ Role, URL string }
	}
	require.NoError(t, json.Unmarshal([]byte(command(t, nil, bin, "status", "--home", house, "--output", "json")), &status))
	url := ""
	for _, a := range status.Assets {
		if a.Role == "gateway" {
			url = a.URL
		}
	}
	client := openai.NewClient(option.WithBaseURL(url+"/v1"), option.WithAPIKey(status.Key), option.WithMaxRetries(0))
	ask := openai.ChatCompletionNewParams{Model: "weal", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("What is exposure?")}}

	said, err := client.Chat.Completions.New(t.Context(), ask)
	require.NoError(t, err)
	m := said.Choices[0].Message
	require.NotEmpty(t, m.Annotations)
	c := m.Annotations[0].URLCitation
	require.Equal(t, "[1]", string([]rune(m.Content)[c.StartIndex:c.EndIndex]))
	require.Positive(t, said.Usage.CompletionTokens)

	ask.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{
		Name: "get_weather", Parameters: shared.FunctionParameters{"type": "object", "properties": map[string]any{"city": map[string]string{"type": "string"}}},
	})}
	stream := client.Chat.Completions.NewStreaming(t.Context(), ask)
	var acc openai.ChatCompletionAccumulator
	for stream.Next() {
		require.True(t, acc.AddChunk(stream.Current()))
	}
	require.NoError(t, stream.Err())
	require.Equal(t, "tool_calls", acc.Choices[0].FinishReason)
	call := acc.Choices[0].Message.ToolCalls[0]
	require.Equal(t, "get_weather", call.Function.Name)
	require.JSONEq(t, `{"city":"Zürich"}`, call.Function.Arguments)
	ask.Messages = append(ask.Messages, acc.Choices[0].Message.ToParam(), openai.ToolMessage("21 degrees", call.ID))
	said, err = client.Chat.Completions.New(t.Context(), ask)
	require.NoError(t, err)
	require.Contains(t, said.Choices[0].Message.Content, "21 degrees")

	ask.N = openai.Int(2)
	_, err = client.Chat.Completions.New(t.Context(), ask)
	var refused *openai.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, http.StatusBadRequest, refused.StatusCode)
	require.Equal(t, "n", refused.Param)

	vectors, err := client.Embeddings.New(t.Context(), openai.EmbeddingNewParams{
		Model: "weal", Input: openai.EmbeddingNewParamsInputUnion{OfArrayOfStrings: []string{"first", "second text"}},
	})
	require.NoError(t, err)
	require.Equal(t, []float64{5, 0.5, -1}, vectors.Data[0].Embedding)

	r, err := client.Responses.New(t.Context(), responses.ResponseNewParams{
		Model: "weal", Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("What is exposure?")},
	})
	require.NoError(t, err)
	require.Contains(t, r.OutputText(), "[1]")
}
