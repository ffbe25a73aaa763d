package telemetry_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/weal-network/weal/telemetry"
	"github.com/weal-network/weal/types"
)

// TestLinksAreBounded: many lanes and payments cost a bounded memory, and a settlement
// is linked to the newest.
func TestLinksAreBounded(t *testing.T) {
	spans := tracetest.NewInMemoryExporter()
	r := telemetry.New("vault", telemetry.Options{Tracing: telemetry.NewTracing("", sdktrace.NewSimpleSpanProcessor(spans))})
	pay := func(lane, seq int) {
		ctx, end := r.Span(t.Context(), "paid")
		r.Paid(ctx, types.LaneRef{Tab: types.TabID(lane)}, uint64(seq))
		end(nil)
	}
	settle := func(err error, lanes ...int) (seqs []int64) {
		refs := make([]types.LaneRef, len(lanes))
		for i, l := range lanes {
			refs[i] = types.LaneRef{Tab: types.TabID(l)}
		}
		spans.Reset()
		_, end := r.Settling(t.Context(), refs)
		end(err)
		for _, l := range spans.GetSpans()[0].Links {
			for _, a := range l.Attributes {
				if a.Key == "weal.seq" {
					seqs = append(seqs, a.Value.AsInt64())
				}
			}
		}
		return seqs
	}
	for seq := 1; seq <= 20; seq++ {
		pay(1, seq)
	}
	pay(2, 100)
	newest := []int64{5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}
	require.Equal(t, newest, settle(errors.New("refused"), 1))
	require.Equal(t, newest, settle(nil, 1), "what failed is brought again")
	require.Empty(t, settle(nil, 1), "and once it was brought, it was")
	require.Equal(t, []int64{100}, settle(nil, 2))

	for lane := range 5000 {
		pay(lane, lane+1)
	}
	require.Empty(t, settle(nil, 0, 1, 2), "the oldest are forgotten")
	require.Equal(t, []int64{5000}, settle(nil, 4999))
	var many []int
	for lane := 4000; lane < 4999; lane++ {
		many = append(many, lane)
	}
	require.Len(t, settle(nil, many...), 128)
}
