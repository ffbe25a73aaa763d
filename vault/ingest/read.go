package ingest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/weal-network/weal/types"
)

// Document is what Read made of an Input.
type Document struct {
	Input
	SHA  types.Hash // SHA-256 of Data
	Data []byte     // the original bytes
	// Unchanged says that the caller knows these bytes; there are no chunks then.
	Unchanged bool
	Text      string
	Meta      Meta
	Chunks    []Chunk
	Err       error
}

// Read is ReadContext without an end but its own time limit.
func Read(in Input, known types.Hash, opts Options) Document {
	return ReadContext(context.Background(), in, known, opts)
}

// ReadContext loads, extracts and splits one document. Whatever goes wrong is in
// Err. known is the SHA-256 of what the caller already holds of it, or zero.
func ReadContext(ctx context.Context, in Input, known types.Hash, opts Options) Document {
	opts = opts.WithDefaults()
	d := Document{Input: in, Err: in.Err}
	switch {
	case d.Err != nil:
	case in.Size > opts.MaxFile:
		d.Err = tooLarge(in.Size, opts)
	case in.SHA != types.Hash{} && in.SHA == known:
		d.SHA, d.Unchanged = in.SHA, true
		return d
	}
	if d.Err != nil {
		return d
	}
	if d.Data, d.Err = in.load(opts.MaxFile); d.Err != nil {
		return d
	}
	d.Size, d.SHA = int64(len(d.Data)), sha256.Sum256(d.Data)
	if d.Unchanged = d.SHA == known; d.Unchanged {
		d.Data = nil
		return d
	}
	if d.Err = d.check(opts); d.Err == nil {
		d.Err = d.extract(ctx, opts)
	}
	return d
}

func tooLarge(size int64, opts Options) error {
	return fmt.Errorf("%w (%d bytes, the limit is %d)", ErrTooLarge, size, opts.MaxFile)
}

// check refuses what need not be looked into. A PDF is known by its first bytes,
// whatever it is called.
func (d *Document) check(opts Options) error {
	if bytes.HasPrefix(d.Data, []byte("%PDF-")) {
		d.Format = PDF
	}
	switch {
	case int64(len(d.Data)) > opts.MaxFile:
		return tooLarge(int64(len(d.Data)), opts)
	case opts.off(d.Format):
		return fmt.Errorf("%w (%s)", ErrOff, d.Format)
	case len(bytes.TrimSpace(d.Data)) == 0:
		return ErrEmpty
	case bytes.HasPrefix(d.Data, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")):
		return ErrOffice
	}
	return nil
}

// extracted is what a parser made of a file.
type extracted struct {
	text   Text
	chunks []Chunk
	err    error
}

// extract runs under a time limit, and what a parser of foreign text panics with
// is this file's error: one bad file must not stop the others. Markdown's and
// HTML's parsers cannot be interrupted, so one that takes too long runs on unheard.
func (d *Document) extract(ctx context.Context, opts Options) error {
	limited, cancel := context.WithTimeout(ctx, opts.MaxTime)
	defer cancel()
	done := make(chan extracted, 1)
	in, data := d.Input, d.Data
	go func() {
		var r extracted
		defer func() {
			if p := recover(); p != nil {
				r = extracted{err: fmt.Errorf("%w: %v", ErrParse, p)}
			}
			done <- r
		}()
		r = parse(newBudget(limited, opts), in, data, opts.Size)
	}()
	var r extracted
	select {
	case r = <-done:
	case <-limited.Done():
		r.err = ErrSlow
	}
	if ctx.Err() != nil { // the caller's end says nothing about the file
		return ctx.Err()
	}
	if r.err == nil && strings.TrimSpace(r.text.Body) == "" {
		r.err = ErrEmpty
	}
	if r.err != nil {
		return r.err
	}
	d.Text, d.Chunks = r.text.Body, r.chunks
	d.Meta = Meta{"format": in.Format.String()}
	name := in.Source
	if strings.Contains(name, "://") { // an address: what is asked of a page is no part of its name
		name, _, _ = strings.Cut(name, "?")
	}
	d.Meta.set("extension", strings.ToLower(strings.TrimPrefix(path.Ext(name), ".")))
	for _, key := range slices.Sorted(maps.Keys(r.text.Meta)) {
		d.Meta.set(key, r.text.Meta[key])
	}
	return nil
}

func parse(limit *budget, in Input, data []byte, size int) (r extracted) {
	if in.Format.isText() {
		if data, r.err = toUTF8(in.Format, in.Charset, data); r.err != nil {
			return r
		}
	}
	cost, err := costOf(in.Format, data)
	if err != nil {
		return extracted{err: err}
	}
	release, err := reserve(limit.ctx, cost)
	if err != nil {
		return extracted{err: err}
	}
	defer release()
	if r.text, r.err = extract(limit, in.Format, data); r.err != nil {
		if limit.Over() != nil && !errors.Is(r.err, ErrSlow) {
			r.err = ErrSlow
		}
		return r
	}
	if in.Format == Code { // which file it is says much about a piece of a program
		r.text.Scopes = below(path.Base(in.Source), r.text.Scopes)
	}
	r.chunks = Split(r.text, size)
	return r
}

// below puts scopes below name.
func below(name string, scopes []Scope) []Scope {
	out := []Scope{{Name: name}}
	for _, s := range scopes {
		out = append(out, Scope{At: s.At, Name: join(name, s.Name)})
	}
	return out
}

// Preview reads what Find finds at paths, in its order, and shows each document.
// It keeps nothing. It ends with the first error of show or when ctx does.
func Preview(ctx context.Context, paths []string, opts Options, show func(Document) error) error {
	if err := opts.Check(); err != nil {
		return err
	}
	inputs, roots, err := Find(ctx, paths)
	if err != nil {
		return err
	}
	for _, r := range roots {
		if r.Err != nil {
			inputs = append(inputs, Input{Path: r.Path, Source: r.Path, Err: r.Err})
		}
	}
	for _, in := range inputs {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := show(ReadContext(ctx, in, types.Hash{}, opts)); err != nil {
			return err
		}
	}
	return nil
}
