package ingest

import (
	"context"
	"io"
)

// budget bounds what is made of one file, and ends it when its context ends.
type budget struct {
	ctx    context.Context
	text   int64 // bytes of text that may still be written
	unpack int64 // bytes that may still be unpacked
	member int64 // the most bytes that are unpacked at once
}

// unpacked is how many times its text limit a file may unpack to in all: pictures
// and what is read more than once count as well.
const unpacked = 16

func newBudget(ctx context.Context, opts Options) *budget {
	return &budget{ctx: ctx, text: opts.MaxText, unpack: unpacked * opts.MaxText, member: opts.MaxText}
}

// Write takes n bytes of text. A nil budget has no limits.
func (b *budget) Write(n int) error {
	if b == nil {
		return nil
	}
	if b.text -= int64(n); b.text < 0 {
		return ErrExpands
	}
	return nil
}

// Over returns why there is no more time.
func (b *budget) Over() error {
	if b != nil && b.ctx.Err() != nil {
		return ErrSlow
	}
	return nil
}

// Unpack reads all of r.
func (b *budget) Unpack(r io.Reader) ([]byte, error) {
	most := min(b.member, b.unpack)
	data, err := io.ReadAll(&io.LimitedReader{R: r, N: most + 1})
	b.unpack -= int64(len(data))
	switch {
	case int64(len(data)) > most:
		return nil, ErrExpands
	case err != nil:
		return nil, err
	}
	return data, b.Over()
}
