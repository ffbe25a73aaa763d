//go:build clients

package clients

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/stretchr/testify/require"

	"github.com/weal-network/weal/agent/agenttest"
	"github.com/weal-network/weal/agent/guard"
	"github.com/weal-network/weal/agent/mcp"
	"github.com/weal-network/weal/types"
)

// conformance are the scenarios of the MCP project's suite for what the server declares:
// tools, their results of each kind, progress, and asking a person.
var conformance = []string{
	"server-initialize", "ping", "tools-list", "tools-call-simple-text", "tools-call-image", "tools-call-audio",
	"tools-call-embedded-resource", "tools-call-mixed-content", "tools-call-error", "tools-call-with-progress",
	"tools-call-elicitation", "json-schema-2020-12", "server-sse-multiple-streams", "dns-rebinding-protection",
}

// TestConformance runs the suite against the server of tools as it is served, with the
// tools beside that its scenarios call.
func TestConformance(t *testing.T) {
	install(t)
	s := mcp.New(mcp.Config{Own: &agenttest.Fake{}, ConfirmAbove: types.NewAmount(1), Version: "1"})
	fixtures(s.SDK())
	server := httptest.NewServer(guard.Guard{Local: true}.Handler(s.Handler()))
	defer server.Close()
	for _, scenario := range conformance {
		t.Run(scenario, func(t *testing.T) {
			out := command(t, nil, "node", "--import", "./conformance.mjs", "node_modules/@modelcontextprotocol/conformance/dist/index.js",
				"server", "--url", server.URL, "--scenario", scenario)
			require.Regexp(t, `Passed: ([1-9]\d*)/\d+, 0 failed`, out)
		})
	}
}

// fixtures adds the tools that scenarios call, by the names and with the words that they
// look for.
func fixtures(s *sdk.Server) {
	text := &sdk.TextContent{Text: "This is text content"}
	image := &sdk.ImageContent{Data: []byte("\x89PNG\r\n\x1a\n"), MIMEType: "image/png"}
	embedded := &sdk.EmbeddedResource{Resource: &sdk.ResourceContents{URI: "test://embedded", MIMEType: "text/plain", Text: "This is an embedded resource"}}
	for name, content := range map[string][]sdk.Content{
		"test_simple_text":            {&sdk.TextContent{Text: "This is a simple text response for testing."}},
		"test_image_content":          {image},
		"test_audio_content":          {&sdk.AudioContent{Data: []byte("RIFF"), MIMEType: "audio/wav"}},
		"test_embedded_resource":      {embedded},
		"test_multiple_content_types": {text, image, embedded},
	} {
		add(s, name, func(context.Context, *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
			return &sdk.CallToolResult{Content: content}, nil
		})
	}
	add(s, "test_error_handling", func(context.Context, *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		return nil, errors.New("This tool intentionally returns an error for testing") //nolint:staticcheck // the suite's words
	})
	add(s, "test_tool_with_progress", func(ctx context.Context, req *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		for _, at := range []float64{0, 50, 100} {
			if err := req.Session.NotifyProgress(ctx, &sdk.ProgressNotificationParams{ProgressToken: req.Params.GetProgressToken(), Progress: at, Total: 100}); err != nil {
				return nil, err
			}
		}
		return &sdk.CallToolResult{Content: []sdk.Content{text}}, nil
	})
	add(s, "test_elicitation", func(_ context.Context, req *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		said, ok := req.Params.InputResponses["who"].(*sdk.ElicitResult)
		if !ok {
			return &sdk.CallToolResult{InputRequests: sdk.InputRequestMap{"who": &sdk.ElicitParams{Message: "Who are you?", RequestedSchema: &jsonschema.Schema{
				Type: "object", Required: []string{"username"}, Properties: map[string]*jsonschema.Schema{"username": {Type: "string"}},
			}}}}, nil
		}
		return &sdk.CallToolResult{Content: []sdk.Content{&sdk.TextContent{Text: fmt.Sprintf("action=%s, content=%v", said.Action, said.Content)}}}, nil
	})
	s.AddTool(&sdk.Tool{Name: "json_schema_2020_12_tool", Description: "Tool with JSON Schema 2020-12 features", InputSchema: map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
		"$defs": map[string]any{"address": map[string]any{"type": "object", "properties": map[string]any{
			"street": map[string]any{"type": "string"}, "city": map[string]any{"type": "string"},
		}}},
		"properties": map[string]any{"name": map[string]any{"type": "string"}, "address": map[string]any{"$ref": "#/$defs/address"}},
	}}, func(context.Context, *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		return &sdk.CallToolResult{Content: []sdk.Content{text}}, nil
	})
}

// add adds a tool without arguments.
func add(s *sdk.Server, name string, f func(context.Context, *sdk.CallToolRequest) (*sdk.CallToolResult, error)) {
	sdk.AddTool(s, &sdk.Tool{Name: name, Description: "of the conformance suite"}, func(ctx context.Context, req *sdk.CallToolRequest, _ any) (*sdk.CallToolResult, any, error) {
		res, err := f(ctx, req)
		return res, nil, err
	})
}
