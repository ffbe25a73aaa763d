package a2a

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"github.com/a2aproject/a2a-go/v2/a2asrv"

	"github.com/weal-network/weal/agent"
	"github.com/weal-network/weal/types"
)

// The fields of metadata that are ours.
const (
	// metaWeal is what an answer cost and how it is named, on its task.
	metaWeal = "weal"
	// metaQuote is what an answer would cost, on the message that asks to agree.
	metaQuote = "weal.quote"
	// metaMax is how much may be paid, on a caller's message.
	metaMax = "weal.max_cost"
)

// The fields of x402's transport.
const (
	metaStatus   = "x402.payment.status"
	metaRequired = "x402.payment.required"
	metaPayload  = "x402.payment.payload"
	metaReceipts = "x402.payment.receipts"
	metaError    = "x402.payment.error"
)

// maxText bounds a question, in bytes.
const maxText = 32 << 10

// said is what a message says.
type said struct {
	Question string `json:"question"`
	App      uint64 `json:"app"`
	Filter   string `json:"filter"`
	MaxCost  string `json:"max_cost"`
	payment  json.RawMessage
	declined bool // the offer to pay by x402
}

// read reads a message: text parts are the question, a data part has its fields.
func read(m *a2a.Message) (out said, err error) {
	var text []string
	for _, p := range m.Parts {
		if p == nil {
			return out, fmt.Errorf("%w: a part is null", a2a.ErrInvalidParams)
		}
		switch content := p.Content.(type) {
		case a2a.Text:
			text = append(text, string(content))
		case a2a.Data:
			b, err := json.Marshal(content.Value)
			if err == nil {
				err = json.Unmarshal(b, &out)
			}
			if err != nil {
				return out, fmt.Errorf("%w: the data part has question, app, filter and max_cost: %w", a2a.ErrInvalidParams, err)
			}
		default:
			return out, fmt.Errorf("%w: send text, or a data part with question, app, filter and max_cost", a2a.ErrUnsupportedContentType)
		}
	}
	if len(text) > 0 && out.Question == "" {
		out.Question = strings.Join(text, "\n")
	}
	if len(out.Question) > maxText {
		return out, fmt.Errorf("%w: the question has %d bytes; want at most %d", a2a.ErrInvalidParams, len(out.Question), maxText)
	}
	if most, ok := m.Metadata[metaMax].(string); ok && out.MaxCost == "" {
		out.MaxCost = most
	}
	if payload, ok := m.Metadata[metaPayload]; ok {
		if out.payment, err = json.Marshal(payload); err != nil {
			return out, fmt.Errorf("%w: %s: %w", a2a.ErrInvalidParams, metaPayload, err)
		}
	}
	out.declined = m.Metadata[metaStatus] == "payment-rejected"
	return out, nil
}

// errDeclined ends a task whose caller does not want to pay.
var errDeclined = errors.New("not agreed to: nothing was paid")

// question is what the task asks, with what its caller agrees to. A message that goes
// on with a task agrees to a cost, or brings a payment, for the question that began it.
func (s *Server) question(ec *a2asrv.ExecutorContext) (q agent.Question, err error) {
	now, err := read(ec.Message)
	if err != nil {
		return q, err
	}
	first := now
	if t := ec.StoredTask; t != nil {
		if len(t.History) == 0 {
			return q, fmt.Errorf("%w: the task has no question; ask anew", a2a.ErrInvalidParams)
		}
		if first, err = read(t.History[0]); err != nil {
			return q, err
		}
	}
	q = agent.Question{
		Text: first.Question, App: types.AssetID(first.App), Filter: first.Filter, AtMost: s.cfg.ConfirmAbove, Payment: now.payment,
	}
	if q.AtMost.IsZero() {
		q.AtMost = types.NewAmount(1) // zero would be no bound
	}
	switch {
	case now.MaxCost != "":
		q.AtMost, err = agent.ParseCost(now.MaxCost)
	case ec.StoredTask != nil && now.payment == nil:
		q.AtMost, err = agreed(ec.StoredTask, now)
	}
	if err != nil {
		return q, err
	}
	if err := q.Check(); err != nil {
		return q, fmt.Errorf("%w: %w", a2a.ErrInvalidParams, err)
	}
	return q, nil
}

// errUnclear is why a task that awaits an agreement goes on to await it.
var errUnclear = errors.New(`say "yes" to pay what is shown, "no" to end the task, or send a data part with max_cost`)

// agreed is the cost that a caller accepts by its words.
func agreed(t *a2a.Task, now said) (types.Amount, error) {
	word := strings.ToLower(strings.Trim(strings.TrimSpace(now.Question), ".!"))
	switch {
	case now.declined, word == "no", word == "cancel", word == "decline":
		return types.Amount{}, errDeclined
	case word != "yes" && word != "ok" && word != "pay" && word != "agree" && word != "confirm":
		return types.Amount{}, errUnclear
	case t.Status.Message == nil:
		return types.Amount{}, errUnclear
	}
	shown, _ := t.Status.Message.Metadata[metaQuote].(map[string]any)
	most, _ := shown["most"].(map[string]any)
	text, _ := most["amount"].(string)
	amount, err := types.ParseAmount(text)
	if err != nil {
		return amount, errUnclear
	}
	return amount, nil
}

// plain is v as maps, lists, texts and numbers, which is what the SDK keeps.
func plain(v any) any {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var out any
	if err := json.Unmarshal(b, &out); err != nil {
		return nil
	}
	return pruned(out)
}

// pruned drops nulls, which the SDK cannot copy.
func pruned(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, one := range v {
			if one == nil {
				delete(v, k)
				continue
			}
			v[k] = pruned(one)
		}
	case []any:
		out := make([]any, 0, len(v))
		for _, one := range v {
			if one != nil {
				out = append(out, pruned(one))
			}
		}
		return out
	}
	return v
}
