package gateway

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/filter"
	"github.com/weal-network/weal/wire"
)

// request is a client's request, understood: for a chat completion, a search or a task.
type request struct {
	// task is the path of a task (task.go); empty for the others.
	task     string
	body     []byte
	hash     types.Hash // SHA-256 of body
	question string
	// which says which documents count; empty for all.
	which string
	// system is the client's own instructions, messages all others.
	system    string
	messages  []wire.ChatMessage
	bytes     int // of all their text
	maxTokens int
	settings  map[string]json.RawMessage
	// extra is how many bytes of the settings count as text of the prompt, needs what of
	// them not every model can do.
	extra int
	needs []string
	// search is what was asked if it was for passages alone, else nil.
	search *wire.SearchRequest
	stream bool
	usage  bool // asked for in a stream
}

// forwarded are the settings that go to the model; withTools those that go with tools.
var (
	forwarded = []string{"temperature", "top_p", "stop", "seed", "presence_penalty", "frequency_penalty", "reasoning_effort"}
	withTools = []string{"tools", "tool_choice", "parallel_tool_calls"}
)

// unsupported are fields whose meaning an answer from passages cannot honour, the
// values of them that ask for nothing, and what to do instead.
var unsupported = []struct{ field, harmless, advice string }{
	{"n", "1", "ask again for another answer"},
	{"functions", "[]", "send them as tools"},
	{"function_call", `"none"`, "send tool_choice"},
	{"logprobs", "false", "they are not part of what is metered and signed for; leave it out"},
	{"top_logprobs", "0", "they are not part of what is metered and signed for; leave it out"},
	{"audio", "", "this app answers with text; leave it out"},
	{"modalities", `["text"]`, "this app answers with text; leave it out"},
	{"prediction", "", "leave it out"},
	{"web_search_options", "", "this app answers from its vaults; leave it out"},
}

func badRequest(code, format string, args ...any) *wire.Error {
	return wire.NewError(http.StatusBadRequest, wire.TypeInvalidRequest, code, format, args...)
}

// badParam is badRequest about one field of the request.
func badParam(param, code, format string, args ...any) *wire.Error {
	e := badRequest(code, format, args...)
	e.Param = &param
	return e
}

// parseRequest reads a body for the app, or says honestly what cannot be done.
func parseRequest(app App, body []byte) (*request, error) {
	if !utf8.Valid(body) {
		return nil, badRequest("bad_json", "the body is not UTF-8")
	}
	var fields map[string]json.RawMessage
	if err := wire.Decode(body, &fields); err != nil {
		return nil, err
	}
	which, err := readExtras(fields["weal"])
	if err != nil {
		return nil, err
	}
	var c wire.ChatRequest
	if err := wire.Decode(body, &c); err != nil {
		return nil, err
	}
	if c.Model != "" && c.Model != app.Name {
		return nil, wire.NewError(http.StatusNotFound, wire.TypeInvalidRequest, "model_not_found",
			"there is no model %.100q here; this gateway serves %q", c.Model, app.Name)
	}
	for _, u := range unsupported {
		if v, ok := fields[u.field]; ok && !harmless(v, u.harmless) {
			return nil, badParam(u.field, "unsupported_"+u.field, "%s is not supported here: %s", u.field, u.advice)
		}
	}
	r := &request{
		body: body, hash: sha256.Sum256(body), which: which, settings: map[string]json.RawMessage{}, stream: c.Stream,
		usage: c.StreamOptions != nil && c.StreamOptions.IncludeUsage,
	}
	if err := r.readSettings(app, c, fields); err != nil {
		return nil, err
	}
	if err := r.readLength(app, c); err != nil {
		return nil, err
	}
	return r, r.readMessages(app, c.Messages)
}

// harmless reports whether v is absent in meaning: null, or the value that asks
// for nothing.
func harmless(v json.RawMessage, value string) bool {
	s := strings.Join(strings.Fields(string(v)), "")
	return s == "null" || s == value
}

// readExtras reads the field that is ours, and returns its filter. What is not known
// in it is refused: a filter that is misspelt would else let everything through.
func readExtras(raw json.RawMessage) (which string, err error) {
	if len(raw) == 0 || string(raw) == "null" {
		return "", nil
	}
	var extras map[string]json.RawMessage
	if json.Unmarshal(raw, &extras) != nil {
		return "", badRequest("bad_weal", `weal must be an object, as in {"weal":{"filter":"source^=docs/"}}`)
	}
	for name, v := range extras {
		if name != "filter" {
			return "", badRequest("bad_weal", "there is no field %.40q in weal; there is filter", name)
		}
		if json.Unmarshal(v, &which) != nil {
			return "", badRequest("bad_filter", "weal.filter must be a string, such as %q", "source^=docs/, date>=2026-01-01")
		}
	}
	return which, checkFilter(which)
}

// checkFilter refuses what no vault takes, before any is asked.
func checkFilter(text string) error {
	if _, err := filter.Parse(text); err != nil {
		return badRequest("bad_filter", "filter: %v", err)
	}
	return nil
}

func (r *request) readLength(app App, c wire.ChatRequest) error {
	r.maxTokens = app.MaxTokens
	for _, limit := range []*int{c.MaxTokens, c.MaxCompletionTokens} {
		if limit == nil {
			continue
		}
		if *limit < 1 {
			return badParam("max_tokens", "bad_max_tokens", "max_tokens must be 1 or more, it is %d", *limit)
		}
		r.maxTokens = min(r.maxTokens, *limit)
	}
	return nil
}

func (r *request) readMessages(app App, messages []wire.ChatMessage) error {
	var system []string
	for i, m := range messages {
		text, err := m.Text()
		if err != nil {
			return about(err, fmt.Sprintf("messages[%d].content", i))
		}
		switch m.Role {
		case "system", "developer":
			system = append(system, text)
		case "user":
			r.messages = append(r.messages, wire.TextMessage(m.Role, text))
			r.question = text
		case "assistant", "tool":
			said, err := called(i, m, text)
			if err != nil {
				return err
			}
			r.messages = append(r.messages, said)
		default:
			return badParam(fmt.Sprintf("messages[%d].role", i), "unsupported_role",
				"message %d: role %.40q is not supported here; send system, developer, user, assistant and tool", i, m.Role)
		}
		r.bytes += len(wire.Content{Content: text, ToolCalls: m.ToolCalls}.Given())
	}
	r.system = strings.Join(system, "\n\n")
	switch {
	case strings.TrimSpace(r.question) == "":
		return badRequest("no_question", "there is no question: send a message of role user with text")
	case len(r.question) > app.Limits.QuestionBytes:
		return badRequest("question_too_long", "the question has %d bytes, at most %d are searched for; shorten it", len(r.question), app.Limits.QuestionBytes)
	case r.bytes > app.Limits.MessageBytes:
		return badRequest("messages_too_long", "the messages have more than %d bytes; leave out older ones", app.Limits.MessageBytes)
	}
	return nil
}

// prompt returns the messages for the model, around a block of passages.
func (r *request) prompt(in *instructions, passages string) ([]wire.ChatMessage, error) {
	text, err := in.render(passages)
	if err != nil {
		return nil, err
	}
	switch {
	case text == "":
		text = r.system
	case r.system != "":
		text += "\n\n" + r.system
	}
	if text == "" {
		return r.messages, nil // an app without passages, that says nothing itself
	}
	return append([]wire.ChatMessage{wire.TextMessage("system", text)}, r.messages...), nil
}

// modelBody returns the request that a model asset gets.
func (r *request) modelBody(app App, messages []wire.ChatMessage, maxTokens int) ([]byte, error) {
	return r.bodyOf(map[string]any{"model": app.Name, "stream": true}, messages, maxTokens)
}

// bareBody returns the request that the app's own upstream gets, whose model it is to name.
func (r *request) bareBody(messages []wire.ChatMessage, maxTokens int) ([]byte, error) {
	return r.bodyOf(map[string]any{}, messages, maxTokens)
}

func (r *request) bodyOf(out map[string]any, messages []wire.ChatMessage, maxTokens int) ([]byte, error) {
	out["messages"], out["max_tokens"] = messages, maxTokens
	for name, v := range r.settings {
		out[name] = v
	}
	b, err := wire.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("build prompt: %w", err)
	}
	return b, nil
}
