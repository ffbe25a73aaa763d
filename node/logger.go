package node

import (
	"context"
	"log/slog"

	"cosmossdk.io/log/v2"
)

// logger carries the chain's logs to slog. The chain reports every block at info
// level, which nobody who runs it beside other things wants to read: info
// becomes debug.
type logger struct {
	log *slog.Logger
}

var _ log.Logger = logger{}

func (l logger) Debug(msg string, kv ...any) { l.DebugContext(context.Background(), msg, kv...) }
func (l logger) Info(msg string, kv ...any)  { l.InfoContext(context.Background(), msg, kv...) }
func (l logger) Warn(msg string, kv ...any)  { l.WarnContext(context.Background(), msg, kv...) }
func (l logger) Error(msg string, kv ...any) { l.ErrorContext(context.Background(), msg, kv...) }

// DebugContext drops what the chain itself calls debug: hundreds of lines a block.
func (l logger) DebugContext(context.Context, string, ...any) {}

// InfoContext implements log.Logger.
func (l logger) InfoContext(ctx context.Context, msg string, kv ...any) {
	l.log.DebugContext(ctx, msg, kv...)
}

// WarnContext implements log.Logger.
func (l logger) WarnContext(ctx context.Context, msg string, kv ...any) {
	l.log.WarnContext(ctx, msg, kv...)
}

// ErrorContext implements log.Logger.
func (l logger) ErrorContext(ctx context.Context, msg string, kv ...any) {
	l.log.ErrorContext(ctx, msg, kv...)
}

// With implements log.Logger.
func (l logger) With(kv ...any) log.Logger { return logger{log: l.log.With(kv...)} }

// Impl implements log.Logger.
func (l logger) Impl() any { return l.log }
