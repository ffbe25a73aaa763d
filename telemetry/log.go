package telemetry

import (
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/weal-network/weal/wire"
)

// Formats of a log.
const (
	FormatText = "text"
	FormatJSON = "json"
)

// NewLogger returns a log to w. What other programs have written is not repeated in
// it, since it may be a question or an answer, except at level debug: of an error of
// theirs it has the status and the code.
func NewLogger(w io.Writer, format string, level slog.Level) (*slog.Logger, error) {
	o := &slog.HandlerOptions{Level: level}
	if level > slog.LevelDebug {
		o.ReplaceAttr = func(_ []string, a slog.Attr) slog.Attr {
			if err, ok := a.Value.Any().(error); ok {
				a.Value = quiet(err)
			}
			return a
		}
	}
	switch format {
	case FormatText:
		return slog.New(slog.NewTextHandler(w, o)), nil
	case FormatJSON:
		return slog.New(slog.NewJSONHandler(w, o)), nil
	}
	return nil, fmt.Errorf("want %s or %s, got %q", FormatText, FormatJSON, format)
}

// levels are the levels of a log by name.
var levels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}

// ParseLevel reads debug, info, warn or error.
func ParseLevel(s string) (slog.Level, error) {
	l, ok := levels[s]
	if !ok {
		return l, fmt.Errorf("want debug, info, warn or error, got %q", s)
	}
	return l, nil
}

// quiet is what the log says of an error.
func quiet(err error) slog.Value {
	var e *wire.Error
	if errors.As(err, &e) && (e.Relayed() || e.Type == wire.TypeUpstream) {
		return slog.StringValue(fmt.Sprintf("status %d, code %s; its words are told at level debug", e.Status, codeOf(e)))
	}
	return slog.StringValue(err.Error())
}
