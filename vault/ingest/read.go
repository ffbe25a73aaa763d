package ingest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/weal-network/weal/types"
)

// Options bound what is read. Zero fields take the defaults.
type Options struct {
	Size    int           // of a chunk, in metered tokens; DefaultSize
	MaxFile int64         // bytes of a file; 16 MiB
	MaxTime time.Duration // to extract one file's text; one minute
}

func (o Options) withDefaults() Options {
	if o.Size == 0 {
		o.Size = DefaultSize
	}
	if o.MaxFile == 0 {
		o.MaxFile = 16 << 20
	}
	if o.MaxTime == 0 {
		o.MaxTime = time.Minute
	}
	return o
}

// Document is what Read made of an Input.
type Document struct {
	Input
	SHA  types.Hash // SHA-256 of Data
	Data []byte     // the original bytes
	// Unchanged says that the caller knows these bytes; there are no chunks then.
	Unchanged bool
	Text      string
	Chunks    []Chunk
	Err       error
}

// Read loads, extracts and splits one document. Whatever goes wrong is in Err.
// known is the SHA-256 of what the caller already holds of it, or zero.
func Read(in Input, known types.Hash, opts Options) Document {
	opts = opts.withDefaults()
	d := Document{Input: in, Err: in.Err}
	if d.Err == nil && in.Size > opts.MaxFile {
		d.Err = tooLarge(in.Size, opts)
	}
	if d.Err != nil {
		return d
	}
	if d.Data, d.Err = in.Load(); d.Err != nil {
		return d
	}
	d.Size, d.SHA = int64(len(d.Data)), sha256.Sum256(d.Data)
	if d.Unchanged = d.SHA == known; d.Unchanged {
		d.Data = nil
		return d
	}
	if d.Err = check(d.Data, opts); d.Err == nil {
		d.Err = d.extract(opts)
	}
	return d
}

func tooLarge(size int64, opts Options) error {
	return fmt.Errorf("%w (%d bytes, the limit is %d)", ErrTooLarge, size, opts.MaxFile)
}

// check refuses bytes that are no text.
func check(data []byte, opts Options) error {
	switch {
	case int64(len(data)) > opts.MaxFile:
		return tooLarge(int64(len(data)), opts)
	case len(bytes.TrimSpace(data)) == 0:
		return ErrEmpty
	case bytes.HasPrefix(data, []byte("%PDF-")), bytes.IndexByte(data, 0) >= 0:
		return ErrBinary
	case !utf8.Valid(data):
		return ErrEncoding
	}
	return nil
}

// extract runs under a time limit, and what a parser of foreign text panics with
// is this file's error: one bad file must not stop the others. A parser cannot be
// interrupted, so one that takes too long runs on unheard.
func (d *Document) extract(opts Options) error {
	type result struct {
		text   Text
		chunks []Chunk
		err    error
	}
	done := make(chan result, 1)
	data, format := bytes.TrimPrefix(d.Data, []byte("\xEF\xBB\xBF")), d.Format
	go func() {
		var r result
		defer func() {
			if p := recover(); p != nil {
				r.err = fmt.Errorf("%w: %v", ErrParse, p)
			}
			done <- r
		}()
		if r.text, r.err = Extract(format, data); r.err == nil {
			r.chunks = Split(r.text, opts.Size)
		}
	}()
	timer := time.NewTimer(opts.MaxTime)
	defer timer.Stop()
	select {
	case r := <-done:
		d.Text, d.Chunks = r.text.Body, r.chunks
		if r.err == nil && strings.TrimSpace(d.Text) == "" {
			r.err = ErrEmpty
		}
		return r.err
	case <-timer.C:
		return ErrSlow
	}
}
