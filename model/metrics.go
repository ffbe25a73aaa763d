package model

import (
	"context"

	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/wire"
)

// seen is what the model tells of its answers.
type seen struct {
	answers *telemetry.Counters
	in, out *telemetry.Counter
}

func newSeen(t *telemetry.Role, name string) *seen {
	if t == nil {
		return nil
	}
	tokens := func(kind string) *telemetry.Counter {
		return t.Counter("weal_model_tokens_total", "Metered tokens of answers that were paid for.", "type", kind)
	}
	t.FirstByte("POST "+wire.PathCompletions, t.Histogram("gen_ai_server_time_to_first_token_seconds",
		"From a request that is paid to the first byte of its answer.", telemetry.Seconds,
		"gen_ai_operation_name", "chat", "gen_ai_provider_name", "weal", "gen_ai_request_model", name))
	return &seen{
		answers: t.Counters("weal_model_answers_total", "Answers that have ended, by ok or the code of what ended them.", "result"),
		in:      tokens("input"), out: tokens("output"),
	}
}

// ended tells of an answer of so many bytes that has ended.
func (s *seen) ended(ctx context.Context, prompt uint64, bytes int, failed *wire.Error) {
	if s == nil {
		return
	}
	s.answers.Of(failed.Result()).Inc()
	out := types.Tokens(bytes)
	s.in.Add(prompt)
	s.out.Add(out)
	telemetry.Note(ctx, "gen_ai.usage.input_tokens", int64(prompt))
	telemetry.Note(ctx, "gen_ai.usage.output_tokens", int64(out))
}
