package operator

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// answerTokens is how many tokens an answer is asked to have at most if the input says
// nothing: about what the chain takes by value.
const answerTokens = 4096 / types.TokenBytes

// asked is what is read of an input that is an OpenAI chat completion request. What it
// has beside this counts for nothing.
type asked struct {
	Messages            []wire.ChatMessage `json:"messages"`
	MaxTokens           *int               `json:"max_tokens,omitempty"`
	MaxCompletionTokens *int               `json:"max_completion_tokens,omitempty"`
	Temperature         json.RawMessage    `json:"temperature,omitempty"`
	TopP                json.RawMessage    `json:"top_p,omitempty"`
	Seed                json.RawMessage    `json:"seed,omitempty"`
	Stop                json.RawMessage    `json:"stop,omitempty"`
	ResponseFormat      json.RawMessage    `json:"response_format,omitempty"`
	Weal                *wire.ChatExtras   `json:"weal,omitempty"`
}

// Prompt returns the chat completion request that an input is: the input itself, as far
// as it is known, if it is a JSON object with messages, or else one whose only message
// is the input's text.
func Prompt(input []byte) ([]byte, error) {
	if !utf8.Valid(input) {
		return nil, Refuse("its input is no UTF-8 text")
	}
	var q asked
	if err := wire.Unmarshal(input, &q); err != nil || len(q.Messages) == 0 {
		q = asked{}
		if len(input) == 0 {
			return nil, Refuse("its input is empty")
		}
		q.Messages = []wire.ChatMessage{wire.TextMessage("user", string(input))}
	}
	for i, m := range q.Messages {
		text, err := m.Text()
		if err != nil {
			return nil, Refuse("its input has messages that cannot be read: %v", err)
		}
		q.Messages[i] = wire.TextMessage(m.Role, text)
	}
	for _, n := range []*int{q.MaxTokens, q.MaxCompletionTokens} {
		if n != nil && *n < 1 {
			return nil, Refuse("its input asks for less than one token")
		}
	}
	if q.MaxTokens == nil && q.MaxCompletionTokens == nil {
		n := answerTokens
		q.MaxTokens = &n
	}
	return wire.Marshal(q)
}
