package wire

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/weal-network/weal/types"
)

// ChatRequest is what a role reads of an OpenAI chat completion request. Fields
// it does not know stay in the raw body, which is what goes upstream.
type ChatRequest struct {
	Model         string         `json:"model"`
	Messages      []ChatMessage  `json:"messages"`
	Stream        bool           `json:"stream,omitempty"`
	StreamOptions *StreamOptions `json:"stream_options,omitempty"`
	MaxTokens     *int           `json:"max_tokens,omitempty"`
	// MaxCompletionTokens replaces MaxTokens in newer clients.
	MaxCompletionTokens *int `json:"max_completion_tokens,omitempty"`
	N                   *int `json:"n,omitempty"`
	// Tools and ResponseFormat go to whoever answers as they are; they count as text
	// of the prompt.
	Tools          json.RawMessage `json:"tools,omitempty"`
	ResponseFormat json.RawMessage `json:"response_format,omitempty"`
	// Weal is what a gateway is asked beyond OpenAI's fields.
	Weal *ChatExtras `json:"weal,omitempty"`
}

// ChatExtras is the field "weal" of a request to a gateway.
type ChatExtras struct {
	// Filter says which documents of the vaults count; empty for all.
	Filter string `json:"filter,omitempty"`
}

// StreamOptions asks for usage in the last chunk of a stream.
type StreamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

// ChatMessage is one message. Content is a string, a list of parts, or null where an
// assistant only called tools.
type ChatMessage struct {
	Role    string          `json:"role"`
	Content json.RawMessage `json:"content"`
	// ToolCalls are what an assistant called, ToolCallID what a message of role tool
	// answers.
	ToolCalls  []ToolCall `json:"tool_calls,omitempty"`
	ToolCallID string     `json:"tool_call_id,omitempty"`
}

// ToolCall is one call of a function: whole in a message, in parts in the chunks of a
// stream, where Index says which call a part belongs to.
type ToolCall struct {
	Index    *int         `json:"index,omitempty"`
	ID       string       `json:"id,omitempty"`
	Type     string       `json:"type,omitempty"` // "function"
	Function FunctionCall `json:"function"`
}

// FunctionCall is which function is called, and with what JSON.
type FunctionCall struct {
	Name      string `json:"name,omitempty"`
	Arguments string `json:"arguments"`
}

// TextMessage makes a message of plain text.
func TextMessage(role, text string) ChatMessage {
	b, _ := json.Marshal(text) // a string always encodes
	return ChatMessage{Role: role, Content: b}
}

// Text returns the message's text: the string, or its text parts joined.
func (m ChatMessage) Text() (string, error) {
	if len(m.Content) == 0 || string(m.Content) == "null" {
		return "", nil
	}
	var s string
	if json.Unmarshal(m.Content, &s) == nil {
		return s, nil
	}
	var parts []struct {
		Type    string `json:"type"`
		Text    string `json:"text"`
		Refusal string `json:"refusal"`
	}
	if err := json.Unmarshal(m.Content, &parts); err != nil {
		return "", NewError(http.StatusBadRequest, TypeInvalidRequest, "bad_content", "message content: want a string or a list of parts")
	}
	var texts []string
	for _, p := range parts {
		if p.Type == "refusal" {
			p.Text = p.Refusal
		} else if p.Type != "text" {
			return "", NewError(http.StatusBadRequest, TypeInvalidRequest, "unsupported_content",
				"message content of type %.40q is not supported here; send text", p.Type)
		}
		texts = append(texts, p.Text)
	}
	return strings.Join(texts, "\n"), nil
}

// Completion is a chat completion, or one chunk of a streamed one.
type Completion struct {
	ID      string   `json:"id"`
	Object  string   `json:"object"` // "chat.completion" or "chat.completion.chunk"
	Created int64    `json:"created"`
	Model   string   `json:"model"`
	Choices []Choice `json:"choices"`
	Usage   *Usage   `json:"usage,omitempty"`
	Weal    *Trailer `json:"weal,omitempty"`
	// Error ends a stream that fails after its first byte.
	Error *Error `json:"error,omitempty"`
}

// Choice is one answer; Message in a whole completion, Delta in a chunk.
type Choice struct {
	Index        int      `json:"index"`
	Message      *Content `json:"message,omitempty"`
	Delta        *Content `json:"delta,omitempty"`
	FinishReason *string  `json:"finish_reason"`
}

// Content is what a choice says: text, calls of tools, or both.
type Content struct {
	Role      string     `json:"role,omitempty"`
	Content   string     `json:"content,omitempty"`
	ToolCalls []ToolCall `json:"tool_calls,omitempty"`
	// Annotations are OpenAI's url_citation annotations.
	Annotations []Annotation `json:"annotations,omitempty"`
}

// Annotation is one url_citation.
type Annotation struct {
	Type        string      `json:"type"` // "url_citation"
	URLCitation URLCitation `json:"url_citation"`
}

// URLCitation says which span of the answer which source stands behind.
type URLCitation struct {
	StartIndex int    `json:"start_index"`
	EndIndex   int    `json:"end_index"`
	URL        string `json:"url"`
	Title      string `json:"title"`
}

// Usage counts metered tokens.
type Usage struct {
	PromptTokens     uint64 `json:"prompt_tokens"`
	CompletionTokens uint64 `json:"completion_tokens"`
	TotalTokens      uint64 `json:"total_tokens"`
	// PromptDetails and CompletionDetails are there for clients that look for them:
	// nothing is cached, and no token is hidden.
	PromptDetails     *PromptDetails     `json:"prompt_tokens_details,omitempty"`
	CompletionDetails *CompletionDetails `json:"completion_tokens_details,omitempty"`
	// Weal is what it cost; left out between roles, which know it from receipts.
	Weal *Cost `json:"weal,omitempty"`
}

// PromptDetails divides the tokens of a prompt.
type PromptDetails struct {
	Cached uint64 `json:"cached_tokens"`
	Audio  uint64 `json:"audio_tokens"`
}

// CompletionDetails divides the tokens of an answer.
type CompletionDetails struct {
	Reasoning uint64 `json:"reasoning_tokens"`
	Audio     uint64 `json:"audio_tokens"`
	Accepted  uint64 `json:"accepted_prediction_tokens"`
	Rejected  uint64 `json:"rejected_prediction_tokens"`
}

// Cost is what an answer cost, in the smallest unit of Denom, how many were paid,
// and the milliseconds that the gateway added.
type Cost struct {
	Amount         types.Amount `json:"cost"`
	Denom          string       `json:"denom,omitempty"`
	Payees         int          `json:"payees"`
	OverheadMillis float64      `json:"overhead_ms"`
}

// Model is one entry of GET /v1/models.
type Model struct {
	ID      string `json:"id"`
	Object  string `json:"object"` // "model"
	Created int64  `json:"created"`
	OwnedBy string `json:"owned_by"`
	// Supports is what a model can do beyond answering with text: a parameter such as
	// "tools", or a path such as "/v1/embeddings".
	Supports []string `json:"supports,omitempty"`
}

// ModelList is the answer of GET /v1/models.
type ModelList struct {
	Object string  `json:"object"` // "list"
	Data   []Model `json:"data"`
}
