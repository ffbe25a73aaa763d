package gateway_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/weal-network/weal/wire"
)

// contract is spec/openapi.yaml.
type contract struct {
	t     *testing.T
	whole map[string]any
	// schemas are the components' schemas, as definitions that refer to each other.
	schemas map[string]any
}

func readContract(t *testing.T) *contract {
	t.Helper()
	b, err := os.ReadFile("../spec/openapi.yaml")
	require.NoError(t, err)
	c := &contract{t: t}
	require.NoError(t, yaml.Unmarshal(b, &c.whole))
	require.Equal(t, "3.1.0", c.whole["openapi"])
	c.schemas, _ = c.at("components", "schemas").(map[string]any)
	require.NotEmpty(t, c.schemas)
	return c
}

// at walks into the file; a $ref on the way is followed.
func (c *contract) at(path ...string) any {
	var v any = c.whole
	for _, name := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
		if m, ok := v.(map[string]any); ok {
			if ref, ok := m["$ref"].(string); ok {
				v = c.at(strings.Split(strings.TrimPrefix(ref, "#/"), "/")...)
			}
		}
	}
	return v
}

// check validates a JSON value by a schema of the file.
func (c *contract) check(schema any, data []byte) {
	c.t.Helper()
	require.NotNil(c.t, schema, "the file has no schema for it: %s", data)
	b, err := json.Marshal(map[string]any{"$defs": c.schemas, "allOf": []any{schema}})
	require.NoError(c.t, err)
	b = []byte(strings.ReplaceAll(string(b), `"#/components/schemas/`, `"#/$defs/`))
	var s jsonschema.Schema
	require.NoError(c.t, json.Unmarshal(b, &s))
	resolved, err := s.Resolve(nil)
	require.NoError(c.t, err)
	var v any
	require.NoError(c.t, json.Unmarshal(data, &v))
	require.NoError(c.t, resolved.Validate(v), "%s", data)
}

// call is one request and what the file says of it.
type call struct {
	method, path, of string // of is the path in the file, if it is another
	body             string
	headers          []string
	status           int
}

// try makes a call, and validates what goes and comes.
func (c *contract) try(w *world, call call) {
	c.t.Helper()
	of := call.of
	if of == "" {
		of = call.path
	}
	op := []string{"paths", of, strings.ToLower(call.method)}
	req, err := http.NewRequestWithContext(c.t.Context(), call.method, w.server.URL+call.path, strings.NewReader(call.body))
	require.NoError(c.t, err)
	for i := 0; i < len(call.headers); i += 2 {
		req.Header.Set(call.headers[i], call.headers[i+1])
	}
	if call.body != "" && call.status < 300 {
		c.check(c.at(append(op, "requestBody", "content", "application/json", "schema")...), []byte(call.body))
	}
	resp, err := w.server.Client().Do(req)
	require.NoError(c.t, err)
	defer resp.Body.Close()
	kind := resp.Header.Get("Content-Type")
	code := strconv.Itoa(resp.StatusCode)
	if c.at(append(op, "responses", code)...) == nil {
		code = "default"
	}
	schema := c.at(append(op, "responses", code, "content", kind, "schema")...)
	if kind != eventStream {
		b, err := io.ReadAll(resp.Body)
		require.NoError(c.t, err)
		require.Equal(c.t, call.status, resp.StatusCode, "%s %s: %s", call.method, call.path, b)
		c.check(schema, b)
		return
	}
	require.Equal(c.t, call.status, resp.StatusCode)
	events, n := wire.NewEventReader(resp.Body), 0
	for {
		data, err := events.Next()
		if err != nil {
			require.True(c.t, errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF), "%v", err) // Responses have no [DONE]
			break
		}
		c.check(schema, data)
		n++
	}
	require.Positive(c.t, n)
}

// TestContractNamesWhatIsServed: the file has every endpoint and no other.
func TestContractNamesWhatIsServed(t *testing.T) {
	c := readContract(t)
	w := newWorld(t)
	var described []string
	paths, _ := c.whole["paths"].(map[string]any)
	for path, v := range paths {
		methods, _ := v.(map[string]any)
		for method, op := range methods {
			described = append(described, strings.ToUpper(method)+" "+path)
			require.NotEmpty(t, op.(map[string]any)["operationId"]) //nolint:errcheck // that is what it is
		}
	}
	require.ElementsMatch(t, w.gateway.Endpoints(), described)
}

// TestContractHolds: real answers, and real refusals, are what the file says.
func TestContractHolds(t *testing.T) {
	c := readContract(t)
	w, p := newKeyed(t)
	key := []string{"Authorization", bearer}
	post := func(path, body string, status int, headers ...string) call {
		return call{method: http.MethodPost, path: path, body: body, headers: headers, status: status}
	}
	get := func(path string, status int, headers ...string) call {
		return call{method: http.MethodGet, path: path, headers: headers, status: status}
	}
	stream := func(body string) string {
		return strings.TrimSuffix(body, "}") + `,"stream":true,"stream_options":{"include_usage":true}}`
	}
	lane := []string{wire.HeaderLane, "7/0/0 900"}
	const asked = `{"model":"spec","input":"Who signs a voucher?","max_output_tokens":40}`
	for _, call := range []call{
		post(wire.PathCompletions, ask, 200, key...), post(wire.PathCompletions, stream(ask), 200, key...),
		post(wire.PathCompletions, ask, 402), post(wire.PathCompletions, ask, 402, lane...), post(wire.PathCompletions, `{`, 400, key...),
		post(wire.PathCompletions, `{"n":2}`, 400, key...), post(wire.PathCompletions, ask, 401, "Authorization", "Bearer x"),
		post(wire.PathResponses, asked, 200, key...), post(wire.PathResponses, strings.TrimSuffix(asked, "}")+`,"stream":true}`, 200, key...),
		post(wire.PathResponses, asked, 402), post(wire.PathResponses, `{"input":7}`, 400, key...),
		post(wire.PathEmbeddings, `{"input":"x"}`, 404, key...), post(wire.PathRerank, `{"query":"q","documents":["d"]}`, 404, key...),
		post(wire.PathSearch, `{}`, 402), post(wire.PathTicks, `{}`, 404), post(wire.PathTicks, `{`, 400),
		get(wire.PathModels, 200), get(wire.PathHealth, 200), get(wire.PathManifest, 404), get("/weal/v1/key", 200, key...), get("/weal/v1/key", 401),
		{method: http.MethodGet, path: "/v1/models/spec", of: "/v1/models/{id}", status: 200},
		{method: http.MethodGet, path: "/v1/models/gpt", of: "/v1/models/{id}", status: 404},
	} {
		c.try(w, call)
	}
	p.fault = &wire.Error{Message: "the model stopped", Type: wire.TypeUpstream, Code: "model_cut"}
	c.try(w, post(wire.PathCompletions, ask, 502, key...))
	c.try(w, post(wire.PathCompletions, stream(ask), 200, key...))
	c.try(w, post(wire.PathResponses, strings.TrimSuffix(asked, "}")+`,"stream":true}`, 200, key...))
	p.fault = nil

	w.scripted(func(path, _ string) (string, string) {
		switch path {
		case "/rerank":
			return "application/json", `{"results":[{"index":0,"relevance_score":0.9}]}`
		case "/embeddings":
			return "application/json", `{"data":[{"index":0,"embedding":[1]}]}`
		}
		return eventStream, callsTool
	})
	w.app.Embeddings, w.app.Rerank = modelID, modelID
	w.start()
	const tooledResponse = `{"input":"Who signs a voucher?","tools":[{"type":"function","name":"f","parameters":{"type":"object"}}]}`
	for _, call := range []call{
		post(wire.PathCompletions, tooled, 200, key...), post(wire.PathCompletions, stream(tooled), 200, key...),
		post(wire.PathResponses, tooledResponse, 200, key...), post(wire.PathResponses, strings.TrimSuffix(tooledResponse, "}")+`,"stream":true}`, 200, key...),
		post(wire.PathEmbeddings, `{"input":"x"}`, 200, key...), post(wire.PathEmbeddings, `{"input":["x"],"encoding_format":"base64"}`, 200, key...),
		post(wire.PathEmbeddings, `{"input":[1]}`, 400, key...), post(wire.PathEmbeddings, `{"input":"x"}`, 402), post(wire.PathEmbeddings, `{"input":"x"}`, 402, lane...),
		post(wire.PathRerank, `{"query":"q","documents":["d"],"return_documents":true}`, 200, key...), post(wire.PathRerank, `{"query":"q","documents":["d"]}`, 402, lane...),
	} {
		c.try(w, call)
	}
}
