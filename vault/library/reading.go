package library

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/weal-network/weal/vault/ingest"
)

// ErrReading is returned by SetReading for settings that make no sense.
var ErrReading = errors.New("these settings cannot be")

// Reading says how files are read and cut, as the owner has set it. What is zero is
// as the configuration has it.
type Reading struct {
	Chunk   int             `json:"chunk"`    // metered tokens of a chunk, at most
	MaxFile int64           `json:"max_file"` // bytes of a file, at most
	Off     []ingest.Format `json:"off"`      // files of these formats are refused
}

// over returns opts with what r sets.
func (r Reading) over(opts ingest.Options) ingest.Options {
	if r.Chunk != 0 {
		opts.Size = r.Chunk
	}
	if r.MaxFile != 0 {
		opts.MaxFile = r.MaxFile
	}
	if len(r.Off) > 0 {
		opts.Off = r.Off
	}
	return opts
}

// Reading returns how files are read: what is set, and the rest by default.
func (l *Library) Reading() Reading {
	opts := l.reading().WithDefaults()
	r := Reading{Chunk: opts.Size, MaxFile: opts.MaxFile, Off: slices.Clone(opts.Off)}
	if r.Off == nil {
		r.Off = []ingest.Format{}
	}
	return r
}

// SetReading says how files are read from the next Add on. change is given what is
// set. Documents that are there are cut anew, or retired if their format is off,
// when they are added again.
func (l *Library) SetReading(ctx context.Context, change func(*Reading)) error {
	l.setting.Lock()
	defer l.setting.Unlock()
	l.mu.Lock()
	r := l.set
	l.mu.Unlock()
	change(&r)
	slices.Sort(r.Off)
	r.Off = slices.Compact(r.Off)
	if err := r.over(l.cfg.Ingest).Check(); err != nil {
		return fmt.Errorf("%w: %w", ErrReading, err)
	}
	if err := l.keepJSON(ctx, settingReading, r); err != nil {
		return err
	}
	l.useReading(r)
	return nil
}

func (l *Library) useReading(r Reading) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.set = r
}

// reading returns the options that files are read with now.
func (l *Library) reading() ingest.Options {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.set.over(l.cfg.Ingest)
}

// stale reports whether a document would become another one if it were read with
// opts, though its bytes are the same.
func (v version) stale(opts ingest.Options) bool {
	size := func(n int) int {
		if n == 0 {
			return ingest.DefaultSize
		}
		return n
	}
	off := func(f ingest.Format) bool { return f.String() == v.format }
	return size(v.cut) != size(opts.Size) || slices.ContainsFunc(opts.Off, off)
}
