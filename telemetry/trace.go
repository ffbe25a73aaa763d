package telemetry

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/weal-network/weal/wire"
)

// scope names this program's spans.
const scope = "github.com/weal-network/weal"

// Tracing is a process's way to who takes its spans. A nil one makes none.
type Tracing struct {
	version   string
	processor sdktrace.SpanProcessor
}

// NewTracing has spans taken by p.
func NewTracing(version string, p sdktrace.SpanProcessor) *Tracing {
	return &Tracing{version: version, processor: p}
}

// Close sends what is left.
func (t *Tracing) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.processor.Shutdown(ctx)
}

// tracer returns what makes the spans of a role, a service of its own.
func (t *Tracing) tracer(role string) trace.Tracer {
	if t == nil {
		return nil
	}
	about := resource.NewSchemaless(
		attribute.String("service.name", "weal-"+role), attribute.String("service.namespace", "weal"),
		attribute.String("service.version", t.version), attribute.String("weal.role", role),
	)
	if merged, err := resource.Merge(about, resource.Environment()); err == nil {
		about = merged
	}
	return sdktrace.NewTracerProvider(sdktrace.WithResource(about), sdktrace.WithSpanProcessor(t.processor)).Tracer(scope)
}

// w3c reads and writes traceparent and tracestate.
var w3c = propagation.TraceContext{}

// spanOf is the span of a request that is served, or nothing.
type spanOf struct{ trace.Span }

// begin begins the span of a request. What the request causes has it as its parent:
// rooms pass the request's headers on.
func (r *Role) begin(req *http.Request) (*http.Request, spanOf) {
	if r.tracer == nil || probes(req) {
		return req, spanOf{}
	}
	ctx := w3c.Extract(req.Context(), propagation.HeaderCarrier(req.Header))
	ctx, span := r.tracer.Start(ctx, req.Method, trace.WithSpanKind(trace.SpanKindServer))
	w3c.Inject(ctx, propagation.HeaderCarrier(req.Header))
	return req.WithContext(ctx), spanOf{span}
}

// end ends it, with nothing of what was asked or answered.
func (s spanOf) end(t *route, status int, refused *wire.Error) {
	if s.Span == nil {
		return
	}
	if s.IsRecording() {
		s.SetName(t.pattern)
		s.SetAttributes(attribute.String("http.route", t.pattern), attribute.Int("http.response.status_code", status))
		if t.way != "" {
			s.SetAttributes(attribute.String("weal.way", t.way))
		}
		if refused != nil {
			s.SetAttributes(attribute.String("error.type", codeOf(refused)))
		}
		if status >= http.StatusInternalServerError {
			s.SetStatus(codes.Error, "")
		}
	}
	s.End()
}

// attrs are what a line of the log says of it.
func (s spanOf) attrs() []slog.Attr {
	if s.Span == nil {
		return nil
	}
	c := s.SpanContext()
	return []slog.Attr{slog.String("trace_id", c.TraceID().String()), slog.String("span_id", c.SpanID().String())}
}

// Span begins a span of something that a role does, within the one of ctx if there is
// one. end is called with what came of it.
func (r *Role) Span(ctx context.Context, name string) (_ context.Context, end func(error)) {
	if r == nil || r.tracer == nil {
		return ctx, func(error) {}
	}
	ctx, span := r.tracer.Start(ctx, name)
	return ctx, func(err error) {
		fail(span, err)
		span.End()
	}
}

// fail says of a span that it failed, by the code of the error if it has one.
func fail(span trace.Span, err error) {
	if err == nil {
		return
	}
	code := "error"
	if e := (*wire.Error)(nil); errors.As(err, &e) {
		code = codeOf(e)
	}
	span.SetAttributes(attribute.String("error.type", code))
	span.SetStatus(codes.Error, "")
}

// Note says a number of the span of ctx, such as of tokens.
func Note(ctx context.Context, name string, n int64) {
	if span := trace.SpanFromContext(ctx); span.IsRecording() {
		span.SetAttributes(attribute.Int64(name, n))
	}
}

// NoteText says a text of the span of ctx. It is for what this program names itself.
func NoteText(ctx context.Context, name, text string) {
	if span := trace.SpanFromContext(ctx); span.IsRecording() {
		span.SetAttributes(attribute.String(name, text))
	}
}

// Transport makes calls with base, nil for http.DefaultTransport, and tells of those
// that a request or another span has caused.
func (r *Role) Transport(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	if r == nil || r.tracer == nil {
		return base
	}
	return &transport{base: base, tracer: r.tracer}
}

// Client returns c, or one that tells of its calls as Transport does.
func (r *Role) Client(c *http.Client) *http.Client {
	if r == nil || r.tracer == nil {
		return c
	}
	told := *c
	told.Transport = r.Transport(c.Transport)
	return &told
}

type transport struct {
	base   http.RoundTripper
	tracer trace.Tracer
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if !trace.SpanContextFromContext(ctx).IsValid() {
		if ctx = w3c.Extract(ctx, propagation.HeaderCarrier(req.Header)); !trace.SpanContextFromContext(ctx).IsValid() {
			return t.base.RoundTrip(req)
		}
	}
	ctx, span := t.tracer.Start(ctx, req.Method+" "+req.URL.Path, trace.WithSpanKind(trace.SpanKindClient))
	req = req.Clone(ctx)
	w3c.Inject(ctx, propagation.HeaderCarrier(req.Header))
	if span.IsRecording() {
		span.SetAttributes(attribute.String("http.request.method", req.Method), attribute.String("server.address", req.URL.Hostname()))
	}
	resp, err := t.base.RoundTrip(req)
	if err != nil {
		fail(span, err)
		span.End()
		return resp, err
	}
	span.SetAttributes(attribute.Int("http.response.status_code", resp.StatusCode))
	if resp.StatusCode >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, "")
	}
	resp.Body = &body{ReadCloser: resp.Body, span: span}
	return resp, nil
}

// CloseIdleConnections is what http.Client asks of a transport.
func (t *transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// body ends a span with an answer's body.
type body struct {
	io.ReadCloser
	span trace.Span
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		if !errors.Is(err, io.EOF) {
			fail(b.span, err)
		}
		b.span.End() // to end it again changes nothing
	}
	return n, err
}

// Close implements io.Closer.
func (b *body) Close() error {
	b.span.End()
	return b.ReadCloser.Close()
}
