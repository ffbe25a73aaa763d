package telemetry

import (
	"context"
	"slices"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/weal-network/weal/types"
)

const (
	// maxPaid is of how many lanes it is remembered what paid from them, and perLane how
	// many payments of one.
	maxPaid = 1024
	perLane = 16
	// maxLinks is how many links a span has: as many as OpenTelemetry lets it have.
	maxLinks = 128
)

// paid remembers the spans in which something was paid for, until it is settled.
type paid struct {
	mu    sync.Mutex
	lanes map[types.LaneRef][]payment // the newest last
	order []types.LaneRef             // the oldest first
}

// payment is a span in which something was paid for.
type payment struct {
	lane types.LaneRef
	link trace.Link
}

// Paid says of the span of ctx from which lane, and with which number, it was paid for.
// The settlement that brings it is linked to it.
func (r *Role) Paid(ctx context.Context, lane types.LaneRef, seq uint64) {
	if r == nil || r.tracer == nil {
		return
	}
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	about := []attribute.KeyValue{attribute.String("weal.lane", lane.String()), attribute.Int64("weal.seq", int64(seq))}
	span.SetAttributes(about...)
	r.paid.add(payment{lane, trace.Link{SpanContext: span.SpanContext(), Attributes: about}})
}

func (p *paid) add(all ...payment) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lanes == nil {
		p.lanes = map[types.LaneRef][]payment{}
	}
	for _, one := range all {
		old, known := p.lanes[one.lane]
		if !known {
			if len(p.order) >= maxPaid {
				delete(p.lanes, p.order[0])
				p.order = p.order[1:]
			}
			p.order = append(p.order, one.lane)
		}
		if len(old) >= perLane {
			old = old[1:]
		}
		p.lanes[one.lane] = append(slices.Clip(old), one)
	}
}

// take returns what paid from lanes, the newest of each last, as much as there is room,
// and forgets all of it.
func (p *paid) take(lanes []types.LaneRef) (out []payment) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for back := 1; back <= perLane; back++ {
		for _, lane := range lanes {
			if all := p.lanes[lane]; len(all) >= back && len(out) < maxLinks {
				out = append(out, all[len(all)-back])
			}
		}
	}
	for _, lane := range lanes {
		delete(p.lanes, lane)
	}
	p.order = slices.DeleteFunc(p.order, func(lane types.LaneRef) bool { return p.lanes[lane] == nil })
	slices.Reverse(out)
	return out
}

// Settling begins the span of a settlement of lanes, which is linked to the spans in
// which they paid. end is called with what came of it.
func (r *Role) Settling(ctx context.Context, lanes []types.LaneRef) (_ context.Context, end func(error)) {
	if r == nil || r.tracer == nil {
		return ctx, func(error) {}
	}
	payments := r.paid.take(lanes)
	links := make([]trace.Link, len(payments))
	for i, p := range payments {
		links[i] = p.link
	}
	ctx, span := r.tracer.Start(ctx, "settle", trace.WithLinks(links...), trace.WithAttributes(attribute.Int("weal.lanes", len(lanes))))
	return ctx, func(err error) {
		fail(span, err)
		span.End()
		if err != nil { // it will be brought again
			r.paid.add(payments...)
		}
	}
}
