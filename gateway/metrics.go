package gateway

import (
	"context"
	"math/big"
	"time"

	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// seen is what the gateway tells of its answers.
type seen struct {
	answers  *telemetry.Counters
	overhead *telemetry.Histogram
	cost     *telemetry.Histograms
	tasks    map[string]*operation // by request.task
}

// operation is what is told of one thing that models do, as OpenTelemetry names it.
type operation struct{ took, in, out *telemetry.Histogram }

func newSeen(t *telemetry.Role, app string) *seen {
	if t == nil {
		return nil
	}
	s := &seen{
		answers:  t.Counters("weal_gateway_answers_total", "Paid answers and searches that have ended, by ok or the code of what ended them.", "result"),
		overhead: t.Histogram("weal_gateway_overhead_seconds", "What the gateway added to an answer, without waiting for the model or the payer.", telemetry.Seconds),
		cost:     t.Histograms("weal_gateway_answer_cost", "What an answer cost its payer, in the smallest unit.", telemetry.Amounts, "denom"),
		tasks:    map[string]*operation{},
	}
	for task, name := range map[string]string{"": "chat", wire.PathEmbeddings: "embeddings", wire.PathRerank: "rerank"} {
		labels := []string{"gen_ai_operation_name", name, "gen_ai_provider_name", "weal", "gen_ai_request_model", app}
		tokens := func(kind string) *telemetry.Histogram {
			return t.Histogram("gen_ai_client_token_usage", "Metered tokens of an answer.", telemetry.Tokens,
				append([]string{"gen_ai_token_type", kind}, labels...)...)
		}
		s.tasks[task] = &operation{
			took: t.Histogram("gen_ai_client_operation_duration_seconds", "From a payment to the end of its answer.", telemetry.Seconds, labels...),
			in:   tokens("input"), out: tokens("output"),
		}
	}
	return s
}

// ended tells of an answer that has ended, with its last event.
func (s *seen) ended(ctx context.Context, a *answer, last wire.Completion) {
	if s == nil {
		return
	}
	s.answers.Of(last.Error.Result()).Inc()
	s.overhead.Note(last.Weal.OverheadMillis / 1000)
	if len(a.charges) > 0 {
		var sum types.Amount
		for _, c := range a.charges {
			sum, _ = sum.Add(c.Amount) // no more than a lane's cap, which fits
		}
		f, _ := new(big.Float).SetInt(sum.Big()).Float64()
		s.cost.Of(a.d.Quote.Denom).Note(f)
	}
	if a.d.req.search != nil || a.text.Len() == 0 || last.Usage == nil {
		return // no model was asked, or it has said nothing
	}
	o := s.tasks[a.d.req.task]
	o.took.Note(time.Since(a.start).Seconds())
	o.in.Note(float64(last.Usage.PromptTokens))
	o.out.Note(float64(last.Usage.CompletionTokens))
	telemetry.Note(ctx, "gen_ai.usage.input_tokens", int64(last.Usage.PromptTokens))
	telemetry.Note(ctx, "gen_ai.usage.output_tokens", int64(last.Usage.CompletionTokens))
}
