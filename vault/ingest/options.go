package ingest

import (
	"fmt"
	"slices"
	"time"
)

// Options bound what is read. Zero fields take the defaults.
type Options struct {
	Size    int           // of a chunk, in metered tokens; DefaultSize
	MaxFile int64         // bytes of a file; 16 MiB
	MaxText int64         // bytes of a file's text, and of each part that it unpacks; four times MaxFile
	MaxTime time.Duration // to extract one file's text; one minute
	Off     []Format      // files of these formats are refused
}

// MaxSize is the most metered tokens that a chunk may be set to: what is sold
// should be a passage, not a document.
const MaxSize = 8192

// LargestFile is the most bytes that the largest file may be set to: a file is in
// memory while it is read.
const LargestFile = 1 << 32

// Check says what is wrong with options that somebody has set.
func (o Options) Check() error {
	switch {
	case o.Size != 0 && (o.Size < MinSize || o.Size > MaxSize):
		return fmt.Errorf("chunks of %d tokens: choose a size from %d to %d", o.Size, MinSize, MaxSize)
	case o.MaxFile < 0, o.MaxText < 0, o.MaxFile > LargestFile:
		return fmt.Errorf("the largest file is %d bytes and its text %d: choose positive numbers up to %d", o.MaxFile, o.MaxText, int64(LargestFile))
	case o.MaxTime < 0:
		return fmt.Errorf("%s to read a file: choose a positive time", o.MaxTime)
	}
	for _, f := range o.Off {
		if int(f) >= len(formatNames) {
			return fmt.Errorf("no format has the number %d", f)
		}
	}
	return nil
}

// WithDefaults returns o with the defaults in the place of what is zero.
func (o Options) WithDefaults() Options {
	if o.Size == 0 {
		o.Size = DefaultSize
	}
	if o.MaxFile == 0 {
		o.MaxFile = 16 << 20
	}
	if o.MaxText == 0 {
		o.MaxText = 4 * o.MaxFile
	}
	if o.MaxTime == 0 {
		o.MaxTime = time.Minute
	}
	return o
}

func (o Options) off(f Format) bool { return slices.Contains(o.Off, f) }
