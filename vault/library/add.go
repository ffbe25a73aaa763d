package library

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"github.com/weal-network/weal/pay"
	"github.com/weal-network/weal/types"
	"github.com/weal-network/weal/vault/crawl"
	"github.com/weal-network/weal/vault/index"
	"github.com/weal-network/weal/vault/ingest"
)

// Add takes in the files at and below paths and makes a generation if anything
// has changed. What was known below one of paths and is no longer there is
// retired. When it fails or ctx ends, what was done so far is kept for the next
// Add. progress is called from one goroutine at a time and may be nil.
func (l *Library) Add(ctx context.Context, paths []string, progress func(Progress)) (Report, error) {
	return l.AddTo(ctx, paths, nil, progress)
}

// AddTo is Add of what belongs to a contribution; 0 is the owner's own, and nil
// leaves it as it is, which of a new document is the owner's own.
func (l *Library) AddTo(ctx context.Context, paths []string, contribution *uint64, progress func(Progress)) (Report, error) {
	if !l.adding.TryLock() {
		return Report{}, ErrBusy
	}
	defer l.adding.Unlock()
	inputs, roots, err := ingest.Find(ctx, paths)
	if err != nil {
		return Report{}, fmt.Errorf("add documents: %w", err)
	}
	for _, r := range roots {
		if r.Err != nil {
			inputs = append(inputs, ingest.Input{Path: r.Path, Source: filepath.Base(r.Path), Err: r.Err})
		}
	}
	total := Progress{FilesTotal: len(inputs)}
	for _, in := range inputs {
		total.BytesTotal += in.Size
	}
	return l.add(ctx, slices.Values(inputs), func() []ingest.Root { return roots }, contribution, total, progress)
}

// Put takes in documents that are no files. It retires nothing. total is how many
// there are, for the progress.
func (l *Library) Put(ctx context.Context, inputs iter.Seq[ingest.Input], total int, progress func(Progress)) (Report, error) {
	if !l.adding.TryLock() {
		return Report{}, ErrBusy
	}
	defer l.adding.Unlock()
	return l.add(ctx, inputs, nil, nil, Progress{FilesTotal: total}, progress)
}

// Crawl takes in what a run fetches. Pages that are known below the folders that
// were crawled and did not come are retired, unless run missed some. How many come
// is not known before, so there is no FilesTotal in the progress.
func (l *Library) Crawl(ctx context.Context, run *crawl.Run, progress func(Progress)) (Report, error) {
	if !l.adding.TryLock() {
		return Report{}, ErrBusy
	}
	defer l.adding.Unlock()
	return l.add(ctx, run.Inputs(ctx), run.Roots, nil, Progress{}, progress)
}

// read is a document with all that is made of it off the database.
type read struct {
	ingest.Document
	list chunkList
	size int // of its chunks, as set
	// What is sealed, packed.
	original, postings []byte
	texts              []segment
	words              index.Postings // instead of postings, if the engine has words plain
}

// add takes in inputs. roots, which is asked when they have ended and may be nil,
// says what of the known that did not come is gone.
func (l *Library) add(ctx context.Context, inputs iter.Seq[ingest.Input], roots func() []ingest.Root, contribution *uint64,
	total Progress, progress func(Progress),
) (Report, error) {
	defer l.contributed.forget()
	opts := l.reading()
	w, err := l.newWriter(ctx)
	if err != nil {
		return Report{}, fmt.Errorf("add documents: %w", err)
	}
	w.contribution = contribution
	before := w.known                        // workers read it; the writer does not change it
	reading, stop := context.WithCancel(ctx) // when nothing can be kept, nothing more is read
	defer stop()
	work := func(in ingest.Input) read { return l.work(reading, in, before[in.Path], opts) }
	var failed error
	sink := func(r read) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if failed = w.take(ctx, r); failed != nil {
			stop()
			return failed
		}
		total.Files++
		total.Bytes += r.Size
		total.Chunks += len(r.Chunks)
		total.Current = r.Source
		if progress != nil {
			progress(total)
		}
		return nil
	}
	err = ingest.Parallel(reading, w.named(inputs), work, sink)
	if failed != nil { // and not that reading has ended by it
		err = failed
	}
	// What is done is kept even if ctx has ended: that is what resuming rests on.
	err = errors.Join(err, w.flush(context.WithoutCancel(ctx)))
	if err == nil && roots != nil {
		err = w.retire(ctx, roots())
	}
	if err == nil {
		err = l.finish(ctx, w)
	}
	slices.SortFunc(w.report.Files, func(a, b FileReport) int { return cmp.Compare(a.Path, b.Path) })
	if err != nil {
		return w.report, fmt.Errorf("add documents: %w", err)
	}
	return w.report, nil
}

// work does what needs no database.
func (l *Library) work(ctx context.Context, in ingest.Input, before version, opts ingest.Options) read {
	known := before.sha
	if before.stale(opts) {
		known = types.Hash{}
	}
	r := read{Document: ingest.ReadContext(ctx, in, known, opts), size: opts.Size}
	if r.Err != nil || r.Unchanged {
		return r
	}
	sections := make([]index.Section, len(r.Chunks))
	for i, c := range r.Chunks {
		sections[i] = index.Section{Heading: c.Heading, Text: c.Text}
		r.list.hashes = append(r.list.hashes, pay.Chunk{
			Source: r.Source, Heading: c.Heading, Start: uint64(c.Start), End: uint64(c.End), Text: c.Text,
		}.Hash())
		r.list.sizes = append(r.list.sizes, uint32(len(c.Text)))
	}
	postings := index.Analyse(sections)
	r.list.words = postings.Lengths
	if l.engine.sealsIndex() {
		b, err := postings.MarshalBinary()
		if err != nil {
			r.Err = err
			return r
		}
		r.postings = pack(b)
	} else {
		r.words = postings
	}
	r.original, r.texts = pack(r.Data), segments(r.Chunks)
	r.Data, r.Text = nil, ""
	return r
}

// named gives every input a source name that no other document has: the one it
// had before, else its own, else one with a number.
func (w *writer) named(inputs iter.Seq[ingest.Input]) iter.Seq[ingest.Input] {
	taken := make(map[string]bool, len(w.known))
	for _, v := range w.known {
		taken[v.source] = true
	}
	return func(yield func(ingest.Input) bool) {
		named := map[string]bool{}
		for in := range inputs {
			if named[in.Path] {
				continue
			}
			named[in.Path] = true
			if v, ok := w.known[in.Path]; ok {
				in.Source = v.source
			} else {
				in.Source = free(in.Source, taken)
			}
			taken[in.Source] = true
			if !yield(in) {
				return
			}
		}
	}
}

// free returns name, or "name (2).ext" and so on if it is taken.
func free(name string, taken map[string]bool) string {
	ext := filepath.Ext(name)
	stem, found := strings.TrimSuffix(name, ext), name
	for n := 2; taken[found]; n++ {
		found = fmt.Sprintf("%s (%d)%s", stem, n, ext)
	}
	return found
}

// below reports whether path is root or lies below it.
func below(path, root string) bool {
	return path == root || strings.HasPrefix(path, strings.TrimSuffix(root, string(filepath.Separator))+string(filepath.Separator))
}
